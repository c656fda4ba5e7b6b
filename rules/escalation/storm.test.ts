import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Profile } from '../../model/profile.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { device, enterprise, hazardSource, Plant, rule } from '../testing/plant.ts';

const GAS = 'gas.combustible.point.industrial';
const SMOKE = 'fire.smoke.standalone';
const setSteps: { next: () => unknown } = Object.getPrototypeOf(new Set()[Symbol.iterator]()) as { next: () => unknown };

/** Look-ups, notes, and steps through a set: what is done once for every device that is judged, and once for every neighbour. */
function stepsOf(work: () => void): number {
  const spies = [vi.spyOn(Set.prototype, 'add'), vi.spyOn(Map.prototype, 'get'), vi.spyOn(setSteps, 'next')];
  work();
  const steps = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
  for (const spy of spies) spy.mockRestore();
  return steps;
}

afterEach(() => {
  vi.restoreAllMocks();
});

function plantOf(count: number, profileId: string, profiles: readonly Profile[] = builtInCatalogue.profiles): Plant {
  const plant = new Plant();
  plant.config(
    { op: 'catalogue', catalogue: { ...builtInCatalogue, profiles } },
    { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') },
    { op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('tank-farm') },
  );
  for (let n = 0; n < count; n += 1) plant.put(device(`d${n}`, profileId, { hazardSourceId: 'tank-farm' }));
  return plant;
}

/** The one tick in which all of them rise. */
function storm(plant: Plant, afterMs: number, risen: string): number {
  plant.mono += afterMs;
  const steps = stepsOf(() => plant.apply({ kind: 'tick' }));
  const open = [...plant.engine.view.openAlarms()];
  expect(new Set(open.map(({ level, code }) => `${level} ${code}`))).toEqual(new Set([risen]));
  return steps / open.length;
}

function byNeighbours(count: number): number {
  const plant = plantOf(count, GAS);
  plant.rule(rule('slow', { onDelayMs: 5_000 }, { profileId: GAS, measurement: 'lel', code: 'L1', reason: 'all at one tick' }));
  for (let n = 0; n < count; n += 1) plant.send(`d${n}`, 'lel', 30);
  return storm(plant, 5_000, 'orange L1_AREA');
}

/** In a group where nobody has pressed a button. */
function unattended(count: number): number {
  const profiles = builtInCatalogue.profiles.map((one): Profile => {
    const escalate = one.escalate?.map((def) => {
      const any = def.form?.any.filter((cause) => cause.kind !== 'together' || cause.withinMs === undefined) ?? [];
      return def.form === undefined ? def : { ...def, form: { ...def.form, afterMs: 10_000, any } };
    });
    return one.id === SMOKE && escalate !== undefined ? { ...one, escalate } : one;
  });
  const plant = plantOf(count, SMOKE, profiles);
  for (let n = 0; n < count; n += 1) plant.send(`d${n}`, 'smoke_alarm', 1);
  return storm(plant, 10_000, 'red FIRE_CONFIRMED');
}

describe('hundreds of alarms of one hazard source that rise in one entry', () => {
  it.each([
    ['by their neighbours', byNeighbours],
    ['because nobody acknowledges', unattended],
  ])('%s: the work for each does not grow with their number', (_, stepsOfEach) => {
    expect(stepsOfEach(320) / stepsOfEach(40)).toBeLessThan(1.2);
  });
});
