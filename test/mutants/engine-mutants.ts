// Engines that are wrong on purpose, each by one replaced piece of source text. The simulated world must find every one of them
// (test/sim/mutants.contract.test.ts): a world that finds none of these would find no real mistake either. A piece that is no longer
// found exactly once fails the test by name: whoever moved the code moves the mutant.

import type { Trouble } from '../sim/world.ts';
import { ABSENCE_MUTANTS } from './absence-mutants.ts';
import { DRIFT_MUTANTS } from './drift-mutants.ts';
import { FACTOR_MUTANTS } from './factor-mutants.ts';
import { HEALTH_MUTANTS } from './health-mutants.ts';
import { HIDING_MUTANTS } from './hiding-mutants.ts';
import { ILL_MUTANTS } from './ill-mutants.ts';
import { INHIBITION_MUTANTS } from './inhibition-mutants.ts';
import { JOINT_MUTANTS } from './joint-mutants.ts';
import { NEVER_HEARD_MUTANTS } from './never-heard-mutants.ts';
import { MOVED_MUTANTS } from './moved-mutants.ts';
import { RATE_MUTANTS } from './rate-mutants.ts';

export interface EngineMutant {
  /** What is wrong, as an operator would say it. */
  readonly name: string;
  /** From the top of the repository. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** A world that has what it takes, to begin with; a world that was changed goes on from there. Absent = the first. */
  readonly firstSeed?: number;
  /** Kinds of trouble of the worlds that must find it; absent = whatever comes. */
  readonly among?: readonly Trouble[];
}

