// The catalogue that comes with this build: 39 kinds of device with their measurements, limits and the basis of each.
// The numbers are data, one file per family of device; every set point is a default that an enterprise's engineered
// value replaces.
import type { Catalogue } from '../../model/profile.ts';
import { checkCatalogue } from './check.ts';
import coal from './data/coal.json' with { type: 'json' };
import construction from './data/construction.json' with { type: 'json' };
import dust from './data/dust.json' with { type: 'json' };
import faults from './data/faults.json' with { type: 'json' };
import fire from './data/fire.json' with { type: 'json' };
import gas from './data/gas.json' with { type: 'json' };
import hazchem from './data/hazchem.json' with { type: 'json' };
import pipeline from './data/pipeline.json' with { type: 'json' };
import power from './data/power.json' with { type: 'json' };
import reservoir from './data/reservoir.json' with { type: 'json' };
import steel from './data/steel.json' with { type: 'json' };
import transport from './data/transport.json' with { type: 'json' };

const profiles: readonly unknown[] = [gas, fire, hazchem, dust, steel, coal, construction, power, transport, pipeline, reservoir].flat();

/** Journaled at a start whose version differs from the journal's, so that a replay judges by the limits then in force. */
export const builtInCatalogue: Catalogue = load({ version: versionOf({ profiles, faults }), profiles, faults });

function load(value: unknown): Catalogue {
  const problems = checkCatalogue(value);
  if (!isSound(value, problems)) throw new Error(`built-in catalogue: ${problems.join('; ')}`);
  return value;
}

function isSound(value: unknown, problems: readonly string[]): value is Catalogue {
  return problems.length === 0 && value !== null;
}

/** `builtin-` and 16 hex digits that follow from the content (FNV-1a with two offsets): a changed number is a new version. */
function versionOf(content: unknown): string {
  const text = JSON.stringify(content);
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x01000193);
  }
  return `builtin-${hex(a)}${hex(b)}`;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
