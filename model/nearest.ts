/**
 * The known name that a mistyped one is nearest to, or null where none is near: at most a third of its own letters may differ, so that a
 * guess is never further off than what was written.
 */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.floor(name.length / 3) + 1;
  for (const one of known) {
    const away = distance(name, one);
    if (away >= least) continue;
    least = away;
    best = one;
  }
  return best;
}

/** Letters to put in, take out, change, or exchange with the one beside (optimal string alignment). */
export function distance(a: string, b: string): number {
  let earlier: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (earlier[j - 2] ?? 0) + 1);
      row.push(least);
    }
    earlier = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
