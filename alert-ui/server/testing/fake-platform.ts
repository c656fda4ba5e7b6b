import { createHmac, randomBytes } from 'node:crypto';
import type { Actor } from '../../../model/actor.ts';
import type { Alarm, AlarmEventType, AlarmStateName, LiveEvent, SuppressedBy } from '../../../model/alarm.ts';
import type { AssetKind, AssetOf, Device, Enterprise } from '../../../model/asset.ts';
import type {
  AlarmCounts,
  DeviceCounts,
  AssetTrial,
  DeviceStatus,
  EffectiveLimit,
  EngineView,
  JointLimit,
  LatestPoint,
  Outcome,
  RuleTrial,
  Silence,
  WaitingPoint,
} from '../../../model/engine.ts';
import type { AlarmCommand, ConfigChange } from '../../../model/entry.ts';
import type { Flood, FloodState } from '../../../model/flood.ts';
import type { Level } from '../../../model/level.ts';
import type { Backtest } from '../../../model/backtest.ts';
import type { FiguresQuery } from '../../../model/performance.ts';
import type { AcceptedQuery, LiveListener, PerformanceReport, Platform, Rehearsed, SubmitOutcome } from '../../../model/ports/platform.ts';
import type { LedgerLine } from '../../../model/ports/records.ts';
import type { Catalogue } from '../../../model/profile.ts';
import type { RangeQuery } from '../../../model/ports/reading-store.ts';
import type { Proposals } from '../../../model/proposal.ts';
import type { Quality, Sample, Value } from '../../../model/reading.ts';
import type { Warning, WarningEventType, WarningHead } from '../../../model/warning.ts';
import { parseShiftPlan, type ShiftPlan, USUAL_SHIFTS } from '../../../model/shift.ts';
import { exampleAlarm } from '../../../model/testing/example-alarm.ts';
import { exampleDevice, exampleEnterprise } from '../../../model/testing/example-assets.ts';
import { present } from '../http/validate.ts';
import { exampleFigures } from './example-figures.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryRecords } from './memory-records.ts';
import type { ScenarioRun } from '../../../model/scenario-run.ts';
import type { Stretch } from '../../../model/time.ts';

/** One profile with one limit: enough for routes that speak of profiles, units and limits. */
export const CATALOGUE: Catalogue = {
  version: 'test-1',
  profiles: [
    {
      id: 'gas',
      zh: '可燃气体探测器',
      en: 'Combustible gas detector',
      sector: ['gas'],
      alarmKind: 'process',
      reportMs: 5_000,
      heartbeatMs: 60_000,
      commands: [{ name: 'close', remote: true }],
      measurements: [
        {
          key: 'lel',
          zh: '浓度',
          en: 'Concentration',
          ucum: '%{LEL}',
          range: [0, 100],
          resolution: 0.1,
          valueType: 'number',
          limits: [
            {
              code: 'L1',
              dir: 'hi',
              setPoint: 25,
              level: 'yellow',
              deadband: 2,
              onDelayMs: 0,
              offDelayMs: 0,
              latching: false,
              basis: 'example',
              confidence: 'D',
            },
          ],
        },
      ],
      faults: ['F01'],
    },
  ],
  faults: [{ code: 'F01', zh: '故障', en: 'Fault', level: 'blue' }],
};

const NO_COUNTS: Record<Level, number> = { red: 0, orange: 0, yellow: 0, blue: 0 };

/** The fold's read side, filled by hand. */
class HandMadeView implements EngineView {
  appliedSeq = 0;
  eventSeq = 0;
  catalogue: Catalogue | null = CATALOGUE;
  readonly all: { [K in AssetKind]: Map<string, AssetOf[K]> } = {
    area: new Map(),
    site: new Map(),
    enterprise: new Map(),
    'hazard-source': new Map(),
    gateway: new Map(),
    device: new Map(),
    rule: new Map(),
  };
  readonly alarms = new Map<string, Alarm>();
  readonly resting = new Map<string, Alarm>();
  readonly points = new Map<string, LatestPoint[]>();
  readonly statuses = new Map<string, DeviceStatus>();

