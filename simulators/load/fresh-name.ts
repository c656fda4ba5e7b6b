/**
 * Ids for a run that may come again. What was removed is retired, and its id is never given again: then the run takes another name, with a
 * number behind it, and says so. What is still there is used again.
 */
import { PlatformError } from '../platform-client.ts';

/** Names that are tried; each but the last used was removed once. */
const MOST = 100;

/** The test enterprise of a run. */
export function enterpriseOf(name: string): string {
  return `${name}-test`;
}

/**
 * Enters a run as `name`, or as the first of `name2`, `name3` … of which nothing was removed.
 * @param enter enters it under that name; what it throws but `id-retired` is the whole's
 * @param say told once, with the name that is taken instead
 */
export async function underFreshName<T>(name: string, enter: (name: string) => Promise<T>, say: (line: string) => void): Promise<T> {
  for (let n = 1; ; n += 1) {
    const tried = n === 1 ? name : `${name}${n}`;
    try {
      const entered = await enter(tried);
      if (n > 1)
        say(
          `${enterpriseOf(name)} or a device of it was removed here, and such ids are never given again: this run is ${enterpriseOf(tried)}`,
        );
      return entered;
    } catch (error) {
      if (!(error instanceof PlatformError && error.code === 'id-retired') || n === MOST) throw error;
    }
  }
}
