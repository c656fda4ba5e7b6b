/** A process that is killed: appends messages without end and writes down each number it was told is durable. Arguments: the journal's folder, the file of the numbers. */
import { openSync, writeSync } from 'node:fs';
import { openJournal } from '../../store/journal/journal.ts';

const [folder = '', toldFile = ''] = process.argv.slice(2);
// A file, not a pipe: what was written to it outlives the process, and it is never too full to write.
const told = openSync(toldFile, 'a');
const journal = await openJournal({
  onDeath: (detail) => {
    throw new Error(detail);
  },
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
  journal.append(
    {
      v: 1,
      at: n,
      boot: 'child',
      mono: n,
      kind: 'message',
      credential: 'gas-1',
      enterprise: 'e',
      client: 'gas-1/c',
      connection: 1,
      nth: n,
      qos: 1,
      packetId: n % 65_536,
      digest: n,
      topic: 't',
      stamped: false,
      counter: n,
      retain: false,
      refused: [],
      samples: [
        {
          device: 'gas-1',
          sampleAt: n,
          stampedAt: null,
          values: [{ measurement: 'lel', channel: null, value: n, quality: 'good', flags: [] }],
        },
      ],
    },
    (outcome) => {
      if (!outcome.ok) throw new Error(outcome.detail);
      writeSync(told, `${outcome.seq}\n`);
      appendOne();
    },
  );
}
for (let i = 0; i < 200; i += 1) appendOne();
