import type { LiveEvent } from '../model/alarm.ts';
import type { Applied, Engine, Outcome, SnapshotJob } from '../model/engine.ts';
import { ENTRY_VERSIONS, type Entry } from '../model/entry.ts';
import type { LimitLevel } from '../model/level.ts';
import type { SampleValue } from '../model/reading.ts';
import type { EngineMs } from '../model/time.ts';
import { AlarmBook } from './alarm/book.ts';
import { CauseTables, causesOf, groupOf, settleCauses } from './alarm/causes.ts';
import { fireAlarmTimers, holderOf } from './alarm/timing.ts';
import type { AlarmRecord } from './alarm/record.ts';
import { applyCommand } from './command.ts';
import { applyConfig } from './configure.ts';
import type { Core } from './core.ts';
import { follow } from './device-life.ts';
import { followDates } from './health/calendar.ts';
import type { GatewayState } from './health/gateway.ts';
import { findForgotten } from './health/inhibited.ts';
import { findMissing } from './health/point-silence.ts';
import { findUnheard } from './health/unheard.ts';
import { silenceWorsens } from './health/silence-stages.ts';
import { watches } from './health/watch.ts';
import type { DeviceState } from './device-state.ts';
import { EscalationBook } from './escalation/book.ts';
import { derivedDue, judgeAsking, runDerivedDue } from './evaluate/derived.ts';
import { applyMessage, backlogRanOut, noteMessage } from './evaluate/message.ts';
import type { PlanPoint } from './evaluate/plan.ts';
import { delayDue, runDue } from './evaluate/point.ts';
import { setFault, syncFaults } from './instrument.ts';
import { applyPresence, fallSilent, noteChange, silenceDue, tellChanges } from './presence.ts';
import { JointBook } from './joint/book.ts';
import { Registry } from './registry.ts';
import { type CredentialState, ResendBook } from './resend.ts';
import { readSnapshot, Snapshot } from './snapshot.ts';
import { applyStart, applySystem, deafTo, ENGINE_FAULT, raiseSystem } from './system.ts';
import { advance, engineTimeOf, newClock } from './time/engine-clock.ts';
import { WakeHeap } from './time/wake-heap.ts';
import { EngineWindow } from './view.ts';
import { WarningBook } from './warning/book.ts';

const NO_EVENTS: readonly LiveEvent[] = Object.freeze([]);
const NO_OUTCOMES: readonly Outcome[] = Object.freeze([]);
/** Nothing happened that anybody has to hear of: shared, so that the quiet path makes no garbage. */
const QUIET: Applied = Object.freeze({ events: NO_EVENTS, resend: false, judged: true, outcomes: NO_OUTCOMES, fault: false });
const RESEND: Applied = Object.freeze({ ...QUIET, resend: true, judged: false });
const HISTORY: Applied = Object.freeze({ ...QUIET, judged: false });
/** Entry format from which warnings are judged. */
const WARNINGS_SINCE = 2;
/** A device whose own timer failed is looked at again after this. */
const RETRY_MS = 60_000;

/** The fold itself: one entry at a time, mutable inside, the same for the same journal. */
export class EngineFold implements Engine, Core {
  readonly clock = newClock();
  readonly book: AlarmBook = new AlarmBook({
    policyOf: ({ enterpriseId }) => (enterpriseId === null ? undefined : this.registry.maps.enterprise.get(enterpriseId)?.alarmPolicy),
    causesOf: (record) => causesOf(this, record),
    groupOf: (record) => groupOf(this, record),
    touching: (record) => void holderOf(this, record),
    onCount: (record, by) => this.warnings.alarm(record, by),
    told: (record) => this.escalations.told(record),
  });
  readonly heap = new WakeHeap<DeviceState>();
  readonly registry = new Registry();
  readonly causes = new CauseTables();
  readonly devices = new Map<string, DeviceState>();
  readonly gateways = new Map<string, GatewayState>();
  readonly system = {
    alarms: new Map<string, AlarmRecord>(),
    occurrences: new Map<string, number>(),
    resting: new Map<string, AlarmRecord>(),
  };
  readonly faultLevels = new Map<string, LimitLevel>();
  readonly deaf = new Set<string>();
  readonly plans: Core['plans'] = new WeakMap();
  readonly changed = new Set<DeviceState>();
  readonly ruleVersions: Core['ruleVersions'] = [];
  readonly relink: DeviceState[] = [];
  readonly resends = new ResendBook((state) => this.touchCredential(state));
  readonly warnings = new WarningBook(this);
  readonly joint: JointBook = new JointBook(this);
  readonly escalations: EscalationBook = new EscalationBook(this);
  localTime: Core['localTime'] = null;
  readonly view: EngineWindow = new EngineWindow(this);
  readonly inhibited = new Set<DeviceState>();
  deafUntil = 0;
  upstreamBackAt = 0;
  onlineCount = 0;
  nextOrder = 0;
  format = 1;
  appliedSeq = 0;
  private job: Snapshot | null = null;
  private generation = 0;
  /** What a timer of the present entry threw; for the log alone. */
  private timerDetail: string | null = null;

