import { readFileSync } from 'node:fs';

/**
 * A server clock before this date is not believed (semantics 3). It is a literal, moved at each release: a date taken from the
 * build would come from the very clock that is in doubt.
 */
export const RELEASED_AT = Date.UTC(2026, 10, 1);

/** Version of package.json, found beside the sources and beside dist/. */
export function readVersion(): string {
  for (const relative of ['../package.json', '../../package.json']) {
    try {
      const parsed: unknown = JSON.parse(readFileSync(new URL(relative, import.meta.url), 'utf8'));
      if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') return parsed.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error('package.json not found beside the program');
}
