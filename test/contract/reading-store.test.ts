/**
 * What every reading store promises, held against each of them: what was written comes back as it was, whatever it is called,
 * however often it is written, and in whatever order it arrives.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket, RangeQuery, ReadingStore, RollUp } from '../../model/ports/reading-store.ts';
import { FLAGS, QUALITIES, type StoredReading } from '../../model/reading.ts';
import { DigestSum, digestOf } from '../../store/readings/digest.ts';
import { memoryReadingStore } from '../../store/readings/memory.ts';
import { openReadingStore, type StoreSettings } from '../../store/readings/open.ts';
import { type Influxd, influxdMissing, startInfluxd } from '../parts/influxd.ts';

/** 2025-11-23 12:00 UTC, and the end of all times the stores are asked about. */
const NOON = Date.UTC(2025, 10, 23, 12);
const EVER = { from: Date.UTC(1960, 0, 1), to: Date.UTC(2100, 0, 1) };
const DAY = 86_400_000;
const HOUR = 3_600_000;

function reading(changes: Partial<StoredReading> = {}): StoredReading {
  return {
    enterprise: 'tank-farm',
    device: 'gas-1',
    measurement: 'lel',
    channel: null,
    sampleAt: NOON,
    receivedAt: NOON + 120,
    value: 12.5,
    quality: 'good',
    flags: [],
    ...changes,
  };
}

interface Kept {
  readonly store: ReadingStore;
  /** The same content, opened again as after a restart. */
  reopen(): Promise<ReadingStore>;
}

interface Kind {
  readonly name: string;
  readonly missing: string | null;
  begin(): Promise<void>;
  /** A new, empty, prepared store. */
  open(): Promise<Kept>;
  end(): Promise<void>;
}

function kinds(): readonly Kind[] {
  const folders: string[] = [];
  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'beacon-readings-'));
    folders.push(made);
    return made;
  };
  const removeFolders = (): void => {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  };
  async function onDisk(settings: StoreSettings): Promise<Kept> {
    let store = await openReadingStore(settings);
    await store.prepare();
    return {
      get store() {
        return store;
      },
      async reopen() {
        await store.close();
        store = await openReadingStore(settings);
        await store.prepare();
        return store;
      },
    };
  }
  let influxd: Influxd | null = null;
  let databases = 0;
  return [
    {
      name: 'memory',
      missing: null,
      begin: async () => {},
      open: async () => {
        const store = memoryReadingStore();
        return { store, reopen: async () => store };
      },
      end: async () => {},
    },
    {
      name: 'embedded',
      missing: null,
      begin: async () => {},
      open: () => onDisk({ kind: 'embedded', folder: join(folder(), 'readings') }),
      end: async () => removeFolders(),
    },
    {
      name: 'InfluxDB',
      missing: influxdMissing(),
      begin: async () => {
        influxd = await startInfluxd();
      },
      open: () => {
        if (influxd === null) throw new Error('influxd was not started');
        databases += 1;
        return onDisk({ kind: 'influx', url: influxd.url, database: `beacon "${databases}"`, folder: folder() });
      },
      end: async () => {
        await influxd?.stop();
        removeFolders();
      },
    },
  ];
}

function around(r: StoredReading): RangeQuery {
  return { enterprise: r.enterprise, device: r.device, measurement: r.measurement, channel: r.channel, ...EVER };
}

async function wrote(store: ReadingStore, batch: readonly StoredReading[], position: number): Promise<void> {
  expect(await store.write(batch, position)).toEqual({ ok: true, rejected: [] });
}

/** Every reading is in the store, unchanged, and nothing else. */
async function holds(store: ReadingStore, all: readonly StoredReading[]): Promise<void> {
  const devices = new Map(all.map((r) => [JSON.stringify([r.enterprise, r.device]), { enterprise: r.enterprise, device: r.device }]));
  for (const device of devices.values()) {
    const expected = digestOf(all.filter((r) => r.enterprise === device.enterprise && r.device === device.device));
    expect(await store.digest(device, EVER.from, EVER.to)).toEqual(expected);
  }
}

/** By hand: the buckets of these (time, value) pairs. */
function bucketsByHand(values: readonly (readonly [number, number])[], from: number, bucketMs: number): Bucket[] {
  const starts = [...new Set(values.map(([at]) => from + Math.floor((at - from) / bucketMs) * bucketMs))].sort((a, b) => a - b);
  return starts.map((start) => {
    const inside = values.filter(([at]) => at >= start && at < start + bucketMs).map(([, value]) => value);
    const sum = inside.reduce((a, b) => a + b, 0);
    return [start, Math.min(...inside), Math.max(...inside), sum / inside.length, inside.length];
  });
}

