import type { LedgerLine } from '../model/ports/records.ts';

/** The last lines under each name, and only so many names: those that were heard of longest ago go first. */
export interface RecentLines {
  push(name: string, line: LedgerLine): void;
  /** Newest first. */
  of(name: string): readonly LedgerLine[];
}

export function createRecentLines(keepLines: number, keepNames: number): RecentLines {
  const byName = new Map<string, LedgerLine[]>();
  return {
    push(name, line) {
      const lines = byName.get(name) ?? [];
      // Put back at the end: a map is walked in the order of its insertions.
      byName.delete(name);
      byName.set(name, lines);
      lines.push(line);
      if (lines.length > keepLines) lines.shift();
      if (byName.size <= keepNames) return;
      for (const oldest of byName.keys()) {
        byName.delete(oldest);
        return;
      }
    },
    of: (name) => (byName.get(name) ?? []).toReversed(),
  };
}
