import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkSite } from './check.ts';

const HEAD = `beacon-site: 1
enterprises:
  - {id: works, name: Works}
devices:
  - {id: gd-1, enterpriseId: works, profileId: gas.combustible.point.industrial}
`;
const told = (text: string): readonly string[] => checkSite(text).problems.map(({ line, path, message }) => `${line} ${path}: ${message}`);
const failed = (tests: string): readonly string[] => {
  const checked = checkSite(`${HEAD}tests:\n${tests}`);
  expect(checked.problems).toEqual([]);
  return checked.tests.flatMap(({ faults }) => faults.map(({ line, message }) => `${line} ${message}`));
};

describe('a site file that is wrong', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    ['is no YAML', 'beacon-site: 1\nareas: [\n', ['3 : Flow sequence in block collection must be sufficiently indented and end with a ]']],
    ['is of another version', 'beacon-site: 2\n', ['1 beacon-site: Invalid input: expected 1']],
    ['has a name nobody knows', `${HEAD}device:\n  - 1\n`, ['6 device: is not known here']],
    [
      'lacks what must be there',
      `beacon-site: 1\nenterprises:\n  - name: X\n`,
      ['3 enterprises[0].id: Invalid input: expected string, received undefined'],
    ],
    ['has a thing twice', `${HEAD}  - {id: gd-1, enterpriseId: works, profileId: gas.oxygen}\n`, ['6 devices[1].id: gd-1 is there twice']],
    [
      'refers to nothing',
      `${HEAD}  - {id: gd-2, enterpriseId: works, siteId: none, profileId: none}\n`,
      ['6 devices[1]: gd-2: unknown-reference: siteId'],
    ],
    [
      'has a ring of areas',
      'beacon-site: 1\nareas:\n  - {id: a, name: a, parentId: b}\n  - {id: b, name: b, parentId: a}\n',
      ['3 areas[0]: a: unknown-reference: parentId', '4 areas[1]: b: unknown-reference: parentId'],
    ],
    [
      'has a rule that is not sound',
      `${HEAD}rules:\n  - id: r\n    scope: device\n    scopeId: gd-1\n    measurement: lel\n    code: L1\n    parts: {setPoint: 60}\n`,
      ['7 rules[0]: r: invalid: limits.L1: yellow at 60 lies behind L2 (red at 50) (device gd-1)'],
    ],
    [
      'has a time that is none',
      `${HEAD}tests:\n  - {name: t, readings: [{at: soon, values: {lel: 1}}], expect: none}\n`,
      ['7 tests[0].readings[0].at: a time such as 0s, 90s, 1m30s or 2h'],
    ],
  ];
  for (const [name, text, problems] of table) it(name, () => expect(told(text)).toEqual(problems));

  it('with thousands of aliases is refused, not unfolded', () => {
    const bomb = `beacon-site: 1\nareas:\n  - &a {id: a, name: a}\n  - &b [${'*a, '.repeat(60)}*a]\n  - [${'*b, '.repeat(60)}*b]\n`;
    expect(told(bomb)[0]).toContain('Excessive alias count');
  });
});

describe('the tests of a site', () => {
  const test = (readings: string, expected: string): string =>
    `  - name: t\n    device: gd-1\n    readings:\n${readings}    expect:${expected}\n`;
  const at = (s: number, lel: number | string): string => `      - {at: ${s}s, values: {lel: ${lel}}}\n`;

  it('pass where every alarm comes as it should', () => {
    expect(
      failed(
        test(
          at(0, 5) + at(90, 26) + at(100, 51),
          '\n      - {code: L1, level: yellow, at: 1m30s, measurement: lel}\n      - {code: L2, level: red, at: 100s, device: gd-1}',
        ),
      ),
    ).toEqual([]);
    expect(failed(test(at(0, 5), ' none'))).toEqual([]);
  });

  it('name what did not ring, what rang otherwise, and what rang besides', () => {
    expect(failed(test(at(0, 5), '\n      - {code: L1, at: 0s}'))).toEqual(['12 L1 at 0s did not ring; it did not ring at all']);
    expect(failed(test(at(0, 5) + at(10, 26), '\n      - {code: L1, level: red, at: 10s}'))).toEqual([
      '13 L1 red at 10s did not ring; it rang as lel L1 yellow at 10s (gd-1, 26 %{LEL})',
      '12 lel L1 yellow at 10s (gd-1, 26 %{LEL}) rang and is not expected',
    ]);
    expect(failed(test(at(10, 26), '\n      - {code: L1, at: 12s}'))[0]).toContain('L1 at 12s did not ring');
    expect(failed(test(at(10, 26), '\n      - {code: L1, at: 12s, within: 2s}'))).toEqual([]);
    expect(failed(test(at(10, 26), ' none'))).toEqual(['11 lel L1 yellow at 10s (gd-1, 26 %{LEL}) rang and is not expected']);
  });

  it('an alarm that is expected twice must come twice', () => {
    expect(failed(test(at(0, 26), '\n      - {code: L1}\n      - {code: L1}'))).toEqual(['13 L1 did not ring; it did not ring at all']);
  });

  it('go through the same door as every message: what it refuses is told with its line', () => {
    expect(failed(test(`${at(0, 5)}      - {at: 5s, values: {co: 1}}\n`, ' none'))).toEqual([
      '11 is refused at the door: UNKNOWN_MEASUREMENT co',
    ]);
    expect(failed(test(`      - {at: 5s, device: gd-9, values: {lel: 1}}\n`, ' none'))).toEqual([
      '10 is refused at the door: there is no device gd-9',
    ]);
    expect(failed(`  - {name: t, readings: [{at: 0s, values: {lel: 1}}], expect: none}\n`)).toEqual([
      '7 of which device? Name one here or for the test',
    ]);
  });

  it('hold an alarm while quality is bad, and do not ask about a device that falls silent', () => {
    const bad = '      - {at: 20s, values: {lel: 80}, quality: {lel: bad}}\n';
    expect(failed(test(at(10, 5) + bad, ' none').replace('    expect', '    until: 2h\n    expect'))).toEqual([]);
  });
});

