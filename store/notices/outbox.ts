/**
 * Carries the events of one stream (alarms, or warnings) from the records to one receiver: at least once, in order for each alarm or
 * warning, several of them at a time. While the receiver is down one event at a time asks whether it is back. An event is given up only
 * when the receiver refuses it by name while it takes others.
 */
import { backoffMs } from '../projector/backoff.ts';
import type { EventLog, Outgoing } from './event-log.ts';
import type { Position } from './outbox-file.ts';
import type { Attempt } from './post.ts';

export interface OutboxStatus {
  /** Events not yet delivered, counted up to 10,000 beyond those in memory. */
  readonly waiting: number;
  /** When the oldest of them happened, UTC ms; null for none. */
  readonly oldestAt: number | null;
  /** Its age when it was read and what passed since, ms: a step of the clock on the wall makes nothing late that was read before. */
  readonly oldestForMs: number;
  readonly delivered: number;
  readonly failed: number;
  /** Given up after the receiver refused them by name. */
  readonly refused: number;
  /** What the last attempt met; null after a delivery. */
  readonly trouble: string | null;
}

export interface OutboxParts {
  readonly log: Pick<EventLog, 'after' | 'count'>;
  readonly position: Position;
  readonly send: (event: Outgoing) => Promise<Attempt>;
  /** Deliveries of the other streams to the same receiver, so far: it takes others, though it may take none of ours. */
  readonly deliveredBeside: () => number;
  /** Monotonic ms. */
  readonly mono: () => number;
  /** UTC ms. */
  readonly now: () => number;
  readonly chance: () => number;
  readonly onRefused: (event: Outgoing, detail: string) => void;
}

export interface Outbox {
  /** Does what is due; to be called often, and after every answer. */
  turn(): void;
  status(): OutboxStatus;
  /** Resolves when no attempt is under way; nothing new is begun. */
  stop(): Promise<void>;
}

/** Events in memory at most, those passed over included; so many may be sent again after a kill. */
const WINDOW = 500;
const AT_ONCE = 8;
const COUNT_MOST = 10_000;
/** Refusals of one event by name before it is given up: about eight minutes. */
const REFUSALS = 20;

interface Item {
  readonly event: Outgoing;
  /** Monotonic ms at which it happened, as far as the clock told when it was read. */
  readonly since: number;
  refusals: number;
  /** Deliveries counted when it was first refused. */
  deliveredBefore: number;
}
interface Lane {
  readonly items: Item[];
  attempts: number;
  notBefore: number;
  busy: boolean;
}

