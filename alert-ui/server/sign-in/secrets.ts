import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** SHA-256 in hex: how session ids and API tokens (long random strings) are kept. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** `bytes` random bytes as URL-safe text. */
export function randomText(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}

/** Equal, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)));
}
