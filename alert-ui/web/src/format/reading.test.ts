import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../../../rules/catalogue/built-in.ts';
import en from '../../../protocol/locales/en.json' with { type: 'json' };
import zh from '../../../protocol/locales/zh-CN.json' with { type: 'json' };
import { decimalsOf, type ReadingWords, shownReading } from './reading.ts';

const words: ReadingWords = {
  switched: (key, on) => `${key} ${on ? 'on' : 'off'}`,
  bits: (set) => set.map(({ bit, code }) => code ?? `bit${bit}`).join(','),
};
function def(profile: string, key: string) {
  const found = builtInCatalogue.profiles.find((p) => p.id === profile)?.measurements.find((m) => m.key === key);
  if (found === undefined) throw new Error(`${profile} has no ${key}`);
  return found;
}

describe('a value of a reading', () => {
  it('is a word where it is a switch, never 0 or 1', () => {
    const valve = def('gas.combustible.commercial', 'valve_open');
    expect([1, 0, null].map((v) => shownReading(v, valve, words))).toEqual(['valve_open on', 'valve_open off', '?']);
  });
  it('is the names of its bits where it is a status word', () => {
    const status = def('fire.smoke.point', 'status');
    expect(shownReading(0b110, status, words)).toBe('FIRE,FAULT');
    expect(shownReading(0b1, status, words)).toBe('bit0');
    expect(shownReading(2 ** 31, def('transport.dg_vehicle', 'alarm_word'), words)).toBe('bit31');
  });
  it('keeps the decimals of its resolution, and is not cut to them', () => {
    const lel = { ...def('gas.combustible.commercial', 'lel'), resolution: 0.1 };
    expect([1, 0.9, 59.25, 12.5].map((v) => shownReading(v, lel, words))).toEqual(['1.0', '0.9', '59.25', '12.5']);
    expect(shownReading(12.5, { ...lel, resolution: 1 }, words)).toBe('12.5');
    expect([0.001, 0.01, 0.1, 1, 5, 0.5].map(decimalsOf)).toEqual([3, 2, 1, 0, 0, 1]);
  });
  it('is shown as it is while its profile is not known', () => {
    expect([1, 'producing', undefined].map((v) => shownReading(v, undefined, words))).toEqual(['1', 'producing', '?']);
  });
});

describe('words of the catalogue', () => {
  it.each([
    ['zh-CN', zh],
    ['en', en],
  ])('every switch has a name and both of its words: %s', (_language, texts) => {
    const known: Readonly<Record<string, { name?: string; on: string; off: string }>> = texts.switch;
    for (const { measurements } of builtInCatalogue.profiles)
      for (const { key, valueType } of measurements) {
        if (valueType !== 'boolean') continue;
        expect(known[key]?.name, key).toBeTruthy();
        expect(known[key]?.on, key).not.toBe(known[key]?.off);
      }
  });
  it('every limit whose code is a word of English is named', () => {
    const sign = /^(?:H{1,2}\d?|L{1,2}\d?|L\d|R\d)$/;
    const names: Readonly<Record<string, string>> = zh.limitName;
    const codes = builtInCatalogue.profiles.flatMap((p) => p.measurements.flatMap((m) => m.limits.map((l) => l.code)));
    expect(codes.filter((code) => !sign.test(code) && names[code] === undefined)).toEqual([]);
  });
});

describe('bits of a status word', () => {
  it.each([
    ['zh-CN', zh],
    ['en', en],
  ])('every status word of the catalogue has words of its own: %s', (_language, texts) => {
    const bits: Readonly<Record<string, unknown>> = texts.bits;
    const kinds = builtInCatalogue.profiles.flatMap((p) => p.measurements.filter((m) => m.valueType === 'bitmask').map((m) => m.ucum));
    expect(new Set(kinds)).toEqual(new Set(['{bitmask8}', '{bitmask16}', '{bitmask32}']));
    for (const kind of ['component', 'transmitter', 'vehicle']) expect(Object.keys(bits[kind] as object).length).toBeGreaterThan(5);
  });
});
