import type { Clock } from '../model/ports/clock.ts';
import type { Inbound } from '../model/ports/message-source.ts';
import type { AcceptedQuery } from '../model/ports/platform.ts';
import type { LedgerCount, LedgerLine, LedgerVerdict, Records } from '../model/ports/records.ts';
import type { DoubtCode, LedgerReason, Refusal } from '../model/rejection.ts';
import type { EpochMs } from '../model/time.ts';
import { createAcceptedBook } from './accepted-book.ts';
import { printableHead, refusalLine, refusedUnder } from './ledger-lines.ts';
import { createRecentLines } from './recent-lines.ts';

/** Bounds of semantics 8. */
const KEEP_CONNECTIONS = 20;
const REFUSALS_PER_MINUTE = 10;
/** Refused connections have the names their senders chose: so many of one address get a line a minute, the rest are counted without a name. */
const STRANGERS_PER_MINUTE = 100;
/** Names with refused connections that are remembered. */
const KEEP_REFUSED_NAMES = 10_000;
const FLUSH_EVERY_MS = 500;
const QUEUE_BOUND = 20_000;

/**
 * The ingest ledger on its way to the records: the last accepted messages of a device stay in memory, refusals go one by one up to
 * 10 a minute per device and reason and are then counted, everything is counted per minute. Lines are written behind the live way,
 * in batches; when the records cannot take them, lines are dropped and counted, and the counts wait.
 */
export interface LedgerFeed {
  /** @param reason what of it was kept but doubted; null = nothing. */
  accepted(inbound: Inbound, device: string, detail: string | null, reason?: DoubtCode | null): void;
  refused(line: LedgerLine): void;
  /** What was refused of one message. Lines beyond the rate are counted without being made. */
  refusedParts(inbound: Inbound, refused: readonly Refusal[]): void;
  connection(line: LedgerLine): void;
  recent(device: string): readonly LedgerLine[];
  newestAccepted(asked: AcceptedQuery): readonly LedgerLine[];
  connections(device: string): readonly LedgerLine[];
  flush(): Promise<void>;
  status(): { readonly queued: number; readonly dropped: number; readonly failing: string | null; readonly writing: boolean };
  stop(): Promise<void>;
}

export function startLedgerFeed(records: Records, clock: Clock): LedgerFeed {
  const accepted = createAcceptedBook();
  /** Of those who were let in: no more names than there are devices and gateways. */
  const connects = createRecentLines(KEEP_CONNECTIONS, Number.POSITIVE_INFINITY);
  /** Of those who were not: anybody can think of a name. */
  const refusedConnects = createRecentLines(KEEP_CONNECTIONS, KEEP_REFUSED_NAMES);
  let queue: LedgerLine[] = [];
  let counts = new Map<string, { minute: EpochMs; device: string; verdict: LedgerVerdict; reason: LedgerReason | null; count: number }>();
  /** Refusals of the running minute per device and reason. */
  let refusals = new Map<string, number>();
  let refusalMinute = 0;
  let dropped = 0;
  let failing: string | null = null;
  let flushing: Promise<void> = Promise.resolve();
  let writes = 0;
  let cancel: (() => void) | null = null;
  let stopped = false;

  function count(line: Pick<LedgerLine, 'at' | 'verdict' | 'reason'>, device: string): void {
    add({ minute: Math.floor(line.at / 60_000) * 60_000, device, verdict: line.verdict, reason: line.reason, count: 1 });
  }
  function add(tally: LedgerCount): void {
    const key = `${tally.minute} ${tally.device} ${tally.verdict} ${tally.reason ?? ''}`;
    const known = counts.get(key);
    if (known !== undefined) known.count += tally.count;
    else if (counts.size < QUEUE_BOUND) counts.set(key, { ...tally });
    else dropped += tally.count;
  }
  function enqueue(line: LedgerLine): void {
    if (queue.length >= QUEUE_BOUND) {
      dropped += 1;
      return;
    }
    queue.push(line);
  }
  /** Of its kind in this minute at most `most`? */
  function underRate(at: EpochMs, key: string, most: number): boolean {
    const minute = Math.floor(at / 60_000);
    if (minute !== refusalMinute) {
      refusalMinute = minute;
      refusals = new Map();
    }
    const seen = (refusals.get(key) ?? 0) + 1;
    if (refusals.size < QUEUE_BOUND || seen > 1) refusals.set(key, seen);
    return seen <= most;
  }
  /** A line of its own for the first ones of a minute, a count for all. */
  function enter(line: LedgerLine): void {
    count(line, line.device ?? '');
    if (mayHaveLine(line.at, line.device ?? line.address ?? '', line.reason)) enqueue(line);
  }
  function mayHaveLine(at: EpochMs, source: string, reason: LedgerReason | null): boolean {
    return underRate(at, `${source} ${reason ?? ''}`, REFUSALS_PER_MINUTE);
  }

  async function write(): Promise<void> {
    const tallies: readonly LedgerCount[] = [...counts.values(), ...accepted.takeCounts()];
    if (queue.length === 0 && tallies.length === 0) return;
    const lines = queue;
    queue = [];
    counts = new Map();
    writes += 1;
    try {
      await records.ledger.append(lines, tallies);
      failing = null;
    } catch (error) {
      failing = error instanceof Error ? error.message : String(error);
      dropped += lines.length;
      for (const tally of tallies) add(tally);
    } finally {
      writes -= 1;
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
    accepted: (inbound, device, detail, reason) => accepted.note(inbound, device, detail, reason),
    refused: enter,
    refusedParts(inbound, refused) {
      let head: string | null = null;
      for (const refusal of refused) {
        const device = refusedUnder(inbound, refusal);
        const at = inbound.receivedAt;
        count({ at, verdict: 'refused', reason: refusal.code }, device);
        if (!mayHaveLine(at, device, refusal.code)) continue;
        head ??= printableHead(inbound.payload);
        enqueue(refusalLine(inbound, refusal, head));
      }
    },
    connection(line) {
      if (line.verdict !== 'connect-refused') {
        if (line.device !== null) connects.push(line.device, line);
        enter(line);
        return;
      }
      if (!underRate(line.at, `address ${line.address ?? ''}`, STRANGERS_PER_MINUTE)) {
        count(line, '');
        return;
      }
      if (line.device !== null) refusedConnects.push(line.device, line);
      enter(line);
    },
    recent: (device) => accepted.recent(device),
    newestAccepted: (asked) => accepted.newest(asked),
    connections: (device) => [...connects.of(device), ...refusedConnects.of(device)].sort((a, b) => b.at - a.at).slice(0, KEEP_CONNECTIONS),
    flush() {
      flushing = flushing.then(write);
      return flushing;
    },
    status: () => ({ queued: queue.length, dropped, failing, writing: writes > 0 }),
    async stop() {
      stopped = true;
      cancel?.();
      flushing = flushing.then(write);
      await flushing;
    },
  };
}
