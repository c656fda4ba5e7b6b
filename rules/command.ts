import { PERMIT_REVIEW_MS, SHELVE_MAX_MS } from '../model/alarm.ts';
import type { Outcome, RefusalCode } from '../model/engine.ts';
import type { AlarmCommand, CommandBody, ShelveCommand } from '../model/entry.ts';
import type { EpochMs } from '../model/time.ts';
import type { AlarmHolder } from './alarm/identity.ts';
import { type ByHand, consent, type FlagEnd } from './alarm/life.ts';
import { SILENCE_MS, WARN_BEFORE_MS } from './alarm/policy.ts';
import { type AlarmRecord, toAlarm } from './alarm/record.ts';
import type { Core } from './core.ts';
import type { Top } from './alarm/step.ts';
import { holderOf } from './alarm/timing.ts';
import { releaseOver, releaseReset } from './health/watch.ts';
import { linkOpen, topsOf } from './evaluate/ladders.ts';
import { planAt, stateAt } from './evaluate/spot.ts';

/** A withdrawal is possible this long after the acknowledgement (semantics 6), whatever our wall clock does meanwhile. */
const WITHDRAW_WITHIN_MS = 10_000;

/** What a refused command says. */
type RefusedCode = Extract<
  RefusalCode,
  'alarm-changed' | 'state-not-allowed' | 'too-late' | 'red-not-shelvable' | 'approval-required' | 'same-person'
>;
type Refuse = (code: RefusedCode, detail: string) => Outcome;

/** Applies an operator's command. What is not possible is an outcome with a stable code, and changes nothing. */
export function applyCommand(core: Core, body: CommandBody): Outcome {
  const { command } = body;
  const { book } = core;
  const record = book.standing(command.alarmId) ?? book.closed.find((one) => one.id === command.alarmId);
  if (record === undefined) return { ok: false, code: 'not-found', detail: command.alarmId };
  const refused: Refuse = (code, detail) => ({ ok: false, code, detail, alarm: toAlarm(record) });
  const holder = holderOf(core, record);
  if (holder === undefined) return refused('state-not-allowed', 'its device is gone');
  const isOpen = book.open.has(record.id);
  const done = (): Outcome => ({ ok: true, changed: true, alarm: toAlarm(record) });
  switch (command.op) {
    case 'acknowledge': {
      const { seen } = command;
      if (!record.facts.acknowledged && seen !== undefined && seen < record.rangSeq)
        return refused('alarm-changed', 'it rose or came again since');
      return stepped(core, holder, record, { kind: 'acknowledge' }, body.by, command.comment);
    }
    case 'withdraw': {
      const at = record.acknowledgedAt;
      if (!record.facts.acknowledged || at === null) return refused('state-not-allowed', 'not acknowledged');
      const engineAt = record.acknowledgedEngineAt;
      const ageMs = engineAt === undefined || core.format === 1 ? Math.abs(core.clock.at - at) : core.clock.now - engineAt;
      if (ageMs > WITHDRAW_WITHIN_MS) return refused('too-late', 'more than 10 s ago');
      const newest = holder.alarms.get(record.key) ?? holder.resting.get(record.key) ?? record;
      if (newest !== record) return refused('state-not-allowed', 'a new occurrence has begun');
      const outcome = stepped(core, holder, record, { kind: 'withdraw' }, body.by, undefined);
      if (!isOpen) relink(core, record);
      return outcome;
    }
    case 'reset': {
      if (!isOpen) return refused('state-not-allowed', 'closed');
      const outcome = reset(core, holder, record, body.by, command.comment);
      const device = outcome.ok && record.place.deviceId !== null ? core.devices.get(record.place.deviceId) : undefined;
      if (device !== undefined) releaseReset(device, record);
      return outcome;
    }
    case 'comment':
      if (!isOpen) return refused('state-not-allowed', 'closed');
      book.feedback(record, 'commented', { by: body.by, comment: command.comment }, {});
      return done();
    case 'verify': {
      const { as, comment } = command;
      const device = isOpen && record.place.deviceId !== null ? core.devices.get(record.place.deviceId) : undefined;
      if (device !== undefined) releaseOver(device, record, as);
      book.feedback(
        record,
        'verified',
        { by: body.by, as, ...(comment === undefined ? {} : { comment }) },
        { verified: { as, by: body.by, at: core.clock.at } },
      );
      return done();
    }
    case 'silence':
      if (!book.sounds(record)) return refused('state-not-allowed', 'it does not sound');
      book.silence(record, SILENCE_MS[record.facts.shown.level], body.by);
      return done();
    case 'shelve':
      return shelve(core, record, body.by, command, refused) ?? done();
    case 'suppress':
    case 'out-of-service':
      return hide(core, record, body.by, command, refused) ?? done();
    case 'unshelve':
    case 'unsuppress':
    case 'return-to-service':
      return lift(core, holder, record, body.by, command, refused) ?? done();
  }
}

