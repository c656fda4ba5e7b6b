/** Writes readings and rolls them up in turns until it is killed; told where, says `wrote <n>` after each batch. */
import { openReadingStore } from '../../store/readings/open.ts';
import { crashReadings, CRASH_END } from './roll-up-crash.ts';

const folder = process.argv[2];
if (folder === undefined) throw new Error('a folder is needed');
const store = await openReadingStore({ kind: 'embedded', folder });
await store.prepare();
for (let n = await store.position(); ; n++) {
  const outcome = await store.write(crashReadings(n), n + 1);
  if (!outcome.ok) throw new Error(outcome.detail);
  await store.rollUp(CRASH_END, n % 3);
  if (n % 10 === 0) process.stdout.write(`wrote ${n}\n`);
}
