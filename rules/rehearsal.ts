import type { EngineView } from '../model/engine.ts';
import type { AssetKind } from '../model/asset.ts';
import { type ConfigChange, ENTRY_VERSION } from '../model/entry.ts';
import type { Rehearsed } from '../model/ports/platform.ts';
import { applyConfig } from './configure.ts';
import { newDevice } from './device-life.ts';
import { EngineFold } from './fold.ts';
import { tryAsset } from './scopes/asset-trial.ts';
import { silencedBy } from './scopes/silencing.ts';
import { tryRule } from './scopes/trial.ts';

const KINDS: readonly AssetKind[] = ['area', 'enterprise', 'site', 'hazard-source', 'gateway', 'device', 'rule'];

/**
 * Many changes one after the other, rules in an order in which they hold if there is one, on a copy of the configuration without its history: the same checks by the same code, and nothing
 * of it is kept. Devices that no change can reach are left out of the copy.
 */
export function rehearse(view: EngineView, changes: readonly ConfigChange[]): readonly Rehearsed[] {
  const copy = new EngineFold();
  // As entries of this build are judged: those of format 1 knew no rate, condition or escalation, and none of these would be missed.
  copy.format = ENTRY_VERSION;
  if (view.catalogue !== null) copy.registry.setCatalogue(view.catalogue);
  copy.escalations.followCatalogue();
  for (const kind of KINDS) for (const asset of view.assets(kind).values()) copy.registry.store(kind, asset);
  const reached = enterprisesOf(view, changes);
  for (const device of view.assets('device').values()) {
    if (device.retiredAt !== null || (reached !== null && !reached.has(device.enterpriseId))) continue;
    const one = newDevice(copy, device, copy.nextOrder, 0);
    copy.devices.set(device.id, one);
    copy.escalations.follow(one);
    copy.nextOrder += 1;
  }
  const found: Rehearsed[] = [];
  let turn = 0;
  let waiting = changes.map((change, at) => ({ change, at }));
  while (waiting.length > 0) {
    const unsound: typeof waiting = [];
    for (const { change, at } of waiting) {
      const one = { ...rehearseOne(copy, change), turn };
      found[at] = one;
      if (one.outcome.ok) turn += 1;
      // A rule that is not sound yet may be once another has made room.
      else if (change.op === 'put' && change.asset === 'rule' && one.outcome.code === 'invalid') unsound.push({ change, at });
    }
    if (unsound.length === waiting.length) break;
    waiting = unsound;
  }
  return found;
}

function rehearseOne(copy: EngineFold, change: ConfigChange): Pick<Rehearsed, 'outcome' | 'softened' | 'silenced'> {
  const softened = softenedBy(copy, change);
  const silenced = silencedBy(copy, change);
  const [outcome] = applyConfig(copy, { kind: 'config', by: 'rehearsal', requestId: '', changes: [change] }, 0);
  return { outcome: outcome ?? { ok: false, code: 'invalid', detail: 'no outcome' }, softened, silenced };
}

function softenedBy(copy: EngineFold, change: ConfigChange): Rehearsed['softened'] {
  if (change.op !== 'put') return [];
  if (change.asset === 'rule') return tryRule(copy, change).softened;
  return change.asset === 'device' || change.asset === 'hazard-source' ? tryAsset(copy, change).softened : [];
}

/** Enterprises that the changes are about; null = all, for a profile is everybody's. */
function enterprisesOf(view: EngineView, changes: readonly ConfigChange[]): ReadonlySet<string> | null {
  const found = new Set<string>();
  for (const change of changes) {
    if (change.op !== 'put') return null;
    if (change.asset === 'enterprise') found.add(change.value.id);
    else if ('enterpriseId' in change.value) found.add(change.value.enterpriseId);
    else if (change.asset === 'rule') {
      const { scope, scopeId } = change.value;
      if (scope === 'profile') return null;
      if (scope === 'enterprise') found.add(scopeId);
      else {
        const place = view.assets(scope).get(scopeId);
        if (place !== undefined && 'enterpriseId' in place) found.add(place.enterpriseId);
      }
    }
  }
  return found;
}
