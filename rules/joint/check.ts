import type { JointRule, Rule } from '../../model/asset.ts';
import type { LimitValues, SoftenedLimit } from '../../model/engine.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import type { JointCondition, PointName, RuleParts, Vote, VoteTest } from '../../model/rule.ts';
import { problemAt } from '../compile/expression.ts';
import type { Core } from '../core.ts';
import { CODE, delayProblems, type Problem, reasonProblems, RESERVED, textProblems } from '../scopes/check.ts';
import { findDevice, findPoint, namesOf, testOf } from './plan.ts';
import { compileText, type JointRead } from './text.ts';

/** Whether a rule over several points is sound where it would stand. */
export function jointProblems(core: Core, rule: JointRule, before: Rule | undefined): readonly Problem[] {
  if (rule.scope !== 'hazard-source') return [{ path: 'scope', message: 'a rule over several points is one of a hazard source' }];
  for (const path of ['profileId', 'measurement', 'adds'] as const)
    if (rule[path] !== null) return [{ path, message: 'not wanted: the rule is about several points' }];
  if (!CODE.test(rule.code) || RESERVED.test(rule.code))
    return [{ path: 'code', message: 'wanted: a capital letter, then up to 31 of A–Z, 0–9 and _, none of the platform’s own' }];
  if (before !== undefined && (before.joint === undefined || before.scopeId !== rule.scopeId || before.code !== rule.code))
    return [
      {
        path: before.joint === undefined ? 'joint' : before.code === rule.code ? 'scopeId' : 'code',
        message: 'is fixed; make another rule',
      },
    ];
  const twin = core.registry.rules.joints(rule.scopeId).find((one) => one.id !== rule.id && one.code === rule.code);
  if (twin !== undefined) return [{ path: 'code', message: `rule ${twin.id} of the same hazard source has this code already` }];
  const { joint, parts } = rule;
  return [
    ...('vote' in joint ? voteProblems(core, rule.scopeId, joint.vote) : textProblemsOf(core, rule.scopeId, joint)),
    ...partProblems(parts, joint),
    ...reasonProblems(rule),
  ];
}

/** What a rule over several points may say of its alarm. */
const SAYS: ReadonlySet<string> = new Set(['level', 'onDelayMs', 'offDelayMs', 'latching', 'enabled', 'basis', 'basisZh']);

function partProblems(parts: RuleParts, joint: JointCondition): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, message: string): void => void problems.push({ path: `parts.${path}`, message });
  const compares = 'expression' in joint && joint.compare !== undefined;
  for (const name of Object.keys(parts)) {
    if (SAYS.has(name) || (compares && (name === 'setPoint' || name === 'deadband'))) continue;
    say(name, 'has no meaning for a rule over several points that is true or not');
  }
  if (parts.level === undefined || parts.level === 'none' || !Object.hasOwn(LEVEL_RANK, parts.level))
    say('level', 'wanted: red, orange, yellow or blue');
  if ((parts.basis ?? '').trim() === '') say('basis', 'wanted: what it rests on');
  if (compares && !(typeof parts.setPoint === 'number' && Number.isFinite(parts.setPoint))) say('setPoint', 'wanted: a number');
  if (compares && parts.deadband !== undefined && !(Number.isFinite(parts.deadband) && parts.deadband >= 0))
    say('deadband', 'wanted: 0 or more');
  return [...problems, ...delayProblems(parts), ...textProblems(parts)];
}

function voteProblems(core: Core, sourceId: string, vote: Vote): readonly Problem[] {
  const names = namesOf(core, sourceId, vote.of);
  const grouped = 'profileId' in vote.of;
  const problems: Problem[] = [];
  const say = (path: string, message: string): void => void problems.push({ path: `joint.vote${path}`, message });
  if (grouped && !core.registry.profiles.has(vote.of.profileId)) say('.of.profileId', 'no such profile');
  // More voters than there are points today may come; a list is whole.
  if (!Number.isInteger(vote.atLeast) || vote.atLeast < 1) say('.atLeast', 'wanted: a whole number, 1 or more');
  else if (!grouped && vote.atLeast > names.length) say('.atLeast', `more than the ${names.length} points there are`);
  const seen = new Set<string>();
  names.forEach((name, i) => {
    const path = grouped ? '.of' : `.of.${i}`;
    const found = findPoint(core, sourceId, name);
    const key = JSON.stringify([name.device, name.measurement, name.channel ?? null]);
    if (!found.ok) say(path, found.problem);
    else if (seen.has(key)) say(path, 'is there twice');
    else {
      const wrong = wrongTest(core, name, vote.when);
      if (wrong !== null) say(wrong.path, wrong.message);
    }
    seen.add(key);
  });
  return problems.slice(0, 20);
}

function wrongTest(core: Core, name: PointName, when: VoteTest): Problem | null {
  const plan = core.devices.get(name.device)?.plan;
  const def = plan?.profile.measurements.find((one) => one.key === name.measurement);
  if (plan === undefined || def === undefined) return null;
  if ('limit' in when) {
    const codes = def.limits.map(({ code }) => code);
    return codes.includes(when.limit)
      ? null
      : {
          path: '.when.limit',
          message: `${when.limit} is no limit of ${name.measurement} of ${name.device}; there are ${codes.join(', ') || 'none'}`,
        };
  }
  if (when.dir === 'state') {
    const test = testOf(when);
    return test !== null && (test.kind === 'bit' || (test.kind === 'equal' && Number.isFinite(test.to)))
      ? null
      : { path: '.when.setPoint', message: 'wanted: a number, or bit0 … bit31' };
  }
  const [from, to] = def.range;
  if (!(Number.isFinite(when.deadband) && when.deadband >= 0)) return { path: '.when.deadband', message: 'wanted: 0 or more' };
  return when.setPoint >= from && when.setPoint <= to
    ? null
    : { path: '.when.setPoint', message: `outside the measuring range ${from} … ${to} ${def.ucum} of ${name.device}` };
}

