import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { StoredReading } from '../../model/reading.ts';
import { openHistory } from '../../store/readings/history.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { temporaryFolder } from '../harness/platform-process.ts';
import { percentile } from './statistics.ts';

/** ms that a page of raw readings keeps the thread busy which asked for it, until its text is ready to be sent. */
export interface HandOver {
  readonly readings: number;
  readonly asRows: number;
  readonly asText: number;
}

const AT = Date.UTC(2026, 10, 23);
const POINT = { enterprise: 'bench', device: 'B-0', measurement: 'pressure', channel: null };
/** Pages before those that count: code that runs for the first time says nothing. */
const FIRST = 20;

/** The same page by the history thread's two ways, in turn: as rows that are written here, and as a text. */
export async function handOverRun(readings: number, times: number): Promise<HandOver> {
  const folder = temporaryFolder('bench-hand-over');
  const settings = { kind: 'embedded', folder: join(folder.path, 'readings') } as const;
  const store = await openReadingStore(settings);
  await store.prepare();
  const row = (i: number): StoredReading => {
    const at = AT + i * 5_000;
    return { ...POINT, sampleAt: at, receivedAt: at + 40, value: 1.1 + (i % 97) / 1_000, quality: 'good', flags: [] };
  };
  const outcome = await store.write(
    Array.from({ length: readings }, (_, i) => row(i)),
    0,
  );
  await store.close();
  if (!outcome.ok) throw new Error(outcome.detail);
  const history = openHistory(settings, () => AT);
  const query = { ...POINT, from: AT, to: AT + readings * 5_000 };
  const ways = {
    asRows: async () => JSON.stringify((await history.queries.range(query)).points),
    asText: async () => (await history.queries.rangeText(query)).points,
  };
  const busy = { asRows: [] as number[], asText: [] as number[] };
  try {
    for (let n = 0; n < FIRST + times; n += 1) {
      for (const way of ['asRows', 'asText'] as const) {
        const before = performance.eventLoopUtilization();
        await ways[way]();
        if (n >= FIRST) busy[way].push(performance.eventLoopUtilization(before).active);
      }
    }
  } finally {
    await history.close();
    folder.remove();
  }
  return { readings, asRows: percentile(busy.asRows, 0.5), asText: percentile(busy.asText, 0.5) };
}