/** An alarm that was closed is open again: its point finds it as after a restart. */
function relink(core: Core, record: AlarmRecord): void {
  const device = record.place.deviceId === null ? undefined : core.devices.get(record.place.deviceId);
  if (device === undefined) return;
  for (let i = 0; i < device.points.length + device.derived.length; i += 1) linkOpen(device, i);
}

const OF_SYSTEM = 'an alarm of the system itself is never suppressed';

/** Puts an alarm on the shelf; what forbids it, or null. Fact book 1.6: 8 h at most, red never, orange by two people. */
function shelve(core: Core, record: AlarmRecord, by: string, command: ShelveCommand, refused: Refuse): Outcome | null {
  const { level } = record.facts.shown;
  if (!core.book.open.has(record.id)) return refused('state-not-allowed', 'closed');
  if (record.kind === 'system') return refused('state-not-allowed', OF_SYSTEM);
  if (level === 'red') return refused('red-not-shelvable', 'red');
  const { reason, oneShot = false, approvedBy = null } = command;
  if (level === 'orange' && approvedBy === null) return refused('approval-required', 'orange: a second person has to agree');
  if (approvedBy === by) return refused('same-person', by);
  const since = core.clock.at;
  if (command.until !== undefined && command.until <= since) return refused('too-late', 'its end is past');
  const wanted = command.minutes === undefined ? (command.until ?? Infinity) : since + command.minutes * 60_000;
  const { until, engineAt, warnAt } = endAt(core, wanted);
  const shelf = { since, until, engineAt, oneShot, level, by, approvedBy, reason, warnAt };
  core.book.suppress(record, { shelf }, 'shelved', {
    by,
    reason,
    until,
    ...(oneShot ? { oneShot } : {}),
    ...(approvedBy === null ? {} : { approvedBy }),
  });
  return null;
}

/** What a person hid ends at this wall time, 8 h from now at the latest, and 8 h from now on the engine's own line. */
function endAt(core: Core, wanted: EpochMs): FlagEnd {
  const until = Math.min(wanted, core.clock.at + SHELVE_MAX_MS);
  const warnAt = until - core.clock.at > WARN_BEFORE_MS ? until - WARN_BEFORE_MS : null;
  return { until, engineAt: core.clock.now + SHELVE_MAX_MS, warnAt };
}

/** Suppresses by hand or takes out of service, which hide every level; what forbids it, or null. Of two people both are named. */
function hide(
  core: Core,
  record: AlarmRecord,
  by: string,
  command: Extract<AlarmCommand, { readonly op: 'suppress' | 'out-of-service' }>,
  refused: Refuse,
): Outcome | null {
  const { book, clock } = core;
  if (!book.open.has(record.id)) return refused('state-not-allowed', 'closed');
  if (record.kind === 'system') return refused('state-not-allowed', OF_SYSTEM);
  if (command.approvedBy === by) return refused('same-person', by);
  if (command.belowRed === true && record.facts.shown.level === 'red')
    return refused('approval-required', 'red: a second person has to agree');
  const { reason, approvedBy } = command;
  const since = clock.at;
  const second = approvedBy === undefined ? {} : { approvedBy };
  if (command.op === 'suppress') {
    const end = command.minutes === undefined ? null : endAt(core, since + command.minutes * 60_000);
    const byHand: ByHand = { since, by, reason, ...(end === null ? {} : { end }), ...consent(command) };
    book.suppress(record, { byHand }, 'suppressed', { by, reason, ...(end === null ? {} : { until: end.until }), ...second });
    return null;
  }
  const { permit, until = null } = command;
  if (until !== null && until <= since) return refused('state-not-allowed', 'its planned end is past');
  const latest = until === null || approvedBy === undefined ? {} : { engineAt: clock.now + PERMIT_REVIEW_MS };
  const out = { since, until, ...latest, by, permit, reason, ...consent(command) };
  book.suppress(record, { out }, 'out-of-service', { by, permit, reason, ...(until === null ? {} : { until }), ...second });
  return null;
}

