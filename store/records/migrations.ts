/** The schema of records.db, one step per format. Steps that were released are never changed; a new one is added. */
import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { RecordsError } from './records-error.ts';

/** Format this build writes: number of migrations. Kept in the file as `user_version`. */
export const RECORDS_FORMAT = 9;

const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table account (name text primary key, password_hash text not null, role text not null, enterprises text,
          must_change_password integer not null, disabled integer not null, created_at integer not null) strict, without rowid`,
      sql`create table session (id_hash text primary key, account text not null, csrf_token text not null,
          created_at integer not null, expires_at integer not null) strict, without rowid`,
      sql`create index session_expiry on session (expires_at)`,
      sql`create table token (id text primary key, name text not null, account text not null, hash text not null unique,
          created_at integer not null, expires_at integer) strict, without rowid`,
      sql`create index token_account on token (account)`,
      sql`create table credential (id text primary key, kind text not null, enterprise text not null, hash text not null,
          created_at integer not null) strict, without rowid`,
      sql`create table audit (n integer primary key, at integer not null, "by" text not null, action text not null, resource text not null,
          outcome text not null, address text, detail text, prev_hash text not null, hash text not null) strict`,
      sql`create index audit_at on audit (at)`,
      sql`create table audit_head (id integer primary key check (id = 1), n integer not null, hash text not null) strict`,
      sql`insert into audit_head (id, n, hash) values (1, 0, audit_genesis())`,
      sql`create trigger audit_no_update before update on audit begin select raise(abort, 'the audit is append-only'); end`,
      sql`create trigger audit_no_delete before delete on audit begin select raise(abort, 'the audit is append-only'); end`,
      sql`create table alarm (id text primary key, seq integer not null, state text not null, level text not null, kind text not null,
          enterprise text, area text, device text, raised_at integer not null, body text not null) strict, without rowid`,
      sql`create index alarm_raised on alarm (raised_at, id)`,
      sql`create index alarm_device on alarm (device, raised_at, id)`,
      sql`create index alarm_enterprise on alarm (enterprise, raised_at, id)`,
      // Open alarms are few among many closed ones.
      sql`create index alarm_open on alarm (raised_at, id) where state <> 'NORM'`,
      sql`create table event (seq integer primary key, kind text not null, alarm_id text, body text not null) strict`,
      sql`create index event_alarm on event (alarm_id, seq) where alarm_id is not null`,
      sql`create index event_device on event (seq) where kind = 'device'`,
      sql`create table ledger (id integer primary key autoincrement, at integer not null, device text, enterprise text, verdict text not null,
          reason text, topic text, head text not null, size integer not null, detail text, address text, more integer not null) strict`,
      sql`create index ledger_device on ledger (device, verdict, id)`,
      sql`create index ledger_verdict on ledger (verdict, id)`,
      sql`create index ledger_at on ledger (at)`,
      sql`create table ledger_count (device text not null, minute integer not null, verdict text not null, reason text not null,
          count integer not null, primary key (device, minute, verdict, reason)) strict, without rowid`,
      sql`create index ledger_count_minute on ledger_count (minute)`,
      sql`create table ledger_size (id integer primary key check (id = 1), bytes integer not null) strict`,
      sql`insert into ledger_size (id, bytes) values (1, 0)`,
      // 200 and 100 bytes: measured weight of a row and its index entries beside its texts.
      sql`create trigger ledger_grows after insert on ledger begin update ledger_size set bytes = bytes + 200
          + length(new.head) + length(coalesce(new.topic, '')) + length(coalesce(new.detail, '')) where id = 1; end`,
      sql`create trigger ledger_shrinks after delete on ledger begin update ledger_size set bytes = bytes - 200
          - length(old.head) - length(coalesce(old.topic, '')) - length(coalesce(old.detail, '')) where id = 1; end`,
      sql`create trigger ledger_count_grows after insert on ledger_count begin update ledger_size set bytes = bytes + 100 where id = 1; end`,
      sql`create trigger ledger_count_shrinks after delete on ledger_count begin update ledger_size set bytes = bytes - 100 where id = 1; end`,
      sql`create table idempotency (account text not null, key text not null, request text not null, status integer not null, body text not null,
          at integer not null, primary key (account, key)) strict, without rowid`,
      sql`create index idempotency_at on idempotency (at)`,
      sql`create table setting (name text primary key, value text not null) strict, without rowid`,
      sql`pragma user_version = 1`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** Alarm events by their time, for performance figures; alarms by their last event, for those that reach into a period. */
const second: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create index event_alarm_at on event (json_extract(body, '$.event.at'), seq) where alarm_id is not null`,
      sql`create index alarm_seq on alarm (seq)`,
      sql`pragma user_version = 2`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** What waits for a second person, and what was decided. */
