import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outgoing } from './event-log.ts';
import { createOutbox, together } from './outbox.ts';
import { type Attempt, retryAfterMs } from './post.ts';

const YES: Attempt = { ok: true };
const no = (status: number, more: { retryAfterMs?: number } = {}): Attempt => ({
  ok: false,
  detail: `HTTP ${status}`,
  final: [400, 413, 422].includes(status),
  retryAfterMs: more.retryAfterMs ?? 0,
});

const eventOf = (seq: number, lane: string | null): Outgoing => ({
  seq,
  lane,
  at: 1_000 + seq,
  message: { type: 'alarm.raised', test: false },
});
const device = (seq: number): Outgoing => eventOf(seq, null);

/** An outbox on time of its own before a receiver that answers what it is told to. */
function before(events: readonly Outgoing[], answer: (event: Outgoing, nth: number, now: number) => Attempt, startAt = 0) {
  let now = 0;
  let asked = 0;
  const taken: number[] = [];
  const times: number[] = [];
  const given: number[] = [];
  const file = {
    position: startAt,
    written: [] as number[],
    write(position: number) {
      this.position = position;
      this.written.push(position);
    },
  };
  let mostAtOnce = 0;
  let underWay = 0;
  let beside = 0;
  const start = () =>
    createOutbox({
      log: {
        after: (seq, limit) => events.filter((event) => event.seq > seq).slice(0, limit),
        count: (seq, most) => Math.min(most, events.filter((event) => event.seq > seq && event.lane !== null).length),
      },
      position: file,
      async send(event) {
        underWay += 1;
        mostAtOnce = Math.max(mostAtOnce, underWay);
        times.push(now);
        asked += 1;
        await Promise.resolve();
        const attempt = answer(event, asked, now);
        underWay -= 1;
        if (attempt.ok) taken.push(event.seq);
        return attempt;
      },
      deliveredBeside: () => beside,
      mono: () => now,
      now: () => now,
      chance: () => 0.5,
      onRefused: (event) => given.push(event.seq),
    });
  return {
    start,
    file,
    taken,
    times,
    given,
    mostAtOnce: () => mostAtOnce,
    /** The receiver took something of another stream. */
    takesBeside: () => (beside += 1),
    async pass(outbox: ReturnType<typeof start>, ms: number) {
      for (const until = now + ms; now < until; now += 200) {
        outbox.turn();
        for (let i = 0; i < 50; i += 1) await Promise.resolve();
      }
    },
  };
}

const STORY = Array.from({ length: 60 }, (_, i) => (i % 7 === 3 ? device(i + 1) : eventOf(i + 1, `a${i % 5}`)));
const ALARMS = STORY.filter((event) => event.lane !== null);

function inOrder(taken: readonly number[]): boolean {
  const last = new Map<string, number>();
  const seen = new Set<number>();
  for (const seq of taken) {
    const event = STORY[seq - 1];
    if (event === undefined || event.lane === null || seen.has(seq)) continue;
    seen.add(seq);
    if ((last.get(event.lane) ?? 0) > seq) return false;
    last.set(event.lane, seq);
  }
  return true;
}

