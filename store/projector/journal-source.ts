import { openReader } from '../journal/reader.ts';
import { StoreFailure } from '../readings/failure.ts';
import type { JournalSource } from './source.ts';

/**
 * The journal on disk as the projector reads it. Where the journal was trimmed past the position (another database was chosen, or a
 * folder was put together from two backups) it goes on with what there still is.
 */
export function journalSource(folder: string): JournalSource {
  const reader = openReader(folder);
  return {
    next(afterSeq, maxEntries, listener) {
      let passage = reader.tell(afterSeq, maxEntries, listener);
      if (passage?.kind === 'trimmed') passage = reader.tell(passage.firstSeq - 1, maxEntries, listener);
      if (passage === null) return { lastSeq: afterSeq, verdicts: [] };
      if (passage.kind === 'trimmed')
        throw new StoreFailure('store-failed', `the journal was trimmed up to entry ${passage.firstSeq} while it was read`);
      return { lastSeq: passage.lastSeq, verdicts: passage.verdicts === null ? [] : [passage.verdicts] };
    },
    close: () => reader.close(),
  };
}
