import type { ReadingStore } from '../../model/ports/reading-store.ts';
import { openEmbeddedStore } from './embedded/store.ts';
import { openInfluxStore } from './influx/store.ts';

/**
 * Where readings are kept. `folder` is `data/readings`: the embedded store's day files, or, for InfluxDB, how far the journal
 * has been projected into it. A token wins over a user name.
 */
export type StoreSettings =
  | { readonly kind: 'embedded'; readonly folder: string }
  | {
      readonly kind: 'influx';
      /** e.g. `http://127.0.0.1:8086`. */
      readonly url: string;
      readonly database: string;
      readonly token?: string;
      readonly username?: string;
      readonly password?: string;
      readonly folder: string;
    };

/** `write` is the projector's, one per folder; `read` never creates or changes anything and may be opened beside it. */
export type StoreAccess = 'write' | 'read';

/**
 * Opens a store. Touches only local files: a server that is down is met in `prepare`, `write` or the queries.
 * @throws StoreFailure when the folder cannot be used or holds an unknown format.
 */
export async function openReadingStore(settings: StoreSettings, access: StoreAccess = 'write'): Promise<ReadingStore> {
  return settings.kind === 'embedded' ? openEmbeddedStore(settings, access) : openInfluxStore(settings, access);
}