/** The text compiles, and everything it names is there: each problem says the line and the column. */
function textProblemsOf(core: Core, sourceId: string, joint: Extract<JointCondition, { readonly expression: string }>): readonly Problem[] {
  const path = 'joint.expression';
  const compiled = compileText(joint.expression, joint.compare === undefined ? 'bool' : 'double');
  if (!compiled.ok) return [{ path, message: compiled.problem }];
  const { reads } = compiled.expression;
  if (!reads.some((read) => read.kind === 'value' || read.kind === 'is' || read.kind === 'on'))
    return [{ path, message: problemAt(joint.expression, 0, joint.expression.length, 'reads no point') }];
  return reads.flatMap((read) => {
    const wrong = wrongRead(core, sourceId, read);
    return wrong === null ? [] : [{ path, message: problemAt(joint.expression, read.start, read.end, wrong) }];
  });
}

function wrongRead(core: Core, sourceId: string, read: JointRead): string | null {
  // An attribute that nobody has filled in is no mistake: the rule is not armed until somebody does.
  if (read.kind === 'asset') return null;
  const device = findDevice(core, sourceId, read.device);
  if (device === null) return `${read.device} is no device of this hazard source`;
  if ('name' in read) return null;
  const { measurement } = read;
  if (read.kind === 'on') {
    const def = device.plan.profile.measurements.find((one) => one.key === measurement);
    if (def === undefined) return `${measurement} is no measurement of ${device.plan.profile.id}`;
    return def.limits.some(({ code }) => code === read.code) ? null : `${read.code} is no limit of ${measurement}`;
  }
  const found = findPoint(core, sourceId, {
    device: read.device,
    measurement,
    ...(read.channel === null ? {} : { channel: read.channel }),
  });
  return found.ok ? null : found.problem;
}

/** In what a rule over several points would be less strict than it is; null = it is not there. No standard stands behind one. */
export function softenedJoint(before: JointRule | null, after: JointRule | null): readonly SoftenedLimit[] {
  if (before === null || before.parts.enabled === false) return [];
  const parts = after === null || after.parts.enabled === false ? (['enabled'] as const) : looser(before, after);
  if (parts.length === 0) return [];
  const { basis = '', basisZh } = before.parts;
  return [
    {
      profileId: null,
      variant: null,
      measurement: null,
      code: before.code,
      parts,
      mandatory: false,
      ...(before.parts.level === 'red' ? { red: true as const } : {}),
      basis,
      ...(basisZh === undefined ? {} : { basisZh }),
      from: saidOf(before, parts),
      to: after === null ? {} : saidOf(after, parts),
      device: null,
    },
  ];
}

/** What its own numbers say; the condition itself stands in the request. */
function saidOf({ parts }: JointRule, of: SoftenedLimit['parts']): LimitValues {
  const { setPoint, deadband = 0, onDelayMs = 0, level = 'none', latching = false, enabled = true } = parts;
  const all: LimitValues = { setPoint: setPoint ?? null, return: deadband, onDelayMs, level, latching, enabled };
  return Object.fromEntries(Object.entries(all).filter(([part]) => of.some((one) => one === part)));
}

function looser(before: JointRule, after: JointRule): SoftenedLimit['parts'] {
  const parts: SoftenedLimit['parts'][number][] = [];
  if (!asStrict(before.joint, after.joint)) parts.push('joint');
  const was = before.parts;
  const now = after.parts;
  if (was.setPoint !== now.setPoint && !tighter(before.joint, was.setPoint, now.setPoint)) parts.push('setPoint');
  if ((now.deadband ?? 0) > (was.deadband ?? 0)) parts.push('return');
  if ((now.onDelayMs ?? 0) > (was.onDelayMs ?? 0)) parts.push('onDelayMs');
  if (LEVEL_RANK[now.level ?? 'none'] < LEVEL_RANK[was.level ?? 'none']) parts.push('level');
  if (was.latching === true && now.latching !== true) parts.push('latching');
  return parts;
}

function tighter(joint: JointCondition, was: unknown, now: unknown): boolean {
  if (!('compare' in joint) || typeof was !== 'number' || typeof now !== 'number') return false;
  return joint.compare === 'lo' ? now >= was : now <= was;
}

/** The same, or the same vote with fewer votes wanted; anything else nobody has shown to be as strict. */
function asStrict(before: JointCondition, after: JointCondition): boolean {
  if (!('vote' in before) || !('vote' in after)) return JSON.stringify(before) === JSON.stringify(after);
  const rest = ({ of, when }: Vote): string => JSON.stringify([of, when]);
  const bad = before.vote.bad === after.vote.bad || after.vote.bad === 'votes';
  return rest(before.vote) === rest(after.vote) && bad && after.vote.atLeast <= before.vote.atLeast;
}