describe('the example of the documents', () => {
  const text = readFileSync(new URL('../../docs/examples/site.yaml', import.meta.url), 'utf8');

  it('is sound, and its tests pass', () => {
    const { problems, notes, tests } = checkSite(text);
    expect([problems, notes]).toEqual([[], []]);
    expect(tests.map(({ name, faults }) => [name, faults])).toEqual(tests.map(({ name }) => [name, []]));
    expect(tests).toHaveLength(4);
  });

  it('without its rules its tests fail: they are about something', () => {
    const without = text.slice(0, text.indexOf('rules:\n')) + text.slice(text.indexOf('tests:\n'));
    expect(checkSite(without).tests.map(({ faults }) => faults.length > 0)).toEqual([true, true, true, true]);
  });

  it('with a shorter delay over the steamer says what docs/rules.md shows', () => {
    const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    const shorter = text.replace('onDelayMs: 10000', 'onDelayMs: 5000');
    expect(shorter).not.toBe(text);
    const { counts, tests } = checkSite(shorter);
    const told = tests.flatMap(({ name, line, faults }) => [
      faults.length === 0 ? `ok    ${name}` : `FAIL  ${name} (site.yaml:${line})`,
      ...faults.map((fault) => `      site.yaml:${fault.line}: ${fault.message}`),
    ]);
    expect(page).toContain([`site.yaml: ${counts}`, ...told].map((one) => `   ${one}\n`).join(''));
  });

  it('means the same whatever the order of its rules', () => {
    const rules = text.slice(text.indexOf('rules:\n') + 7, text.indexOf('tests:\n'));
    const parts = rules.split(/(?=^ {2}- id: )/m);
    const turned = text.replace(rules, `${parts.slice(1).toReversed().join('')}\n`);
    expect(turned).not.toBe(text);
    const { problems, tests } = checkSite(turned);
    expect([problems, tests.flatMap(({ faults }) => faults)]).toEqual([[], []]);
  });

  it('softened where a standard stands behind it, it says that a second person is wanted', () => {
    const rule =
      '\n  - {id: soft, scope: device, scopeId: hy-lt-01, measurement: level, code: H, parts: {onDelayMs: 60000}, reason: waves}\n';
    const { problems, notes } = checkSite(text.replace('\nrules:\n', `\nrules:${rule}`));
    expect(problems).toEqual([]);
    expect(notes.map(({ message }) => message)).toEqual([
      'soft: makes level H less strict (onDelayMs), which rests on "AQ 3036": a second person will have to agree',
    ]);
  });
});

describe('what a platform would refuse or ask about', () => {
  it('a unit that nothing can be turned into', () => {
    const [problem] = told(HEAD.replace('industrial}', 'industrial, units: {lel: kg}}'));
    expect(problem).toMatch(/^5 devices\[0\]: gd-1: invalid: units\.lel/);
  });

  it('more limits of its own than one scope has room for', () => {
    const rule = (n: number): string =>
      `  - {id: own-${n}, scope: device, scopeId: gd-1, profileId: gas.combustible.point.industrial, measurement: lel, code: OWN_${n}, reason: r, adds: hi, parts: {level: blue, setPoint: ${n + 1}, deadband: 0.5, basis: ours}}\n`;
    const rules = Array.from({ length: 21 }, (_, n) => rule(n)).join('');
    expect(told(`${HEAD}rules:\n${rules}`).filter((one) => one.includes('at most'))).toEqual([
      expect.stringMatching(/^27 rules\[20\]: own-20: at most 20 limits of one's own/),
    ]);
  });

  it('a rule of one device that a rule of its enterprise does not shield, for that one waits itself', () => {
    const site = readFileSync(new URL('../../docs/examples/site.yaml', import.meta.url), 'utf8');
    const soft = (id: string, scope: string, at: string): string =>
      `\n  - {id: ${id}, scope: ${scope}, scopeId: ${at}, profileId: hazchem.tank.atmospheric, measurement: level, code: H, parts: {onDelayMs: 60000}, reason: waves}`;
    const rules = `${soft('wide', 'enterprise', 'hongyun')}${soft('narrow', 'device', 'hy-lt-01')}\n`;
    const { problems, notes } = checkSite(site.replace('\nrules:\n', `\nrules:${rules}`));
    expect([problems, notes.map(({ message }) => message.slice(0, message.indexOf(':')))]).toEqual([[], ['wide', 'narrow']]);
  });
});
