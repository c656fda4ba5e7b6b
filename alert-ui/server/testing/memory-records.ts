import { createHash } from 'node:crypto';
import type { Alarm, AlarmEvent, LiveEvent } from '../../../model/alarm.ts';
import { type Approval, approvalAt } from '../../../model/approval.ts';
import type { DeviceCommand } from '../../../model/device-command.ts';
import type { RuleVersion } from '../../../model/engine.ts';
import type {
  Account,
  AuditLine,
  AuditRow,
  CredentialRow,
  LedgerCount,
  LedgerRow,
  Page,
  Records,
  SessionRow,
  TokenRow,
} from '../../../model/ports/records.ts';
import type { Shift, ShiftPicture } from '../../../model/shift.ts';
import type { WarningLive } from '../../../model/warning.ts';

/** Records in memory: small, real, gone with the process. `dump` is everything that was written, for "no secret is kept". */
export class MemoryRecords implements Records {
  private readonly accountRows = new Map<string, Account>();
  private readonly sessionRows = new Map<string, SessionRow>();
  private readonly tokenRows = new Map<string, TokenRow>();
  private readonly credentialRows = new Map<string, CredentialRow>();
  readonly auditRows: AuditRow[] = [];
  private readonly events: LiveEvent[] = [];
  readonly ledgerRows: LedgerRow[] = [];
  readonly ledgerCounts: LedgerCount[] = [];
  private readonly answers = new Map<string, { request: string; status: number; body: string; at: number }>();
  private readonly named = new Map<string, string>();
  private readonly approvalRows = new Map<string, Approval>();
  private readonly shiftRows: (Shift & { readonly picture: ShiftPicture | null })[] = [];
  readonly commandRows: DeviceCommand[] = [];
  private readonly commandKeys = new Map<string, string>();
  private readonly ruleVersions = new Map<string, RuleVersion>();

  dump(): string {
    return JSON.stringify(
      [this.accountRows, this.sessionRows, this.tokenRows, this.credentialRows, this.auditRows, this.answers, this.shiftRows].map((part) =>
        part instanceof Map ? [...part] : part,
      ),
    );
  }

  private async tell(changed: boolean, line: AuditLine | undefined): Promise<boolean> {
    if (changed && line !== undefined) await this.audit.append(line);
    return changed;
  }

