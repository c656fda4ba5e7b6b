/** Child of the records' kill test: appends without end and prints the number of each durable line. Killed from outside. */
import { openRecords } from '../../store/records/open-records.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: records-writer FOLDER');
const records = await openRecords(folder);
const CREDENTIALS_PER_ROUND = 10;
for (let n = 1; ; n += 1) {
  await records.audit.append({ at: n, by: 'child', action: 'write', resource: `line/${n}`, outcome: 'ok', address: null });
  await records.credentials.put(
    Array.from({ length: CREDENTIALS_PER_ROUND }, (_, i) => ({
      id: `d-${n}-${i}`,
      kind: 'device' as const,
      enterprise: 'e',
      hash: `${n}`,
      createdAt: n,
    })),
  );
  process.stdout.write(`${n}\n`);
}
