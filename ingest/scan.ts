/** What one pass over the bytes tells. */
export interface Scan {
  /** 53-bit digest of topic and payload bytes (cyrb53): equal bytes on one topic give equal digests. */
  readonly digest: number;
  /** Number of `:` bytes: never fewer than the JSON text has keys. */
  readonly colons: number;
}

/** Digest and colons of a message in one pass, about 2 ns a byte. */
export function scan(topic: string, payload: Uint8Array): Scan {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < topic.length; i++) {
    const unit = topic.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
  }
  // Keeps `ab` + `c` and `a` + `bc` apart; no byte has this value.
  a = Math.imul(a ^ 0x100, 0x9e3779b1);
  b = Math.imul(b ^ 0x100, 0x5f356495);
  let colons = 0;
  for (const byte of payload) {
    if (byte === 0x3a) colons += 1;
    a = Math.imul(a ^ byte, 0x9e3779b1);
    b = Math.imul(b ^ byte, 0x5f356495);
  }
  const c = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  const d = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return { digest: 4294967296 * (2097151 & d) + (c >>> 0), colons };
}
