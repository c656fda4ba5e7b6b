import { type Device, isJoint, isLimitRule, type LimitRule, type Rule } from '../../model/asset.ts';
import { jointProblems, softenedJoint } from '../joint/check.ts';
import { makeJoint } from '../joint/plan.ts';
import type { EffectiveLimit, RefusalCode, RuleChange, RuleTrial, SoftenedLimit } from '../../model/engine.ts';
import type { LimitDef, Profile } from '../../model/profile.ts';
import type { RuleScope } from '../../model/rule.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import type { Registry } from '../registry.ts';
import { ActiveAtOnce } from './active-now.ts';
import { scopeIdOf } from './chain.ts';
import { type Problem, problemsOf } from './check.ts';
import { limitsOf, type Standing } from './effective.ts';
import { flawsOf } from './flaws.ts';
import { cataloguedBasis, withRules } from './merge.ts';
import { isAmong, keepsRedElsewhere, leadsToRed, redSearch, turnsRed, turnsRedElsewhere } from './red-limits.ts';
import { isMandatory, looserParts, otherParts, type Stance, valuesOf } from './strictness.ts';

/**
 * What a change of a rule does to the limits of every device it reaches, and to a device that could still come: what would be unsound
 * that was sound, and what would be less strict. The engine refuses by it, and whoever asks beforehand is told the same.
 */

export type Judged = Omit<RuleTrial, 'outcome'> & { readonly refused: { readonly code: RefusalCode; readonly detail: string } | null };

/** Examples told of what is unsound or softened; there may be as many as devices. */
const MAX_TOLD = 20;
const WIDER: Readonly<Record<RuleScope, RuleScope | null>> = {
  profile: null,
  enterprise: 'profile',
  'hazard-source': 'enterprise',
  device: 'hazard-source',
};

/** Without touching anything: as the registry and the engine would answer. */
export function tryRule(core: Core, change: RuleChange): RuleTrial {
  const checked = core.registry.check(change, core.clock.at);
  const nothing = { problems: [], softened: [], devices: 0 };
  if (!checked.ok) {
    const { code, detail } = checked;
    const rule = core.registry.maps.rule.get(change.op === 'put' ? change.value.id : change.id);
    return {
      ...nothing,
      outcome: { ok: false, code, detail, ...(code === 'revision-conflict' && rule !== undefined ? { asset: rule } : {}) },
    };
  }
  if (checked.after === null) return { ...nothing, outcome: { ok: true } };
  const id = checked.after.id;
  const { refused, ...judged } = judgeRule(
    core,
    core.registry.maps.rule.get(id),
    change.op === 'put' ? { ...change.value, retiredAt: null } : null,
  );
  return { ...judged, outcome: refused === null ? { ok: true } : { ok: false, ...refused } };
}

/** `after`: the rule as it would stand, or null where it leaves. */
export function judgeRule(core: Core, before: Rule | undefined, after: Rule | null): Judged {
  const rule = after ?? before;
  if (rule === undefined) return judged([], [], 0);
  if (isJoint(rule)) return judgeJointRule(core, before, after);
  if (!isLimitRule(rule) || (after !== null && !isLimitRule(after))) return refusal({ path: 'measurement', message: 'wanted' });
  return judgeLimitRule(core, rule, before, after);
}

/** A rule over several points stands alone: it changes no limit of a device. */
function judgeJointRule(core: Core, before: Rule | undefined, after: Rule | null): Judged {
  const present = before?.retiredAt === null && isJoint(before) ? before : null;
  if (after === null || !isJoint(after)) return judged([], softenedJoint(present, null), 0);
  const problems = jointProblems(core, after, before);
  if (problems.length > 0) return judged(problems, [], 0);
  return judged([], softenedJoint(present, after), makeJoint(core, after).inputs.size);
}

function judgeLimitRule(core: Core, rule: LimitRule, before: Rule | undefined, after: LimitRule | null): Judged {
  const { registry } = core;
  const profile = registry.profiles.get(rule.profileId);
  if (profile === undefined) return judged([], [], 0);
  const placed = placeOf(registry, rule);
  if (after !== null) {
    const twin = registry.rules.twin(after);
    if (twin !== undefined) return refusal({ path: 'code', message: `rule ${twin.id} of the same scope is about this limit already` });
    const problems = problemsOf(after, before, profile, widerLimit(registry, after, profile, placed));
    if (problems.length > 0) return judged(problems, [], 0);
    const other = registry.rules
      .about(after.profileId, after.measurement, after.code)
      .find((one) => one.adds !== null && one.id !== after.id);
    if (after.adds !== null && other !== undefined && other.adds !== after.adds)
      return refusal({ path: 'adds', message: `rule ${other.id} has a limit of this name of the kind ${other.adds ?? ''}` });
  } else if (rule.adds !== null) {
    const user = registry.rules
      .about(rule.profileId, rule.measurement, rule.code)
      .find((one) => one.adds === null && reaches(registry, rule, one));
    if (user !== undefined)
      return { ...judged([], [], 0), refused: { code: 'in-use', detail: `rule ${user.id} changes the limit that it adds` } };
  }
  return compareAll(core, rule, before, after, profile, placed);
}

