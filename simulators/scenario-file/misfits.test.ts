import { describe, expect, it } from 'vitest';
import { misfits, type KnownProfile } from './misfits.ts';
import { parseScenario } from './parse.ts';

const PROFILES: readonly KnownProfile[] = [
  {
    id: 'gas.combustible.commercial',
    escalate: [{ form: { code: 'L1_UNATTENDED' } }, {}],
    measurements: [
      { key: 'lel', limits: [{ code: 'L1' }, { code: 'L2' }] },
      { key: 'temp', limits: [] },
    ],
  },
  { id: 'electrical.fire', measurements: [{ key: 'cable_temp', channels: 4, limits: [{ code: 'H' }] }] },
];

const said = (profile: string, shows: string, more = ''): readonly string[] => [
  ...misfits(
    parseScenario(`
name: s
about: a scenario
lastsS: 60
devices: [{ id: a, profile: ${profile}, reportS: 5, shows: { ${shows} } }]
${more}
`),
    PROFILES,
  ),
];

describe('a scenario and the catalogue', () => {
  it('fit: keys with channels, codes of its limits, of instruments, and alarms of nobody in particular', () => {
    const expected = ['L2', 'L1_UNATTENDED', 'F01', 'BAD', 'INHIBITED']
      .map((code) => `  - { device: a, code: ${code}, fromS: 0, toS: 9 }`)
      .join('\n');
    expect(said('gas.combustible.commercial', 'lel: 1', `expect:\n${expected}\nnever: [{ code: ANYTHING }]`)).toEqual([]);
    expect(said('electrical.fire', 'cable_temp: 1, cable_temp.4: 2')).toEqual([]);
  });

  it('do not: a profile is told with the nearest one and the device', () => {
    expect(said('gas.combustible.comercial', 'lel: 1')).toEqual([
      'devices[0].profile: no profile "gas.combustible.comercial"; did you mean gas.combustible.commercial?; there is gas.combustible.commercial, electrical.fire (device a)',
    ]);
  });

  it('do not: a payload key is told once, with the keys there are', () => {
    expect(said('gas.combustible.commercial', 'lell: 1')).toEqual([
      'devices[0].shows.lell: no key of gas.combustible.commercial "lell"; did you mean lel?; there is lel, temp',
    ]);
    for (const key of ['cable_temp.5', 'cable_temp.0', 'cable_temp.x']) expect(said('electrical.fire', `${key}: 1`)).toHaveLength(1);
  });

  it.each(['expect: [{ device: a, code: L9, fromS: 0, toS: 9 }]', 'never: [{ device: a, code: L9 }]'])(
    'do not: a code is told with the codes there are: %s',
    (more) => {
      expect(said('gas.combustible.commercial', 'lel: 1', more)).toEqual([
        expect.stringMatching(
          /^(expect|never)\[0\]\.code: no code of gas\.combustible\.commercial "L9".*; there is L1, L2, L1_UNATTENDED, and F01 to F22/,
        ),
      ]);
    },
  );

  it('do not: the point of an expected alarm', () => {
    expect(said('gas.combustible.commercial', 'lel: 1', 'never: [{ device: a, measurement: co }]')).toEqual([
      'never[0].measurement: no key of gas.combustible.commercial "co"; there is lel, temp',
    ]);
  });
});
