import { type Enterprise, isJoint, type Rule } from '../model/asset.ts';
import type { Outcome } from '../model/engine.ts';
import type { ConfigBody, ConfigChange } from '../model/entry.ts';
import type { Catalogue } from '../model/profile.ts';
import type { RuleScope } from '../model/rule.ts';
import { followCauses } from './alarm/causes.ts';
import { followPlace } from './alarm/place.ts';
import type { Core } from './core.ts';
import { follow, newDevice, retire } from './device-life.ts';
import { followDates } from './health/calendar.ts';
import { followGateways, forgetGateway } from './health/gateway.ts';
import { placeOf, syncFaults } from './instrument.ts';
import type { AnyAsset } from './registry.ts';
import { judgeRule, reachedBy } from './scopes/trial.ts';

/** Applies a config entry change by change; each has its own outcome, and a refused one changes nothing. */
export function applyConfig(core: Core, body: ConfigBody, entrySeq: number): readonly Outcome[] {
  return body.changes.map((change) => {
    if (change.op === 'catalogue') return changeCatalogue(core, change.catalogue, entrySeq);
    return change.op === 'factor' ? core.warnings.setFactor(change, body.by) : changeAsset(core, change, entrySeq, body.by);
  });
}

function changeAsset(core: Core, change: Extract<ConfigChange, { readonly op: 'put' | 'retire' }>, entrySeq: number, by: string): Outcome {
  const checked = core.registry.check(change, core.clock.at);
  if (!checked.ok) return checked;
  const { before, after } = checked;
  if (after === null) return { ok: true, changed: false, asset: before };
  if (change.asset === 'rule') return changeRule(core, change.op === 'put' ? change.value.id : change.id, after, entrySeq, by);
  const enterpriseWas = change.asset === 'enterprise' ? core.registry.maps.enterprise.get(after.id) : undefined;
  core.registry.store(change.asset, after);
  if (change.asset === 'hazard-source') core.joint.touch(change.op === 'put' ? change.value.id : change.id);
  if (change.asset === 'enterprise' || change.asset === 'hazard-source') followCauses(core);
  if (change.op === 'retire') {
    const device = change.asset === 'device' ? core.devices.get(change.id) : undefined;
    if (device !== undefined) {
      core.registry.retiredOrder.set(change.id, device.order);
      retire(core, device);
    }
    if (change.asset === 'gateway') {
      core.resends.forget(change.id);
      forgetGateway(core, change.id);
    }
    if (change.asset === 'enterprise' || change.asset === 'hazard-source' || change.asset === 'device')
      retireRulesOf(core, change.asset, change.id, entrySeq, by);
    core.warnings.retire(change.asset, change.id);
    return { ok: true, changed: true, asset: after };
  }
  const id = change.value.id;
  core.warnings.asset(change.asset, id);
  if (change.asset === 'device') changeDevice(core, id, entrySeq);
  if (enterpriseWas !== undefined) changeEnterprise(core, id, enterpriseWas);
  if (change.asset === 'hazard-source' && before !== undefined) {
    for (const device of core.devices.values()) if (device.asset.hazardSourceId === id) follow(core, device, device.asset, entrySeq);
  }
  return { ok: true, changed: true, asset: after };
}

function changeDevice(core: Core, id: string, entrySeq: number): void {
  const asset = core.registry.maps.device.get(id);
  if (asset === undefined) return;
  const known = core.devices.get(id);
  if (known !== undefined) {
    follow(core, known, asset, entrySeq);
    return;
  }
  const device = newDevice(core, asset, core.nextOrder, entrySeq);
  core.nextOrder += 1;
  device.registeredAt = core.clock.risen;
  core.touch(device);
  core.devices.set(id, device);
  core.escalations.follow(device);
  const due = followDates(core, device);
  if (due >= 0) core.heap.atLatest(device, due);
  core.joint.touch(asset.hazardSourceId);
}

/** Every device the rule reaches follows at once; what would be unsound is refused and changes nothing. */
function changeRule(core: Core, id: string, after: AnyAsset, entrySeq: number, by: string): Outcome {
  if (!('scopeId' in after)) return { ok: false, code: 'invalid', detail: 'is no rule' };
  const before = core.registry.maps.rule.get(id);
  const { refused } = judgeRule(core, before, after.retiredAt === null ? after : null);
  if (refused !== null) return { ok: false, ...refused };
  storeRule(core, after, entrySeq, by);
  if (isJoint(after)) {
    core.joint.touch(after.scopeId);
    return { ok: true, changed: true, asset: after };
  }
  for (const device of reachedBy(core, after)) follow(core, device, device.asset, entrySeq);
  return { ok: true, changed: true, asset: after };
}

function storeRule(core: Core, rule: Rule, entrySeq: number, by: string): void {
  core.registry.store('rule', rule);
  core.ruleVersions.push({ rule, by, at: core.clock.at, entry: entrySeq });
}

/** What a rule was about has left service, and its id is not given again: the rule has nothing to say any more. */
function retireRulesOf(core: Core, scope: RuleScope, scopeId: string, entrySeq: number, by: string): void {
  const { at } = core.clock;
  for (const id of core.registry.rules.ofScope(scope, scopeId)) {
    const rule = core.registry.maps.rule.get(id);
    if (rule !== undefined) storeRule(core, { ...rule, revision: rule.revision + 1, updatedAt: at, retiredAt: at }, entrySeq, by);
  }
}

function changeEnterprise(core: Core, id: string, before: Enterprise): void {
  const enterprise = core.registry.maps.enterprise.get(id);
  if (enterprise === undefined) return;
  for (const device of core.devices.values()) {
    if (device.asset.enterpriseId !== id) continue;
    device.enterprise = enterprise;
    followPlace(core, device, placeOf(device), before, enterprise);
    core.warnings.device(device);
    core.escalations.follow(device);
  }
  followGateways(core, id, before);
  core.joint.touchEnterprise(id);
}

function changeCatalogue(core: Core, catalogue: Catalogue, entrySeq: number): Outcome {
  const present = core.registry.catalogue;
  if (present !== null && present.version === catalogue.version) return { ok: true, changed: false };
  const ids = new Set(catalogue.profiles.map((profile) => profile.id));
  if (ids.size !== catalogue.profiles.length) return { ok: false, code: 'invalid', detail: 'two profiles have one id' };
  for (const profile of core.registry.profiles.keys()) {
    if (!ids.has(profile) && core.registry.usedProfile(profile)) return { ok: false, code: 'in-use', detail: profile };
  }
  core.registry.setCatalogue(catalogue);
  core.escalations.followCatalogue();
  core.faultLevels.clear();
  for (const fault of catalogue.faults) core.faultLevels.set(fault.code, fault.level);
  for (const device of core.devices.values()) {
    follow(core, device, device.asset, entrySeq);
    syncFaults(core, device, 'configuration');
  }
  return { ok: true, changed: true };
}
