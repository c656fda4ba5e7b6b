import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../../../rules/catalogue/built-in.ts';
import { dueDates } from '../../../../rules/health/due-dates.ts';
import { device } from '../../../../rules/testing/plant.ts';
import { createTimes } from '../format/time.ts';
import { calibrationDueAt, changedFields, dayOf, type Typed } from './device-record.ts';

const times = createTimes('Asia/Shanghai');
/** Half past midnight there, the day before in UTC. */
const INSTALLED = Date.parse('2025-03-01T00:30:00+08:00');
const base = device('gd', 'gas', { name: 'Pump room', installedAt: INSTALLED, calibratedAt: null, mode: 'live' });
const asItIs: Typed = { name: 'Pump room', mode: 'live', installed: '2025-03-01', calibrated: '' };

describe('the record of a device as it is typed', () => {
  it('has the days of the zone of the installation', () => {
    expect([dayOf(times, INSTALLED), dayOf(times, null)]).toEqual(['2025-03-01', '']);
  });
  it.each([
    ['nothing touched: a day keeps its hour', {}, {}],
    ['spaces around the name are none', { name: '  Pump room ' }, {}],
    ['another name', { name: 'Pump room north' }, { name: 'Pump room north' }],
    ['another mode alone', { mode: 'test' }, { mode: 'test' }],
    ['another day begins there', { calibrated: '2026-11-28' }, { calibratedAt: Date.parse('2026-11-28T00:00:00+08:00') }],
    ['a day taken away is not known', { installed: '' }, { installedAt: null }],
  ] as const)('%s', (_, typed, expected) => {
    expect(changedFields(times, base, { ...asItIs, ...typed })).toEqual(expected);
  });
});

describe('when calibration is due', () => {
  it('is what the platform goes by, for every kind of device', () => {
    for (const profile of builtInCatalogue.profiles)
      for (const days of [{}, { installedAt: 1_000 }, { calibratedAt: 2_000 }, { installedAt: 1_000, calibratedAt: 2_000 }]) {
        const one = device('x', profile.id, { installedAt: null, calibratedAt: null, ...days });
        const expected = dueDates(one, profile).find(({ code }) => code === 'F08')?.at ?? null;
        expect(calibrationDueAt(one, profile), `${profile.id} ${JSON.stringify(days)}`).toBe(expected);
      }
    expect(builtInCatalogue.profiles.some(({ calibrationDays }) => calibrationDays !== undefined)).toBe(true);
    expect(calibrationDueAt(base, undefined)).toBeNull();
  });
});