  static restore(text: string): EngineFold {
    const engine = new EngineFold();
    engine.appliedSeq = readSnapshot(engine, text);
    engine.causes.rebuild(engine.registry);
    return engine;
  }

  apply(entry: Entry): Applied {
    if (!ENTRY_VERSIONS.includes(entry.v)) {
      throw new Error(`journal entry ${entry.seq} has format ${entry.v}, this build reads ${ENTRY_VERSIONS.join(' and ')}`);
    }
    if (entry.seq !== this.appliedSeq + 1)
      throw new Error(`journal entry ${entry.seq} follows entry ${this.appliedSeq}: the order is broken`);
    this.appliedSeq = entry.seq;
    // Hours that end at a time of the wall are asked anew when that runs back: what was to come in a minute may be a month away.
    if (entry.at < this.clock.at) this.escalations.followLocalTime();
    if (advance(this.clock, entry.at, entry.boot, entry.mono)) this.backFromOutage();
    this.book.begin(entry.seq, entry.at, this.clock.now, Math.max(entry.v, this.format) >= 2);
    this.warnings.begin(entry.seq);
    if (entry.v > this.format) this.judgeAs(entry.v, entry.seq);
    let applied = QUIET;
    let failed: unknown = null;
    this.timerDetail = null;
    let fault = this.fireDue();
    if (this.warnings.waits()) this.judgeWarnings(undefined);
    try {
      if (this.joint.waits()) this.joint.settle(entry.seq);
      if (this.escalations.waits()) this.escalations.settle();
      applied = this.dispatch(entry);
      if (this.relink.length > 0) judgeAsking(this);
      if (this.joint.waits()) this.joint.settle(entry.seq);
      settleCauses(this);
      // What a cause hides or shows is no longer, or again, something that somebody should see; what rises may be a cause.
      while (this.escalations.waits()) {
        this.escalations.settle();
        settleCauses(this);
      }
      if (this.changed.size > 0) tellChanges(this);
    } catch (error) {
      fault = true;
      failed = error;
      for (const device of this.changed) this.warnings.device(device);
      this.changed.clear();
      this.ruleVersions.length = 0;
      this.relink.length = 0;
      this.applyFault(entry);
      this.joint.settleAfterFault(entry.seq);
      settleCauses(this);
      this.escalations.settleAfterFault();
      settleCauses(this);
    }
    if (this.warnings.waits()) this.judgeWarnings(causeOf(entry));
    const events = this.book.out;
    const warnings = this.warnings.out;
    if (events === null && warnings === null && !fault) return applied;
    const whole: Applied = { ...applied, events: events ?? NO_EVENTS, ...(warnings === null ? {} : { warnings }), fault };
    const detail = failed === null ? this.timerDetail : String(failed).slice(0, 200);
    return detail === null ? whole : { ...whole, faultDetail: detail };
  }

  /** What counts on the line has come nearer while we were away: those devices are looked at now. */
  private backFromOutage(): void {
    for (const device of this.inhibited) {
      this.touch(device);
      this.heap.atLatest(device, this.clock.now);
    }
  }