/** By hand, the slow way: roll-ups of these readings, each (point, time) once. */
function rolledByHand(all: readonly StoredReading[], widthMs: number): RollUp[] {
  const starts = [...new Set(all.map((r) => Math.floor(r.sampleAt / widthMs) * widthMs))].sort((a, b) => a - b);
  return starts.map((at) => {
    const inside = all.filter((r) => r.sampleAt >= at && r.sampleAt < at + widthMs).sort((a, b) => a.sampleAt - b.sampleAt);
    const good = inside.filter((r) => r.quality !== 'bad' && r.value !== null);
    const numbers = good.map((r) => r.value).filter((value) => typeof value === 'number');
    const states: Record<string, number> = {};
    for (const [i, r] of inside.entries()) {
      if (!good.includes(r)) continue;
      const until = inside[i + 1]?.sampleAt ?? at + widthMs;
      states[String(r.value)] = (states[String(r.value)] ?? 0) + until - r.sampleAt;
    }
    const isStates = good.length > 0 && numbers.every((value) => value === 0 || value === 1);
    const [first] = inside;
    const last = inside.at(-1);
    if (first === undefined || last === undefined) throw new Error('an empty bucket');
    return {
      at,
      min: numbers.length === 0 ? null : Math.min(...numbers),
      max: numbers.length === 0 ? null : Math.max(...numbers),
      sum: numbers.reduce((a, b) => a + b, 0),
      count: good.length,
      bad: inside.length - good.length,
      firstAt: first.sampleAt,
      lastAt: last.sampleAt,
      last: last.value,
      quality: last.quality,
      states: isStates ? states : null,
    };
  });
}

