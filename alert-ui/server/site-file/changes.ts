import type { AssetKind, AssetOf, HazardSource, Rule } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import { present } from '../http/validate.ts';
import { jointOf } from '../routes/rule-content.ts';
import { type NumberedSite, type SiteProblem, placeOf } from './parse.ts';
import { SECTIONS, type Section, SECTION_NAMES, type SiteFile } from './schema.ts';

/** From a site file to the changes that make it so, in the order in which they hold. What is not in the file is left alone. */

export interface SiteItem {
  readonly section: Section;
  readonly kind: AssetKind;
  readonly id: string;
  readonly line: number;
  readonly path: string;
  readonly what: 'create' | 'change' | 'same';
  /** Names of what differs; of something new nothing. */
  readonly fields: readonly string[];
  /** Null where nothing differs. */
  readonly change: Extract<ConfigChange, { readonly op: 'put' }> | null;
}

type Assets = Pick<EngineView, 'assets'>;
const STAMPS = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null } as const;

export function changesOf(
  site: NumberedSite,
  view: Assets,
): { readonly items: readonly SiteItem[]; readonly problems: readonly SiteProblem[] } {
  const items: SiteItem[] = [];
  const problems: SiteProblem[] = [];
  for (const section of SECTION_NAMES) {
    for (const [index, change] of putsOf(section, site.file, view)) {
      const path = [section, index];
      const { kind } = SECTIONS[section];
      const where = { line: site.lineAt(section, index), path: placeOf(path) };
      const current = view.assets(kind).get(change.value.id);
      if (current !== undefined && current.retiredAt !== null) {
        problems.push({ ...where, message: `${change.value.id} belonged to something retired and is not given again` });
        continue;
      }
      const fields = current === undefined ? [] : differing(current, change.value);
      const what = current === undefined ? 'create' : fields.length === 0 ? 'same' : 'change';
      items.push({ section, kind, id: change.value.id, ...where, what, fields, change: what === 'same' ? null : change });
    }
  }
  return { items, problems };
}

type Put = Extract<ConfigChange, { readonly op: 'put' }>;

function putsOf(section: Section, file: SiteFile, view: Assets): readonly (readonly [number, Put])[] {
  const base = (kind: AssetKind, id: string): number => view.assets(kind).get(id)?.revision ?? 0;
  switch (section) {
    case 'areas':
      return parentsFirst(file.areas).map(([i, value]) => [
        i,
        { op: 'put', asset: 'area', base: base('area', value.id), value: { ...value, ...STAMPS } },
      ]);
    case 'enterprises':
      return numbered(file.enterprises).map(([i, { businessHours, ...value }]) => [
        i,
        {
          op: 'put',
          asset: 'enterprise',
          base: base('enterprise', value.id),
          value: {
            ...value,
            contacts: value.contacts.map(present),
            ...(businessHours === undefined ? {} : { businessHours }),
            ...STAMPS,
          },
        },
      ]);
    case 'sites':
      return numbered(file.sites).map(([i, value]) => [
        i,
        { op: 'put', asset: 'site', base: base('site', value.id), value: { ...value, ...STAMPS } },
      ]);
    case 'hazard-sources':
      return numbered(file['hazard-sources']).map(([i, value]) => [
        i,
        {
          op: 'put',
          asset: 'hazard-source',
          base: base('hazard-source', value.id),
          value: { ...present(value), ...STAMPS, ...classified(view, value.id) },
        },
      ]);
    case 'gateways':
      return numbered(file.gateways).map(([i, value]) => [
        i,
        { op: 'put', asset: 'gateway', base: base('gateway', value.id), value: { ...value, name: value.name ?? value.id, ...STAMPS } },
      ]);
    case 'devices':
      return numbered(file.devices).map(([i, value]) => [
        i,
        { op: 'put', asset: 'device', base: base('device', value.id), value: { ...value, name: value.name ?? value.id, ...STAMPS } },
      ]);
    case 'rules':
      return widestFirst(file).map(([i, value]) => [
        i,
        { op: 'put', asset: 'rule', base: base('rule', value.id), value: ruleOf(value, file, view) },
      ]);
  }
}

/** What is worked out about a source is no part of the file, and stays. */
function classified(view: Assets, id: string): Pick<HazardSource, 'classification'> {
  const classification = view.assets('hazard-source').get(id)?.classification;
  return classification === undefined ? {} : { classification };
}

function ruleOf(value: SiteFile['rules'][number], file: SiteFile, view: Assets): Rule {
  const { name = value.id, unit: _, profileId, measurement = null, parts, joint, ...rest } = value;
  const { scope, scopeId } = value;
  const ofDevice =
    scope === 'device'
      ? (file.devices.find(({ id }) => id === scopeId)?.profileId ?? view.assets('device').get(scopeId)?.profileId)
      : undefined;
  return {
    ...rest,
    ...STAMPS,
    name,
    profileId: joint !== undefined ? (profileId ?? null) : (profileId ?? (scope === 'profile' ? scopeId : (ofDevice ?? ''))),
    measurement,
    parts: present(parts),
    approvedBy: null,
    ...jointOf(joint),
  };
}

function numbered<T>(list: readonly T[]): readonly (readonly [number, T])[] {
  return list.map((value, i) => [i, value] as const);
}

/** An area comes after the one it lies in. */
function parentsFirst(areas: SiteFile['areas']): readonly (readonly [number, SiteFile['areas'][number]])[] {
  const left = new Map(areas.map((area, i) => [area.id, [i, area] as const]));
  const out: (readonly [number, SiteFile['areas'][number]])[] = [];
  while (left.size > 0) {
    const ready = [...left.values()].filter(([, { parentId }]) => parentId === null || !left.has(parentId));
    // A ring of areas has no first one: as they stand, for the engine to refuse.
    for (const one of ready.length > 0 ? ready : [...left.values()]) {
      out.push(one);
      left.delete(one[1].id);
    }
  }
  return out;
}

const WIDTH = { profile: 0, enterprise: 1, 'hazard-source': 2, device: 3 } as const;

/** A limit that a wide rule adds is there before a narrow one changes it; on one ladder the limits that move out come from the outside in. */
function widestFirst(file: SiteFile): readonly (readonly [number, SiteFile['rules'][number]])[] {
  return [...numbered(file.rules)].sort(([i, a], [j, b]) => WIDTH[a.scope] - WIDTH[b.scope] || i - j);
}

/** Fields in which the file says something else than what stands; stamps and what the platform adds do not count. */
function differing(current: AssetOf[AssetKind], wanted: AssetOf[AssetKind]): readonly string[] {
  const now = new Map<string, unknown>(Object.entries(current));
  return Object.entries(wanted).flatMap(([field, value]) => {
    if (field in STAMPS || field === 'approvedBy') return [];
    return JSON.stringify(sorted(now.get(field))) === JSON.stringify(sorted(value)) ? [] : [field];
  });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
