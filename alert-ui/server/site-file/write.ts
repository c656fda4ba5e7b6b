import { stringify } from 'yaml';
import type { AssetKind, AssetOf } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import { SECTIONS, type Section, SECTION_NAMES, SITE_FILE } from './schema.ts';

/**
 * A site as a file, piece by piece: what people configured, in the order in which it can be read back. No secret is in it: the
 * platform has none of the devices' to give. What has its usual value is left out.
 */
export function* writeSite(view: EngineView, wanted: (kind: AssetKind, asset: AssetOf[AssetKind]) => boolean): Generator<string> {
  yield `beacon-site: ${SITE_FILE}\n`;
  for (const section of SECTION_NAMES) {
    const { kind } = SECTIONS[section];
    const found = [...view.assets(kind).values()].filter((asset) => asset.retiredAt === null && wanted(kind, asset));
    if (found.length === 0) continue;
    found.sort((a, b) => (a.id < b.id ? -1 : 1));
    yield `${section}:\n`;
    for (const asset of found) yield itemText(section, asset);
  }
}

const NOT_WRITTEN = new Set(['revision', 'createdAt', 'updatedAt', 'retiredAt', 'approvedBy', 'classification']);

function itemText(section: Section, asset: AssetOf[AssetKind]): string {
  const fields = Object.entries(asset).filter(([field, value]) => !NOT_WRITTEN.has(field) && !isUsual(section, field, value));
  const turn = turns(section);
  fields.sort(([a], [b]) => (turn.get(a) ?? turn.size) - (turn.get(b) ?? turn.size));
  const text = stringify([Object.fromEntries(fields)], { lineWidth: 0 });
  return text.replaceAll(/^(?=.)/gm, '  ');
}

/** The fields in the order in which the file is described, whatever way the thing was made: one site, one text. */
function turns(section: Section): ReadonlyMap<string, number> {
  return new Map(Object.keys(SECTIONS[section].schema.shape).map((field, i) => [field, i]));
}

function isUsual(section: Section, field: string, value: unknown): boolean {
  if (value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object') return Object.keys(value).length === 0 && field !== 'parts';
  return (field === 'mode' && value === 'live') || (section === 'enterprises' && field === 'kind' && value === 'real');
}
