import { describe, expect, it } from 'vitest';
import { courseOf } from './course.ts';
import { parseScenario, placeOf, ScenarioError } from './parse.ts';

const GOOD = `
name: leak
about: a leak in a kitchen
lastsS: 600
places:
  kitchen:
    gas: methane
    volumesM3: [30]
    phases: [{ seconds: 600, leakM3PerS: [0.002], ventilationM3PerS: [0.05] }]
devices:
  - id: gas-1
    profile: gas.combustible.commercial
    reportS: 5
    shows:
      lel: { catalytic: { place: kitchen } }
    faults: [{ kind: stuck, key: lel, fromS: 100, toS: 200 }]
expect:
  - { device: gas-1, code: L1, fromS: 10, toS: 300 }
`;

function faultsOf(text: string): readonly string[] {
  try {
    parseScenario(text);
  } catch (error) {
    if (error instanceof ScenarioError) return error.faults;
    throw error;
  }
  return [];
}

describe('a scenario file', () => {
  it('is read with its defaults', () => {
    const scenario = parseScenario(GOOD);
    expect(scenario.devices[0]?.stamps).toBe(true);
    expect(scenario.expect[0]?.event).toBe('raised');
    expect(scenario.others).toBe('forbidden');
  });

  it.each([
    ['lastsS: 600', 'lastsS: -1', /^lastsS: /],
    ['reportS: 5', 'reportS: five', /^devices\[0\]\.reportS: /],
    ['reportS: 5', 'reportS: 5\n    reprotS: 7', /^devices\[0\]: .*reprotS/],
    ['place: kitchen', 'place: kitchn', /^devices\[0\]\.shows\.lel\.catalytic\.place: no place "kitchn"; there is kitchen$/],
    ['place: kitchen', 'place: kitchen, t90S: soon', /^devices\[0\]\.shows\.lel\.catalytic\.t90S: /],
    ['catalytic', 'katalytic', /^devices\[0\]\.shows\.lel: /],
    ['key: lel', 'key: ch4', /^devices\[0\]\.faults\[0\]\.key: no shown key "ch4"; there is lel$/],
    ['toS: 200', 'toS: 50', /^devices\[0\]\.faults\[0\]\.toS: fromS is not before toS$/],
    ['kind: stuck', 'kind: stukc', /^devices\[0\]\.faults\[0\](\.kind)?: /],
    ['device: gas-1', 'device: gas-2', /^expect\[0\]\.device: no device "gas-2"; there is gas-1$/],
    ['toS: 300', 'toS: 900', /^expect\[0\]\.toS: the run ends at 600 s$/],
    ['[0.002]', '[0.002, 0]', /^places\.kitchen\.phases\[0\]\.leakM3PerS: one number per space/],
    ['id: gas-1', 'id: "no/slash"', /^devices\[0\]\.id: an id/],
    ['name: leak', 'name: [', /^file: /],
  ])('is refused with the place of what is wrong: %s → %s', (right, wrong, fault) => {
    const faults = faultsOf(GOOD.replace(right, wrong));
    expect(
      faults.some((one) => fault.test(one)),
      faults.join('\n'),
    ).toBe(true);
  });

  it('tells every fault at once', () => {
    expect(faultsOf(GOOD.replace('reportS: 5', 'reportS: 0').replace('lastsS: 600', 'lastsS: 0'))).toHaveLength(2);
  });

  it('writes a place as one would look for it', () => {
    expect(placeOf(['devices', 2, 'shows', 'cable_temp.1'])).toBe('devices[2].shows["cable_temp.1"]');
    expect(placeOf([])).toBe('file');
  });
});

describe('a course', () => {
  it('is a number, a line or steps, flat before and after', () => {
    const times = [0, 10, 15, 20, 99];
    expect(times.map(courseOf(7))).toEqual([7, 7, 7, 7, 7]);
    const points: [number, number][] = [
      [10, 1],
      [20, 3],
    ];
    expect(times.map(courseOf({ line: points }))).toEqual([1, 1, 2, 3, 3]);
    expect(times.map(courseOf({ steps: points }))).toEqual([1, 1, 1, 3, 3]);
  });

  it('may jump: two points at one time', () => {
    const line = courseOf({
      line: [
        [0, 0],
        [10, 0],
        [10, 5],
        [20, 5],
      ],
    });
    expect([9.9, 10, 15].map(line)).toEqual([0, 5, 5]);
  });
});
