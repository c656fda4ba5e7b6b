import { setTimeout as pause } from 'node:timers/promises';
import { backup } from '../../app/backup.ts';

/**
 * A deliberately wrong backup: the journal is copied to its end before the records are looked at, and a busy disk lies between the two.
 * With `--unchecked` it does not look at what came out either.
 */
const args = process.argv.slice(2);
const HELD_MS = 400;
await backup(
  args.filter((arg) => arg !== '--unchecked'),
  {
    between: () => pause(50),
    moment(journal, openRecords) {
      journal.follow();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD_MS);
      return openRecords();
    },
    ...(args.includes('--unchecked') ? { unchecked: true as const } : {}),
  },
);
