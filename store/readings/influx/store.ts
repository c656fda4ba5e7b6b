/**
 * The InfluxDB reading store: line protocol to `/write`, InfluxQL through `/query`, the same for every generation that has both.
 * How far the journal has been projected is kept in the data folder, and moves only after the server said yes.
 */
import type { RangeQuery, ReadingStore, WriteOutcome } from '../../../model/ports/reading-store.ts';
import type { StoredReading } from '../../../model/reading.ts';
import { FUTURE_TOLERANCE_MS } from '../../../model/time.ts';
import { StoreFailure } from '../failure.ts';
import { openPositionFile, type PositionFile } from '../position-file.ts';
import { sortOut } from '../storable.ts';
import { type Asker, openAsker } from './ask.ts';
import { Freshness } from './freshness.ts';
import { deliver } from './isolate.ts';
import { linesOf, unstorableInInflux } from './lines.ts';
import { openDueBook } from './due-book.ts';
import { digestOfDevice, rangeOf } from './query.ts';
import { setRetention } from './retention.ts';
import { openInfluxRollUps } from './roll-ups.ts';
import { openSender } from './send.ts';
import { influxSettings } from './settings.ts';

export interface InfluxStoreSettings {
  readonly url: string;
  readonly database: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly folder: string;
}

/**
 * Touches no network: a server that is down is met in `prepare`, `write` or the queries.
 * @param access `read`: the position is not opened; `write` and `position` then refuse.
 * @throws StoreFailure for a URL that is none, or when the folder cannot be used.
 */
export async function openInfluxStore(given: InfluxStoreSettings, access: 'write' | 'read'): Promise<ReadingStore> {
  const settings = influxSettings(given);
  const sender = openSender(settings);
  const asker = openAsker(settings);
  const marks: PositionFile | null = access === 'write' ? openPositionFile(given.folder, `${settings.url} ${settings.database}`) : null;
  let mark = marks?.read() ?? { position: 0, latestArrival: null };
  const freshness = new Freshness(mark.latestArrival);
  const due = openDueBook(given.folder, `${settings.url} ${settings.database}`, access, mark.latestArrival);
  const rollUps = openInfluxRollUps(settings, asker, due, (own, database) => ensureDatabase(own, settings.url, database));

  function writable(): PositionFile {
    if (marks === null) throw new StoreFailure('store-refused', `the store at ${settings.url} was opened for reading`);
    return marks;
  }

  return {
    capabilities: { transactionalPosition: false, retention: true, deletion: false },

    prepare: () => ensureDatabase(asker, settings.url, settings.database),

    async write(batch: readonly StoredReading[], position: number): Promise<WriteOutcome> {
      const target = writable();
      const { storable, rejected } = sortOut(batch, unstorableInInflux);
      try {
        due.mark(storable);
      } catch (error) {
        return { ok: false, detail: `roll-ups: ${error instanceof Error ? error.message : String(error)}` };
      }
      const delivery = await deliver(sender, linesOf(storable, freshness));
      if (delivery.kind === 'no-database') {
        // Dropped while we run: made again, and the batch comes again.
        const made = await ensureDatabase(asker, settings.url, settings.database).then(
          () => 'created again',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        return { ok: false, detail: `${delivery.message} (${made})` };
      }
      if (delivery.kind === 'failed') return { ok: false, detail: `InfluxDB: ${delivery.message}` };
      freshness.written(storable);
      const latestArrival = storable.reduce<number | null>(
        (latest, r) => Math.max(latest ?? Number.NEGATIVE_INFINITY, r.receivedAt, r.sampleAt - FUTURE_TOLERANCE_MS),
        mark.latestArrival,
      );
      const next = { position, latestArrival };
      try {
        target.write(next);
      } catch (error) {
        return { ok: false, detail: `position: ${error instanceof Error ? error.message : String(error)}` };
      }
      mark = next;
      return { ok: true, rejected: [...rejected, ...delivery.rejected] };
    },

    async position() {
      writable();
      return mark.position;
    },

    range: (query: RangeQuery) => rangeOf(asker, query),
    buckets: (query) => rollUps.buckets(query),
    rollUps: (query) => rollUps.read(query),
    expire: async (now, keep) => {
      writable();
      return setRetention(settings, asker, due, now, keep, () => rollUps.prepare());
    },
    rollUp: async (now, budgetMs) => {
      writable();
      return rollUps.step(now, budgetMs);
    },
    digest: (device, from, to) => digestOfDevice(asker, device, from, to),

    async close() {
      sender.close();
      rollUps.close();
      due.close();
      marks?.close();
    },
  };
}

/** @throws StoreFailure that says what to do, where the database is missing and cannot be created from here. */
async function ensureDatabase(asker: Asker, url: string, database: string): Promise<void> {
  const databases = await asker.databases();
  if (databases.includes(database)) return;
  try {
    await asker.createDatabase();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreFailure(
      'store-refused',
      `InfluxDB at ${url} has no database "${database}" and it could not be created (${why}): create it there ` +
        '(2.x and 3: a bucket or database of that name, with a mapping for 1.x queries) and give this account the right to read and write it',
    );
  }
}