function judged(problems: readonly Problem[], softened: readonly SoftenedLimit[], devices: number): Judged {
  const first = problems[0];
  return {
    problems,
    softened,
    devices,
    refused: first === undefined ? null : { code: 'invalid', detail: `${first.path}: ${first.message}` },
  };
}

function refusal(problem: Problem): Judged {
  return judged([problem], [], 0);
}

/** A device that could stand where the rule holds, with nothing filled in. */
function placeOf(registry: Registry, rule: LimitRule): Device | null {
  const bare: Device = {
    id: '',
    name: '',
    revision: 0,
    createdAt: 0,
    updatedAt: 0,
    retiredAt: null,
    enterpriseId: '',
    siteId: null,
    hazardSourceId: null,
    profileId: rule.profileId,
    variant: null,
    attributes: {},
    conditions: {},
    heartbeatMs: null,
    reportMs: null,
    units: {},
    installedAt: null,
    calibratedAt: null,
    mode: 'live',
  };
  switch (rule.scope) {
    case 'profile':
      return bare;
    case 'enterprise':
      return { ...bare, enterpriseId: rule.scopeId };
    case 'hazard-source': {
      const source = registry.maps['hazard-source'].get(rule.scopeId);
      return source === undefined ? null : { ...bare, enterpriseId: source.enterpriseId, hazardSourceId: source.id };
    }
    case 'device':
      return registry.maps.device.get(rule.scopeId) ?? null;
  }
}

/** What the catalogue and the wider rules have under the rule's code. */
function widerLimit(registry: Registry, rule: LimitRule, profile: Profile, placed: Device | null): LimitDef | null {
  const wider = WIDER[rule.scope];
  const merged = wider === null || placed === null ? profile : withRules(profile, placed.variant, registry.rules.chain(placed, wider));
  return merged.measurements.find((one) => one.key === rule.measurement)?.limits.find((one) => one.code === rule.code) ?? null;
}

/** Does `inner` lie inside the scope of `outer`. */
function reaches(registry: Registry, outer: LimitRule, inner: LimitRule): boolean {
  const placed = placeOf(registry, inner);
  return placed !== null && scopeIdOf(placed, outer.scope) === outer.scopeId;
}

/** Devices in service that a rule reaches. */
export function* reachedBy(core: Core, rule: Rule): Iterable<DeviceState> {
  if (rule.scope === 'device') {
    const device = core.devices.get(rule.scopeId);
    if (device !== undefined && device.asset.profileId === rule.profileId) yield device;
    return;
  }
  for (const device of core.devices.values()) {
    if (device.asset.profileId === rule.profileId && scopeIdOf(device.asset, rule.scope) === rule.scopeId) yield device;
  }
}

function compareAll(
  core: Core,
  rule: LimitRule,
  before: Rule | undefined,
  after: LimitRule | null,
  profile: Profile,
  placed: Device | null,
): Judged {
  const { registry } = core;
  const found = new Findings(rule, profile, turnsSomewhere(core, rule));
  const active = new ActiveAtOnce(rule);
  const bare = rule.scope === 'device' || placed === null ? [] : barePlaces(rule, profile, placed);
  const were = bare.map((asset) => limitsOf(registry, asset, core.format));
  const present = before?.retiredAt === null ? before : undefined;
  let devices = 0;
  registry.rules.replace(present, after ?? undefined);
  try {
    bare.forEach((asset, i) => {
      const was = were[i];
      if (was !== undefined) found.compare(was, limitsOf(registry, asset, core.format), asset.variant, null);
    });
    for (const device of reachedBy(core, rule)) {
      const { plan, asset } = device;
      const standing = limitsOf(registry, asset, core.format);
      devices += 1;
      found.compare(plan, standing, asset.variant, asset.id);
      active.look(device, standing.limits);
    }
  } finally {
    registry.rules.replace(after ?? undefined, present);
  }
  return { ...judged(found.problems, redWhereItCounts(core, rule, found.softened), devices), ...active.told() };
}

/** A limit that red elsewhere asks for (a rule over several points, others of a group) is as red as that. */
function redWhereItCounts(core: Core, rule: LimitRule, softened: readonly SoftenedLimit[]): readonly SoftenedLimit[] {
  if (softened.length === 0) return softened;
  const search = redSearch();
  for (const device of reachedBy(core, rule))
    if (isAmong(keepsRedElsewhere(core, device, search), rule)) return softened.map((one) => ({ ...one, red: true as const }));
  return softened;
}

function turnsSomewhere(core: Core, rule: LimitRule): boolean {
  const search = redSearch();
  for (const device of reachedBy(core, rule)) if (turnsRedElsewhere(core, device, rule, search)) return true;
  return false;
}