export const ENGINE_MUTANTS: readonly EngineMutant[] = [
  {
    name: 'an acknowledgement covers what was not on the screen',
    file: 'rules/command.ts',
    find: 'seen < record.rangSeq',
    replace: 'seen < 0',
  },
  {
    name: 'a bad value does not hold its point',
    file: 'rules/evaluate/point.ts',
    find: 'point.held = true;',
    replace: 'point.held = false;',
  },
  {
    name: 'an alarm comes without its on-delay',
    file: 'rules/evaluate/condition.ts',
    find: 'condition.phase = limit.onDelayMs > 0 ? WAITING : ON;',
    replace: 'condition.phase = ON;',
  },
  {
    name: 'a value inside the deadband returns the alarm',
    file: 'rules/evaluate/plan.ts',
    find: 'return value < test.enter && (test.strictly ? value < test.leave : value <= test.leave);',
    replace: 'return value < test.enter;',
  },
  {
    name: 'a low limit returns inside its deadband',
    file: 'rules/evaluate/plan.ts',
    find: 'return value > test.enter && value >= test.leave;',
    replace: 'return value > test.enter;',
  },
  {
    name: 'a limit that is reached exactly does not count',
    file: 'rules/evaluate/plan.ts',
    find: '      return value >= test.enter;',
    replace: '      return value > test.enter;',
  },
  {
    name: 'an excursion out of the condition does not break the on-delay',
    file: 'rules/evaluate/condition.ts',
    find: '    case WAITING:\n      if (isTrueNow) return false;',
    replace: '    case WAITING:\n      if (isTrueNow === isTrueNow) return false;',
  },
  {
    name: 'an alarm returns without its off-delay',
    file: 'rules/evaluate/condition.ts',
    find: 'condition.phase = limit.offDelayMs > 0 ? LEAVING : OFF;',
    replace: 'condition.phase = OFF;',
  },
  {
    name: 'an acknowledgement covers a level that nobody saw',
    file: 'rules/alarm/step.ts',
    find: 'acknowledged: facts.acknowledged && covered }',
    replace: 'acknowledged: facts.acknowledged || covered }',
  },
  {
    name: 'an acknowledgement clears a latch',
    file: 'rules/alarm/step.ts',
    find: "return done({ ...facts, acknowledged: true, acknowledgedLevel: facts.shown.level }, 'acknowledged');",
    replace: "return done({ ...facts, latch: null, acknowledged: true, acknowledgedLevel: facts.shown.level }, 'acknowledged');",
  },
  {
    name: 'an alarm that comes again is counted as the first time',
    file: 'rules/alarm/step.ts',
    find: 'const recurrences = facts.recurrences + 1;',
    replace: 'const recurrences = facts.recurrences;',
  },
  {
    name: 'a latch can be reset while its limit is on',
    file: 'rules/alarm/step.ts',
    find: 'if (latching !== null && compare(latching, facts.latch) >= 0) return REFUSED;',
    replace: 'if (latching !== null && compare(latching, facts.latch) > 0) return REFUSED;',
  },
  {
    name: 'a level never falls',
    file: 'rules/alarm/step.ts',
    find: 'const top = higher(on, latch) ?? facts.shown;',
    replace: 'const top = higher(higher(on, latch), facts.shown) ?? facts.shown;',
  },
  {
    name: 'a latching limit does not latch',
    file: 'rules/evaluate/ladders.ts',
    find: 'if (limit.latching) latching = highest(limit.top, latching, shown);',
    replace: 'if (limit.latching && latching !== null) latching = highest(limit.top, latching, shown);',
  },
  {
    name: 'bad quality clears what it should hold',
    file: 'rules/evaluate/point.ts',
    find: '  point.held = true;\n',
    replace: '  point.conditions = null;\n  stepLadders(core, device, index, line, late);\n  point.held = true;\n',
  },
  {
    name: 'a value of maintenance is judged',
    file: 'rules/evaluate/message.ts',
    find: "const inhibits = !bad && (quality === 'test' || quality === 'maintenance');",
    replace: "const inhibits = !bad && quality === 'test';",
  },
  {
    name: 'a resend is judged once more',
    file: 'rules/evaluate/message.ts',
    find: 'if (!resend) {',
    replace: '{',
  },
  {
    name: 'a timer that is due exactly now waits for the next entry',
    file: 'rules/fold.ts',
    find: 'first = this.heap.first; first !== undefined && first.wakeAt <= now;',
    replace: 'first = this.heap.first; first !== undefined && first.wakeAt < now;',
  },
  {
    name: 'a snapshot drops delays that are running',
    file: 'rules/snapshot.ts',
    find: 'if (limit !== undefined && condition.phase !== 0) conditions.push',
    replace: 'if (limit !== undefined && condition.phase >= 2) conditions.push',
  },
  {
    name: 'shelving is forgotten by a restart',
    file: 'rules/snapshot.ts',
    find: 'record.life = record.life ?? null;',
    replace: 'record.life = null;',
  },
  {
    name: 'a dead-man runs while we were away ourselves',
    file: 'rules/presence.ts',
    find: 'keptUntil + periodMs : 0, putOffUntil(ends, since, periodMs));',
    replace: 'keptUntil + periodMs : 0, putOffUntil([], since, periodMs));',
  },
  {
    name: 'an acknowledgement can be taken back after a minute',
    file: 'rules/command.ts',
    find: 'const WITHDRAW_WITHIN_MS = 10_000;',
    replace: 'const WITHDRAW_WITHIN_MS = 60_000;',
  },
  {
    name: 'a limit that moved is not judged until the next value',
    file: 'rules/device-life.ts',
    find: 'judgeHeld(now, limit, point.good) : judgeAtOnce(now, limit, point.good);',
    replace: 'judgeHeld(now, limit, point.good) : now;',
  },
  {
    name: 'the alarms of a device that was removed stay open',
    file: 'rules/device-life.ts',
    find: "for (const record of device.alarms.values()) core.book.close(device, record, { cause: 'removed' });",
    replace:
      "if (device.alarms.size > 1) for (const record of device.alarms.values()) core.book.close(device, record, { cause: 'removed' });",
  },
  {
    name: 'a limit counts although its condition is false',
    file: 'rules/evaluate/derived.ts',
    find: 'if (counts === false) return',
    replace: 'if (counts === false && home.held) return',
  },
  {
    name: 'a condition that cannot be told ends the alarm',
    file: 'rules/evaluate/derived.ts',
    find: 'if (counts === undefined || measured === undefined) {',
    replace:
      'if (counts === undefined) return { holds: null, value: home.good ?? 0, on: false, left: true };\n  if (measured === undefined) {',
  },
  {
    name: 'what was counted leaves its window only with the next sample',
    file: 'rules/evaluate/derived.ts',
    find: "if (plan.source.kind !== 'count' || oldest === undefined || state.held) return -1;",
    replace: "if (plan.source.kind === 'count' || oldest === undefined || state.held) return -1;",
  },
  {
    name: 'a deviation below its reference is none',
    file: 'rules/evaluate/derived.ts',
    find: 'Math.abs(good - reference)',
    replace: 'good - reference',
  },
  {
    name: 'a latch under a condition can be reset while its limit is on',
    file: 'rules/command.ts',
    find: 'const { on, latching } = topsOf(plan, point, ladder);',
    replace: 'const { on, latching } = { ...topsOf(plan, point, ladder), ...(i < device.plan.points.length ? {} : { latching: null }) };',
  },
  {
    name: 'a restart forgets the limits that count under a condition',
    file: 'rules/snapshot.ts',
    find: '...(derived.length === 0 ? {} : { derived }),',
    replace: '',
  },
  {
    name: 'a cause that has ended goes on hiding',
    file: 'rules/alarm/causes.ts',
    find: 'if (tripped && counts',
    replace: 'if (counts',
  },
  {
    name: 'a cause that nobody is shown hides all the same',
    file: 'rules/alarm/causes.ts',
    find: ' && !isSuppressed(cause.life)) return true;',
    replace: ') return true;',
  },
  {
    name: 'a gateway that is out of reach rings for every device behind it',
    file: 'rules/health/gateway.ts',
    find: 'if (gateway.connects && gateway.connections.length === 0) return true;',
    replace: '',
  },
  {
    name: 'an acknowledgement does not call off an escalation',
    file: 'rules/alarm/keeping.ts',
    find: 'this.open.has(record.id) && !record.facts.acknowledged && !isSuppressed(record.life)',
    replace: 'this.open.has(record.id) && !isSuppressed(record.life)',
  },
  {
    name: 'what is shelved rises because nobody acknowledges it',
    file: 'rules/alarm/keeping.ts',
    find: 'this.open.has(record.id) && !record.facts.acknowledged && !isSuppressed(record.life)',
    replace: 'this.open.has(record.id) && !record.facts.acknowledged',
  },
  {
    name: 'coming again begins anew what nobody has acknowledged',
    file: 'rules/alarm/keeping.ts',
    find: 'else record.unseenSince ??= this.now;',
    replace: 'else record.unseenSince = this.now;',
  },
  {
    name: 'what comes again as something worse has no time of its own',
    file: 'rules/alarm/book.ts',
    find: 'if (worse(before, record.facts)) record.unseenSince = null;',
    replace: '',
  },
  {
    name: 'an escalation under way is forgotten by a restart',
    file: 'rules/escalation/book.ts',
    find: 'if (device.attend !== null) this.setWakes(device, device.attend.engineAt, device.attend.wallAt);',
    replace: '',
  },
  {
    name: 'business hours are ignored',
    file: 'rules/escalation/book.ts',
    find: 'outsideHours && clock.believed ?',
    replace: 'false ?',
  },
  {
    name: 'our clock is set back, and the end of business hours is waited for as before',
    file: 'rules/fold.ts',
    find: 'if (entry.at < this.clock.at) this.escalations.followLocalTime();',
    replace: '',
    firstSeed: 922,
  },
  {
    name: 'business hours that go over midnight are none',
    file: 'rules/escalation/hours.ts',
    find: 'for (const day of [today - 1, today]) {',
    replace: 'for (const day of [today]) {',
  },
  {
    name: 'an alarm that is out of service speaks for its neighbours',
    file: 'rules/escalation/book.ts',
    find: 'return (device.alarms.get(alarm)?.life?.out ?? null) === null;',
    replace: 'return alarm !== undefined;',
  },
  {
    name: 'what is tried out speaks for what is real',
    file: 'rules/escalation/groups.ts',
    find: "return asset.mode === 'live' || enterprise.kind === 'test';",
    replace: "return asset.mode === 'live' || enterprise.kind !== undefined;",
  },
  {
    name: 'two detectors confirm each other however far apart in time',
    file: 'rules/escalation/book.ts',
    find: '(withinMs === undefined || Math.abs(onset - own) <= withinMs)',
    replace: '(withinMs === undefined || onset <= own + withinMs)',
  },
  {
    name: 'of two reasons to rise the later one takes the place of the first',
    file: 'rules/alarm/step.ts',
    find: 'latch !== null && latch.code === facts.shown.code && compare(latch, top) === 0 ? latch : top',
    replace: 'top',
  },
  {
    name: 'a warning falls at once',
    file: 'rules/warning/step.ts',
    find: 'if (computed >= shown.rank || atOnce) {',
    replace: 'if (computed !== shown.rank || atOnce) {',
  },
  {
    name: 'a warning counts an alarm that is shelved',
    file: 'rules/alarm/keeping.ts',
    find: 'this.flagCounts[flag] += by;\n      return;',
    replace: 'this.flagCounts[flag] += by;\n      if (this.open.has(record.id)) this.hooks.onCount(record, by);\n      return;',
  },
  {
    name: 'the alarms of a device that moved stay with its old hazard source',
    file: 'rules/alarm/place.ts',
    find: "core.book.amend(record, 'changed-by-config', { cause: 'configuration' }, (one) => {\n        one.place = place;\n      });",
    replace: "record.place = place;\n      core.book.amend(record, 'changed-by-config', { cause: 'configuration' }, () => undefined);",
  },
  {
    name: 'a hazard source is lower than its worst alarm where the index says so',
    file: 'rules/warning/subject.ts',
    find: 'Math.max(RANK[levelOfIndex(subject.ri)], floor)',
    replace: 'Math.max(RANK[levelOfIndex(subject.ri)], floor === RANK.red ? floor : 1)',
  },
  {
    name: 'a restart forgets that a warning is about to fall',
    file: 'rules/warning/book.ts',
    find: 'subject.shown.calmSince[i] = at;',
    replace: 'subject.shown.calmSince[i] = -1 + 0 * at;',
  },
  {
    name: 'what was never connected counts as off line',
    file: 'rules/warning/book.ts',
    find: 'const counts = here && device.seen &&',
    replace: 'const counts = here &&',
  },
  {
    name: 'a due time is forgotten by a restart',
    file: 'rules/alarm/keeping.ts',
    find: '    this.groups.restore(record);\n    this.count(record, 1);\n    this.timers.schedule(record);',
    replace: '    this.groups.restore(record);\n    this.count(record, 1);',
  },
  {
    name: 'a due time that passed is told to the same person twice',
    file: 'rules/alarm/announcing.ts',
    find: 'step: due.step + 1 }',
    replace: 'step: due.step }',
  },
  {
    name: 'what goes under a flag stays due',
    file: 'rules/alarm/announcing.ts',
    find: 'record.dueAt = isSuppressed(record.life) ? null : this.at + responseMs;',
    replace: 'record.dueAt = this.at + responseMs;',
  },
  ...JOINT_MUTANTS,
  ...HEALTH_MUTANTS,
  ...ILL_MUTANTS,
  ...HIDING_MUTANTS,
  ...INHIBITION_MUTANTS,
  ...NEVER_HEARD_MUTANTS,
  ...ABSENCE_MUTANTS,
  ...MOVED_MUTANTS,
  ...RATE_MUTANTS,
  ...FACTOR_MUTANTS,
  ...DRIFT_MUTANTS,
];