  assets<K extends AssetKind>(kind: K): ReadonlyMap<string, AssetOf[K]> {
    return this.all[kind];
  }
  openAlarm(id: string): Alarm | undefined {
    return this.alarms.get(id);
  }
  openAlarms(): Iterable<Alarm> {
    return this.alarms.values();
  }
  restingAlarm(id: string): Alarm | undefined {
    return this.resting.get(id);
  }
  restingAlarms(): Iterable<Alarm> {
    return this.resting.values();
  }
  jointLimits(): readonly JointLimit[] {
    return [];
  }
  latest(deviceId: string): readonly LatestPoint[] {
    return this.points.get(deviceId) ?? [];
  }
  limits(deviceId: string): readonly EffectiveLimit[] {
    if (!this.all.device.has(deviceId)) return [];
    const first = {
      measurement: 'lel',
      channel: null,
      ladder: 'hi',
      code: 'L1',
      dir: 'hi',
      level: 'yellow',
      setPoint: 25,
      deadband: 2,
      onDelayMs: 0,
      offDelayMs: 0,
      latching: false,
      unit: '%{LEL}',
      armed: true,
      reason: null,
      detail: null,
      onlyWhen: null,
      basis: 'example',
      confidence: 'D',
      ruleRevision: 1,
    } as const;
    return [first, ...this.moreLimits.map((more) => ({ ...first, ...more }))];
  }
  /** Above the first one of every device. */
  moreLimits: readonly Partial<EffectiveLimit>[] = [];
  /** What the next trials find; the checks themselves are the engine's. */
  trial: Partial<RuleTrial> = {};
  tryRule(): RuleTrial {
    return { outcome: { ok: true }, problems: [], softened: [], devices: 0, ...this.trial };
  }
  tryAsset(): AssetTrial {
    const { outcome = { ok: true }, softened = [] } = this.trial;
    return { outcome, softened };
  }
  /** What the next changes would keep from coming; what it is, is the engine's to find. */
  silences: readonly Silence[] = [];
  silencedBy(): readonly Silence[] {
    return this.silences;
  }
  /** Ids of devices that red elsewhere rests on. */
  readonly guarding = new Set<string>();
  guardsOtherRed({ deviceId }: Pick<Alarm, 'deviceId'>): boolean {
    return deviceId !== null && this.guarding.has(deviceId);
  }
  status(deviceId: string): DeviceStatus | undefined {
    if (!this.all.device.has(deviceId)) return undefined;
    return this.statuses.get(deviceId) ?? { online: false, health: ['never-seen'], lastSeenAt: null, clockErrorMs: null };
  }
  counts(): AlarmCounts {
    const open = { ...NO_COUNTS };
    const unacknowledged = { ...NO_COUNTS };
    const suppressed = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };
    for (const alarm of [...this.alarms.values(), ...this.resting.values()]) {
      if (alarm.test) continue;
      for (const flag of alarm.suppressedBy) suppressed[flag] += 1;
      if (alarm.suppressedBy.length > 0) continue;
      open[alarm.level] += 1;
      if (alarm.state !== 'ACKED' && alarm.state !== 'LACK') unacknowledged[alarm.level] += 1;
    }
    return { open, unacknowledged, suppressed };
  }
  flood: FloodState = { now: null, last: null, inTenMinutes: 0 };
  outages(): readonly Stretch[] {
    return [];
  }
  floods(): readonly Flood[] {
    return [this.flood.now, this.flood.last].filter((one) => one !== null);
  }
  readonly warnings = new Map<string, Warning>();
  warningSeq = 0;
  warningHeads(): Iterable<WarningHead> {
    return this.warnings.values();
  }
  warning(id: string): Warning | undefined {
    return this.warnings.get(id);
  }
  readonly waits = new Map<string, readonly WaitingPoint[]>();
  waiting(deviceId: string): readonly WaitingPoint[] {
    return this.waits.get(deviceId) ?? [];
  }
  inhibitedDevices(): Iterable<string> {
    return [...this.all.device.keys()].filter((id) => this.status(id)?.health.includes('inhibited') === true);
  }
  deviceCounts(): DeviceCounts {
    const standing = [...this.all.device.values()].filter((device) => device.retiredAt === null);
    const online = standing.filter((device) => this.status(device.id)?.online === true).length;
    const inhibited = standing.filter((device) => this.status(device.id)?.health.includes('inhibited') === true).length;
    return { online, offline: standing.length - online, total: standing.length, inhibited };
  }
}

