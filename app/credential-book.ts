import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CredentialBook } from '../model/ports/platform.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { CredentialRow, Records } from '../model/ports/records.ts';

const KEY_SETTING = 'credential-key';

/**
 * Device secrets. They are long random strings, so a keyed hash (HMAC-SHA-256 under a key of this installation) is as safe as a
 * slow password hash and lets 100,000 devices reconnect at once. Checked from memory, without I/O, in constant time.
 */
export async function openCredentialBook(
  records: Records,
  clock: Clock,
): Promise<CredentialBook & { readonly ids: () => Iterable<string> }> {
  let key = await records.settings.get(KEY_SETTING);
  if (key === null) {
    key = randomBytes(32).toString('hex');
    await records.settings.put(KEY_SETTING, key);
  }
  const keyBytes = Buffer.from(key, 'hex');
  const byId = new Map<string, CredentialRow>();
  const byHash = new Map<string, CredentialRow>();
  for (const row of await records.credentials.all()) remember(row);

  function remember(row: CredentialRow): void {
    const old = byId.get(row.id);
    if (old !== undefined) byHash.delete(old.hash);
    byId.set(row.id, row);
    byHash.set(row.hash, row);
  }
  function hash(secret: string): string {
    return createHmac('sha256', keyBytes).update(secret).digest('hex');
  }

  return {
    ids: () => byId.keys(),
    async issue(wanted) {
      const made = wanted.map((want) => {
        const secret = randomBytes(24).toString('base64url');
        const row: CredentialRow = {
          id: want.id,
          kind: want.kind,
          enterprise: want.enterprise,
          hash: hash(secret),
          createdAt: clock.now(),
        };
        return { row, secret };
      });
      await records.credentials.put(made.map((m) => m.row));
      for (const { row } of made) remember(row);
      return made.map(({ row, secret }) => ({ id: row.id, secret }));
    },
    check(username, password) {
      const row = byId.get(username);
      if (row !== undefined && password !== null) {
        const same = timingSafeEqual(Buffer.from(hash(password), 'hex'), Buffer.from(row.hash, 'hex'));
        return same ? { ok: true, row } : { ok: false, code: 'CONNECT_WRONG_SECRET' };
      }
      // The secret alone as username (an access token): found by its keyed hash, so nothing about it leaks through timing.
      const byToken = byHash.get(hash(username));
      if (byToken !== undefined) return { ok: true, row: byToken };
      return { ok: false, code: row === undefined ? 'CONNECT_UNKNOWN_USER' : 'CONNECT_WRONG_SECRET' };
    },
    async remove(ids) {
      await records.credentials.remove(ids);
      for (const id of ids) {
        const row = byId.get(id);
        if (row === undefined) continue;
        byHash.delete(row.hash);
        byId.delete(id);
      }
    },
  };
}