/** Where nothing is filled in, with each variant the measurement has. */
function barePlaces(rule: LimitRule, profile: Profile, placed: Device): readonly Device[] {
  const def = profile.measurements.find((one) => one.key === rule.measurement);
  return [null, ...Object.keys(def?.variants ?? {})].map((variant) => ({ ...placed, variant }));
}

class Findings {
  readonly problems: Problem[] = [];
  readonly softened: SoftenedLimit[] = [];
  private readonly rule: LimitRule;
  private readonly catalogued: Profile;
  /** Red elsewhere asks for the limit so that a stricter one may keep it from coming. */
  private readonly turns: boolean;
  private readonly seen = new Map<readonly EffectiveLimit[], Set<readonly EffectiveLimit[]>>();
  private readonly told = new Set<string>();

  constructor(rule: LimitRule, catalogued: Profile, turns: boolean) {
    this.rule = rule;
    this.catalogued = catalogued;
    this.turns = turns;
  }

  /** Devices that share their limits are compared once. */
  compare(before: Standing, after: Standing, variant: string | null, device: string | null): void {
    const row = this.seen.get(before.limits);
    if (row?.has(after.limits) === true) return;
    if (row === undefined) this.seen.set(before.limits, new Set([after.limits]));
    else row.add(after.limits);
    this.noteFlaws(before, after, variant, device);
    this.noteSoftened(before, after, variant, device);
  }

  private noteFlaws(before: Standing, after: Standing, variant: string | null, device: string | null): void {
    const def = after.profile.measurements.find((one) => one.key === this.rule.measurement);
    if (def === undefined) return;
    const was = new Set(flawsOf(def, ofMeasurement(before, def.key)).map(({ code, kind }) => `${code} ${kind}`));
    for (const { code, kind, detail } of flawsOf(def, ofMeasurement(after, def.key))) {
      if (was.has(`${code} ${kind}`)) continue;
      const where = device !== null ? ` (device ${device})` : variant === null ? '' : ` (variant ${variant})`;
      if (this.first(`${code} ${kind} ${detail}`, this.problems.length))
        this.problems.push({ path: `limits.${code}`, message: `${detail}${where}` });
    }
  }

  private noteSoftened(before: Standing, after: Standing, variant: string | null, device: string | null): void {
    const { measurement, code, profileId } = this.rule;
    const was = stanceOf(before, measurement, code);
    const now = stanceOf(after, measurement, code);
    if (was === null) return;
    const compared = this.turns || turnsRed(was.limit, before) ? otherParts : looserParts;
    const parts = compared(was.stance, now?.stance ?? null);
    if (parts.length === 0) return;
    const mandatory = isMandatory(was.limit);
    const red = leadsToRed(was.limit, before);
    // Whoever agrees is told the clause, not what a rule of the site has put in its place.
    const { basis, basisZh } = cataloguedBasis(this.catalogued, variant, measurement, code) ?? was.limit;
    // Each kind has room of its own: what a person must approve is never crowded out.
    const alike = this.softened.filter((one) => one.mandatory === mandatory && (one.red === true) === red).length;
    if (!this.first(`${variant ?? ''} ${parts.join()} ${mandatory} ${red} ${basis}`, alike)) return;
    this.softened.push({
      profileId,
      variant,
      measurement,
      code,
      parts,
      mandatory,
      ...(red ? { red } : {}),
      basis,
      ...(basisZh === undefined ? {} : { basisZh }),
      from: valuesOf(was.stance, parts),
      to: valuesOf(now?.stance ?? null, parts),
      device,
    });
  }

  private first(what: string, told: number): boolean {
    if (told >= MAX_TOLD || this.told.has(what)) return false;
    this.told.add(what);
    return true;
  }
}

/** Channels of a measurement are alike: the first stands for all. */
function ofMeasurement(standing: Standing, measurement: string): readonly EffectiveLimit[] {
  return standing.limits.filter((limit) => limit.measurement === measurement && (limit.channel ?? 1) === 1);
}

function stanceOf(
  standing: Standing,
  measurement: string,
  code: string,
): { readonly stance: Stance; readonly limit: EffectiveLimit } | null {
  const limit = ofMeasurement(standing, measurement).find((one) => one.code === code);
  const stance = limit === undefined ? null : stanceFrom(standing, limit);
  return limit === undefined || stance === null ? null : { stance, limit };
}

/** How a limit stands in the profile it was worked out from; null where the profile has none of that name. */
export function stanceFrom({ profile }: Pick<Standing, 'profile'>, limit: EffectiveLimit): Stance | null {
  const of = profile.measurements.find((one) => one.key === limit.measurement);
  const def = of?.limits.find((one) => one.code === limit.code);
  if (def === undefined) return null;
  return {
    dir: limit.dir,
    setPoint: limit.setPoint,
    setPointFrom: def.setPointFrom ?? null,
    deadband: limit.deadband,
    onDelayMs: limit.onDelayMs,
    windowMs: def.windowMs ?? null,
    level: limit.level,
    latching: limit.latching,
    onlyWhen: limit.onlyWhen,
    enabled: def.disabled === undefined && limit.reason !== 'removed-by-variant',
  };
}