/**
 * A small real platform for tests of the server: a fold filled by hand, records in memory, secrets that are checked. What the engine
 * would refuse for a plain reason is refused here with the same codes.
 */
export class FakePlatform implements Platform {
  readonly view = new HandMadeView();
  readonly clock: ManualClock;
  readonly records: MemoryRecords;
  readonly epoch: string;
  readonly build = '0.0.0-test';
  readonly timeZone = 'Asia/Shanghai';
  shiftPlan: ShiftPlan = parseShiftPlan(USUAL_SHIFTS) ?? [];
  readonly startedAt: number;
  readonly disconnected: string[] = [];
  readonly secrets = new Map<string, string>();
  /** Set to make every submission fail as when the disk is full. */
  unavailable = false;
  healthCodes: string[] = [];
  readonly figuresAsked: FiguresQuery[] = [];
  readonly backtestList: Backtest[] = [];
  readonly connectionLines = new Map<string, LedgerLine[]>();
  readonly recentLines = new Map<string, LedgerLine[]>();
  private readonly listeners = new Set<LiveListener>();

  constructor(epoch = 'epoch-1', records = new MemoryRecords(), clock = new ManualClock()) {
    this.epoch = epoch;
    this.records = records;
    this.clock = clock;
    this.startedAt = clock.now();
  }

  /** Raw points of every device; null = one of 12.5 wherever one asks. */
  stored: (readonly [number, Value, Quality])[] | null = null;
  pageMax = 10_000;
  /** `from` of every question for raw points. */
  readonly asked: number[] = [];

  readonly readings: Platform['readings'] = {
    range: async (query) => {
      this.asked.push(query.from);
      if (this.stored === null) return { points: [[query.from, 12.5, 'good']], next: null, through: this.clock.now() };
      const found = this.stored.filter(([at]) => at >= query.from && at < query.to);
      const limit = Math.min(query.limit ?? 10_000, this.pageMax);
      return { points: found.slice(0, limit), next: found[limit]?.[0] ?? null, through: this.clock.now() };
    },
    rangeText: async (query) => {
      const { points, ...rest } = await this.readings.range(query);
      return { ...rest, points: JSON.stringify(points) };
    },
    rollUps: async (query) => {
      const at = Math.ceil(query.from / 3_600_000) * 3_600_000;
      const states = null;
      const hour = { at, min: 1, max: 3, sum: 8, count: 4, bad: 1, firstAt: at, lastAt: at + 5, last: 2, quality: 'good' as const, states };
      return { rollUps: at < query.to ? [hour] : [], through: this.clock.now() };
    },
    buckets: async (query) => ({
      buckets: [[query.from, 1, 3, 2, 10]],
      bad: [],
      bucketMs: 60_000,
      source: 'raw',
      through: this.clock.now(),
    }),
  };

  readonly credentials: Platform['credentials'] = {
    issue: async (rows) => {
      const issued = rows.map(({ id }) => ({ id, secret: randomBytes(24).toString('base64url') }));
      for (const { id, secret } of issued) this.secrets.set(id, secret);
      await this.records.credentials.put(
        rows.map((row) => ({
          ...row,
          hash: createHmac('sha256', 'key')
            .update(this.secrets.get(row.id) ?? '')
            .digest('hex'),
          createdAt: this.clock.now(),
        })),
      );
      return issued;
    },
    check: () => ({ ok: false, code: 'CONNECT_UNKNOWN_USER' }),
    remove: async (ids) => {
      for (const id of ids) this.secrets.delete(id);
      await this.records.credentials.remove(ids);
    },
  };

