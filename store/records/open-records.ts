/** records.db: accounts, sessions, tokens, credentials, audit, approvals, shifts (their truth), alarm history and ledger (projections). */
import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Records } from '../../model/ports/records.ts';
import { accountRecords, sessionRecords, tokenRecords } from './accounts.ts';
import { alarmRecords } from './alarms.ts';
import { approvalRecords } from './approvals.ts';
import { auditRecords } from './audit.ts';
import { credentialRecords } from './credentials.ts';
import type { RecordsDatabase } from './database.ts';
import { ledgerRecords } from './ledger.ts';
import { ruleRecords } from './rules.ts';
import { deviceCommandRecords } from './device-commands.ts';
import { migrateRecords } from './migrations.ts';
import { type RecordsClient, startRecordsThread } from './records-client.ts';
import { shiftRecords } from './shifts.ts';
import { threadDialect } from './thread-dialect.ts';
import { warningRecords } from './warnings.ts';

export interface OpenRecords extends Records {
  /** `queued`: requests the thread has not answered yet (refused with `queue-full` past `RECORDS_QUEUE_MAX`); `failed`: why the thread is gone, or null. */
  status(): { readonly queued: number; readonly failed: string | null };
}

function idempotencyRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['idempotency'] {
  return {
    async get(account, key): Promise<{ request: string; status: number; body: string } | null> {
      const row = await client.first(
        db.selectFrom('idempotency').select(['request', 'status', 'body']).where('account', '=', account).where('key', '=', key),
      );
      return row ?? null;
    },
    async put(account, key, request, status, body, at): Promise<void> {
      await client.change(db.replaceInto('idempotency').values({ account, key, request, status, body, at }));
    },
    async removeBefore(at): Promise<void> {
      await client.change(db.deleteFrom('idempotency').where('at', '<', at));
    },
  };
}

function settingRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['settings'] {
  return {
    async get(name): Promise<string | null> {
      return (await client.first(db.selectFrom('setting').select('value').where('name', '=', name)))?.value ?? null;
    },
    async put(name, value): Promise<void> {
      await client.change(db.replaceInto('setting').values({ name, value }));
    },
  };
}

/**
 * Opens `<folder>/records.db` in its own thread and brings it to this build's format.
 * Rejects with a `RecordsError`: `open-failed` (with SQLite's reason) or `format-unknown` (written by a newer build).
 * `onDeath`: the thread ended without being asked to; every later call is refused with `failed`. Called once.
 */
export async function openRecords(folder: string, onDeath?: (detail: string) => void): Promise<OpenRecords> {
  const file = join(folder, 'records.db');
  let failed: string | null = null;
  const client = await startRecordsThread(file, (error) => {
    failed = error.message;
    onDeath?.(error.message);
  });
  const db = new Kysely<RecordsDatabase>({ dialect: threadDialect(client) });
  try {
    await migrateRecords(db, file);
  } catch (error) {
    await client.close();
    throw error;
  }
  return {
    accounts: accountRecords(db, client),
    sessions: sessionRecords(db, client),
    tokens: tokenRecords(db, client),
    credentials: credentialRecords(db, client),
    audit: auditRecords(db, client),
    alarms: alarmRecords(db, client),
    warnings: warningRecords(db, client),
    ledger: ledgerRecords(db, client),
    rules: ruleRecords(db, client),
    idempotency: idempotencyRecords(db, client),
    approvals: approvalRecords(db, client),
    commands: deviceCommandRecords(db, client),
    shifts: shiftRecords(db, client),
    settings: settingRecords(db, client),
    status: () => ({ queued: client.queued(), failed }),
    close: () => client.close(),
  };
}
