/** A process that is killed: appends without end and prints each number it was told is durable. Arguments: journal folder. */
import { writeSync } from 'node:fs';
import { openJournal } from '../../store/journal/journal.ts';

const folder = process.argv[2] ?? '';
const journal = await openJournal({
  folder,
  maxBytes: 1e9,
  boot: 'child',
  queueMaxEntries: 10_000,
  queueMaxBytes: 1e7,
  reserveBytes: 65_536,
});
let n = 0;
function appendOne(): void {
  n += 1;
  journal.append({ v: 1, at: n, boot: 'child', mono: n, kind: 'system', code: `n${n}`, active: true, level: 'blue' }, (outcome) => {
    if (outcome.ok) writeSync(1, `${outcome.seq}\n`);
    appendOne();
  });
}
for (let i = 0; i < 200; i += 1) appendOne();