  async command(actor: Actor, _requestId: string, command: AlarmCommand): Promise<SubmitOutcome> {
    await Promise.resolve();
    if (this.unavailable) return { ok: false, code: 'unavailable', detail: 'disk-full' };
    const by = actor.kind === 'account' ? actor.name : null;
    const alarm = this.view.alarms.get(command.alarmId);
    if (alarm === undefined) return { ok: false, code: 'not-found', detail: command.alarmId };
    switch (command.op) {
      case 'acknowledge':
        if (alarm.acknowledgedAt !== null) return { ok: true, changed: false, alarm };
        if (command.seen !== undefined && command.seen < alarm.seq)
          return { ok: false, code: 'alarm-changed', detail: `seq is ${alarm.seq}`, alarm };
        return {
          ok: true,
          changed: true,
          alarm: this.raise(
            { ...alarm, state: 'ACKED', acknowledgedAt: this.clock.now(), acknowledgedBy: by, acknowledgedLevel: alarm.level },
            'acknowledged',
            by,
          ),
        };
      case 'withdraw':
        if (alarm.acknowledgedAt === null) return { ok: false, code: 'state-not-allowed', detail: alarm.state, alarm };
        if (this.clock.now() - alarm.acknowledgedAt > 10_000) return { ok: false, code: 'too-late', detail: 'more than 10 s ago', alarm };
        return {
          ok: true,
          changed: true,
          alarm: this.raise(
            { ...alarm, state: 'UNACK', acknowledgedAt: null, acknowledgedBy: null, acknowledgedLevel: null },
            'withdrawn',
            by,
          ),
        };
      case 'reset':
        if (!alarm.latched) return { ok: false, code: 'state-not-allowed', detail: alarm.state, alarm };
        return { ok: true, changed: true, alarm: this.raise({ ...alarm, latched: false, state: 'NORM' }, 'reset', by) };
      case 'comment':
        return { ok: true, changed: true, alarm: this.raise(alarm, 'commented', by) };
      case 'verify':
        return { ok: true, changed: true, alarm: this.raise({ ...alarm, verifiedAs: command.as }, 'verified', by) };
      case 'silence':
        return { ok: true, changed: true, alarm: this.raise({ ...alarm, silencedUntil: this.clock.now() + 60_000 }, 'silenced', by) };
      case 'shelve':
        if (alarm.level === 'red') return { ok: false, code: 'red-not-shelvable', detail: 'red', alarm };
        if (alarm.level === 'orange' && command.approvedBy === undefined)
          return { ok: false, code: 'approval-required', detail: 'orange', alarm };
        return this.flag(alarm, 'shelved', by, command, command.until ?? null);
      case 'suppress':
      case 'out-of-service': {
        if (command.belowRed === true && alarm.level === 'red') return { ok: false, code: 'approval-required', detail: 'red', alarm };
        if (command.op === 'out-of-service') return this.flag(alarm, command.op, by, command, command.until ?? null);
        return this.flag(
          alarm,
          'by-design',
          by,
          command,
          command.minutes === undefined ? null : this.clock.now() + command.minutes * 60_000,
        );
      }
      case 'unshelve':
        return this.unflag(alarm, 'shelved', by);
      case 'unsuppress':
        return this.unflag(alarm, 'by-design', by);
      case 'return-to-service':
        return this.unflag(alarm, 'out-of-service', by);
    }
  }

