/** Reads a scenario file. What is wrong is told with its place: `devices[2].shows.lel.catalytic.place: no place "kitchn"; …`. */
import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { type Scenario, scenarioSchema, type Shown } from './schema.ts';

/** A scenario file that cannot be played: one line per fault, each beginning with its place. */
export class ScenarioError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ScenarioError';
    this.faults = faults;
  }
}

/** `['devices', 2, 'shows', 'cable_temp.1']` as `devices[2].shows["cable_temp.1"]`. */
export function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((part) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      return /^[A-Za-z_][\w-]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('');
  return place === '' ? 'file' : place.replace(/^\./, '');
}

/** Of a union the reader wants the branch that was meant: the one whose fault lies deepest. */
function innermost(issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [`${placeOf(issue.path)}: ${issue.message}`];
  const depth = (branch: readonly z.core.$ZodIssue[]): number => Math.max(...branch.map((one) => one.path.length));
  const deepest = Math.max(...issue.errors.map(depth));
  if (deepest === 0) return [`${placeOf(issue.path)}: nothing that is known here`];
  const meant = issue.errors.find((branch) => depth(branch) === deepest) ?? [];
  return meant.flatMap((one) => innermost({ ...one, path: [...issue.path, ...one.path] }));
}

export function parseScenario(text: string): Scenario {
  const document = parseDocument(text);
  const broken = document.errors[0];
  if (broken !== undefined) throw new ScenarioError([`file: ${broken.message}`]);
  const checked = scenarioSchema.safeParse(document.toJS());
  if (!checked.success) throw new ScenarioError(checked.error.issues.flatMap(innermost));
  const faults = [...crossFaults(checked.data)];
  if (faults.length > 0) throw new ScenarioError(faults);
  return checked.data;
}

/** What the shape alone does not tell: names that mean nothing, windows behind the end. */
function* crossFaults(scenario: Scenario): Generator<string> {
  const ids = scenario.devices.map((one) => one.id);
  const known = (list: readonly string[], name: string, what: string, path: readonly PropertyKey[]): string[] =>
    list.includes(name) ? [] : [`${placeOf(path)}: no ${what} "${name}"; there is ${list.length === 0 ? 'none' : list.join(', ')}`];

  for (const [name, place] of Object.entries(scenario.places))
    for (const [i, phase] of place.phases.entries())
      for (const key of ['leakM3PerS', 'ventilationM3PerS'] as const)
        if (phase[key].length !== place.volumesM3.length)
          yield `${placeOf(['places', name, 'phases', i, key])}: one number per space of volumesM3 is wanted`;

  for (const [i, device] of scenario.devices.entries()) {
    if (ids.indexOf(device.id) !== i) yield `${placeOf(['devices', i, 'id'])}: "${device.id}" is there twice`;
    for (const [key, shown] of Object.entries(device.shows))
      for (const [what, names, name, rest] of references(scenario, shown))
        yield* known(names, name, what, ['devices', i, 'shows', key, ...rest]);
    for (const key of Object.keys(device.noise)) yield* known(Object.keys(device.shows), key, 'shown key', ['devices', i, 'noise', key]);
    for (const [n, fault] of device.faults.entries())
      if ('key' in fault) yield* known(Object.keys(device.shows), fault.key, 'shown key', ['devices', i, 'faults', n, 'key']);
  }
  const gateways: string[] = [];
  for (const [i, gateway] of scenario.gateways.entries()) {
    for (const [n, name] of gateway.devices.entries()) yield* known(ids, name, 'device', ['gateways', i, 'devices', n]);
    if (gateway.id === undefined) continue;
    if ([...ids, ...gateways].includes(gateway.id)) yield `${placeOf(['gateways', i, 'id'])}: "${gateway.id}" is there twice`;
    gateways.push(gateway.id);
  }
  for (const part of ['operators', 'expect', 'never'] as const)
    for (const [i, { device }] of scenario[part].entries())
      if (device !== undefined) yield* known([...ids, ...gateways], device, 'device', [part, i, 'device']);
  for (const [i, one] of scenario.expect.entries())
    if (one.toS > scenario.lastsS) yield `${placeOf(['expect', i, 'toS'])}: the run ends at ${scenario.lastsS} s`;
}

type Reference = readonly [what: string, names: readonly string[], name: string, path: readonly string[]];

function references(scenario: Scenario, shown: Shown): readonly Reference[] {
  if (typeof shown !== 'object') return [];
  const places = Object.keys(scenario.places);
  const fires = Object.keys(scenario.fires);
  if ('catalytic' in shown) return [['place', places, shown.catalytic.place, ['catalytic', 'place']]];
  if ('infrared' in shown) return [['place', places, shown.infrared.place, ['infrared', 'place']]];
  if ('oxygen' in shown) return [['place', places, shown.oxygen.place, ['oxygen', 'place']]];
  if ('heat' in shown) return [['fire', fires, shown.heat.fire, ['heat', 'fire']]];
  if ('co' in shown) return [['fire', fires, shown.co.fire, ['co', 'fire']]];
  if ('smoke' in shown) return [['fire', fires, shown.smoke.fire, ['smoke', 'fire']]];
  if ('smokeStatus' in shown) return [['fire', fires, shown.smokeStatus.fire, ['smokeStatus', 'fire']]];
  if ('tankLevel' in shown) return [['tank', Object.keys(scenario.tanks), shown.tankLevel, ['tankLevel']]];
  if ('vessel' in shown) return [['vessel', Object.keys(scenario.vessels), shown.vessel.vessel, ['vessel', 'vessel']]];
  return [];
}
