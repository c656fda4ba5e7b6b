import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../../model/alarm.ts';
import { EventRing, RING_EVENTS, RING_MS } from './event-ring.ts';

function event(seq: number, at: number): LiveEvent {
  return { kind: 'device', seq, at, id: 'd', enterpriseId: 'a', online: true, health: [], lastSeenAt: null };
}

describe('a viewer that was away', () => {
  it('gets exactly what came after its last event, or is told that too much has passed', () => {
    assert(
      property(
        integer({ min: 0, max: 1_000 }),
        array(integer({ min: 0, max: 600_000 }), { maxLength: 60 }),
        integer({ min: -5, max: 70 }),
        (base, gaps, back) => {
          const ring = new EventRing(base);
          const all: LiveEvent[] = [];
          let now = 1_000_000_000;
          for (const gap of gaps) {
            now += gap;
            const next = event(base + all.length + 1, now);
            all.push(next);
            ring.push(next, now);
          }
          const seq = base + all.length - back;
          const expected = all.filter((one) => one.seq > seq);
          const answer = ring.after(seq, now);
          const tooOld = seq < base || expected.some((one) => one.kind === 'device' && one.at < now - RING_MS);
          expect(answer).toEqual(tooOld ? null : expected);
        },
      ),
    );
  });

  it('finds at most 10,000 events held, however many there were', () => {
    const ring = new EventRing(0);
    for (let seq = 1; seq <= 25_000; seq += 1) ring.push(event(seq, 0), 0);
    expect(ring.after(25_000 - RING_EVENTS, 0)).toHaveLength(RING_EVENTS);
    expect(ring.after(25_000 - RING_EVENTS - 1, 0)).toBeNull();
  });

  it('is not told half a story across a hole in the numbers', () => {
    const ring = new EventRing(0);
    ring.push(event(1, 0), 0);
    ring.push(event(5, 0), 0);
    expect(ring.after(1, 0)).toBeNull();
    expect(ring.after(4, 0)?.map((one) => one.seq)).toEqual([5]);
  });
});