  private flag(
    alarm: Alarm,
    flag: SuppressedBy,
    by: string | null,
    { reason, approvedBy, ...more }: { reason: string; approvedBy?: string; permit?: string; belowRed?: true },
    until: number | null,
  ): SubmitOutcome {
    const since = this.clock.now();
    const { permit, belowRed } = more;
    const told = present({ flag, since, until, by, reason, approvedBy, permit, belowRed });
    const suppressed: Alarm = {
      ...alarm,
      suppressedBy: [...alarm.suppressedBy.filter((one) => one !== flag), flag],
      suppressedUntil: until,
      suppressions: [...(alarm.suppressions ?? []), told],
    };
    return { ok: true, changed: true, alarm: this.raise(suppressed, flag === 'by-design' ? 'suppressed' : flag, by) };
  }

  private unflag(alarm: Alarm, flag: SuppressedBy, by: string | null): SubmitOutcome {
    if (!alarm.suppressedBy.includes(flag)) return { ok: false, code: 'state-not-allowed', detail: `not ${flag}`, alarm };
    const { suppressions: _gone, ...rest } = alarm;
    const type = { shelved: 'unshelved', 'by-design': 'unsuppressed', 'out-of-service': 'returned-to-service' } as const;
    return { ok: true, changed: true, alarm: this.raise({ ...rest, suppressedBy: [] }, type[flag], by) };
  }

  async configure(_actor: Actor, _requestId: string, changes: readonly ConfigChange[]): Promise<readonly SubmitOutcome[]> {
    await Promise.resolve();
    return changes.map((change) => (this.unavailable ? { ok: false, code: 'unavailable', detail: 'disk-full' } : this.changeOne(change)));
  }

  private changeOne(change: ConfigChange): Outcome {
    if (change.op === 'catalogue') return { ok: true, changed: true };
    if (change.op === 'factor') return this.setFactor(change);
    const map = this.view.all[change.asset] as Map<string, AssetOf[AssetKind]>;
    const id = change.op === 'put' ? change.value.id : change.id;
    const before = map.get(id);
    if (change.op === 'retire') {
      if (before === undefined) return { ok: false, code: 'not-found', detail: id };
      if (change.base !== null && change.base !== before.revision)
        return { ok: false, code: 'revision-conflict', detail: id, asset: before };
      if (
        change.asset === 'enterprise' &&
        [...this.view.all.device.values()].some((device) => device.enterpriseId === id && device.retiredAt === null)
      ) {
        return { ok: false, code: 'in-use', detail: id, asset: before };
      }
      map.set(id, { ...before, revision: before.revision + 1, retiredAt: this.clock.now() });
      return { ok: true, changed: true };
    }
    if (change.base === 0 && before !== undefined)
      return { ok: false, code: before.retiredAt === null ? 'id-taken' : 'id-retired', detail: id, asset: before };
    if (change.base !== 0 && before?.revision !== change.base)
      return { ok: false, code: 'revision-conflict', detail: id, ...(before === undefined ? {} : { asset: before }) };
    if ('parentId' in change.value && change.value.parentId !== null && !this.view.all.area.has(change.value.parentId))
      return { ok: false, code: 'unknown-reference', detail: change.value.parentId };
    map.set(id, { ...change.value, revision: change.base + 1 });
    return { ok: true, changed: true, asset: change.value };
  }

  /** As the engine refuses: what is unknown, what lies in the past. */
  private setFactor(change: Extract<ConfigChange, { readonly op: 'factor' }>): Outcome {
    const id = `${change.scope}:${change.id}`;
    const before = this.view.warnings.get(id);
    if (before === undefined) return { ok: false, code: 'not-found', detail: change.id };
    if (change.until !== null && change.until <= this.clock.now()) return { ok: false, code: 'invalid', detail: 'until: lies in the past' };
    const factors = before.factors.map((factor) => (factor.name === change.factor ? { ...factor, x: change.value } : factor));
    this.view.warnings.set(id, { ...before, factors });
    return { ok: true, changed: true };
  }