describe('the outbox', () => {
  it('delivers every alarm event once, several alarms at a time, and passes over devices', async () => {
    const world = before(STORY, () => YES);
    const outbox = world.start();
    await world.pass(outbox, 1_000);
    expect(world.taken.toSorted((a, b) => a - b)).toEqual(ALARMS.map((event) => event.seq));
    expect(world.mostAtOnce()).toBeGreaterThan(1);
    expect(inOrder(world.taken)).toBe(true);
    expect(world.file.position).toBe(60);
    expect(outbox.status()).toMatchObject({ waiting: 0, oldestAt: null, trouble: null });
  });

  it('keeps the order of each alarm and loses none, whatever fails, and whenever it is killed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(200, 200, 429, 500, 503, 0), { maxLength: 60 }),
        fc.integer({ min: 1, max: 8 }),
        async (answers, kills) => {
          const world = before(STORY, (_, nth) => {
            const status = answers[nth] ?? 200;
            return status === 200 ? YES : no(status);
          });
          for (let life = 0; life < kills; life += 1) await world.pass(world.start(), 400);
          const last = world.start();
          await world.pass(last, 240_000);
          expect([...new Set(world.taken)].toSorted((a, b) => a - b)).toEqual(ALARMS.map((event) => event.seq));
          expect(inOrder(world.taken)).toBe(true);
          // A position never goes back.
          expect(world.file.written).toEqual(world.file.written.toSorted((a, b) => a - b));
          expect(last.status().waiting).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('asks a receiver that is down with one event at a time, at growing pauses, and all go on when it is back', async () => {
    let down = true;
    const world = before(STORY, () => (down ? no(503) : YES));
    const outbox = world.start();
    await world.pass(outbox, 300_000);
    expect(world.taken).toEqual([]);
    expect(world.times.length).toBeGreaterThan(10);
    expect(world.times.length).toBeLessThan(60);
    expect(outbox.status()).toMatchObject({ waiting: ALARMS.length, oldestAt: 1_001, trouble: 'HTTP 503' });
    expect(outbox.status().oldestForMs).toBeGreaterThan(290_000);
    down = false;
    await world.pass(outbox, 35_000);
    expect(world.taken).toHaveLength(ALARMS.length);
    expect(inOrder(world.taken)).toBe(true);
  });

  it('a receiver that is slow: how late it is shows although only a part of what waits was read', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => eventOf(i + 1, `a${i}`));
    let nth = 0;
    const world = before(many, () => ((nth += 1) % 12 === 0 ? YES : no(500)));
    const outbox = world.start();
    await world.pass(outbox, 600_000);
    expect(world.taken.length).toBeGreaterThan(0);
    expect(outbox.status().oldestForMs).toBeGreaterThan(590_000);
  });

  it('waits as long as Retry-After asks', async () => {
    const world = before([eventOf(1, 'a')], (_, nth) => (nth === 1 ? no(429, { retryAfterMs: 60_000 }) : YES));
    await world.pass(world.start(), 100_000);
    expect(world.times).toHaveLength(2);
    expect(world.times[1]).toBeGreaterThanOrEqual(60_000);
  });

  it('gives an event up only when the receiver refuses it by name and takes others', async () => {
    const poison = before(STORY, (event) => (event.seq === 6 ? no(422) : YES));
    await poison.pass(poison.start(), 3_000);
    // The same alarm's next event waits behind it; other alarms go on.
    expect(poison.taken).not.toContain(16);
    expect(poison.taken).toContain(59);
    const more = before([...STORY, eventOf(61, 'b')], (event, _, now) =>
      event.seq === 6 ? no(422) : event.seq === 61 && now < 60_000 ? no(500) : YES,
    );
    await more.pass(more.start(), 1_200_000);
    expect(more.given).toEqual([6]);
    expect(more.taken).toHaveLength(ALARMS.length);
    const wrongPlace = before(STORY, () => no(400));
    await wrongPlace.pass(wrongPlace.start(), 3_600_000);
    expect(wrongPlace.given).toEqual([]);
    expect(wrongPlace.file.position).toBe(0);
  });

  it('gives up what the receiver refuses by name of this stream alone, as long as it takes another', async () => {
    const world = before([eventOf(1, 'a'), eventOf(2, 'b')], () => no(400));
    const outbox = world.start();
    await world.pass(outbox, 1_800_000);
    expect(world.given).toEqual([]);
    world.takesBeside();
    await world.pass(outbox, 1_800_000);
    expect(world.given).toEqual([1, 2]);
    expect(outbox.status()).toMatchObject({ waiting: 0, refused: 2 });
  });

  it('two to one receiver are told as one', () => {
    const one = { waiting: 2, oldestAt: 50, oldestForMs: 7, delivered: 1, failed: 3, refused: 0, trouble: null };
    expect(together([one, { ...one, oldestAt: 40, oldestForMs: 9, trouble: 'HTTP 500' }])).toEqual({
      waiting: 4,
      oldestAt: 40,
      oldestForMs: 9,
      delivered: 2,
      failed: 6,
      refused: 0,
      trouble: 'HTTP 500',
    });
    expect(together([{ ...one, oldestAt: null }, one]).oldestAt).toBe(50);
  });

  it('holds a bounded number in memory and counts those beyond', async () => {
    const many = Array.from({ length: 3_000 }, (_, i) => eventOf(i + 1, `a${i}`));
    const world = before(many, () => no(500));
    const outbox = world.start();
    await world.pass(outbox, 1_000);
    expect(outbox.status().waiting).toBe(3_000);
  });
});

describe('Retry-After', () => {
  it.each([
    [null, 0],
    ['7', 7_000],
    ['999999', 300_000],
    ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['soon', 0],
  ])('%s is %i ms', (header, ms) => expect(retryAfterMs(header, 10_000)).toBe(ms));
});
