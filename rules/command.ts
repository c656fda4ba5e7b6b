import type { Outcome } from '../model/engine.ts';
import type { CommandBody } from '../model/entry.ts';
import type { AlarmHolder } from './alarm/book.ts';
import { type AlarmRecord, toAlarm } from './alarm/record.ts';
import type { Core } from './core.ts';
import { topsOf } from './evaluate/ladders.ts';
import type { Top } from './alarm/step.ts';

/** A withdrawal is possible this long after the acknowledgement (wall time, semantics 6). */
const WITHDRAW_WITHIN_MS = 10_000;

/** Applies an operator's command. What is not possible is an outcome with a stable code, and changes nothing. */
export function applyCommand(core: Core, body: CommandBody): Outcome {
  const { command } = body;
  const record = core.book.open.get(command.alarmId) ?? core.book.closed.find((one) => one.id === command.alarmId);
  if (record === undefined) return { ok: false, code: 'not-found', detail: command.alarmId };
  const refused = (code: 'alarm-changed' | 'state-not-allowed' | 'too-late', detail: string): Outcome => ({
    ok: false,
    code,
    detail,
    alarm: toAlarm(record),
  });
  const holder = holderOf(core, record);
  if (holder === undefined) return refused('state-not-allowed', 'its device is gone');
  const isOpen = core.book.open.has(record.id);
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
      if (Math.abs(core.clock.at - at) > WITHDRAW_WITHIN_MS) return refused('too-late', 'more than 10 s ago');
      if (!isOpen && holder.alarms.has(record.key)) return refused('state-not-allowed', 'a new occurrence has begun');
      return stepped(core, holder, record, { kind: 'withdraw' }, body.by, undefined);
    }
    case 'reset':
      if (!isOpen) return refused('state-not-allowed', 'closed');
      return reset(core, holder, record, body.by, command.comment);
    case 'comment':
      if (!isOpen) return refused('state-not-allowed', 'closed');
      core.book.amend(record, 'commented', { by: body.by, comment: command.comment }, () => undefined);
      return { ok: true, changed: true, alarm: toAlarm(record) };
  }
}

function holderOf(core: Core, record: AlarmRecord): AlarmHolder | undefined {
  const id = record.place.deviceId;
  if (id === null) return core.system;
  const device = core.devices.get(id);
  if (device !== undefined) core.touch(device);
  return device;
}

/** The level falls to what is on, and value and limit with it. */
function reset(core: Core, holder: AlarmHolder, record: AlarmRecord, by: string, comment: string | undefined): Outcome {
  const rung = rungNow(core, record);
  return stepped(core, holder, record, { kind: 'reset', latching: rung?.latching ?? null }, by, comment, rung);
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
  const device = record.place.deviceId === null ? undefined : core.devices.get(record.place.deviceId);
  if (device === undefined) return null;
  for (let i = 0; i < device.plan.points.length; i += 1) {
    const plan = device.plan.points[i];
    const point = device.points[i];
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
