import { mkdirSync, watch } from 'node:fs';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Delays of a thread's event loop, ms. */
export interface Delay {
  readonly turns: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}
/** Since the start, apart for when a snapshot was cut and when none was. */
export interface SnapshotDelays {
  readonly snapshots: number;
  readonly during: Delay;
  readonly otherwise: Delay;
}

const MARK = 'event-loop-delay ';
const EVERY_MS = 1;
/** A snapshot is heard of a turn or two after its first slice: what was just before belongs to it. */
const BEFORE_MS = 50;
const NANOS_PER_MS = 1e6;

/** The newest line among what a watched platform printed; null where no snapshot was cut. */
export function delaysOf(stdout: string): SnapshotDelays | null {
  const line = stdout
    .split('\n')
    .filter((one) => one.startsWith(MARK))
    .at(-1);
  return line === undefined ? null : (JSON.parse(line.slice(MARK.length)) as SnapshotDelays);
}

function told(histogram: RecordableHistogram): Delay {
  if (histogram.count === 0) return { turns: 0, p99: 0, p999: 0, max: 0 };
  const ms = (share: number): number => histogram.percentile(share) / NANOS_PER_MS;
  return { turns: histogram.count, p99: ms(99), p999: ms(99.9), max: histogram.max / NANOS_PER_MS };
}

/**
 * Looks every millisecond how late the event loop of this thread is, and prints a line each time a snapshot in `folder` is finished.
 * Not with `monitorEventLoopDelay`, whose histogram cannot be told which of its turns fell into a snapshot.
 */
export function watchSnapshots(folder: string): void {
  const during = createHistogram();
  const otherwise = createHistogram();
  let recent: { readonly at: number; readonly nanos: number }[] = [];
  let cutting = false;
  let snapshots = 0;
  let before = performance.now();
  setInterval(() => {
    const at = performance.now();
    const nanos = Math.max(1, Math.round((at - before - EVERY_MS) * NANOS_PER_MS));
    before = at;
    if (cutting) during.record(nanos);
    else recent.push({ at, nanos });
    if (recent.length < 2 * BEFORE_MS) return;
    const old = recent.findIndex((one) => one.at > at - BEFORE_MS);
    for (const one of recent.slice(0, old)) otherwise.record(one.nanos);
    recent = recent.slice(old);
  }, EVERY_MS);
  mkdirSync(folder, { recursive: true });
  watch(folder, (_kind, name) => {
    if (name === null) return;
    if (name.endsWith('.tmp') && !cutting) {
      cutting = true;
      for (const { at, nanos } of recent) (at > performance.now() - BEFORE_MS ? during : otherwise).record(nanos);
      recent = [];
    } else if (name.endsWith('.snap') && cutting) {
      cutting = false;
      snapshots += 1;
      const line: SnapshotDelays = { snapshots, during: told(during), otherwise: told(otherwise) };
      process.stdout.write(`${MARK}${JSON.stringify(line)}\n`);
    }
  });
}