  readonly accounts: Records['accounts'] = {
    get: async (name) => this.accountRows.get(name) ?? null,
    list: async () => [...this.accountRows.values()],
    put: async (account, line) => {
      const before = this.accountRows.get(account.name);
      if (before !== undefined && (before.passwordHash !== account.passwordHash || account.disabled || before.disabled)) {
        for (const [id, row] of this.tokenRows) if (row.account === account.name) this.tokenRows.delete(id);
        for (const [id, row] of this.sessionRows) if (row.account === account.name) this.sessionRows.delete(id);
      }
      this.accountRows.set(account.name, account);
      if (line !== undefined) await this.audit.append(line);
    },
  };
  readonly rules: Records['rules'] = {
    put: async (versions) => {
      for (const version of versions) {
        const key = `${version.rule.id}@${version.rule.revision}`;
        if (!this.ruleVersions.has(key)) this.ruleVersions.set(key, version);
      }
    },
    versions: async (rule, { before = Number.POSITIVE_INFINITY, limit }) =>
      [...this.ruleVersions.values()]
        .filter((one) => one.rule.id === rule && one.rule.revision < before)
        .sort((a, b) => b.rule.revision - a.rule.revision)
        .slice(0, limit),
  };
  readonly sessions: Records['sessions'] = {
    get: async (idHash) => this.sessionRows.get(idHash) ?? null,
    put: async (row, line) => {
      this.sessionRows.set(row.idHash, row);
      await this.tell(true, line);
    },
    extend: async (idHash, expiresAt) => {
      const row = this.sessionRows.get(idHash);
      if (row !== undefined) this.sessionRows.set(idHash, { ...row, expiresAt });
      return row !== undefined;
    },
    remove: async (idHash, line) => void (await this.tell(this.sessionRows.delete(idHash), line)),
    list: async ({ account, now, cursor, limit }) => {
      const rows = [...this.sessionRows.values()]
        .filter((row) => row.expiresAt > now && (account ?? row.account) === row.account)
        .sort((a, b) => b.createdAt - a.createdAt || (a.idHash < b.idHash ? 1 : -1))
        .slice(Number(cursor ?? 0));
      return { items: rows.slice(0, limit), next: rows.length > limit ? String(Number(cursor ?? 0) + limit) : null };
    },
    removeExpired: async (now) => {
      const ended = [...this.sessionRows.values()].filter((row) => row.expiresAt <= now);
      for (const row of ended) this.sessionRows.delete(row.idHash);
      return ended.length;
    },
  };
  readonly tokens: Records['tokens'] = {
    byHash: async (hash) => [...this.tokenRows.values()].find((row) => row.hash === hash) ?? null,
    list: async (account) => [...this.tokenRows.values()].filter((row) => row.account === account),
    get: async (id) => this.tokenRows.get(id) ?? null,
    put: async (row, line) => {
      this.tokenRows.set(row.id, row);
      await this.tell(true, line);
    },
    remove: async (id, line) => this.tell(this.tokenRows.delete(id), line),
  };
  readonly credentials: Records['credentials'] = {
    all: async () => [...this.credentialRows.values()],
    put: async (rows) => {
      for (const row of rows) this.credentialRows.set(row.id, row);
    },
    remove: async (ids) => {
      for (const id of ids) this.credentialRows.delete(id);
    },
  };
  readonly audit: Records['audit'] = {
    append: async (line: AuditLine) => {
      const prevHash = this.auditRows.at(-1)?.hash ?? '';
      const hash = createHash('sha256').update(prevHash).update(JSON.stringify(line)).digest('hex');
      this.auditRows.push({ ...line, n: this.auditRows.length + 1, prevHash, hash });
    },
    list: async ({ from = 0, to = Number.POSITIVE_INFINITY, by, action, resource, ok, cursor, limit }) => {
      const named = (name: string): boolean => action === undefined || (action.endsWith('.') ? name.startsWith(action) : name === action);
      const rows = this.auditRows
        .filter((row) => row.at >= from && row.at < to && row.n < Number(cursor ?? Number.POSITIVE_INFINITY))
        .filter((row) => (by ?? row.by) === row.by && (resource ?? row.resource) === row.resource && named(row.action))
        .filter((row) => ok === undefined || (row.outcome === 'ok') === ok)
        .toReversed()
        .slice(0, limit + 1);
      return { items: rows.slice(0, limit), next: rows.length > limit ? String(rows[limit - 1]?.n) : null };
    },
    verify: async () => null,
  };
  readonly alarms: Records['alarms'] = {
    project: async (events) => {
      const last = this.events.at(-1)?.seq ?? 0;
      this.events.push(...events.filter((event) => event.seq > last));
    },
    lastEventSeq: async () => this.events.at(-1)?.seq ?? 0,
    get: async (id) => {
      const own = this.events.filter((event) => event.kind === 'alarm').filter((event) => event.alarm.id === id);
      const alarm = own.at(-1)?.alarm;
      return alarm === undefined ? null : { alarm, events: own.map((event): AlarmEvent => event.event) };
    },
    list: async (query): Promise<Page<Alarm>> => {
      const newest = new Map<string, Alarm>();
      for (const event of this.events) if (event.kind === 'alarm') newest.set(event.alarm.id, event.alarm);
      const has = <T>(wanted: readonly T[] | undefined, value: T): boolean => wanted === undefined || wanted.includes(value);
      const start = query.cursor === undefined ? 0 : Number(query.cursor);
      const found = [...newest.values()]
        .filter((alarm) => has(query.states, alarm.state) && has(query.levels, alarm.level) && has(query.kinds, alarm.kind))
        .filter(
          (alarm) => query.enterprises === undefined || (alarm.enterpriseId !== null && query.enterprises.includes(alarm.enterpriseId)),
        )
        .filter(
          (alarm) =>
            (query.device === undefined || alarm.deviceId === query.device) &&
            (query.from === undefined || alarm.raisedAt >= query.from) &&
            (query.to === undefined || alarm.raisedAt < query.to),
        )
        .sort((a, b) => b.raisedAt - a.raisedAt);
      const items = found.slice(start, start + query.limit);
      return { items, next: start + items.length < found.length ? String(start + items.length) : null };
    },
    facts: async () => ({ items: [], next: null }),
    earlier: async () => ({ items: [], next: null }),
    eventsAfter: async (seq, limit) => this.events.filter((event) => event.seq > seq).slice(0, limit),
  };
  readonly warned: WarningLive[] = [];
  readonly warnings: Records['warnings'] = {
    project: async (events) => {
      const last = this.warned.at(-1)?.seq ?? 0;
      this.warned.push(...events.filter((event) => event.seq > last));
    },
    lastSeq: async () => this.warned.at(-1)?.seq ?? 0,
    events: async (id, limit) =>
      this.warned
        .filter((one) => one.warning.id === id)
        .slice(-limit)
        .map((one) => one.event),
    past: async (query) => ({
      items: this.warned
        .filter((one) => one.event.type === 'lifted')
        .filter(
          ({ warning }) =>
            query.enterprises === undefined || (warning.enterpriseId !== null && query.enterprises.includes(warning.enterpriseId)),
        )
        .map((one) => ({ ...one.warning, peak: one.event.previous }))
        .toReversed()
        .slice(0, query.limit),
      next: null,
    }),
  };
  readonly ledger: Records['ledger'] = {
    append: async (lines, counts) => {
      for (const line of lines) this.ledgerRows.push({ ...line, id: this.ledgerRows.length + 1 });
      this.ledgerCounts.push(...counts);
    },
    list: async (query) => ({
      items: this.ledgerRows
        .filter((row) => query.device === undefined || row.device === query.device)
        .filter((row) => query.enterprises === undefined || (row.enterprise !== null && query.enterprises.includes(row.enterprise)))
        .filter(
          (row) =>
            (query.verdict === undefined || row.verdict === query.verdict) && (query.reason === undefined || row.reason === query.reason),
        )
        .filter((row) => (query.from === undefined || row.at >= query.from) && (query.to === undefined || row.at < query.to))
        .toReversed()
        .slice(0, query.limit),
      next: null,
    }),
    counts: async (device) => this.ledgerCounts.filter((count) => count.device === device),
    trim: async () => undefined,
  };
  readonly idempotency: Records['idempotency'] = {
    get: async (account, key) => this.answers.get(`${account} ${key}`) ?? null,
    put: async (account, key, request, status, body, at) => void this.answers.set(`${account} ${key}`, { request, status, body, at }),
    removeBefore: async (at) => {
      for (const [key, answer] of this.answers) if (answer.at < at) this.answers.delete(key);
    },
  };
  readonly approvals: Records['approvals'] = {
    add: async (approval, line) => {
      this.approvalRows.set(approval.id, approval);
      this.tell(true, line);
    },
    get: async (id) => this.approvalRows.get(id) ?? null,
    list: async (query) => {
      const found = [...this.approvalRows.values()]
        .map((approval) => approvalAt(approval, query.now))
        .filter((approval) => query.states?.includes(approval.state) ?? true)
        .filter(({ outcome }) => query.unfinished !== true || outcome === null)
        .filter(({ requestedBy }) => query.requestedBy === undefined || requestedBy === query.requestedBy)
        .filter(
          ({ enterpriseId }) => query.enterprises === undefined || (enterpriseId !== null && query.enterprises.includes(enterpriseId)),
        )
        .sort((a, b) => b.requestedAt - a.requestedAt);
      const start = query.cursor === undefined ? 0 : Number(query.cursor);
      const items = found.slice(start, start + query.limit);
      return { items, next: start + items.length < found.length ? String(start + items.length) : null };
    },
    decide: async (id, { state, by, at, comment }, line) => {
      const approval = this.approvalRows.get(id);
      if (approval === undefined || approvalAt(approval, at).state !== 'pending') return false;
      this.approvalRows.set(id, { ...approval, state, decidedBy: by, decidedAt: at, comment });
      return this.tell(true, line);
    },
    expire: async (now, ids) => {
      for (const [id, approval] of this.approvalRows)
        if (approval.state === 'pending' && (approval.expiresAt <= now || ids.includes(id)))
          this.approvalRows.set(id, { ...approval, state: 'expired' });
    },
    settle: async (id, state, outcome, line) => {
      const approval = this.approvalRows.get(id);
      if (approval?.outcome !== null) return false;
      this.approvalRows.set(id, { ...approval, state, outcome });
      return this.tell(true, line);
    },
  };
  readonly commands: Records['commands'] = {
    add: async (command, requestKey, { from, most }) => {
      const like = this.commandRows.filter(
        ({ deviceId, command: name, at, reason }) =>
          deviceId === command.deviceId && name === command.command && at >= from && at <= command.at && reason === null,
      );
      if (like.length >= most) return false;
      this.commandRows.push(command);
      if (requestKey !== null) this.commandKeys.set(requestKey, command.id);
      return true;
    },
    ofRequest: async (requestKey) => this.commandRows.find((row) => row.id === this.commandKeys.get(requestKey)) ?? null,
    get: async (device, id) => this.commandRows.find((row) => row.id === id && row.deviceId === device) ?? null,
    list: async ({ device, cursor, limit }) => {
      const found = this.commandRows.filter((row) => row.deviceId === device).toReversed();
      const start = Number(cursor ?? 0);
      const items = found.slice(start, start + limit);
      return { items, next: start + items.length < found.length ? String(start + items.length) : null };
    },
    offline: async (id) => {
      const at = this.commandRows.findIndex((row) => row.id === id && row.state === 'sent');
      const row = this.commandRows[at];
      if (row !== undefined) this.commandRows[at] = { ...row, state: 'failed', reason: 'device-offline' };
    },
    answer: async ({ device, id, ok, detail }, answeredAt) => {
      const at = this.commandRows.findIndex((row) => row.id === id && row.deviceId === device);
      const row = this.commandRows[at];
      if (row === undefined) return 'unknown';
      if (row.answeredAt !== null) return 'known';
      const answered: DeviceCommand = { ...row, state: ok ? 'done' : 'failed', reason: null, answeredAt, detail };
      this.commandRows[at] = answered;
      return answered;
    },
  };
  readonly shifts: Records['shifts'] = {
    current: async () => headOf(this.shiftRows.find((row) => row.endedAt === null)),
    get: async (id) => headOf(this.shiftRows.find((row) => row.id === id)),
    picture: async (id) => this.shiftRows.find((row) => row.id === id)?.picture ?? null,
    list: async ({ cursor, limit }) => {
      const found = this.shiftRows.filter((row) => Number(row.id) < Number(cursor ?? Number.POSITIVE_INFINITY)).toReversed();
      const items = found.slice(0, limit).flatMap((row) => headOf(row) ?? []);
      return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    sign: async (id, signature, picture) => this.changeShift(id, (row) => row.signature === null, { signature, picture }),
    unsign: async (id) => this.changeShift(id, (row) => row.signature !== null, { signature: null, picture: null }),
    noteSound: async (id, soundTest) => this.changeShift(id, () => true, { soundTest }),
    begin: async (next, after) => {
      if (after !== null) {
        const { at, figures, signed, unsigned } = after;
        const more = unsigned === null ? {} : { unsignedReason: unsigned.reason, picture: unsigned.picture };
        const asSaid = (row: Shift): boolean => (row.signature?.digest ?? null) === signed;
        if (!this.changeShift(after.id, asSaid, { endedAt: at, takenBy: next.by, figures, ...more })) return null;
      }
      if (this.shiftRows.some((row) => row.endedAt === null)) return null;
      const id = String(this.shiftRows.length + 1);
      const open = { signature: null, endedAt: null, takenBy: null, unsignedReason: null, figures: null, picture: null };
      this.shiftRows.push({ id, ...next, ...open });
      return headOf(this.shiftRows.at(-1));
    },
  };
  /** Of a shift that is not over, where it is as it has to be. */
  private changeShift(id: string, when: (row: Shift) => boolean, more: Partial<(typeof this.shiftRows)[number]>): boolean {
    const at = this.shiftRows.findIndex((row) => row.id === id && row.endedAt === null && when(row));
    const row = this.shiftRows[at];
    if (row !== undefined) this.shiftRows[at] = { ...row, ...more };
    return row !== undefined;
  }
  readonly settings: Records['settings'] = {
    get: async (name) => this.named.get(name) ?? null,
    put: async (name, value) => void this.named.set(name, value),
  };
  async close(): Promise<void> {
    await Promise.resolve();
  }
}

function headOf(row: (Shift & { readonly picture: ShiftPicture | null }) | undefined): Shift | null {
  if (row === undefined) return null;
  const { picture: _long, ...head } = row;
  return head;
}
