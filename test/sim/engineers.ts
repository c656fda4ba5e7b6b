// What the engineers of a world change. Whoever changes something sees how it stands.
import type { AlarmSelector, Device, Enterprise } from '../../model/asset.ts';
import type { Engine, EngineView } from '../../model/engine.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Act } from './acts.ts';
import { sourceChange } from './joint-play.ts';
import { ENTERPRISES } from './plant.ts';
import { limitChange } from './moved-limits.ts';
import { atHome } from './plant-rising.ts';

export type Change = Extract<Act, { does: 'configure' | 'retire' | 'rule' | 'retire-rule' | 'limit' | 'source' | 'table' | 'works' }>;

/**
 * @param device as it stands, @param now by our wall clock
 * @returns null where it cannot be done as things stand
 */
export function changeOf(engine: Engine, act: Change, device: (id: string) => Device, now: EpochMs): ConfigChange | null {
  switch (act.does) {
    case 'rule':
    case 'retire-rule':
    case 'source':
      return sourceChange(engine, act, now);
    case 'limit':
      return limitChange(engine.view, act, now);
    case 'table':
      return tableChange(engine.view, act, now);
    case 'works':
      return worksChange(engine.view, act.enterprise, act.change, now);
    default:
      return deviceChange(act, device(act.device), now);
  }
}

function tableChange(view: EngineView, { enterprise, source, lines }: Extract<Act, { does: 'table' }>, now: EpochMs): ConfigChange {
  // Who writes a table sees which devices there are.
  const here = ({ device }: AlarmSelector): boolean => {
    const found = view.assets('device').get(device);
    return found?.retiredAt === null && found.enterpriseId === enterprise;
  };
  const causes = lines.filter(({ cause, hides }) => [cause, ...hides].every(here));
  if (source === undefined) return worksChange(view, enterprise, { causes }, now);
  const known = view.assets('hazard-source').get(source);
  if (known === undefined) throw new Error(`no hazard source ${source} in this world`);
  return { op: 'put', asset: 'hazard-source', base: known.revision, value: { ...known, causes, ...revised(known, now) } };
}

function worksChange(view: EngineView, enterprise: string, change: Partial<Enterprise>, now: EpochMs): ConfigChange {
  const known = view.assets('enterprise').get(enterprise);
  if (known === undefined) throw new Error(`no enterprise ${enterprise} in this world`);
  return { op: 'put', asset: 'enterprise', base: known.revision, value: { ...known, ...change, ...revised(known, now) } };
}

function deviceChange(act: Extract<Act, { does: 'configure' | 'retire' }>, device: Device, now: EpochMs): ConfigChange | null {
  if (device.retiredAt !== null) return null;
  if (act.does === 'retire') return { op: 'retire', asset: 'device', id: act.device, base: null };
  const { enterpriseId = device.enterpriseId, siteId = device.siteId, hazardSourceId = device.hazardSourceId } = act.change;
  const value: Device = {
    ...device,
    ...act.change,
    siteId: atHome(siteId, enterpriseId),
    hazardSourceId: atHome(hazardSourceId, enterpriseId),
    ...revised(device, now),
  };
  if (!ENTERPRISES.some((id) => id === value.enterpriseId)) throw new Error(`no enterprise ${value.enterpriseId} in this world`);
  return { op: 'put', asset: 'device', base: device.revision, value };
}

function revised({ revision }: { readonly revision: number }, now: EpochMs): { readonly revision: number; readonly updatedAt: EpochMs } {
  return { revision: revision + 1, updatedAt: now };
}