const third: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table approval (id text primary key, kind text not null, enterprise text, resource text not null, request text not null,
          reason text not null, requested_by text not null, requested_at integer not null, expires_at integer not null,
          state text not null, decided_by text, decided_at integer, comment text, outcome text) strict, without rowid`,
      sql`create index approval_requested on approval (requested_at, id)`,
      // Pending ones are few among many decided ones.
      sql`create index approval_pending on approval (expires_at) where state = 'pending'`,
      sql`pragma user_version = 3`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** History of warnings: one row for each issue of each, and every event by its own number. */
const fourth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table warning (id text not null, occurrence integer not null, seq integer not null, lifted integer not null,
          peak integer not null, scope text not null, enterprise text, area text, issued_at integer not null, body text not null,
          primary key (id, occurrence)) strict, without rowid`,
      sql`create index warning_issued on warning (lifted, issued_at, seq)`,
      sql`create table warning_event (seq integer primary key, warning_id text not null, body text not null) strict`,
      sql`create index warning_event_of on warning_event (warning_id, seq)`,
      sql`pragma user_version = 4`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** Every revision a rule has had. */
const fifth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table rule_version (rule text not null, revision integer not null, "by" text not null, at integer not null,
          entry integer not null, body text not null, primary key (rule, revision)) strict, without rowid`,
      sql`pragma user_version = 5`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** A warning as it was after an event that changed its level, for those it is told to outside; earlier events have none. */
const sixth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [sql`alter table warning_event add column warning text`, sql`pragma user_version = 6`];
    for (const statement of statements) await statement.execute(db);
  },
};

/** Which revision of an account somebody saw when he changed it. */
const seventh: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [sql`alter table account add column revision integer not null default 1`, sql`pragma user_version = 7`];
    for (const statement of statements) await statement.execute(db);
  },
};

/** Shifts and their hand-over. The index lets no second one begin while the first is not over. */
const eighth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table shift (n integer primary key autoincrement, name text not null, planned_from integer not null,
          planned_to integer not null, "by" text not null, started_at integer not null, taken_from text, sound text, signature text,
          picture text, ended_at integer, taken_by text, unsigned_reason text, figures text) strict`,
      sql`create unique index shift_current on shift ((ended_at is null)) where ended_at is null`,
      sql`pragma user_version = 8`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

/** What was asked of devices from afar, and what they said. A request's key is there once: it sends nothing again. */
const ninth: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const statements = [
      sql`create table device_command (n integer primary key autoincrement, id text not null unique, device text not null,
          enterprise text not null, command text not null, comment text, "by" text not null, at integer not null, state text not null,
          reason text, answered_at integer, detail text, request_key text unique) strict`,
      sql`create index device_command_of on device_command (device, n)`,
      sql`pragma user_version = 9`,
    ];
    for (const statement of statements) await statement.execute(db);
  },
};

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001': first,
  '0002': second,
  '0003': third,
  '0004': fourth,
  '0005': fifth,
  '0006': sixth,
  '0007': seventh,
  '0008': eighth,
  '0009': ninth,
};

/** Brings the file to this build's format; one of a newer build is refused, never opened as if it were empty. */
export async function migrateRecords<T>(db: Kysely<T>, file: string): Promise<void> {
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  const found = rows[0]?.user_version ?? 0;
  if (found > RECORDS_FORMAT) {
    throw new RecordsError(
      'format-unknown',
      `${file} has format ${found}; this build knows formats up to ${RECORDS_FORMAT}. Start the build that wrote it, or a newer one.`,
    );
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw new RecordsError('open-failed', `${file}: ${error instanceof Error ? error.message : String(error)}`);
}
