import { type PackedRead, packed, readSite, type SiteReader, unpacked } from '../../alert-ui/server/site-file/parse.ts';
import { createCaller } from '../../store/thread/call.ts';
import { spawnThread } from '../../store/thread/spawn.ts';

export interface ReadMethods {
  read(text: string): PackedRead;
}

/** Shorter ones are read where they are: starting a thread would take longer. Characters. */
const SHORT = 16_384;

/**
 * Reads site files beside the main thread: one at a time, by a thread that ends with its file, since nobody sends the next one for weeks.
 * One more may wait; a further one is told that we are busy (null).
 */
export function siteReader(): SiteReader {
  let under = 0;
  let last: Promise<unknown> = Promise.resolve();

  async function apart(text: string): Promise<PackedRead> {
    const thread = createCaller<ReadMethods>(spawnThread(new URL('./read-thread', import.meta.url), null), { maxWaiting: 1 });
    try {
      return await thread.call('read', text);
    } finally {
      await thread.close();
    }
  }

  return async (text) => {
    if (text.length < SHORT) return unpacked(packed(readSite(text)));
    if (under >= 2) return null;
    under += 1;
    const mine = last.then(() => apart(text));
    // Whoever waits begins when this one is done, however it ended.
    last = mine.catch(() => undefined);
    try {
      return unpacked(await mine);
    } finally {
      under -= 1;
    }
  };
}
