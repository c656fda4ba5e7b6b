import { describe, expect, it } from 'vitest';
import type { Profile } from '../../model/profile.ts';
import { builtInCatalogue } from './built-in.ts';
import { checkCatalogue } from './check.ts';

const limits = builtInCatalogue.profiles.flatMap((profile) => profile.measurements.flatMap((m) => m.limits));

function count<T>(items: readonly T[], name: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[name(item)] = (counts[name(item)] ?? 0) + 1;
  return counts;
}

function profile(id: string): Profile {
  const found = builtInCatalogue.profiles.find((p) => p.id === id);
  if (found === undefined) throw new Error(`no profile ${id}`);
  return found;
}

describe('the built-in catalogue', () => {
  it('is sound', () => {
    expect(checkCatalogue(builtInCatalogue)).toEqual([]);
  });

  it('holds all 39 profiles, 95 measurements and 199 limits, with the marks they came with', () => {
    expect(builtInCatalogue.profiles).toHaveLength(39);
    expect(builtInCatalogue.profiles.flatMap((p) => p.measurements)).toHaveLength(95);
    expect(limits).toHaveLength(199);
    expect(count(limits, (l) => l.dir)).toEqual({ hi: 125, lo: 26, state: 26, dev_hi: 8, roc_hi: 7, roc_lo: 5, count_hi: 2 });
    expect(count(limits, (l) => l.confidence)).toEqual({ V: 64, M: 36, C: 23, D: 76 });
    expect(count(limits, (l) => l.level)).toEqual({ red: 53, orange: 64, yellow: 62, blue: 19, none: 1 });
    expect(limits.filter((l) => l.onlyWhen !== undefined)).toHaveLength(10);
    expect(limits.filter((l) => l.setPointFrom !== undefined)).toHaveLength(33);
  });

  it('life-safety gas limits from a standard stand at their numbers, without a delay of the platform', () => {
    const lel = profile('gas.combustible.point.industrial').measurements[0];
    expect(lel?.limits.map((l) => [l.code, l.setPoint, l.deadband, l.onDelayMs, l.offDelayMs, l.level, l.latching])).toEqual([
      ['PRE', 10, 2, 30_000, 60_000, 'blue', false],
      ['L1', 25, 2, 0, 30_000, 'yellow', false],
      ['L2', 50, 2, 0, 30_000, 'red', true],
    ]);
    expect(profile('fire.heat.point').measurements[0]?.limits.map((l) => [l.code, l.setPoint, l.windowMs ?? null])).toEqual([
      ['PRE', 50, null],
      ['FIRE', 57, null],
      ['ROR', 10, 60_000],
    ]);
  });

  it('fault codes F01 to F22 are there; clock drift, test mode, weak signal and warm-up raise nothing', () => {
    expect(builtInCatalogue.faults.map((f) => f.code)).toEqual(Array.from({ length: 22 }, (_, i) => `F${String(i + 1).padStart(2, '0')}`));
    expect(builtInCatalogue.faults.filter((f) => f.level === 'none').map((f) => f.code)).toEqual(['F15', 'F16', 'F20', 'F22']);
  });

  /** Numbers, clauses and the names of standards: what must be the same in both languages. */
  const facts = (text: string): string[] =>
    text
      .replaceAll('–', '-')
      .replaceAll('−', '-')
      .match(/\b(?:GBZ|GB\/T|GB|AQ|CJJ\/T|EN|MAC|OEL|IDLH|PC-TWA)\b|\d+(?:\.\d+)?/g)
      ?.toSorted() ?? [];
  const bases = builtInCatalogue.profiles.flatMap((p) =>
    p.measurements.flatMap((m) => [
      ...m.limits.map((l) => ({ at: `${p.id}/${m.key}/${l.code}`, en: l.basis, zh: l.basisZh })),
      ...Object.entries(m.variants ?? {}).flatMap(([name, v]) =>
        v.basis === undefined ? [] : [{ at: `${p.id}/${m.key}/${name}`, en: v.basis, zh: v.basisZh }],
      ),
    ]),
  );

  it('every basis stands in both languages, with the same standards, clauses and numbers', () => {
    expect(bases.length).toBeGreaterThanOrEqual(199);
    for (const { at, en, zh } of bases) {
      expect([at, zh === undefined ? 'missing' : zh.trim()]).not.toEqual([at, 'missing']);
      expect([at, facts((zh ?? '').replace(/第四条/, '4').replace(/1 min 00 s～4 min 20 s/, '1:00..4:20'))]).toEqual([
        at,
        facts(en.replaceAll(/\b(level|class) [12](?![.\d])/g, '')),
      ]);
    }
  });

  it('no basis leaves one language for the other, points at its neighbour or speaks in unit codes', () => {
    for (const { at, en, zh = '' } of bases) {
      expect([at, en]).toEqual([at, expect.not.stringMatching(/^same$|^bit \d$|\bCel\b|\bconf [VMCD]\b|[；：，。]/)]);
      // What stays Latin in Chinese: names of standards, units, abbreviations and symbols; no words.
      expect([at, zh.match(/\b[a-z]{4,}\b/g)]).toEqual([at, null]);
    }
  });

  it('a condition stands in plain words of both languages', () => {
    const conditional = limits.filter((l) => l.onlyWhen !== undefined);
    for (const l of conditional)
      expect([l.code, l.onlyWhenZh, l.onlyWhenEn]).toEqual([
        l.code,
        expect.stringMatching(/\p{Script=Han}/u),
        expect.stringMatching(/^[a-zA-Z0-9 ,]+$/),
      ]);
  });

  it('fire profiles give fire alarms, all others process alarms', () => {
    for (const p of builtInCatalogue.profiles) expect([p.id, p.alarmKind]).toEqual([p.id, p.id.startsWith('fire.') ? 'fire' : 'process']);
  });
});

