import type { Generated } from 'kysely';

/** Tables of records.db as kysely sees them. Names are snake_case in SQL; times are UTC ms; booleans 0 or 1. */
export interface RecordsDatabase {
  account: AccountTable;
  session: SessionTable;
  token: TokenTable;
  credential: CredentialTable;
  audit: AuditTable;
  audit_head: AuditHeadTable;
  alarm: AlarmTable;
  event: EventTable;
  warning: WarningTable;
  warning_event: WarningEventTable;
  ledger: LedgerTable;
  ledger_count: LedgerCountTable;
  ledger_size: LedgerSizeTable;
  rule_version: RuleVersionTable;
  idempotency: IdempotencyTable;
  setting: SettingTable;
  approval: ApprovalTable;
  shift: ShiftTable;
  device_command: DeviceCommandTable;
}

export interface AccountTable {
  name: string;
  password_hash: string;
  role: string;
  /** JSON array of ids, or null = everything. */
  enterprises: string | null;
  must_change_password: number;
  disabled: number;
  created_at: number;
  revision: number;
}
export interface SessionTable {
  id_hash: string;
  account: string;
  csrf_token: string;
  created_at: number;
  expires_at: number;
}
export interface TokenTable {
  id: string;
  name: string;
  account: string;
  hash: string;
  created_at: number;
  expires_at: number | null;
}
export interface CredentialTable {
  id: string;
  kind: string;
  enterprise: string;
  hash: string;
  created_at: number;
}
export interface AuditTable {
  n: number;
  at: number;
  by: string;
  action: string;
  resource: string;
  outcome: string;
  address: string | null;
  detail: string | null;
  prev_hash: string;
  hash: string;
}
/** One row: number and hash of the last line, so that lines cut off at the end show as well. */
export interface AuditHeadTable {
  id: number;
  n: number;
  hash: string;
}
export interface AlarmTable {
  id: string;
  /** Number of the event this row stands at. */
  seq: number;
  state: string;
  level: string;
  kind: string;
  enterprise: string | null;
  area: string | null;
  device: string | null;
  raised_at: number;
  /** The whole alarm as JSON. */
  body: string;
}
export interface EventTable {
  seq: number;
  kind: string;
  /** Null for an event of a device. */
  alarm_id: string | null;
  /** The whole live event as JSON. */
  body: string;
}
/** One issue of one warning, as its last event left it. */
export interface WarningTable {
  id: string;
  occurrence: number;
  seq: number;
  /** 1 = over. */
  lifted: number;
  /** Rank of the worst level it had. */
  peak: number;
  scope: string;
  enterprise: string | null;
  area: string | null;
  issued_at: number;
  /** The whole warning as JSON. */
  body: string;
}
export interface WarningEventTable {
  seq: number;
  warning_id: string;
  /** The event as JSON. */
  body: string;
  /** The whole warning after it as JSON, where the event changed its level. */
  warning: string | null;
}
export interface LedgerTable {
  id: Generated<number>;
  at: number;
  device: string | null;
  enterprise: string | null;
  verdict: string;
  reason: string | null;
  topic: string | null;
  head: string;
  size: number;
  detail: string | null;
  address: string | null;
  more: number;
}
export interface LedgerCountTable {
  device: string;
  minute: number;
  verdict: string;
  /** Empty where there is none, so that it can be part of the key. */
  reason: string;
  count: number;
}
/** One row, kept by triggers: what the ledger weighs, without reading it all. */
export interface LedgerSizeTable {
  id: number;
  bytes: number;
}
export interface RuleVersionTable {
  rule: string;
  revision: number;
  by: string;
  at: number;
  /** Number of the journal entry. */
  entry: number;
  /** The whole rule as JSON. */
  body: string;
}
export interface IdempotencyTable {
  account: string;
  key: string;
  request: string;
  status: number;
  body: string;
  at: number;
}
export interface SettingTable {
  name: string;
  value: string;
}
export interface ApprovalTable {
  id: string;
  kind: string;
  enterprise: string | null;
  resource: string;
  /** JSON of the kind's own shape. */
  request: string;
  reason: string;
  requested_by: string;
  requested_at: number;
  expires_at: number;
  state: string;
  decided_by: string | null;
  decided_at: number | null;
  comment: string | null;
  outcome: string | null;
}
/** One person's watch over the desk. At most one row has no `ended_at` (index `shift_current`). */
export interface ShiftTable {
  n: Generated<number>;
  name: string;
  planned_from: number;
  planned_to: number;
  by: string;
  started_at: number;
  taken_from: string | null;
  /** JSON, as are signature, picture and figures. */
  sound: string | null;
  signature: string | null;
  picture: string | null;
  ended_at: number | null;
  taken_by: string | null;
  unsigned_reason: string | null;
  figures: string | null;
}
/** One thing asked of a device. `unanswered` stands in no row: it is `sent`, read later. */
export interface DeviceCommandTable {
  n: Generated<number>;
  id: string;
  device: string;
  enterprise: string;
  command: string;
  comment: string | null;
  by: string;
  at: number;
  state: string;
  reason: string | null;
  answered_at: number | null;
  detail: string | null;
  request_key: string | null;
}
