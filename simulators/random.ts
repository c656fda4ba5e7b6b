/** Seeded chance: the same seed gives the same district, so that a failing run can be played again. */

/** One 32-bit integer as well mixed from another as a table of chance (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Seed for a named part of a run, e.g. one device: FNV-1a over the name, mixed with the run's seed. */
export function seedOf(seed: number, name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return mix(h ^ mix(seed));
}

/** Uniform in [0, 1), the same for the same seed and index: a table of chance without state. */
export function uniformAt(seed: number, index: number): number {
  return mix(Math.imul(index | 0, 0x9e3779b1) ^ mix(seed)) / 2 ** 32;
}

/** Standard normal by Box and Muller from two uniforms of the table. */
export function gaussianAt(seed: number, index: number): number {
  // 1 − u lies in (0, 1]: the logarithm of 0 cannot come up.
  const radius = Math.sqrt(-2 * Math.log(1 - uniformAt(seed, 2 * index)));
  return radius * Math.cos(2 * Math.PI * uniformAt(seed, 2 * index + 1));
}

/** Rounds to a resolution, e.g. 0.1, without the tail of binary fractions. */
export function roundTo(value: number, resolution: number): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(resolution) - 1e-9));
  return Number((Math.round(value / resolution) * resolution).toFixed(digits));
}
