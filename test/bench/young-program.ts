/**
 * What the collector of young memory has to do while a large plant reports: the engine alone, in a process of its own that has the Node options of
 * `npm start`. Prints one line of JSON, a `Young`. Arguments: devices, messages.
 */
import { constants, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { createEngine } from '../../rules/engine.ts';
import { messageEntry, plantEntries } from './engine-rate.ts';
import type { Young } from './young.ts';

const [devices = 0, messages = 0] = process.argv.slice(2).map(Number);
/** Collections are told at the end of a turn: so many messages are one. */
const TURN = 1_000;
/** Devices of a slice of a snapshot, and messages between two slices. */
const SLICE = 100;
const BETWEEN = 10;
/** Neighbours in time are no neighbours in memory. */
const STRIDE = 7_919;

const engine = createEngine();
let seq = 0;
for (const entry of plantEntries({ devices, sources: 0 })) {
  seq = entry.seq;
  engine.apply(entry);
}
let sent = 0;
function send(): void {
  seq += 1;
  engine.apply(messageEntry(seq, sent, 10 + Math.floor(sent / 10), (sent * STRIDE) % devices));
  sent += 1;
}
for (let i = 0; i < devices; i += 1) send();

/** An entry of kind `gc`; the types of Node do not know what it has more. */
interface Collection {
  readonly duration: number;
  readonly detail: { readonly kind: number };
}
let pauses: number[] = [];
const watch = new PerformanceObserver((list) => {
  for (const { duration, detail } of list.getEntries() as unknown as readonly Collection[])
    if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) pauses.push(duration);
});
watch.observe({ entryTypes: ['gc'] });

async function reporting(): Promise<readonly number[]> {
  pauses = [];
  for (let i = 0; i < messages; i += 1) {
    send();
    if (i % TURN === 0) await turn();
  }
  await turn();
  return pauses;
}
async function cutting(): Promise<readonly number[]> {
  pauses = [];
  const job = engine.beginSnapshot();
  for (let slice = 0; job.next(SLICE) !== null; slice += 1) {
    for (let i = 0; i < BETWEEN; i += 1) send();
    if (slice % SLICE === 0) await turn();
  }
  await turn();
  return pauses;
}

const said: Young = { reporting: await reporting(), cutting: await cutting() };
watch.disconnect();
process.stdout.write(JSON.stringify(said));