type Json = { [key: string]: Json } & Json[] & string & number & null & boolean;

/** A copy of the catalogue with one thing spoilt. */
function spoilt(spoil: (catalogue: Json) => void): readonly string[] {
  const copy = JSON.parse(JSON.stringify(builtInCatalogue)) as Json;
  spoil(copy);
  return checkCatalogue(copy);
}

function at(json: Json | undefined, ...path: (string | number)[]): Record<string, unknown> {
  let here: unknown = json;
  for (const step of path) here = (here as Record<string | number, unknown>)[step];
  return here as Record<string, unknown>;
}
const LIMIT = ['profiles', 0, 'measurements', 0, 'limits', 0];

describe('the check of a catalogue', () => {
  it.each<[string, (c: Json) => void, RegExp]>([
    [
      'two profiles of one id',
      (c) => Object.assign(at(c, 'profiles', 1), { id: at(c, 'profiles', 0)['id'] }),
      /id gas\.combustible\.point\.industrial twice/,
    ],
    ['two limits of one code', (c) => Object.assign(at(c, ...LIMIT), { code: 'L1' }), /code L1 twice/],
    ['a range that goes backwards', (c) => Object.assign(at(c, 'profiles', 0, 'measurements', 0), { range: [100, 0] }), /low < high/],
    ['a negative deadband', (c) => Object.assign(at(c, ...LIMIT), { deadband: -1 }), /deadband/],
    ['an unknown level', (c) => Object.assign(at(c, ...LIMIT), { level: 'purple' }), /unknown level purple/],
    ['a level named like a method', (c) => Object.assign(at(c, ...LIMIT), { level: 'toString' }), /unknown level toString/],
    ['no basis', (c) => Object.assign(at(c, ...LIMIT), { basis: ' ' }), /no basis/],
    ['a Chinese basis that is empty', (c) => Object.assign(at(c, ...LIMIT), { basisZh: '' }), /basisZh must be a text/],
    ['no confidence', (c) => Object.assign(at(c, ...LIMIT), { confidence: 'X' }), /confidence/],
    ['a mild limit beyond a worse one', (c) => Object.assign(at(c, ...LIMIT), { setPoint: 60 }), /PRE: level does not rise above L2/],
    ['a set point that is no number', (c) => Object.assign(at(c, ...LIMIT), { setPoint: '10' }), /setPoint must be a number/],
    ['no set point at all', (c) => Object.assign(at(c, ...LIMIT), { setPoint: null }), /neither setPoint nor setPointFrom/],
    ['a rate without a window', (c) => Object.assign(at(c, ...LIMIT), { dir: 'roc_hi' }), /windowMs/],
    [
      'one key with two value types',
      (c) => Object.assign(at(c, 'profiles', 2, 'measurements', 0), { valueType: 'string' }),
      /value type string, elsewhere number/,
    ],
    ['an unknown fault code', (c) => Object.assign(at(c, 'profiles', 0), { faults: ['F99'] }), /unknown fault F99/],
    [
      'a variant of a limit that is not there',
      (c) => Object.assign(at(c, 'profiles', 4, 'measurements', 0, 'variants', 'steel_gas_area', 'setPoints'), { L9: 1 }),
      /unknown limit L9/,
    ],
    ['a measurement key of the envelope', (c) => Object.assign(at(c, 'profiles', 0, 'measurements', 0), { key: 'values' }), /bad key/],
    ['a silent heartbeat', (c) => Object.assign(at(c, 'profiles', 0), { heartbeatMs: 0 }), /heartbeatMs/],
    ['a ladder of two directions', (c) => Object.assign(at(c, ...LIMIT), { ladder: 'hi' }), /ladder hi/],
  ])('finds %s', (_what, spoil, message) => {
    expect(spoilt(spoil).join('\n')).toMatch(message);
  });

  it.each([null, 1, 'x', [], {}, { version: 'v', profiles: {}, faults: 3 }, { version: 'v', profiles: [null], faults: [] }])(
    'answers %j with problems, never with an exception',
    (value) => {
      expect(checkCatalogue(value).length).toBeGreaterThan(0);
    },
  );
});
