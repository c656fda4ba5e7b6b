import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../model/entry.ts';
import type { Verdicts } from '../../model/ports/journal.ts';
import type { ReadingStore, WriteOutcome } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import { encodeCommit, tellReadings } from '../journal/line.ts';
import { digestOf } from '../readings/digest.ts';
import { memoryReadingStore } from '../readings/memory.ts';
import { createProjection, type Projection } from './projection.ts';
import { readingsOf } from './readings-of.ts';
import type { JournalSource } from './source.ts';

const NOON = Date.UTC(2025, 10, 23, 12);
const GAS = { enterprise: 'e', device: 'gas-1' };

function message(seq: number, values = 1): Entry {
  return {
    seq,
    v: 1,
    at: NOON + seq * 100,
    boot: 'b',
    mono: seq * 100,
    kind: 'message',
    credential: 'gas-1',
    enterprise: 'e',
    client: 'gas-1/c',
    connection: 1,
    nth: seq,
    qos: 1,
    packetId: seq,
    digest: seq,
    topic: 't',
    stamped: true,
    counter: null,
    retain: false,
    refused: [],
    samples: [
      {
        device: 'gas-1',
        sampleAt: NOON + seq * 100 - 7,
        stampedAt: null,
        values: Array.from({ length: values }, (_, i) => ({
          measurement: 'lel',
          channel: i,
          value: seq + i / 10,
          quality: 'good' as const,
          flags: [],
        })),
      },
    ],
  };
}

function tick(seq: number): Entry {
  return { seq, v: 1, at: NOON + seq * 100, boot: 'b', mono: seq * 100, kind: 'tick' };
}

interface Commit {
  readonly header: Verdicts;
  readonly entries: readonly Entry[];
}

/** A journal that gives its commits piece by piece; `commits` may grow. */
function journalOf(commits: readonly Commit[]): JournalSource {
  return {
    next(afterSeq, maxEntries, listener) {
      const verdicts: Verdicts[] = [];
      let lastSeq = afterSeq;
      for (const { entries, header } of commits) {
        const [first] = entries;
        const last = entries.at(-1);
        if (first === undefined || last === undefined || last.seq <= afterSeq) continue;
        if (lastSeq - afterSeq >= maxEntries) break;
        tellReadings(encodeCommit(entries), first.seq, afterSeq + 1, listener);
        lastSeq = last.seq;
        verdicts.push(header);
      }
      return { lastSeq, verdicts };
    },
    close: () => {},
  };
}

async function projectionOf(
  commits: readonly Commit[],
  store: ReadingStore,
  more: { now?: () => number; onRejected?: (lines: readonly LedgerLine[]) => void; source?: JournalSource } = {},
): Promise<Projection> {
  return createProjection({
    source: more.source ?? journalOf(commits),
    store,
    position: await store.position(),
    batchReadings: 5_000,
    rejectedBefore: 0,
    now: more.now ?? (() => NOON),
    chance: () => 0.5,
    onRejected: more.onRejected ?? (() => {}),
  });
}

async function untilIdle(projection: Projection): Promise<void> {
  for (let i = 0; i < 10_000; i++) if ((await projection.step()).did === 'idle') return;
  throw new Error('the projection never came to rest');
}

const all = (store: ReadingStore) => store.digest(GAS, NOON - 1e9, NOON + 1e9);
const expected = (entries: readonly Entry[]) => digestOf(entries.flatMap(readingsOf));

