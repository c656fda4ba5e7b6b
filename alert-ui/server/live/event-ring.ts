import type { LiveEvent } from '../../../model/alarm.ts';
import type { EpochMs } from '../../../model/time.ts';

export const RING_EVENTS = 10_000;
export const RING_MS = 3_600_000;
const STRIDE = 1_000;

export function timeOf(event: LiveEvent): EpochMs {
  return event.kind === 'alarm' ? event.event.at : event.at;
}
export function enterpriseOf(event: LiveEvent): string | null {
  return event.kind === 'alarm' ? event.alarm.enterpriseId : event.enterpriseId;
}

/**
 * The last events of the whole system, in order and without a gap, for viewers that were away. At most 10,000 and at most an hour
 * old; what is older is given as a snapshot instead.
 */
export class EventRing {
  private events: LiveEvent[] = [];
  /** Number up to which events may be missing: a viewer that has at least this one can be told exactly what came after. */
  private before: number;

  constructor(before: number) {
    this.before = before;
  }

  get base(): number {
    return this.before;
  }
  get size(): number {
    return this.events.length;
  }

  push(event: LiveEvent, now: EpochMs): void {
    const last = this.events.at(-1)?.seq ?? this.before;
    // A hole cannot be told from here: everything up to it counts as unknown.
    if (event.seq !== last + 1) {
      this.events = [];
      this.before = event.seq - 1;
    }
    this.events.push(event);
    // Trimmed in strides, so that a push stays cheap.
    if (this.events.length >= RING_EVENTS + STRIDE) this.drop(this.events.length - RING_EVENTS);
    // Old ones go many at a time, for the same reason; `after` is exact.
    const later = this.events[STRIDE];
    if (later !== undefined && timeOf(later) < now - RING_MS) this.expire(now);
  }

  /** Events numbered above `seq`, oldest first; null when that is further back than what is held. */
  after(seq: number, now: EpochMs): readonly LiveEvent[] | null {
    this.expire(now);
    if (this.events.length > RING_EVENTS) this.drop(this.events.length - RING_EVENTS);
    if (seq < this.before) return null;
    return this.events.slice(seq - this.before);
  }

  newestFirst(): Iterable<LiveEvent> {
    return this.events.toReversed();
  }

  private expire(now: EpochMs): void {
    const first = this.events[0];
    if (first === undefined || timeOf(first) >= now - RING_MS) return;
    let old = 0;
    while (old < this.events.length) {
      const event = this.events[old];
      if (event === undefined || timeOf(event) >= now - RING_MS) break;
      old += 1;
    }
    this.drop(old);
  }

  private drop(count: number): void {
    const last = this.events[count - 1];
    if (last === undefined) return;
    this.before = last.seq;
    this.events = this.events.slice(count);
  }
}
