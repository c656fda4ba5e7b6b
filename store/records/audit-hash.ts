import { createHash } from 'node:crypto';

/** Hash before the first line. */
export const AUDIT_GENESIS = '0'.repeat(64);

/** Fields of an audit line in the order they are hashed. */
export type AuditFields = readonly [
  n: number,
  at: number,
  by: string,
  action: string,
  resource: string,
  outcome: string,
  address: string | null,
  detail: string | null,
];

/**
 * SHA-256 (hex) over the previous line's hash and this line. The fields go in as one JSON array, so that no two different
 * lines give the same bytes by moving text from one field to its neighbour.
 */
export function auditHash(prevHash: string, fields: AuditFields): string {
  return createHash('sha256')
    .update(JSON.stringify([prevHash, ...fields]))
    .digest('hex');
}