  rehearse(changes: readonly ConfigChange[]): readonly Rehearsed[] {
    const { outcome, softened = [] } = this.view.trial;
    return changes.map((_, turn) => ({
      outcome: outcome === undefined || outcome.ok ? { ok: true, changed: true } : outcome,
      softened,
      silenced: this.view.silences,
      turn,
    }));
  }
  recent(device: string): readonly LedgerLine[] {
    return this.recentLines.get(device) ?? [];
  }
  newestAccepted({ limit, enterprises }: AcceptedQuery): readonly LedgerLine[] {
    return [...this.recentLines.values()]
      .flat()
      .filter(({ enterprise }) => enterprises === undefined || (enterprise !== null && enterprises.includes(enterprise)))
      .sort((a, b) => b.at - a.at)
      .slice(0, limit);
  }
  connections(device: string): readonly LedgerLine[] {
    return this.connectionLines.get(device) ?? [];
  }
  async flushWarnings(): Promise<void> {
    await Promise.resolve();
  }
  async flushEvents(): Promise<void> {
    await Promise.resolve();
  }
  async flushRules(): Promise<void> {
    await Promise.resolve();
  }
  async flushLedger(): Promise<void> {
    await Promise.resolve();
  }
  readonly backtests: Platform['backtests'] = {
    start: (by, request) => {
      if (this.backtestList.length >= 10) return null;
      const one: Backtest = {
        id: `bt-${this.backtestList.length}`,
        by,
        state: 'queued',
        request,
        createdAt: this.clock.now(),
        progress: { share: 0, entries: 0, values: 0 },
      };
      this.backtestList.push(one);
      return one;
    },
    get: (id) => this.backtestList.find((one) => one.id === id),
    list: () => this.backtestList.toReversed(),
    cancel: (id) => {
      const at = this.backtestList.findIndex((one) => one.id === id);
      if (at >= 0) this.backtestList.splice(at, 1);
      return at >= 0;
    },
  };
  readonly runList: ScenarioRun[] = [];
  readonly scenarioRuns: Platform['scenarioRuns'] = {
    names: () => ['a-leak'],
    start: (by, name) => {
      if (this.runList.length >= 10) return null;
      const one: ScenarioRun = { id: `run-${this.runList.length}`, name, by, state: 'queued', createdAt: this.clock.now() };
      this.runList.push(one);
      return one;
    },
    get: (id) => this.runList.find((one) => one.id === id),
    list: () => this.runList.toReversed(),
    cancel: (id) => {
      const at = this.runList.findIndex((one) => one.id === id);
      if (at >= 0) this.runList.splice(at, 1);
      return at >= 0;
    },
  };
  async figures(query: FiguresQuery): Promise<PerformanceReport> {
    this.figuresAsked.push(query);
    return exampleFigures(query);
  }
  proposals({ device, measurement, from, to }: RangeQuery): Promise<Proposals> {
    const present = { deadband: 2, onDelayMs: 0, offDelayMs: 0 };
    const proposed = { ...present, offDelayMs: 30_000 };
    const now = { alarms: 9, chattering: 2, fleeting: 1 };
    const after = { alarms: 2, chattering: 0, fleeting: 0 };
    const rule = {
      id: 'd-lel-l1',
      scope: 'device',
      scopeId: device,
      measurement,
      code: 'L1',
      parts: { offDelayMs: 30_000 },
      reason: 'x',
    } as const;
    const steps = [{ part: 'offDelayMs', value: 30_000, course: after }] as const;
    const item = { code: 'L1', ladder: 'hi', dir: 'hi', setPoint: 25, from, to, samples: 500, noise: 0.1 } as const;
    return Promise.resolve({ cut: false, items: [{ ...item, present, now, proposed, after, steps, rule, secondPerson: false }] });
  }
  health(): readonly string[] {
    return this.healthCodes;
  }
  ready(): { ready: boolean; codes: readonly string[] } {
    return { ready: this.healthCodes.length === 0, codes: this.healthCodes };
  }
  disconnect(credential: string): void {
    this.disconnected.push(credential);
  }
  /** Devices that listen to their command topic. */
  readonly listening = new Set<string>();
  readonly sentCommands: { readonly topic: string; readonly payload: string }[] = [];
  async sendCommand(enterprise: string, device: string, _id: string, payload: string): Promise<boolean> {
    await Promise.resolve();
    if (!this.listening.has(device)) return false;
    this.sentCommands.push({ topic: `beacon/v1/${enterprise}/${device}/command`, payload });
    return true;
  }
  subscribe(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  async metricsText(): Promise<{ contentType: string; body: string }> {
    return Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: '# HELP up up\nup 1\n' });
  }

  /* What a test does to the plant. */

  enterprise(id: string, more: Partial<Enterprise> = {}): void {
    const now = this.clock.now();
    this.view.all.enterprise.set(id, exampleEnterprise(id, { createdAt: now, updatedAt: now, ...more }));
  }

  device(id: string, enterpriseId: string, more: Partial<Device> = {}): void {
    const now = this.clock.now();
    this.view.all.device.set(id, exampleDevice(id, 'gas', { createdAt: now, updatedAt: now, enterpriseId, ...more }));
  }

  /** An alarm as the engine would give it, with the fields that matter to a test. */
  alarm(id: string, enterpriseId: string | null, more: Partial<Alarm> = {}): Alarm {
    const now = this.clock.now();
    return exampleAlarm({ id, enterpriseId, peak: { value: 60, at: now }, raisedAt: now, ...more });
  }

  /** The alarm becomes this, as the next numbered event. */
  raise(alarm: Alarm, type: AlarmEventType = 'raised', by: string | null = null): Alarm {
    const seq = this.view.eventSeq + 1;
    const now: Alarm = { ...alarm, seq };
    if (now.state === ('NORM' satisfies AlarmStateName)) this.view.alarms.delete(now.id);
    else this.view.alarms.set(now.id, now);
    this.emit({ kind: 'alarm', seq, alarm: now, event: { seq, type, at: this.clock.now(), by, entry: seq } });
    return now;
  }

  presence(id: string, online: boolean): void {
    const device = this.view.all.device.get(id);
    if (device === undefined) throw new Error(`no device ${id}`);
    this.view.statuses.set(id, { online, health: online ? [] : ['silent'], lastSeenAt: this.clock.now(), clockErrorMs: 0 });
    this.emit({
      kind: 'device',
      seq: this.view.eventSeq + 1,
      at: this.clock.now(),
      id,
      enterpriseId: device.enterpriseId,
      online,
      health: online ? [] : ['silent'],
      lastSeenAt: this.clock.now(),
    });
  }

  /** The warning becomes this, as the next numbered event of the warnings. */
  warn(warning: Warning, type: WarningEventType = 'issued', previous: Level = 'blue'): Warning {
    const seq = this.view.warningSeq + 1;
    const now: Warning = { ...warning, seq };
    this.view.warningSeq = seq;
    this.view.warnings.set(now.id, now);
    const at = this.clock.now();
    const live = { seq, warning: now, event: { seq, type, at, by: null, previous, level: now.level, ri: now.ri, entry: seq } };
    void this.records.warnings.project([live]);
    for (const listener of this.listeners) listener.onWarnings?.([live]);
    return now;
  }

  sample(device: string, value: number): void {
    const enterprise = this.view.all.device.get(device)?.enterpriseId ?? '';
    const at = this.clock.now();
    this.view.points.set(device, [{ measurement: 'lel', channel: null, value, sampleAt: at, receivedAt: at, quality: 'good', flags: [] }]);
    const sample: Sample = {
      device,
      sampleAt: at,
      stampedAt: null,
      values: [{ measurement: 'lel', channel: null, value, quality: 'good', flags: [] }],
    };
    for (const listener of this.listeners) listener.onSamples(enterprise, [sample]);
  }

  private emit(event: LiveEvent): void {
    this.view.eventSeq = event.seq;
    void this.records.alarms.project([event]);
    for (const listener of this.listeners) listener.onEvents([event]);
  }
}
