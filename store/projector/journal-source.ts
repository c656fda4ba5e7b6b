import { openReader } from '../journal/reader.ts';
import { StoreFailure } from '../readings/failure.ts';
import type { JournalSource } from './source.ts';

const NOTHING = { entries: [], verdicts: [] };

/**
 * The journal on disk as the projector reads it. Where the journal was trimmed past the position (another database was chosen, or a
 * folder was put together from two backups) it goes on with what there still is.
 */
export function journalSource(folder: string): JournalSource {
  const reader = openReader(folder);
  return {
    next(afterSeq, maxEntries) {
      let chunk = reader.next(afterSeq, maxEntries);
      if (chunk?.kind === 'trimmed') chunk = reader.next(chunk.firstSeq - 1, maxEntries);
      if (chunk === null) return NOTHING;
      if (chunk.kind === 'trimmed')
        throw new StoreFailure('store-failed', `the journal was trimmed up to entry ${chunk.firstSeq} while it was read`);
      return { entries: chunk.entries, verdicts: chunk.verdicts === null ? [] : [chunk.verdicts] };
    },
    close: () => reader.close(),
  };
}