  /** The first entry of a newer release: what that release judges more comes in like a change of configuration. */
  private judgeAs(format: number, entrySeq: number): void {
    this.format = format;
    for (const device of this.devices.values()) follow(this, device, device.asset, entrySeq);
    this.warnings.all();
  }

  /** Format 1 knew no warnings: a replay of its entries tells none. */
  private judgeWarnings(cause: string | undefined): void {
    if (this.format >= WARNINGS_SINCE) this.warnings.settle(cause);
    else this.warnings.forgetWaiting();
  }

  private dispatch(entry: Entry): Applied {
    switch (entry.kind) {
      case 'message': {
        const verdict = applyMessage(this, entry);
        if (verdict.kind === 'resend') return RESEND;
        const notes = noteMessage(this, entry, verdict.older);
        const applied = verdict.kind === 'judged' ? QUIET : HISTORY;
        return notes === null ? applied : { ...applied, notes };
      }
      case 'presence':
        applyPresence(this, entry);
        return QUIET;
      case 'command':
        return { ...QUIET, outcomes: [applyCommand(this, entry)] };
      case 'config':
        return this.configured(applyConfig(this, entry, entry.seq));
      case 'system':
        applySystem(this, entry);
        return QUIET;
      case 'start':
        applyStart(this, entry);
        return QUIET;
      case 'tick':
      case 'stop':
        return QUIET;
      default:
        throw new Error(`journal entry of the unknown kind ${String((entry satisfies never as Entry).kind)}`);
    }
  }

  private configured(outcomes: readonly Outcome[]): Applied {
    if (this.ruleVersions.length === 0) return { ...QUIET, outcomes };
    return { ...QUIET, outcomes, rules: this.ruleVersions.splice(0) };
  }

  /** Timers due at or before the entry fire before it is applied (semantics 3). Returns true when one failed. */
  private fireDue(): boolean {
    const now = this.clock.now;
    let fault = false;
    for (let first = this.heap.first; first !== undefined && first.wakeAt <= now; first = this.heap.first) {
      this.touch(first);
      this.heap.remove(first);
      try {
        this.wake(first);
      } catch (error) {
        fault = true;
        this.markWaiting(first, String(error).slice(0, 200));
        this.heap.atLatest(first, now + RETRY_MS);
      }
    }
    for (let first = this.joint.heap.first; first !== undefined && first.wakeAt <= now; first = this.joint.heap.first)
      this.joint.wake(first);
    this.escalations.fireDue();
    fireAlarmTimers(this);
    return fault;
  }

  /** A timer of the device failed: the points whose delays were running are marked. */
  private markWaiting(device: DeviceState, detail: string): void {
    const waiting: PlanPoint[] = device.plan.points.filter((_, i) => (device.points[i]?.conditions ?? null) !== null);
    waiting.push(...device.plan.derived.filter((_, i) => (device.derived[i]?.conditions ?? null) !== null));
    for (const point of waiting) setFault(this, device, point, true);
    if (waiting.length === 0) raiseSystem(this, ENGINE_FAULT, 'orange', 'timer');
    this.timerDetail = detail;
  }

  private wake(device: DeviceState): void {
    const now = this.clock.now;
    if (device.backlogUntil >= 0 && device.backlogUntil <= now) backlogRanOut(this, device);
    let next = device.backlogUntil;
    for (let i = 0; i < device.points.length; i += 1) {
      if ((device.points[i]?.conditions ?? null) === null) continue;
      if (device.backlogUntil < 0) runDue(this, device, i, false);
      next = sooner(next, delayDue(device, i));
    }
    for (let i = 0; i < device.derived.length; i += 1) {
      if (device.backlogUntil < 0) runDerivedDue(this, device, i, false);
      next = sooner(next, derivedDue(device, i));
    }
    let silence = silenceDue(this, device);
    if (silence >= 0 && silence <= now) {
      if (!deafTo(this, device)) {
        fallSilent(this, device);
        silence = -1;
      } else silence = now + device.silenceMs;
    }
    next = sooner(next, silence);
    next = sooner(next, this.wakeSilent(device));
    if (watches(this)) next = sooner(next, this.wakeHealth(device));
    if (next >= 0) this.heap.atLatest(device, next);
  }

