/** The projector as the platform runs it: a real journal, its own thread, a real InfluxDB that dies and comes back. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Entry, EntryDraft } from '../../model/entry.ts';
import type { Journal } from '../../model/ports/journal.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import { openJournal } from '../../store/journal/journal.ts';
import { type Projector, startProjector } from '../../store/projector/projector.ts';
import { readingsOf } from '../../store/projector/readings-of.ts';
import type { ProjectorStatus } from '../../store/projector/status.ts';
import { digestOf } from '../../store/readings/digest.ts';
import { openReadingStore, type StoreSettings } from '../../store/readings/open.ts';
import { influxdMissing, startInfluxd } from '../parts/influxd.ts';

const NOON = Date.UTC(2025, 10, 23, 12);

function message(n: number, value: number | string = n / 10): EntryDraft {
  return {
    v: 1,
    at: NOON + n * 10,
    boot: 'boot',
    mono: n * 10,
    kind: 'message',
    credential: 'gas-1',
    enterprise: 'e',
    client: 'gas-1/c',
    connection: 1,
    nth: n,
    qos: 1,
    packetId: (n % 65_535) + 1,
    digest: n,
    topic: 'beacon/v1/e/gas-1/telemetry',
    stamped: true,
    counter: null,
    retain: false,
    refused: [],
    samples: [
      {
        device: `gas-${n % 10}`,
        sampleAt: NOON + n * 10 - 3,
        stampedAt: NOON + n * 10 - 3,
        values: [
          { measurement: 'lel', channel: null, value, quality: 'good', flags: [] },
          { measurement: 'temp', channel: 1, value: n % 40, quality: n % 50 === 0 ? 'bad' : 'good', flags: n % 50 === 0 ? ['sensor'] : [] },
        ],
      },
    ],
  };
}

/** Appends and says, once it is safe, what the engine would: applied, and every 17th a resend. */
async function append(journal: Journal, projector: Projector | null, drafts: readonly EntryDraft[]): Promise<readonly Entry[]> {
  const entries = await Promise.all(
    drafts.map(
      (draft) =>
        new Promise<Entry>((resolve, reject) =>
          journal.append(draft, (outcome) => (outcome.ok ? resolve({ ...draft, seq: outcome.seq }) : reject(new Error(outcome.detail)))),
        ),
    ),
  );
  const last = entries.at(-1);
  if (last === undefined) return entries;
  const verdicts = { appliedTo: last.seq, resends: entries.filter(isResend).map((entry) => entry.seq) };
  journal.noteVerdicts(verdicts);
  projector?.noteVerdicts(verdicts);
  return entries;
}

function isResend(entry: Entry): boolean {
  return entry.seq % 17 === 0;
}

function range(from: number, to: number): readonly EntryDraft[] {
  return Array.from({ length: to - from }, (_, i) => message(from + i));
}

