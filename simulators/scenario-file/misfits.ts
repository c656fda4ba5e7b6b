/**
 * Where a scenario and the catalogue do not fit: a profile there is not, a payload key or a code of an alarm that the profile has not. Told
 * before the run with what there is, or a misspelt word would look like a reading that was refused or an alarm that never came.
 */
import { nearest } from '../../model/nearest.ts';
import type { MeasurementDef, Profile } from '../../model/profile.ts';
import { placeOf } from './parse.ts';
import type { Scenario } from './schema.ts';

/** Of the catalogue what is looked at here. */
export type KnownProfile = Pick<Profile, 'id'> & {
  readonly escalate?: readonly { readonly form?: { readonly code: string } }[];
  readonly measurements: readonly (Pick<MeasurementDef, 'key' | 'channels'> & { readonly limits: readonly { readonly code: string }[] })[];
};

/** Faults of the instrument, and what the platform itself finds about a device; any device may have them. */
const OF_INSTRUMENTS = /^(?:F\d\d|BAD|DRIFT|INHIBITED|FAULT)$/;

/** Payload keys: `lel`; `cable_temp` (its channel 1), `cable_temp.1` … as the door takes them. */
function isKey({ measurements }: KnownProfile, key: string): boolean {
  return measurements.some(({ key: base, channels }) => {
    if (key === base) return true;
    const channel = key.startsWith(`${base}.`) ? key.slice(base.length + 1) : '';
    return channels !== undefined && /^[1-9]\d*$/.test(channel) && Number(channel) <= channels;
  });
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  const rest = known.length > 0 && known.length <= 30 ? `; there is ${known.join(', ')}` : '';
  return `no ${what} "${name}"${near === null ? rest : `; did you mean ${near}?${rest}`}`;
}

/** One line for each, beginning with its place in the file. */
export function* misfits(scenario: Scenario, profiles: readonly KnownProfile[]): Generator<string> {
  const ofDevice = new Map<string, KnownProfile>();
  for (const [i, device] of scenario.devices.entries()) {
    const profile = profiles.find(({ id }) => id === device.profile);
    if (profile === undefined) {
      const ids = profiles.map(({ id }) => id);
      yield `${placeOf(['devices', i, 'profile'])}: ${unknown('profile', device.profile, ids)} (device ${device.id})`;
      continue;
    }
    ofDevice.set(device.id, profile);
    for (const key of Object.keys(device.shows))
      if (!isKey(profile, key)) yield `${placeOf(['devices', i, 'shows', key])}: ${unknown(`key of ${profile.id}`, key, keysOf(profile))}`;
  }
  for (const part of ['operators', 'expect', 'never'] as const)
    for (const [i, { device, measurement, code }] of scenario[part].entries()) {
      const profile = ofDevice.get(device ?? '');
      // Behind a gateway, and without a device, alarms of other kinds are meant, too.
      if (profile === undefined) continue;
      if (measurement !== undefined && !isKey(profile, measurement))
        yield `${placeOf([part, i, 'measurement'])}: ${unknown(`key of ${profile.id}`, measurement, keysOf(profile))}`;
      const codes = codesOf(profile);
      if (code !== undefined && !OF_INSTRUMENTS.test(code) && !codes.includes(code))
        yield `${placeOf([part, i, 'code'])}: ${unknown(`code of ${profile.id}`, code, codes)}, and F01 to F22, BAD, DRIFT, INHIBITED of instruments`;
    }
}

const codesOf = ({ measurements, escalate = [] }: KnownProfile): readonly string[] => [
  ...new Set([
    ...measurements.flatMap(({ limits }) => limits.map(({ code }) => code)),
    ...escalate.flatMap(({ form }) => (form === undefined ? [] : [form.code])),
  ]),
];
const keysOf = ({ measurements }: KnownProfile): readonly string[] => measurements.map(({ key }) => key);