  /** The silence of what guards lives grows worse; not for a reason of ours. */
  private wakeSilent(device: DeviceState): EngineMs {
    const worsens = silenceWorsens(this, device);
    if (worsens < 0) return -1;
    if (deafTo(this, device)) return this.clock.now + device.silenceMs;
    if (worsens > this.clock.now) return worsens;
    syncFaults(this, device);
    return -1;
  }

  /** Points that say nothing any more or never did, those that say for too long that they are not to be judged, and dates that have come. */
  private wakeHealth(device: DeviceState): EngineMs {
    const dates = followDates(this, device);
    if (device.silent || !device.seen) return dates;
    if (deafTo(this, device)) return sooner(dates, this.clock.now + device.silenceMs);
    const missing = findMissing(this, device);
    const unheard = findUnheard(this, device);
    if (missing.found || unheard.found || unheard.listed) noteChange(this, device);
    const forgotten = findForgotten(this, device);
    if ((missing.found || unheard.found || forgotten.found) && device.backlogUntil < 0) syncFaults(this, device);
    return [missing, unheard, forgotten].reduce((first, { next }) => sooner(first, next), dates);
  }

  /** `apply` threw: every point the entry names is marked, so that the failure rings by itself; the same on replay. */
  private applyFault(entry: Entry): void {
    let named = 0;
    if (entry.kind === 'message' && Array.isArray(entry.samples)) {
      for (const sample of entry.samples) {
        const device = typeof sample?.device === 'string' ? this.devices.get(sample.device) : undefined;
        if (device === undefined) continue;
        this.touch(device);
        named += 1;
        const values: readonly SampleValue[] = Array.isArray(sample.values) ? sample.values : [];
        const spots = device.plan.points.filter((point) =>
          values.some((value) => value?.measurement === point.measurement && value.channel === point.channel),
        );
        for (const spot of spots) setFault(this, device, spot, true);
        if (spots.length === 0) setFault(this, device, { measurement: null, channel: null }, true);
      }
    }
    if (named === 0) raiseSystem(this, ENGINE_FAULT, 'orange', entry.kind);
  }

  nextDue(): EngineMs | null {
    const device = this.heap.first?.wakeAt ?? null;
    const warning = this.warnings.heap.first?.wakeAt ?? null;
    const flood = this.book.flood.endsAt;
    const wait = this.book.timers.wait(this.clock.at, this.clock.now);
    let first = device;
    const joint = this.joint.heap.first?.wakeAt ?? null;
    const escalation = this.escalations.nextDue();
    for (const one of [joint, escalation, warning, flood, wait === null ? null : this.clock.now + wait])
      if (one !== null && (first === null || one < first)) first = one;
    return first;
  }

  engineTime(mono: number): EngineMs {
    return engineTimeOf(this.clock, mono);
  }

  beginSnapshot(): SnapshotJob {
    this.generation += 1;
    const job = new Snapshot(this, this.appliedSeq, this.generation, () => {
      if (this.job === job) this.job = null;
    });
    this.job = job;
    return job;
  }

  serialise(): string {
    this.generation += 1;
    const job = new Snapshot(this, this.appliedSeq, this.generation, () => undefined);
    let text = '';
    for (let piece = job.next(1_000); piece !== null; piece = job.next(1_000)) text += piece;
    return text;
  }

  touch(device: DeviceState): void {
    if (this.job !== null) this.job.device(device);
  }

  private touchCredential(state: CredentialState): void {
    if (this.job !== null) this.job.credential(state);
  }
}

/** Why a level changed, where no input did: the things themselves were changed. */
function causeOf(entry: Entry): string | undefined {
  return entry.kind === 'config' && entry.changes.some((change) => change.op !== 'factor') ? 'configuration' : undefined;
}

function sooner(a: EngineMs, b: EngineMs): EngineMs {
  if (a < 0) return b;
  if (b < 0) return a;
  return Math.min(a, b);
}
