/** Equal plain values: numbers, texts, arrays and objects of these. Cheaper than writing both out, where thousands are compared at once. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!isRecord(a) || !isRecord(b)) return Object.is(a, b);
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i += 1) if (!same(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  let names = 0;
  for (const name in a) {
    names += 1;
    if (!same(a[name], b[name]) || (a[name] === undefined && !Object.hasOwn(b, name))) return false;
  }
  for (const _ in b) names -= 1;
  return names === 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
