import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import type { Role } from '../../model/actor.ts';
import type { Account, Page, Records, SessionRow, TokenRow } from '../../model/ports/records.ts';
import { auditOfChange, auditStatements } from './audit.ts';
import { pageOf, readCursor } from './cursor.ts';
import type { AccountTable, RecordsDatabase, SessionTable, TokenTable } from './database.ts';
import { type RecordsClient, statementOf } from './records-client.ts';

function account(row: Selectable<AccountTable>): Account {
  return {
    name: row.name,
    passwordHash: row.password_hash,
    role: row.role as Role,
    enterprises: row.enterprises === null ? null : (JSON.parse(row.enterprises) as readonly string[]),
    mustChangePassword: row.must_change_password === 1,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
    revision: row.revision,
  };
}

function session(row: Selectable<SessionTable>): SessionRow {
  return { idHash: row.id_hash, account: row.account, csrfToken: row.csrf_token, createdAt: row.created_at, expiresAt: row.expires_at };
}

function token(row: Selectable<TokenTable>): TokenRow {
  return { id: row.id, name: row.name, account: row.account, hash: row.hash, createdAt: row.created_at, expiresAt: row.expires_at };
}

/** Accounts: a put replaces the whole account of that name, and ends what another password or an enabled account had opened. */
export function accountRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['accounts'] {
  return {
    async get(name): Promise<Account | null> {
      const row = await client.first(db.selectFrom('account').selectAll().where('name', '=', name));
      return row === undefined ? null : account(row);
    },
    async list(): Promise<readonly Account[]> {
      return (await client.rows(db.selectFrom('account').selectAll().orderBy('name'))).map(account);
    },
    async put(value, line): Promise<void> {
      const row = {
        name: value.name,
        password_hash: value.passwordHash,
        role: value.role,
        enterprises: value.enterprises === null ? null : JSON.stringify(value.enterprises),
        must_change_password: value.mustChangePassword ? 1 : 0,
        disabled: value.disabled ? 1 : 0,
        created_at: value.createdAt,
        revision: value.revision,
      };
      const { name, password_hash: hash, disabled } = row;
      const ends = sql<SqlBool>`exists (select 1 from account where name = ${name} and (password_hash <> ${hash} or ${disabled} = 1 or disabled = 1))`;
      await client.post([
        statementOf(db.deleteFrom('token').where('account', '=', name).where(ends)),
        statementOf(db.deleteFrom('session').where('account', '=', name).where(ends)),
        statementOf(db.replaceInto('account').values(row)),
        ...(line === undefined ? [] : auditStatements(db, line)),
      ]);
    },
  };
}

export function sessionRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['sessions'] {
  return {
    async get(idHash): Promise<SessionRow | null> {
      const row = await client.first(db.selectFrom('session').selectAll().where('id_hash', '=', idHash));
      return row === undefined ? null : session(row);
    },
    async put(row, line): Promise<void> {
      const values = {
        id_hash: row.idHash,
        account: row.account,
        csrf_token: row.csrfToken,
        created_at: row.createdAt,
        expires_at: row.expiresAt,
      };
      await client.post([statementOf(db.replaceInto('session').values(values)), ...auditOfChange(db, line)]);
    },
    async extend(idHash, expiresAt): Promise<boolean> {
      return (await client.change(db.updateTable('session').set({ expires_at: expiresAt }).where('id_hash', '=', idHash))) > 0;
    },
    async remove(idHash, line): Promise<void> {
      await client.post([statementOf(db.deleteFrom('session').where('id_hash', '=', idHash)), ...auditOfChange(db, line)]);
    },
    async list(query): Promise<Page<SessionRow>> {
      let rows = db
        .selectFrom('session')
        .selectAll()
        .where('expires_at', '>', query.now)
        .orderBy('created_at', 'desc')
        .orderBy('id_hash', 'desc')
        .limit(query.limit + 1);
      if (query.account !== undefined) rows = rows.where('account', '=', query.account);
      if (query.cursor !== undefined) {
        const [at, id] = readCursor(query.cursor, ['number', 'string'] as const);
        rows = rows.where(sql<SqlBool>`(created_at, id_hash) < (${at}, ${id})`);
      }
      return pageOf(await client.rows(rows), query.limit, session, (row) => [row.created_at, row.id_hash]);
    },
    removeExpired(now): Promise<number> {
      return client.change(db.deleteFrom('session').where('expires_at', '<=', now));
    },
  };
}

export function tokenRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['tokens'] {
  return {
    async byHash(hash): Promise<TokenRow | null> {
      const row = await client.first(db.selectFrom('token').selectAll().where('hash', '=', hash));
      return row === undefined ? null : token(row);
    },
    async list(owner): Promise<readonly TokenRow[]> {
      return (
        await client.rows(db.selectFrom('token').selectAll().where('account', '=', owner).orderBy('created_at', 'desc').orderBy('id'))
      ).map(token);
    },
    async get(id): Promise<TokenRow | null> {
      const row = await client.first(db.selectFrom('token').selectAll().where('id', '=', id));
      return row === undefined ? null : token(row);
    },
    async put(row, line): Promise<void> {
      const values = {
        id: row.id,
        name: row.name,
        account: row.account,
        hash: row.hash,
        created_at: row.createdAt,
        expires_at: row.expiresAt,
      };
      await client.post([statementOf(db.insertInto('token').values(values)), ...auditOfChange(db, line)]);
    },
    async remove(id, line): Promise<boolean> {
      const [removed] = await client.post([statementOf(db.deleteFrom('token').where('id', '=', id)), ...auditOfChange(db, line)]);
      return (removed?.changes ?? 0) > 0;
    },
  };
}
