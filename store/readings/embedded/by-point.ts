/**
 * The rows by point, within a point as they came, so that the later of two readings of one time is still written later. Neighbouring
 * rows then fall on the same page of the file, which is read, changed and logged once for all of them.
 * @param keys one small whole number ≥ 0 for each of `rows`.
 */
export function orderedByKey(rows: Uint32Array, keys: Int32Array, highestKey: number): { rows: Uint32Array; keys: Int32Array } {
  const next = new Uint32Array(highestKey + 2);
  for (const key of keys) next[key + 1] = (next[key + 1] as number) + 1;
  for (let key = 1; key < next.length; key++) next[key] = (next[key] as number) + (next[key - 1] as number);
  const ordered = { rows: new Uint32Array(rows.length), keys: new Int32Array(rows.length) };
  for (let i = 0; i < rows.length; i++) {
    const key = keys[i] as number;
    const place = next[key] as number;
    next[key] = place + 1;
    ordered.rows[place] = rows[i] as number;
    ordered.keys[place] = key;
  }
  return ordered;
}
