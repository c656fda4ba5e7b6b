/** A surrogate without its other half. */
const HALF = /\p{Cs}/u;

/**
 * Does every text inside, keys included, hold whole characters? `"\\ud800"` in JSON or YAML is half of one: it is kept as it is until it is
 * written as UTF-8, where it becomes another character. What stands in the fold would then not be what a restart reads from the journal.
 */
export function isWellFormed(value: unknown): boolean {
  const left: unknown[] = [value];
  while (left.length > 0) {
    const one = left.pop();
    if (typeof one === 'string' && HALF.test(one)) return false;
    if (typeof one !== 'object' || one === null) continue;
    for (const [key, inner] of Object.entries(one)) {
      if (HALF.test(key)) return false;
      left.push(inner);
    }
  }
  return true;
}
