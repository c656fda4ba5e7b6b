import type { Clock } from '../model/ports/clock.ts';
import type { Inbound } from '../model/ports/message-source.ts';
import type { LedgerCount, LedgerLine, LedgerVerdict, Records } from '../model/ports/records.ts';
import type { RejectionCode } from '../model/rejection.ts';
import type { EpochMs } from '../model/time.ts';
import { createAcceptedBook } from './accepted-book.ts';

/** Bounds of semantics 8. */
const KEEP_CONNECTIONS = 20;
const REFUSALS_PER_MINUTE = 10;
const FLUSH_EVERY_MS = 500;
const QUEUE_BOUND = 20_000;

/**
 * The ingest ledger on its way to the records: the last accepted messages of a device stay in memory, refusals go one by one up to
 * 10 a minute per device and reason and are then counted, everything is counted per minute. Lines are written behind the live way,
 * in batches; when the records cannot keep up, lines are dropped and counted, never the counts.
 */
export interface LedgerFeed {
  accepted(inbound: Inbound, device: string, detail: string | null): void;
  refused(line: LedgerLine): void;
  connection(line: LedgerLine): void;
  recent(device: string): readonly LedgerLine[];
  connections(device: string): readonly LedgerLine[];
  flush(): Promise<void>;
  status(): { readonly queued: number; readonly dropped: number; readonly failing: string | null };
  stop(): Promise<void>;
}

function pushBounded(map: Map<string, LedgerLine[]>, key: string, line: LedgerLine, keep: number): void {
  const lines = map.get(key);
  if (lines === undefined) {
    map.set(key, [line]);
    return;
  }
  lines.push(line);
  if (lines.length > keep) lines.shift();
}

export function startLedgerFeed(records: Records, clock: Clock): LedgerFeed {
  const accepted = createAcceptedBook();
  const attempts = new Map<string, LedgerLine[]>();
  let queue: LedgerLine[] = [];
  let counts = new Map<string, { minute: EpochMs; device: string; verdict: LedgerVerdict; reason: RejectionCode | null; count: number }>();
  /** Refusals of the running minute per device and reason. */
  let refusals = new Map<string, number>();
  let refusalMinute = 0;
  let dropped = 0;
  let failing: string | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let cancel: (() => void) | null = null;
  let stopped = false;

  function count(line: LedgerLine): void {
    const minute = Math.floor(line.at / 60_000) * 60_000;
    const device = line.device ?? '';
    const key = `${minute} ${device} ${line.verdict} ${line.reason ?? ''}`;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { minute, device, verdict: line.verdict, reason: line.reason, count: 1 });
    else known.count += 1;
  }
  function enqueue(line: LedgerLine): void {
    if (queue.length >= QUEUE_BOUND) {
      dropped += 1;
      return;
    }
    queue.push(line);
  }
  function underRate(line: LedgerLine): boolean {
    const minute = Math.floor(line.at / 60_000);
    if (minute !== refusalMinute) {
      refusalMinute = minute;
      refusals = new Map();
    }
    const key = `${line.device ?? line.address ?? ''} ${line.reason ?? ''}`;
    const seen = (refusals.get(key) ?? 0) + 1;
    if (refusals.size < QUEUE_BOUND || seen > 1) refusals.set(key, seen);
    return seen <= REFUSALS_PER_MINUTE;
  }

  async function write(): Promise<void> {
    const tallies: readonly LedgerCount[] = [...counts.values(), ...accepted.takeCounts()];
    if (queue.length === 0 && tallies.length === 0) return;
    const lines = queue;
    queue = [];
    counts = new Map();
    try {
      await records.ledger.append(lines, tallies);
      failing = null;
    } catch (error) {
      failing = error instanceof Error ? error.message : String(error);
      dropped += lines.length;
    }
  }
  function schedule(): void {
    if (stopped) return;
    cancel = clock.after(FLUSH_EVERY_MS, () => {
      flushing = flushing.then(write);
      void flushing.then(schedule);
    });
  }
  schedule();

  return {
    accepted: (inbound, device, detail) => accepted.note(inbound, device, detail),
    refused(line) {
      count(line);
      if (underRate(line)) enqueue(line);
    },
    connection(line) {
      count(line);
      if (line.device !== null) pushBounded(attempts, line.device, line, KEEP_CONNECTIONS);
      if (underRate(line)) enqueue(line);
    },
    recent: (device) => accepted.recent(device),
    connections: (device) => (attempts.get(device) ?? []).toReversed(),
    flush() {
      flushing = flushing.then(write);
      return flushing;
    },
    status: () => ({ queued: queue.length, dropped, failing }),
    async stop() {
      stopped = true;
      cancel?.();
      flushing = flushing.then(write);
      await flushing;
    },
  };
}
