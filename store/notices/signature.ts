/**
 * Signatures of the webhook as the public "Standard Webhooks" specification 1.0.0 has them (symmetric, `v1`), so that receivers may use
 * a library that exists: HMAC-SHA-256 over `<id>.<timestamp>.<body>`.
 */
import { createHmac } from 'node:crypto';

/** Prefix of a secret that is Base64, as the specification writes them; any other secret is taken as its UTF-8 bytes. */
const BASE64_PREFIX = 'whsec_';

function keyOf(secret: string): Buffer {
  return secret.startsWith(BASE64_PREFIX) ? Buffer.from(secret.slice(BASE64_PREFIX.length), 'base64') : Buffer.from(secret, 'utf8');
}

/**
 * Headers of one attempt.
 * @param id the same at every attempt for one event
 * @param seconds time of this attempt, Unix seconds: a receiver refuses what is older than a few minutes, so that nothing can be replayed
 */
export function signedHeaders(secret: string, id: string, seconds: number, body: string): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', keyOf(secret)).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