const FLAG_OF = { unshelve: 'shelved', unsuppress: 'by-design', 'return-to-service': 'out-of-service' } as const;

/** Ends a flag before its time; what forbids it, or null. What the cause-and-effect table hides, only its cause's end shows again. */
function lift(
  core: Core,
  holder: AlarmHolder,
  record: AlarmRecord,
  by: string,
  command: Extract<AlarmCommand, { readonly op: keyof typeof FLAG_OF }>,
  refused: Refuse,
): Outcome | null {
  const { life } = record;
  const on = { unshelve: life?.shelf, unsuppress: life?.byHand, 'return-to-service': life?.out }[command.op] ?? null;
  if (on === null || core.book.standing(record.id) === undefined) {
    const byTable = command.op === 'unsuppress' && (life?.causes.length ?? 0) > 0;
    return refused('state-not-allowed', byTable ? 'hidden by the cause-and-effect table' : `not ${FLAG_OF[command.op]}`);
  }
  core.book.lift(holder, record, FLAG_OF[command.op], { by, ...(command.reason === undefined ? {} : { reason: command.reason }) });
  return null;
}

/** The level falls to what is on, and value and limit with it. */
function reset(core: Core, holder: AlarmHolder, record: AlarmRecord, by: string, comment: string | undefined): Outcome {
  const rung = rungNow(core, record);
  return stepped(core, holder, record, { kind: 'reset', latching: rung === null ? foundNow(record) : rung.latching }, by, comment, rung);
}

/** What latches and is on now of an alarm that no limit stands behind: a sensor that is beyond its range (F04). */
function foundNow({ facts: { on, latch } }: AlarmRecord): Top | null {
  return on !== null && on.code === latch?.code ? latch : null;
}

interface Rung {
  /** The highest latching limit of the ladder that is on now, or null. */
  readonly latching: Top | null;
  readonly value: number | null;
  /** Set point of the highest limit that is on. */
  readonly limit: number | string | null;
}

/** How the alarm's ladder stands now; null where there is no such ladder any more. */
function rungNow(core: Core, record: AlarmRecord): Rung | null {
  if (record.place.deviceId === null) {
    const joint = core.joint.latchingNow(record);
    return joint === null ? null : { latching: joint.plan.top, value: joint.good, limit: joint.needed };
  }
  const device = core.devices.get(record.place.deviceId);
  if (device === undefined) return null;
  // Also limits that are judged by more than the value: a latch of theirs is as little reset while its limit is on.
  for (let i = 0; i < device.plan.points.length + device.plan.derived.length; i += 1) {
    const plan = planAt(device, i);
    const point = stateAt(device, i);
    if (plan === undefined || point === undefined || point === null) continue;
    const ladder = plan.ladders.findIndex((one) => `${plan.key}|${one.name}` === record.key);
    if (ladder < 0) continue;
    const { on, latching } = topsOf(plan, point, ladder);
    const limit = plan.limits.find((one) => one.code === on?.code)?.setPoint ?? record.limit;
    return { latching, value: point.good, limit };
  }
  return null;
}

function stepped(
  core: Core,
  holder: AlarmHolder,
  record: AlarmRecord,
  input: Parameters<Core['book']['commanded']>[2],
  by: string,
  comment: string | undefined,
  rung: Rung | null = null,
): Outcome {
  const done = core.book.commanded(holder, record, input, by, comment, rung);
  if (done === null) return { ok: false, code: 'state-not-allowed', detail: input.kind, alarm: toAlarm(record) };
  return { ok: true, changed: done.changed, alarm: toAlarm(record) };
}