/** Waits for a status; the suite's own limit is the only clock. */
async function until(projector: Projector, holds: (status: ProjectorStatus) => boolean): Promise<void> {
  while (!holds(projector.status())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function expectAllStored(settings: StoreSettings, entries: readonly Entry[]): Promise<void> {
  const store = await openReadingStore(settings, 'read');
  const readings = entries.filter((entry) => !isResend(entry)).flatMap(readingsOf);
  for (let d = 0; d < 10; d++) {
    const device = { enterprise: 'e', device: `gas-${d}` };
    expect(await store.digest(device, NOON - 1e6, NOON + 1e9)).toEqual(digestOf(readings.filter((r) => r.device === device.device)));
  }
  await store.close();
}

describe('the projector in its thread', () => {
  const undo: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).toReversed()) await step();
  });

  async function journalIn(folder: string): Promise<Journal> {
    const journal = await openJournal({
      onDeath: (detail) => {
        throw new Error(detail);
      },
      folder: join(folder, 'journal'),
      maxBytes: 1e9,
      boot: 'boot',
      queueMaxEntries: 100_000,
      queueMaxBytes: 1e9,
    });
    undo.push(() => journal.close());
    return journal;
  }

  function folderFor(): string {
    const folder = mkdtempSync(join(tmpdir(), 'beacon-projector-'));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  it('brings the journal into the embedded store, over a restart, and answers history with how complete it is', async () => {
    const folder = folderFor();
    const journal = await journalIn(folder);
    const settings = { journalFolder: join(folder, 'journal'), store: { kind: 'embedded', folder: join(folder, 'readings') } } as const;
    const first = await startProjector(settings);
    const entries = [...(await append(journal, first, range(1, 500)))];
    entries.push(...(await append(journal, first, range(500, 2_000))));
    await until(first, (status) => status.position === 1_999);
    expect(first.status()).toMatchObject({ health: [], through: NOON + 19_990 });
    await first.close();
    entries.push(...(await append(journal, null, range(2_000, 3_000))));
    const second = await startProjector(settings);
    undo.push(() => second.close());
    entries.push(...(await append(journal, second, range(3_000, 3_010))));
    entries.push(...(await append(journal, second, range(3_010, 3_020))));
    await until(second, (status) => status.position === 3_019);
    await expectAllStored(settings.store, entries);
    const answer = await second.queries.range({
      enterprise: 'e',
      device: 'gas-1',
      measurement: 'lel',
      channel: null,
      from: NOON,
      to: NOON + 1_000,
    });
    // Message 51 is a resend.
    expect(answer.points.map(([at]) => at)).toEqual([7, 107, 207, 307, 407, 607, 707, 807, 907].map((ms) => NOON + ms));
    expect(answer.through).toBe(NOON + 30_190);
    // Ready to be sent it says the same, page by page.
    const asked = { enterprise: 'e', device: 'gas-1', measurement: 'lel', channel: null, from: NOON, to: NOON + 1_000, limit: 5 };
    const text = await second.queries.rangeText(asked);
    expect([JSON.parse(text.points), text.next]).toEqual([answer.points.slice(0, 5), NOON + 607]);
    const rest = await second.queries.rangeText({ ...asked, from: text.next ?? NOON });
    expect([JSON.parse(rest.points), rest.next]).toEqual([answer.points.slice(5), null]);
    const drawn = await second.queries.buckets({
      enterprise: 'e',
      device: 'gas-1',
      measurement: 'lel',
      channel: null,
      from: NOON,
      to: NOON + 1_000,
      maxPoints: 1,
    });
    expect(drawn.buckets).toHaveLength(1);
    expect(drawn.buckets[0]?.[4]).toBe(9);
  });

  it('refuses to start on a folder it cannot use, by name', async () => {
    const folder = folderFor();
    writeFileSync(join(folder, 'readings'), 'a file stands where the folder should be');
    await expect(
      startProjector({ journalFolder: join(folder, 'journal'), store: { kind: 'embedded', folder: join(folder, 'readings') } }),
    ).rejects.toThrow(/readings/);
  });

  const missing = influxdMissing();
  it.skipIf(missing !== null && process.env['CI'] === undefined)(
    `loses nothing when InfluxDB is killed, stays away over our own restart, and comes back (needs influxd: ${missing ?? 'found'})`,
    async () => {
      const folder = folderFor();
      const influxd = await startInfluxd();
      undo.push(() => influxd.stop());
      const journal = await journalIn(folder);
      const settings = {
        journalFolder: join(folder, 'journal'),
        store: { kind: 'influx', url: influxd.url, database: 'beacon', folder: join(folder, 'readings') },
      } as const;
      const lines: LedgerLine[] = [];
      const onRejected = (more: readonly LedgerLine[]): void => void lines.push(...more);
      const first = await startProjector({ ...settings, onRejected });
      const entries = [...(await append(journal, first, range(1, 1_000)))];
      entries.push(...(await append(journal, first, range(1_000, 2_000))));
      await until(first, (status) => status.position === 1_999);
      await influxd.kill();
      entries.push(...(await append(journal, first, range(2_000, 6_000))));
      await until(first, (status) => status.health.includes('store-down') && (status.backoff?.attempts ?? 0) >= 2);
      expect(first.status()).toMatchObject({ position: 1_999, lastSeq: 5_999 });
      await first.close();
      // Our own start while the database is away: no reason to fail.
      const second = await startProjector({ ...settings, onRejected });
      undo.push(() => second.close());
      entries.push(...(await append(journal, second, range(6_000, 8_000))));
      await until(second, (status) => status.health.includes('store-down'));
      await influxd.restart();
      await append(journal, second, [message(8_000, 'a text where a number belongs')]);
      await append(journal, second, [message(8_001)]);
      await append(journal, second, [message(8_002)]);
      await until(second, (status) => status.position === 8_002 && status.health.length === 0);
      const store = await openReadingStore(settings.store, 'read');
      const wrong = message(8_000);
      const late = [wrong, message(8_001), message(8_002)].map((draft, i): Entry => ({ ...draft, seq: 8_000 + i }));
      const stored = [...entries, ...late].filter((entry) => !isResend(entry)).flatMap(readingsOf);
      for (let d = 0; d < 10; d++) {
        const kept = stored.filter((r) => r.device === `gas-${d}` && !(r.receivedAt === wrong.at && r.measurement === 'lel'));
        expect(await store.digest({ enterprise: 'e', device: `gas-${d}` }, NOON - 1e6, NOON + 1e9)).toEqual(digestOf(kept));
      }
      await store.close();
      expect(lines).toMatchObject([{ device: 'gas-0', more: 0 }]);
      expect(lines[0]?.detail).toContain('field type conflict');
    },
  );
});