export function createOutbox(parts: OutboxParts): Outbox {
  let position = parts.position.position;
  let readTo = position;
  /** Numbers read and not yet behind `position`, oldest first, and whether they are done with. */
  const order: number[] = [];
  const pending = new Map<number, Item>();
  const lanes = new Map<string, Lane>();
  let active = 0;
  let failuresInRow = 0;
  let pausedUntil = 0;
  let trouble: string | null = null;
  const counts = { delivered: 0, failed: 0, refused: 0 };
  let stopped = false;
  let onIdle: (() => void) | null = null;

  function fill(): void {
    if (order.length >= WINDOW) return;
    for (const event of parts.log.after(readTo, WINDOW - order.length)) {
      readTo = event.seq;
      order.push(event.seq);
      if (event.lane === null) continue;
      const item: Item = { event, since: parts.mono() - Math.max(0, parts.now() - event.at), refusals: 0, deliveredBefore: 0 };
      pending.set(event.seq, item);
      const lane = lanes.get(event.lane);
      if (lane === undefined) lanes.set(event.lane, { items: [item], attempts: 0, notBefore: 0, busy: false });
      else lane.items.push(item);
    }
  }

  const taken = (): number => counts.delivered + parts.deliveredBeside();

  function advance(): void {
    let done = 0;
    while (done < order.length && !pending.has(order[done] ?? 0)) done += 1;
    if (done === 0) return;
    position = order[done - 1] ?? position;
    order.splice(0, done);
    parts.position.write(position);
  }

  function finish(id: string, lane: Lane, item: Item): void {
    lane.items.shift();
    lane.attempts = 0;
    lane.notBefore = 0;
    pending.delete(item.event.seq);
    if (lane.items.length === 0) lanes.delete(id);
  }

  function delivered(id: string, lane: Lane, item: Item): void {
    counts.delivered += 1;
    trouble = null;
    // It was down and is back: nobody waits for the end of a pause of his own.
    if (failuresInRow > 1) for (const other of lanes.values()) other.notBefore = 0;
    failuresInRow = 0;
    finish(id, lane, item);
  }

  function failed(id: string, lane: Lane, item: Item, attempt: Extract<Attempt, { ok: false }>): void {
    counts.failed += 1;
    trouble = attempt.detail;
    lane.attempts += 1;
    failuresInRow += 1;
    const now = parts.mono();
    lane.notBefore = now + backoffMs(lane.attempts, parts.chance());
    pausedUntil = now + Math.max(attempt.retryAfterMs, backoffMs(failuresInRow, parts.chance()));
    // Behind the others, so that one event nobody wants does not keep the rest waiting.
    lanes.delete(id);
    lanes.set(id, lane);
    if (!attempt.final) return;
    if (item.refusals === 0) item.deliveredBefore = taken();
    item.refusals += 1;
    if (item.refusals < REFUSALS || taken() === item.deliveredBefore) return;
    counts.refused += 1;
    parts.onRefused(item.event, attempt.detail);
    finish(id, lane, item);
  }

  async function carry(id: string, lane: Lane, item: Item): Promise<void> {
    active += 1;
    lane.busy = true;
    const attempt = await parts.send(item.event);
    active -= 1;
    lane.busy = false;
    if (attempt.ok) delivered(id, lane, item);
    else if (!stopped) failed(id, lane, item, attempt);
    advance();
    if (!stopped) turn();
    else if (active === 0) onIdle?.();
  }

  function turn(): void {
    if (stopped) return;
    fill();
    advance();
    const now = parts.mono();
    if (failuresInRow > 0 && now < pausedUntil) return;
    const most = failuresInRow > 0 ? 1 : AT_ONCE;
    for (const [id, lane] of lanes) {
      if (active >= most) return;
      const item = lane.items[0];
      if (item === undefined || lane.busy || now < lane.notBefore) continue;
      void carry(id, lane, item);
    }
  }

  return {
    turn,
    status() {
      const oldest = pending.values().next();
      const beyond = order.length >= WINDOW ? parts.log.count(readTo, COUNT_MOST) : 0;
      return {
        ...counts,
        trouble,
        waiting: pending.size + beyond,
        oldestAt: oldest.done === true ? null : oldest.value.event.at,
        oldestForMs: oldest.done === true ? 0 : parts.mono() - oldest.value.since,
      };
    },
    stop() {
      stopped = true;
      return active === 0 ? Promise.resolve() : new Promise((resolve) => (onIdle = resolve));
    },
  };
}

/** Several outboxes to one receiver, told as one. */
export function together(all: readonly OutboxStatus[]): OutboxStatus {
  const sum = (of: (status: OutboxStatus) => number): number => all.reduce((total, status) => total + of(status), 0);
  const oldest = all.flatMap(({ oldestAt }) => (oldestAt === null ? [] : [oldestAt]));
  return {
    waiting: sum((status) => status.waiting),
    oldestAt: oldest.length === 0 ? null : Math.min(...oldest),
    oldestForMs: Math.max(0, ...all.map((status) => status.oldestForMs)),
    delivered: sum((status) => status.delivered),
    failed: sum((status) => status.failed),
    refused: sum((status) => status.refused),
    trouble: all.find((status) => status.trouble !== null)?.trouble ?? null,
  };
}