function badByHand(all: readonly StoredReading[], from: number, origin: number, bucketMs: number): (readonly [number, number])[] {
  const counts = new Map<number, number>();
  for (const { sampleAt, value, quality } of all) {
    const start = Math.max(from, origin + Math.floor((sampleAt - origin) / bucketMs) * bucketMs);
    if (value === null || quality === 'bad') counts.set(start, (counts.get(start) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b);
}

function expectBuckets(actual: readonly Bucket[], expected: readonly Bucket[]): void {
  // + 0: there is only one zero.
  const exact = (all: readonly Bucket[]) => all.map(([ts, min, max, , count]) => [ts, min + 0, max + 0, count]);
  expect(exact(actual)).toEqual(exact(expected));
  for (const [i, bucket] of actual.entries()) expect(bucket[3]).toBeCloseTo(expected[i]?.[3] ?? Number.NaN, 9);
}

for (const kind of kinds()) {
  if (kind.missing !== null && process.env['CI'] === undefined) {
    describe.skip(`reading store: ${kind.name} (skipped: ${kind.missing})`, () => it('is not here', () => {}));
    continue;
  }
  describe(`reading store: ${kind.name}`, () => {
    beforeAll(kind.begin);
    afterAll(kind.end);

    it('gives back every quality, flag and kind of value as it was written', async () => {
      const { store } = await kind.open();
      const all = [
        ...QUALITIES.map((quality, i) => reading({ quality, sampleAt: NOON + i, value: i + 0.25 })),
        ...FLAGS.map((flag, i) => reading({ quality: 'uncertain', flags: [flag], sampleAt: NOON + 100 + i, value: -1 - i })),
        reading({ quality: 'bad', flags: [...FLAGS], sampleAt: NOON + 200, value: 1e300 }),
        reading({ quality: 'good', flags: ['warm-up'], sampleAt: NOON + 201, value: 5e-324 }),
        reading({ quality: 'bad', flags: ['sensor'], sampleAt: NOON + 202, value: null }),
        reading({ quality: 'good', sampleAt: NOON + 203, value: 0.1 + 0.2 }),
        reading({ measurement: 'text', sampleAt: NOON + 204, value: 'valve "A" \\ open\nnow, 阀门开' }),
        reading({ measurement: 'text', sampleAt: NOON + 205, value: '' }),
        reading({ measurement: 'text', sampleAt: NOON + 206, value: null, quality: 'bad' }),
      ];
      await wrote(store, all, 1);
      await holds(store, all);
      const { points } = await store.range(around(reading()));
      expect(points).toEqual(all.filter((r) => r.measurement === 'lel').map((r) => [r.sampleAt, r.value, r.quality]));
      const texts = await store.range(around(reading({ measurement: 'text' })));
      expect(texts.points.map(([, value]) => value)).toEqual(['valve "A" \\ open\nnow, 阀门开', '', null]);
      expect((await store.buckets({ ...around(reading({ measurement: 'text' })), maxPoints: 10 })).buckets).toEqual([]);
    });

    it('keeps the later arrival of one sample time, with nothing left of the earlier', async () => {
      const { store, reopen } = await kind.open();
      const bad = reading({ quality: 'bad', flags: ['sensor'], value: 99 });
      const good = reading({ receivedAt: NOON + 5_000, value: 7 });
      const none = reading({ receivedAt: NOON + 9_000, value: null, quality: 'bad' });
      await wrote(store, [bad], 1);
      await wrote(store, [good], 2);
      await holds(store, [good]);
      await wrote(store, [none], 3);
      await holds(store, [none]);
      await wrote(await reopen(), [good], 4);
      const again = await reopen();
      await holds(again, [good]);
      await wrote(again, [bad, none, reading({ receivedAt: NOON + 20_000, value: 8 })], 5);
      await holds(again, [reading({ receivedAt: NOON + 20_000, value: 8 })]);
      expect((await again.range(around(good))).points).toEqual([[NOON, 8, 'good']]);
    });

    it('keeps each reading its own arrival when a device sends one instant in several messages', async () => {
      const { store, reopen } = await kind.open();
      const first = reading();
      const second = reading({ measurement: 'temp', receivedAt: NOON + 4_000, value: 21 });
      const third = reading({ measurement: 'pressure', receivedAt: NOON + 60_000, value: 1 });
      await wrote(store, [first], 1);
      await wrote(store, [second], 2);
      await wrote(await reopen(), [third], 3);
      await holds(await reopen(), [first, second, third]);
    });

    it('writes a batch again without any change, as after a crash before its position', async () => {
      const { store, reopen } = await kind.open();
      const batch = [0, 1, 2, 3].flatMap((i) => [
        reading({ sampleAt: NOON + i * 1_000, receivedAt: NOON + i * 1_000 + 50, value: i }),
        reading({ measurement: 'temp', sampleAt: NOON + i * 1_000, receivedAt: NOON + i * 1_000 + 70, value: 20 + i }),
      ]);
      await wrote(store, batch, 8);
      await wrote(store, batch.slice(3), 8);
      await wrote(await reopen(), batch, 8);
      await holds(await reopen(), batch);
    });

    it('tells channels, measurements, devices and enterprises apart', async () => {
      const { store } = await kind.open();
      const all = [
        reading({ measurement: 'cable_temp', channel: null, value: 1 }),
        reading({ measurement: 'cable_temp', channel: 0, value: 2 }),
        reading({ measurement: 'cable_temp', channel: 12, value: 3 }),
        reading({ device: 'gas-2', value: 4 }),
        reading({ enterprise: 'restaurants', value: 5 }),
        // Names that look like what the store itself writes beside a value.
        reading({ measurement: 'cable_temp.12', channel: null, value: 6 }),
        reading({ measurement: 'lel_q', value: 7 }),
        reading({ measurement: 'lel_rx', value: 8 }),
        reading({ measurement: 'rx', value: 9 }),
        reading({ measurement: 'time', value: 10 }),
        reading({ measurement: 'device', value: 11 }),
        reading({ measurement: 'lel~', value: 12 }),
        reading({ quality: 'uncertain', value: 13 }),
      ];
      await wrote(store, all, 1);
      await holds(store, all);
      for (const r of all) expect((await store.range(around(r))).points).toEqual([[r.sampleAt, r.value, r.quality]]);
    });

    it('takes hostile ids as names and nothing else, or refuses them one by one', async () => {
      const { store } = await kind.open();
      const names = [
        "x' OR 'a'='a",
        'a,device=b c=1',
        '"; DROP DATABASE beacon',
        'é 阀门 😀',
        '$device',
        'a=b',
        ' ',
        '\\',
        'end\\',
        'new\nline',
        '%27',
      ];
      const all = names.flatMap((name, i) => [
        reading({ device: name, value: i }),
        reading({ enterprise: name, value: 100 + i }),
        reading({ measurement: name, value: 200 + i }),
      ]);
      const outcome = await store.write([...all, reading()], 1);
      if (!outcome.ok) throw new Error(outcome.detail);
      const refused = new Set(outcome.rejected.map((r) => r.reading));
      for (const r of refused) expect([r.enterprise, r.device, r.measurement].join('')).toMatch(/[\\\n]/);
      const kept = [...all.filter((r) => !refused.has(r)), reading()];
      await holds(store, kept);
      for (const r of kept) expect((await store.range(around(r))).points).toEqual([[r.sampleAt, r.value, r.quality]]);
    });

    it('refuses what nobody can store alone, and keeps the rest of the batch', async () => {
      const { store } = await kind.open();
      if (kind.name === 'memory') return;
      const wrong = reading({ device: 'gas-9', value: Number.NaN });
      const outcome = await store.write([reading({ value: 1 }), wrong, reading({ measurement: 'temp', value: 2 })], 1);
      expect(outcome.ok && outcome.rejected.map((r) => r.reading)).toEqual([wrong]);
      await holds(store, [reading({ value: 1 }), reading({ measurement: 'temp', value: 2 })]);
    });

    it('answers ranges from inclusive to exclusive, over midnight, page by page', async () => {
      const { store } = await kind.open();
      const midnight = NOON + DAY / 2;
      const all = Array.from({ length: 1_000 }, (_, i) => {
        const sampleAt = midnight - 500_000 + i * 1_000;
        return reading({ sampleAt, receivedAt: sampleAt + 10, value: i });
      });
      await wrote(store, all, 1);
      const from = midnight - 100_000;
      const to = midnight + 100_000;
      const pages: number[] = [];
      const values: unknown[] = [];
      let next: number | null = from;
      while (next !== null) {
        const answer = await store.range({ ...around(reading()), from: next, to, limit: 77 });
        pages.push(answer.points.length);
        for (const [, value] of answer.points) values.push(value);
        next = answer.next;
      }
      expect(values).toEqual(Array.from({ length: 200 }, (_, i) => 400 + i));
      expect(pages).toEqual([77, 77, 46]);
      const exact = await store.range({ ...around(reading()), from, to, limit: 200 });
      expect(exact.next).toBeNull();
      expect((await store.range({ ...around(reading()), from: to, to: from })).points).toEqual([]);
      expect((await store.range({ ...around(reading({ device: 'nobody' })) })).points).toEqual([]);
    });

    it('keeps samples from 1970 and from before it', async () => {
      const { store } = await kind.open();
      const all = [
        reading({ sampleAt: 0, receivedAt: NOON }),
        reading({ sampleAt: -5_000_000_000, receivedAt: NOON, value: 1 }),
        reading({ sampleAt: Date.UTC(1999, 11, 31, 23, 59, 59, 999), receivedAt: NOON, value: 2 }),
        reading({ sampleAt: Date.UTC(2000, 0, 1), receivedAt: NOON, value: 3 }),
      ];
      await wrote(store, all, 1);
      await holds(store, all);
    });

    it('sums buckets as a hand does: numbers that are not bad, over days, in any grid', async () => {
      const { store } = await kind.open();
      const from = NOON - 37_123;
      const all = Array.from({ length: 12_000 }, (_, i) => {
        const sampleAt = from + i * 15_000;
        const value = Math.round(1_000 * Math.sin(i / 50)) / 8;
        if (i % 100 === 3)
          return reading({ sampleAt, receivedAt: sampleAt, value: 1e6, quality: 'bad' as const, flags: ['sensor' as const] });
        if (i % 100 === 4) return reading({ sampleAt, receivedAt: sampleAt, value: null, quality: 'bad' as const });
        if (i % 100 === 5)
          return reading({ sampleAt, receivedAt: sampleAt, value: 105, quality: 'uncertain' as const, flags: ['out-of-range' as const] });
        return reading({ sampleAt, receivedAt: sampleAt, value });
      });
      for (let i = 0; i < all.length; i += 3_000) await wrote(store, all.slice(i, i + 3_000), i + 1);
      const drawn = all.flatMap((r) => (typeof r.value === 'number' && r.quality !== 'bad' ? [[r.sampleAt, r.value] as const] : []));
      const to = from + 12_000 * 15_000;
      for (const maxPoints of [1, 7, 100, 2_000]) {
        const answer = await store.buckets({ ...around(reading()), from, to, maxPoints });
        const exact = Math.ceil((to - from) / maxPoints);
        const unitMs = exact < 60_000 ? 1 : exact < 3_600_000 ? 60_000 : 3_600_000;
        const origin = Math.floor(from / unitMs) * unitMs;
        expect(answer.bucketMs).toBe(Math.ceil((to - origin) / maxPoints / unitMs) * unitMs);
        expect(answer.buckets.length).toBeLessThanOrEqual(maxPoints);
        const byHand = bucketsByHand(drawn, origin, answer.bucketMs).map(([ts, ...rest]): Bucket => [Math.max(ts, from), ...rest]);
        expectBuckets(answer.buckets, byHand);
        expect(answer.bad).toEqual(badByHand(all, from, origin, answer.bucketMs));
      }
      const many = await store.buckets({ ...around(reading()), from, to, maxPoints: 1_000_000 });
      expect(many.buckets.length).toBeLessThanOrEqual(2_000);
    });

    it('leaves a value out of the buckets that a later arrival took back', async () => {
      const { store } = await kind.open();
      const all = [0, 1, 2, 3].map((i) => reading({ sampleAt: NOON + i, value: i }));
      await wrote(store, all, 1);
      await wrote(store, [reading({ sampleAt: NOON + 3, value: null, quality: 'bad', receivedAt: NOON + 1_000 })], 2);
      await wrote(store, [reading({ sampleAt: NOON + 2, value: 50, quality: 'bad', receivedAt: NOON + 1_000 })], 3);
      const query = { ...around(reading()), from: NOON, to: NOON + 10, maxPoints: 1 };
      expect(await store.buckets(query)).toMatchObject({ buckets: [[NOON, 0, 1, 0.5, 2]], bad: [[NOON, 2]] });
      await wrote(store, [reading({ sampleAt: NOON + 3, value: 5, receivedAt: NOON + 2_000 })], 4);
      expect(await store.buckets(query)).toMatchObject({ buckets: [[NOON, 0, 5, 2, 3]], bad: [[NOON, 1]] });
    });

    it('takes a big batch of many devices, and its position survives a restart', async () => {
      const { store, reopen } = await kind.open();
      expect(await store.position()).toBe(0);
      const all = Array.from({ length: 5_000 }, (_, i) =>
        reading({
          device: `d-${i % 100}`,
          measurement: `m${i % 3}`,
          sampleAt: NOON + Math.floor(i / 300) * 1_000,
          receivedAt: NOON + i,
          value: i,
        }),
      );
      await wrote(store, all, 4_711);
      await wrote(store, [], 4_712);
      expect(await store.position()).toBe(4_712);
      const again = await reopen();
      expect(await again.position()).toBe(4_712);
      await holds(again, all);
    });

    it('holds exactly the last of each (point, time), for any history of writes, restarts and repeats', async () => {
      const arrival = fc.record({
        device: fc.constantFrom('a', 'b'),
        measurement: fc.constantFrom('lel', 'temp'),
        channel: fc.constantFrom(null, 1),
        at: fc.integer({ min: 0, max: 4 }),
        value: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
        quality: fc.constantFrom(...QUALITIES),
        flags: fc.subarray([...FLAGS]),
      });
      const history = fc.array(fc.record({ batch: fc.array(arrival, { maxLength: 6 }), restart: fc.boolean(), repeat: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(history, async (steps) => {
          const kept = await kind.open();
          let clock = NOON;
          const all: StoredReading[] = [];
          for (const [i, step] of steps.entries()) {
            const batch = step.batch.map(({ at, ...rest }) => {
              clock += 700;
              return reading({ ...rest, sampleAt: NOON + at * 500, receivedAt: clock });
            });
            await wrote(kept.store, batch, i + 1);
            if (step.repeat) await wrote(kept.store, batch, i + 1);
            if (step.restart) await kept.reopen();
            all.push(...batch);
          }
          await holds(kept.store, all);
          await kept.store.close();
        }),
        { numRuns: kind.name === 'memory' ? 100 : 25 },
      );
    });

    it('keeps no mark of an earlier arrival at the same time, though its stamp ran ahead of our clock and we were started again since', async () => {
      const kept = await kind.open();
      // Our own clock was not believed: the stamp is kept as it is.
      const ahead = { measurement: 'lel', sampleAt: NOON + HOUR };
      await wrote(kept.store, [reading({ ...ahead, receivedAt: NOON, value: 3, quality: 'bad' })], 1);
      await kept.reopen();
      const good = reading({ ...ahead, receivedAt: NOON + 1_000, value: 4, quality: 'good' });
      await wrote(kept.store, [good], 2);
      await holds(kept.store, [good]);
      await kept.store.close();
    });

    it('rolls up to what the raw points stored now roll up to, for any history of late, doubled, replaced and bad samples and restarts', async () => {
      const arrival = fc.record({
        measurement: fc.constantFrom('lel', 'open', 'mode'),
        at: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 3 * 86_400 })),
        value: fc.integer({ min: -20, max: 20 }),
        quality: fc.constantFrom(...QUALITIES),
        none: fc.boolean(),
      });
      const step = fc.record({
        batch: fc.array(arrival, { maxLength: 20 }),
        rollUp: fc.boolean(),
        restart: fc.boolean(),
        repeat: fc.boolean(),
        /** Late enough that all hours are over, or in the middle of them. */
        hoursOn: fc.constantFrom(1, 30, 80),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
          const kept = await kind.open();
          const stored = new Map<string, StoredReading>();
          let clock = NOON;
          for (const [i, { batch, rollUp, restart, repeat, hoursOn }] of steps.entries()) {
            const readings = batch.map(({ measurement, at, value, quality, none }) => {
              clock += 700;
              const held = measurement === 'lel' ? value / 8 : measurement === 'open' ? Math.abs(value % 2) : `mode ${value % 3}`;
              return reading({
                measurement,
                sampleAt: NOON + at * 1_000,
                receivedAt: clock,
                value: none && quality === 'bad' ? null : held,
                quality,
              });
            });
            await wrote(kept.store, readings, i + 1);
            if (repeat) await wrote(kept.store, readings, i + 1);
            for (const r of readings) stored.set(JSON.stringify([r.measurement, r.sampleAt]), r);
            // A turn without time still does something, and leaves the rest for the next.
            if (rollUp) await kept.store.rollUp(NOON + hoursOn * HOUR, 0);
            if (restart) await kept.reopen();
            if (rollUp && restart) while ((await kept.store.rollUp(NOON + hoursOn * HOUR, 50)).more);
          }
          for (let turn = 0; turn < 2; turn++) {
            for (const measurement of ['lel', 'open', 'mode']) {
              const query = { ...around(reading({ measurement })), from: NOON, to: NOON + 4 * DAY };
              const raw = [...stored.values()].filter((r) => r.measurement === measurement);
              for (const unit of ['minute', 'hour'] as const) {
                expect(await kept.store.rollUps({ ...query, unit })).toEqual(rolledByHand(raw, unit === 'minute' ? 60_000 : HOUR));
              }
              for (const maxPoints of [6, 500]) {
                const answer = await kept.store.buckets({ ...query, maxPoints });
                const drawn = raw.flatMap((r) =>
                  typeof r.value === 'number' && r.quality !== 'bad' ? [[r.sampleAt, r.value] as const] : [],
                );
                expectBuckets(answer.buckets, bucketsByHand(drawn, NOON, answer.bucketMs));
                expect(answer.bad).toEqual(badByHand(raw, NOON, NOON, answer.bucketMs));
              }
            }
            // The second time around everything is rolled up.
            while ((await kept.store.rollUp(NOON + 80 * HOUR, 50)).more);
            expect((await kept.store.rollUp(NOON + 80 * HOUR, 50)).oldestDue).toBeNull();
          }
          await kept.store.close();
        }),
        // No shrinking: against a server it takes longer than the test may, and the failure itself is never told.
        { numRuns: kind.name === 'memory' ? 100 : 25, endOnFailure: kind.name !== 'memory' },
      );
    });
  });
}

describe('the digest that all stores share', () => {
  it('changes with every fact of a reading and not with the order', () => {
    const changes: Partial<StoredReading>[] = [
      { enterprise: 'x' },
      { device: 'x' },
      { measurement: 'x' },
      { channel: 0 },
      { sampleAt: NOON + 1 },
      { receivedAt: NOON },
      { value: 12.6 },
      { value: null },
      { value: '12.5' },
      { quality: 'bad' },
      { flags: ['clock'] },
    ];
    const sums = [reading(), ...changes.map(reading)].map((r) => digestOf([r]).checksum);
    expect(new Set(sums).size).toBe(changes.length + 1);
    const forth = new DigestSum();
    const back = new DigestSum();
    for (const change of changes) forth.add(reading(change));
    for (const change of changes.toReversed()) back.add(reading(change));
    expect(forth.result()).toEqual(back.result());
  });
});
