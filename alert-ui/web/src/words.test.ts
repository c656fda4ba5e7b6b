import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../model/alarm.ts';
import en from '../../protocol/locales/en.json' with { type: 'json' };
import zh from '../../protocol/locales/zh-CN.json' with { type: 'json' };
import { builtInCatalogue } from '../../../rules/catalogue/built-in.ts';
import type { Directory } from './directory/directory.ts';
import { makeAlarm } from './testing/alarms.ts';
import { createWords } from './words.ts';

function lookUp(texts: object, key: string): string | undefined {
  let at: unknown = texts;
  for (const part of key.split('.')) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined;
  return typeof at === 'string' ? at : undefined;
}
function words(texts: object, named: boolean) {
  const directory = {
    enterprises: new Map([['haida', { name: '海达化工' }]]),
    hazardSources: new Map([['hs-1', { name: '一号罐区' }]]),
    jointName: (source: string, code: string) => (source === 'hs-1' && code === 'LEAK_2OO3' ? '两点确认泄漏' : undefined),
    device: () => (named ? { id: 'GD-1', name: '泵房探测器' } : undefined),
    measurement: () => ({ zh: '可燃气体浓度', en: 'combustible gas' }),
  } as unknown as Directory;
  return createWords(
    directory,
    (key, slots) => (lookUp(texts, key) ?? key).replaceAll(/\{(\w+)\}/g, (_whole, slot: string) => slots?.[slot] ?? ''),
    (key) => lookUp(texts, key) !== undefined,
    () => texts === zh,
  );
}
const red: Alarm = makeAlarm({
  id: '1.1',
  level: 'red',
  code: 'L2',
  kind: 'process',
  enterpriseId: 'haida',
  hazardSourceId: 'hs-1',
  deviceId: 'GD-1',
  measurement: 'lel',
  channel: null,
});

describe('an alarm that is spoken', () => {
  it('says level, place and device by name, not by number', () => {
    expect(words(zh, true).spoken(red)).toBe('红色，海达化工，一号罐区，泵房探测器，可燃气体浓度 L2');
    expect(words(en, true).spoken({ ...red, channel: 2 })).toBe('Red, 海达化工, 一号罐区, 泵房探测器, #2, combustible gas L2');
  });
  it('of several points of a hazard source is called as the site calls it, and by its code until that is known', () => {
    const joint = { ...red, deviceId: null, measurement: null, code: 'LEAK_2OO3' };
    expect(words(zh, true).spoken(joint)).toBe('红色，海达化工，一号罐区，两点确认泄漏');
    expect(words(zh, true).what({ ...joint, code: 'LEAK_HIGH' })).toBe('LEAK_HIGH');
    // A device's own limit of the same code is another thing.
    expect(words(zh, true).what({ ...red, code: 'LEAK_2OO3' })).toBe('可燃气体浓度 LEAK_2OO3');
  });
  it('says the number only where there is no name', () => {
    expect(words(zh, false).spoken(red)).toContain('GD-1');
  });
});

describe('a status word', () => {
  function of(profile: string, key: string, texts: object) {
    const def = builtInCatalogue.profiles.find((p) => p.id === profile)?.measurements.find((m) => m.key === key);
    const directory = { measurement: () => def } as unknown as Directory;
    const spoken = createWords(
      directory,
      (k, slots) => (lookUp(texts, k) ?? k).replaceAll(/\{(\w+)\}/g, (_whole, slot: string) => slots?.[slot] ?? ''),
      (k) => lookUp(texts, k) !== undefined,
      () => texts === zh,
    );
    return (value: number) => spoken.value('D', key, value);
  }
  it("says in the field's words how the thing stands, never a bit where a word is known", () => {
    const smoke = of('fire.smoke.point', 'status', zh);
    expect([0b1, 0b10, 0b11, 0b101, 0b10001, 0b110].map(smoke)).toEqual(['正常', '火警', '火警', '故障', '监管', '火警、故障']);
    const english = of('fire.smoke.point', 'status', en);
    expect([0b1, 0b11, 0b1000000001].map(english)).toEqual(['normal', 'fire', 'bit 9']);
    const vehicle = of('transport.dg_vehicle', 'alarm_word', zh);
    expect([0, 0b1, 0b11, 2 ** 31].map(vehicle)).toEqual(['无', '紧急求救', '紧急求救、超速', '非法开门']);
  });
  it('calls nothing normal that says nothing: bit 0 clear is the test flag of GB/T 26875.3', () => {
    expect(of('fire.smoke.point', 'status', zh)(0)).toBe('测试状态');
  });
});

describe('codes have words in both languages', () => {
  const instrument = readFileSync(new URL('../../../rules/instrument.ts', import.meta.url), 'utf8');
  const system = readFileSync(new URL('../../../app/system-watch.ts', import.meta.url), 'utf8');
  const codes = [
    ...builtInCatalogue.faults.map((f) => f.code),
    ...[...instrument.matchAll(/export const [A-Z]+ = '([^']+)'/g)].map((m) => m[1] ?? ''),
    ...[...system.matchAll(/code: '([^']+)'/g)].map((m) => m[1] ?? ''),
    'clock-not-believed',
    'engine-fault',
    'projector-died',
    'store-down',
    'disk-full',
    'never-seen',
    'silent',
    'bad-quality',
    'clock',
    'inhibited',
    'unheard',
    'INHIBITED',
  ];
  it('of instruments, of the platform, of a device', () => {
    expect(codes).toContain('BAD');
    expect(codes).toContain('journal-80');
    expect(codes.filter((code) => lookUp(zh, `fault.${code}`) === undefined || lookUp(en, `fault.${code}`) === undefined)).toEqual([]);
    expect(words(zh, true).what({ ...red, kind: 'instrument', code: 'BAD' })).toBe('可燃气体浓度 坏值');
    expect(words(en, true).what({ ...red, kind: 'instrument', code: 'BAD' })).toBe('Bad quality: combustible gas');
    // A limit that stands for a fault says itself what is the matter; a gateway is no device.
    expect(words(en, true).what({ ...red, kind: 'instrument', ladder: 'lo', code: 'LOW' })).toBe('combustible gas low');
    expect(words(en, true).what({ ...red, kind: 'instrument', code: 'F01', measurement: null, value: 28 })).toBe('Gateway out of reach');
  });
  it('of what a limit waits for', () => {
    const attributes = builtInCatalogue.profiles.flatMap((p) =>
      p.measurements.flatMap((m) => m.limits.flatMap((l) => [...(l.setPointFrom ?? '').matchAll(/asset\.(\w+)/g)].map((x) => x[1] ?? ''))),
    );
    expect(attributes.length).toBeGreaterThan(20);
    expect(
      attributes.filter((name) => lookUp(zh, `attribute.${name}`) === undefined || lookUp(en, `attribute.${name}`) === undefined),
    ).toEqual([]);
  });
});
