#!/bin/sh
# Takes a backup into a folder of its own below $1 and then keeps the newest $2 (7) of them.
# For a timer (beacon-tower-backup.timer) or cron:  15 3 * * *  BEACON_DATA_DIR=/var/lib/beacon-tower .../backup-daily.sh /srv/backups
# When the backup fails nothing is deleted, and the exit code says so.
set -eu
to=${1:?usage: backup-daily.sh <folder of the backups> [how many are kept]}
keep=${2:-7}
program=${BEACON_PROGRAM:-/opt/beacon-tower/dist/app/backup-main.js}

mkdir -p "$to"
node "$program" "$to/beacon-$(date -u +%Y-%m-%dT%H-%M-%SZ)"

whole=0
for one in $(ls -1 "$to" | grep '^beacon-....-..-..T..-..-..Z$' | sort -r); do
  if [ ! -e "$to/$one/backup.json" ]; then
    echo "deleting $one, which was interrupted"
    rm -rf "${to:?}/$one"
    continue
  fi
  whole=$((whole + 1))
  [ "$whole" -le "$keep" ] && continue
  echo "deleting $one"
  rm -rf "${to:?}/$one"
done