describe('the projector', () => {
  it('stores what the engine has judged, leaves out resends, and goes no further', async () => {
    const store = memoryReadingStore();
    const entries = [message(1), message(2), message(3), tick(4), message(5), message(6)];
    const commits = [
      { header: { appliedTo: 0, resends: [] }, entries: entries.slice(0, 3) },
      { header: { appliedTo: 3, resends: [2] }, entries: entries.slice(3, 5) },
      { header: { appliedTo: 5, resends: [] }, entries: entries.slice(5) },
    ];
    const projection = await projectionOf(commits, store);
    await untilIdle(projection);
    expect(await all(store)).toEqual(expected([message(1), message(3), message(5)]));
    expect(await store.position()).toBe(5);
    expect(projection.status()).toMatchObject({ position: 5, lastSeq: 6, written: 3, through: NOON + 500, health: [] });
  });

  it('takes the last entries from main, who knows before the next commit does', async () => {
    const store = memoryReadingStore();
    const projection = await projectionOf(
      [{ header: { appliedTo: 0, resends: [] }, entries: [message(1), message(2), message(3)] }],
      store,
    );
    projection.note({ from: null, verdicts: { appliedTo: 2, resends: [2] } });
    await untilIdle(projection);
    // The first note of a process has a hole before it.
    expect(await store.position()).toBe(0);
    projection.note({ from: 0, verdicts: { appliedTo: 2, resends: [2] } });
    projection.note({ from: 2, verdicts: { appliedTo: 3, resends: [] } });
    await untilIdle(projection);
    expect(await all(store)).toEqual(expected([message(1), message(3)]));
    expect(await store.position()).toBe(3);
  });

  it('goes back to the end of the journal when its position is from a longer one', async () => {
    const store = memoryReadingStore();
    await store.write([], 100);
    const commits = [{ header: { appliedTo: 0, resends: [] }, entries: [message(1), message(2)] }];
    const projection = await projectionOf(commits, store);
    await untilIdle(projection);
    projection.note({ from: null, verdicts: { appliedTo: 2, resends: [] } });
    commits.push(
      { header: { appliedTo: 2, resends: [] }, entries: [message(3)] },
      { header: { appliedTo: 3, resends: [] }, entries: [tick(4)] },
    );
    await untilIdle(projection);
    expect(await all(store)).toEqual(expected([message(3)]));
    expect(projection.status()).toMatchObject({ position: 3, lastSeq: 4 });
  });

  it('cuts batches at 5,000 readings and never inside a message', async () => {
    const sizes: number[] = [];
    const memory = memoryReadingStore();
    const store: ReadingStore = {
      ...memory,
      write: (batch, position) => {
        sizes.push(batch.length);
        return memory.write(batch, position);
      },
    };
    const entries = Array.from({ length: 30 }, (_, i) => message(i + 1, i === 20 ? 6_000 : 400));
    const projection = await projectionOf(
      [
        { header: { appliedTo: 0, resends: [] }, entries },
        { header: { appliedTo: 30, resends: [] }, entries: [tick(31)] },
      ],
      store,
    );
    await untilIdle(projection);
    expect(sizes).toEqual([4_800, 3_200, 6_000, 3_600]);
    expect(await all(store)).toEqual(expected(entries));
  });

  it('loses nothing while the store is down, waits longer each time, says so, and says when it is over', async () => {
    const memory = memoryReadingStore();
    let down = true;
    const store: ReadingStore = {
      ...memory,
      prepare: async () => {
        if (down) throw new Error('ECONNREFUSED');
      },
      write: async (batch, position): Promise<WriteOutcome> =>
        down ? { ok: false, detail: 'ECONNREFUSED' } : memory.write(batch, position),
    };
    const entries = Array.from({ length: 40 }, (_, i) => message(i + 1));
    const projection = await projectionOf(
      [
        { header: { appliedTo: 0, resends: [] }, entries },
        { header: { appliedTo: 40, resends: [] }, entries: [tick(41)] },
      ],
      store,
      { now: () => NOON + 100 + 61_000 },
    );
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      const step = await projection.step();
      if (step.did === 'failed') pauses.push(step.delayMs);
    }
    expect(pauses).toEqual([188, 375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500, 22_500, 22_500, 22_500]);
    expect(projection.status()).toMatchObject({
      position: 0,
      lagMs: 61_000,
      health: ['store-down', 'projector-lag'],
      detail: 'ECONNREFUSED',
    });
    down = false;
    await untilIdle(projection);
    expect(projection.status()).toMatchObject({ position: 40, backoff: null, detail: null });
    expect(projection.status().health).not.toContain('store-down');
    expect(await all(store)).toEqual(expected(entries));
  });

  it('leaves less than it was asked for to a later step, and counts what it wrote', async () => {
    const store = memoryReadingStore();
    const entries = [message(1, 3), message(2, 4)];
    const commits = [
      { header: { appliedTo: 0, resends: [] }, entries },
      { header: { appliedTo: 2, resends: [1] }, entries: [tick(3)] },
    ];
    const projection = await projectionOf(commits, store);
    expect(await projection.step(5)).toEqual({ did: 'idle', wrote: 0 });
    expect(await store.position()).toBe(0);
    expect(projection.status()).toMatchObject({ position: 0, lastSeq: 3, lagMs: 0 });
    expect(await projection.step(4)).toEqual({ did: 'idle', wrote: 4 });
    expect(await store.position()).toBe(2);
    expect(await all(store)).toEqual(expected([message(2, 4)]));
  });

  it('takes back a commit that could not be read to its end, and reads it again', async () => {
    const store = memoryReadingStore();
    const commits = [
      { header: { appliedTo: 0, resends: [] }, entries: [message(1, 2)] },
      { header: { appliedTo: 1, resends: [] }, entries: [message(2, 3), message(3)] },
      { header: { appliedTo: 3, resends: [] }, entries: [tick(4)] },
    ];
    const whole = journalOf(commits);
    let broken = 2;
    const source: JournalSource = {
      next(afterSeq, _maxEntries, listener) {
        const piece = whole.next(afterSeq, 1, listener);
        if (afterSeq > 0 && broken-- > 0) throw new Error('a page is damaged');
        return piece;
      },
      close: () => {},
    };
    const projection = await projectionOf(commits, store, { source });
    expect((await projection.step()).did).toBe('failed');
    expect(projection.status()).toMatchObject({ position: 0, lastSeq: 1, health: ['store-down'], detail: 'a page is damaged' });
    expect((await projection.step()).did).toBe('failed');
    await untilIdle(projection);
    expect(projection.status()).toMatchObject({ position: 3, written: 6, health: [] });
    expect(await all(store)).toEqual(expected([message(1, 2), message(2, 3), message(3)]));
  });

  it('brings the same into a store that takes columns as into one that takes readings', async () => {
    const plain = memoryReadingStore();
    const memory = memoryReadingStore();
    const sizes: number[] = [];
    const inColumns: ReadingStore = {
      ...memory,
      write: () => Promise.reject(new Error('the rows were expected')),
      writeRows(columns, rows, position) {
        sizes.push(rows.length);
        return memory.write(
          [...rows].map((row) => columns.reading(row)),
          position,
        );
      },
    };
    const entries = Array.from({ length: 40 }, (_, i) => message(i + 1, 300 + i));
    const commits = [
      { header: { appliedTo: 0, resends: [] }, entries: entries.slice(0, 25) },
      { header: { appliedTo: 25, resends: [4, 5] }, entries: entries.slice(25) },
      { header: { appliedTo: 40, resends: [33] }, entries: [tick(41)] },
    ];
    for (const store of [plain, inColumns]) await untilIdle(await projectionOf(commits, store));
    expect(sizes.length).toBeGreaterThan(2);
    expect(await all(inColumns)).toEqual(expected(entries.filter(({ seq }) => ![4, 5, 33].includes(seq))));
    expect(await all(plain)).toEqual(await all(inColumns));
    expect(await inColumns.position()).toBe(40);
  });

  it('puts refused readings in the ledger once per device, point and reason, and goes on', async () => {
    const memory = memoryReadingStore();
    const store: ReadingStore = {
      ...memory,
      write: async (batch, position) => {
        const bad = batch.filter((r) => r.channel === 1);
        await memory.write(
          batch.filter((r) => r.channel !== 1),
          position,
        );
        return { ok: true, rejected: bad.map((reading) => ({ reading, message: 'field type conflict' })) };
      },
    };
    const lines: LedgerLine[] = [];
    const projection = await projectionOf(
      [
        { header: { appliedTo: 0, resends: [] }, entries: [message(1, 2), message(2, 2), message(3, 2)] },
        { header: { appliedTo: 3, resends: [] }, entries: [tick(4)] },
      ],
      store,
      { onRejected: (more) => lines.push(...more) },
    );
    await untilIdle(projection);
    expect(lines).toMatchObject([{ device: 'gas-1', enterprise: 'e', verdict: 'refused', more: 2, at: NOON }]);
    expect(lines[0]?.detail).toContain('field type conflict');
    expect(projection.status()).toMatchObject({ position: 3, written: 3, rejected: 3 });
  });

  it('stores every judged reading once and no resend, for any cut into commits, any notes, failures and crashes', async () => {
    const scene = fc.record({
      commits: fc.array(fc.record({ size: fc.integer({ min: 1, max: 8 }), lag: fc.integer({ min: 0, max: 12 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      resends: fc.array(fc.integer({ min: 1, max: 96 }), { maxLength: 20 }),
      actions: fc.array(fc.constantFrom('step', 'step', 'note', 'missed note', 'crash', 'fail'), { maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ commits: plan, resends, actions }) => {
        const resent = new Set(resends);
        let seq = 0;
        let judged = 0;
        const between = (from: number, to: number): Verdicts => ({
          appliedTo: to,
          resends: [...resent].filter((r) => r > from && r <= to),
        });
        const commits: Commit[] = plan.map(({ size, lag }) => {
          const appliedTo = Math.max(judged, seq - lag);
          const header = between(judged, appliedTo);
          judged = appliedTo;
          return { header, entries: Array.from({ length: size }, () => message(++seq)) };
        });
        const memory = memoryReadingStore();
        let failNext = false;
        const store: ReadingStore = {
          ...memory,
          write: async (batch, position) => {
            if (!failNext) return memory.write(batch, position);
            failNext = false;
            // Half of it arrived, and nobody told us.
            await memory.write(batch.slice(0, batch.length / 2), await memory.position());
            return { ok: false, detail: 'timeout' };
          },
        };
        let projection = await projectionOf(commits, store);
        let noted = judged;
        let from: number | null = null;
        for (const action of actions) {
          if (action === 'step') await projection.step();
          if (action === 'fail') failNext = true;
          if (action === 'crash') projection = await projectionOf(commits, store);
          if (action === 'note' || action === 'missed note') {
            const to = Math.min(seq, noted + 3);
            if (action === 'note') projection.note({ from, verdicts: between(noted, to) });
            noted = to;
            from = to;
          }
        }
        failNext = false;
        await untilIdle(projection);
        const position = await store.position();
        expect(position).toBeGreaterThanOrEqual(judged);
        const kept = commits.flatMap((c) => c.entries).filter((e) => e.seq <= position && !resent.has(e.seq));
        expect(await all(store)).toEqual(expected(kept));
      }),
      { numRuns: 300 },
    );
  });
});
