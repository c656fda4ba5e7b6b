import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { Device, Enterprise } from '../../model/asset.ts';
import type { EffectiveLimit } from '../../model/engine.ts';
import { builtInCatalogue } from '../catalogue/built-in.ts';
import { createEngine, restoreEngine } from '../engine.ts';
import { device, enterprise, hazardSource, Plant, rule } from '../testing/plant.ts';

const MIN = 60_000;
const GAS = 'gas.combustible.point.industrial';
const SHOP = 'gas.combustible.commercial';
const SMOKE = 'fire.smoke.standalone';
const POINT = 'fire.smoke.point';

function plantOf(devices: readonly Device[], works: Partial<Enterprise> = {}): Plant {
  const plant = new Plant();
  plant.config(
    { op: 'catalogue', catalogue: builtInCatalogue },
    { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works', works) },
    { op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('tank-farm') },
    { op: 'put', asset: 'hazard-source', base: 0, value: hazardSource('loading') },
  );
  for (const one of devices) plant.put(one);
  return plant;
}

/** In one area, where nothing else is said. */
const gas = (id: string, more: Partial<Device> = {}): Device => device(id, GAS, { hazardSourceId: 'tank-farm', ...more });
const smoke = (id: string, more: Partial<Device> = {}): Device => device(id, SMOKE, more);
const inZone = (id: string, zone: string, attributes: Device['attributes'] = {}): Device =>
  device(id, POINT, { attributes: { protection_zone: zone, ...attributes } });

function open(plant: Plant, id: string): Alarm | undefined {
  return [...plant.engine.view.openAlarms()].find((one) => one.deviceId === id && one.kind !== 'instrument');
}
/** Colour, code and state of a device's alarm. */
function stand(plant: Plant, id: string): string {
  const alarm = open(plant, id);
  return alarm === undefined ? 'none' : `${alarm.level} ${alarm.code} ${alarm.state}`;
}
function acknowledge(plant: Plant, id: string): void {
  const alarm = open(plant, id);
  if (alarm === undefined) throw new Error(`${id} has no alarm`);
  const { outcomes } = plant.command({ op: 'acknowledge', alarmId: alarm.id, seen: alarm.seq });
  expect(outcomes[0]?.ok).toBe(true);
}
function told(plant: Plant, id: string): readonly string[] {
  return plant
    .alarmEvents()
    .filter(([alarm]) => alarm.deviceId === id && alarm.kind !== 'instrument')
    .map(([alarm, event]) => `${event.type} ${alarm.level}${event.cause === undefined ? '' : ` ${event.cause}`}`);
}
/** Sends a value again and again for so long, so that nothing falls silent. */
function keep(plant: Plant, ids: readonly string[], key: string, value: number, ms: number): void {
  for (let left = ms; left > 0; ) {
    const step = Math.min(left, 30_000);
    plant.pass(step);
    left -= step;
    for (const id of ids) plant.send(id, key, value);
  }
}
function limitsOf(plant: Plant, id: string): Record<string, EffectiveLimit> {
  return Object.fromEntries(plant.engine.view.limits(id).map((one) => [one.code, one]));
}
/** Goes on from its snapshot: every later entry must find the same. */
function restart(plant: Plant): void {
  plant.engine = restoreEngine(plant.engine.serialise());
}

describe('what the catalogue says rises', () => {
  it('no escalation of the catalogue is unarmed for want of the engine', () => {
    const profiles = builtInCatalogue.profiles.filter((one) => one.escalate !== undefined);
    expect(profiles.flatMap(({ escalate = [] }) => escalate)).toHaveLength(5);
    const plant = plantOf(
      profiles.map(({ id }, i) =>
        device(`d${i}`, id, { attributes: id === POINT ? { protection_zone: 'hall' } : id === GAS ? { area: 'A' } : {} }),
      ),
    );
    const all = profiles.flatMap((_, i) => plant.engine.view.limits(`d${i}`)).filter((one) => one.escalates !== undefined);
    expect(all.map(({ code, level, ladder, armed, reason, confidence }) => [code, level, ladder, armed, reason, confidence])).toEqual(
      [
        ['FIRE_CONFIRMED', 'red', 'FIRE', true, null, 'D'],
        ['FIRE_CONFIRMED', 'red', 'FIRE', true, null, 'M'],
        ['L1_LASTS', 'orange', 'hi', true, null, 'D'],
        ['L1_AREA', 'orange', 'hi', true, null, 'D'],
        ['L1_UNATTENDED', 'red', 'hi', true, null, 'D'],
      ].sort((a, b) => all.findIndex((one) => one.code === a[0]) - all.findIndex((one) => one.code === b[0])),
    );
    for (const one of all)
      expect([one.code, one.escalates?.when, one.escalates?.whenZh, one.escalates?.whenEn].every((text) => (text ?? '') !== '')).toBe(true);
  });

  it('an escalation has the set point, the deadband, the off-delay and the latch of what it rises from', () => {
    const plant = plantOf([gas('g1'), smoke('s1')]);
    const { L1, L1_LASTS } = limitsOf(plant, 'g1');
    expect([L1_LASTS?.setPoint, L1_LASTS?.deadband, L1_LASTS?.offDelayMs, L1_LASTS?.latching]).toEqual([25, 2, 30_000, false]);
    expect([L1?.setPoint, L1?.deadband, L1?.offDelayMs, L1?.latching]).toEqual([25, 2, 30_000, false]);
    expect(limitsOf(plant, 's1')['FIRE_CONFIRMED']?.latching).toBe(true);
  });
});

describe('L1 of a gas detector that lasts', () => {
  it('rises at 600 s, not a millisecond earlier, in the same alarm, and is to be acknowledged anew', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    acknowledge(plant, 'g1');
    keep(plant, ['g1'], 'lel', 30, 10 * MIN - 1);
    expect(stand(plant, 'g1')).toBe('yellow L1 ACKED');
    plant.mono += 1;
    plant.apply({ kind: 'tick' });
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
    expect(told(plant, 'g1').filter((one) => one.startsWith('raised'))).toHaveLength(1);
  });

  it('wants a tick exactly when it is due', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 9 * MIN + 50_000);
    plant.pass(9_000);
    expect(plant.engine.nextDue()).toBe(plant.engine.engineTime(plant.mono) + 1_000);
  });

  it('what stays inside the deadband or the off-delay of L1 does not begin anew; what returned does', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 24, 5 * MIN);
    plant.send('g1', 'lel', 20);
    plant.pass(20_000);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 4 * MIN + 40_000);
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
    const other = plantOf([gas('g1')]);
    other.send('g1', 'lel', 30);
    keep(other, ['g1'], 'lel', 30, 9 * MIN);
    other.send('g1', 'lel', 20);
    keep(other, ['g1'], 'lel', 20, 30_000);
    keep(other, ['g1'], 'lel', 30, 9 * MIN);
    expect(stand(other, 'g1')).toBe('yellow L1 UNACK');
  });

  it('falls with L1, to what is left; the next time it takes its whole time again', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 10 * MIN);
    acknowledge(plant, 'g1');
    plant.send('g1', 'lel', 15);
    keep(plant, ['g1'], 'lel', 15, 30_000);
    expect(stand(plant, 'g1')).toBe('blue PRE ACKED');
    keep(plant, ['g1'], 'lel', 30, 9 * MIN);
    expect(stand(plant, 'g1')).toMatch(/^yellow L1/);
    keep(plant, ['g1'], 'lel', 30, 90_000);
    expect(stand(plant, 'g1')).toMatch(/^orange L1_LASTS/);
  });

  it('bad quality holds: its time stands still, and what has risen stays', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 9 * MIN);
    plant.send('g1', 'lel', 30, { quality: 'bad' });
    plant.pass(5 * MIN);
    expect(stand(plant, 'g1')).toBe('yellow L1 UNACK');
    keep(plant, ['g1'], 'lel', 30, 90_000);
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
    plant.send('g1', 'lel', 0, { quality: 'bad' });
    plant.pass(5 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
  });

  it('a restart in the middle of its time neither loses nor shortens it; our own outage does not count', () => {
    const plant = plantOf([gas('g1')]);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 5 * MIN);
    restart(plant);
    plant.restart(20 * MIN);
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 4 * MIN);
    expect(stand(plant, 'g1')).toBe('yellow L1 UNACK');
    keep(plant, ['g1'], 'lel', 30, 90_000);
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
  });

  it('a rule of the site changes its time and its colour, or switches it off with a reason', () => {
    const plant = plantOf([gas('g1')]);
    const about = { profileId: GAS, measurement: 'lel', code: 'L1_LASTS' };
    expect(plant.rule(rule('sooner', { onDelayMs: 2 * MIN, level: 'red' }, about)).outcomes[0]).toMatchObject({ ok: true });
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 2 * MIN);
    expect(stand(plant, 'g1')).toBe('red L1_LASTS UNACK');
    const { sources } = limitsOf(plant, 'g1')['L1_LASTS'] ?? {};
    expect(sources?.parts.onDelayMs).toMatchObject({ from: 'rule', rule: 'sooner' });
    expect(plant.rule(rule('sooner', { enabled: false }, { ...about, reason: 'trial run' })).outcomes[0]).toMatchObject({ ok: true });
    expect(stand(plant, 'g1')).toBe('yellow L1 UNACK');
    expect(limitsOf(plant, 'g1')['L1_LASTS']).toMatchObject({ armed: false, reason: 'disabled-by-rule', detail: 'trial run' });
  });

  it('the reason that is shown is taken away: the other stands at the same level, and an event says so', () => {
    const plant = plantOf([gas('g1', { attributes: { area: 'A' } }), gas('g2', { attributes: { area: 'A' } })]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    keep(plant, ['g1', 'g2'], 'lel', 30, 10 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1_AREA UNACK');
    const before = told(plant, 'g1').length;
    plant.rule(rule('off', { enabled: false }, { profileId: GAS, measurement: 'lel', code: 'L1_AREA', reason: 'trial run' }));
    expect(stand(plant, 'g1')).toBe('orange L1_LASTS UNACK');
    expect(told(plant, 'g1').slice(before)).toEqual(['changed-by-config orange configuration']);
  });

  it.each([
    ['setPoint', { setPoint: 30 }],
    ['deadband', { deadband: 1 }],
    ['offDelayMs', { offDelayMs: 0 }],
    ['latching', { latching: true }],
    ['onlyWhen', { onlyWhen: 'true' }],
  ])('what it has from L1 is no part of its own: %s', (part, parts) => {
    const plant = plantOf([gas('g1')]);
    const { outcomes } = plant.rule(rule('r', parts, { profileId: GAS, measurement: 'lel', code: 'L1_LASTS' }));
    expect(outcomes[0]).toMatchObject({ ok: false, code: 'invalid', detail: expect.stringContaining(`parts.${part}`) });
  });

  it('is not armed, and says so, where L1 is switched off or is as severe already', () => {
    const plant = plantOf([gas('g1')]);
    plant.rule(rule('red', { level: 'orange' }, { profileId: GAS, measurement: 'lel' }));
    expect(limitsOf(plant, 'g1')['L1_LASTS']).toMatchObject({ armed: false, reason: 'not-above-base', detail: 'L1' });
    plant.rule(rule('red', { enabled: false }, { profileId: GAS, measurement: 'lel', reason: 'none here' }));
    expect(limitsOf(plant, 'g1')['L1_LASTS']).toMatchObject({ armed: false, reason: 'base-not-armed', detail: 'L1' });
  });

  it('follows L1 where a rule gives L1 a condition of its own', () => {
    const plant = plantOf([gas('g1', { conditions: { running: true } })]);
    plant.rule(rule('cond', { onlyWhen: 'condition.running == true' }, { profileId: GAS, measurement: 'lel' }));
    expect(limitsOf(plant, 'g1')['L1_LASTS']).toMatchObject({ armed: true, ladder: 'L1' });
    plant.send('g1', 'lel', 30);
    keep(plant, ['g1'], 'lel', 30, 10 * MIN);
    const alarm = [...plant.engine.view.openAlarms()].find((one) => one.ladder === 'L1');
    expect([alarm?.level, alarm?.code]).toEqual(['orange', 'L1_LASTS']);
    plant.put({ ...gas('g1', { conditions: { running: false } }), revision: 1 });
    expect([...plant.engine.view.openAlarms()].find((one) => one.ladder === 'L1')?.state).toBe('RTNUN');
  });
});

describe('two gas detectors of one area', () => {
  it('both rise, the one that has been acknowledged too, and the table says with whom', () => {
    const plant = plantOf([gas('g1'), gas('g2'), gas('g3')]);
    plant.send('g1', 'lel', 30);
    acknowledge(plant, 'g1');
    plant.send('g3', 'lel', 1);
    expect(stand(plant, 'g1')).toBe('yellow L1 ACKED');
    plant.send('g2', 'lel', 26);
    expect([stand(plant, 'g1'), stand(plant, 'g2'), stand(plant, 'g3')]).toEqual(['orange L1_AREA UNACK', 'orange L1_AREA UNACK', 'none']);
    expect(told(plant, 'g2')).toEqual(['raised yellow', 'level-raised orange together']);
    expect(limitsOf(plant, 'g1')['L1_AREA']?.escalation).toEqual({
      on: true,
      group: { in: 'area', by: 'hazard-source', id: 'tank-farm', devices: 3 },
    });
  });

  it('are told as many times as there is something new to look at: what comes and rises in one entry, once', () => {
    const ids = Array.from({ length: 12 }, (_, n) => `g${n}`);
    const plant = plantOf(ids.map((id) => gas(id)));
    const counted = ids.map((id) => {
      plant.send(id, 'lel', 30);
      return plant.engine.view.flood.inTenMinutes;
    });
    // With the second the first one rises, in an entry after its own.
    expect(counted).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    expect(plant.engine.view.flood.now).toMatchObject({ number: 1, annunciated: 13 });
  });

  it('what has risen stays when the other clears or somebody acknowledges, and falls with its own L1', () => {
    const plant = plantOf([gas('g1'), gas('g2')]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    acknowledge(plant, 'g1');
    plant.send('g2', 'lel', 0);
    keep(plant, ['g2'], 'lel', 0, 60_000);
    expect([stand(plant, 'g1'), stand(plant, 'g2')]).toEqual(['orange L1_AREA ACKED', 'orange L1_AREA RTNUN']);
    plant.send('g1', 'lel', 0);
    keep(plant, ['g1'], 'lel', 0, 60_000);
    expect(stand(plant, 'g1')).toBe('none');
    // Alone again: L1 is L1.
    plant.send('g1', 'lel', 30);
    expect(stand(plant, 'g1')).toBe('yellow L1 UNACK');
  });

  it('the reason that came first stays shown when the other comes, without another event', () => {
    const plant = plantOf([gas('g1'), gas('g2')]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    acknowledge(plant, 'g1');
    const before = told(plant, 'g1');
    keep(plant, ['g1', 'g2'], 'lel', 30, 11 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1_AREA ACKED');
    expect(told(plant, 'g1')).toEqual(before);
  });

  it.each<[string, Partial<Device>, Partial<Device>]>([
    ['two hazard sources', { hazardSourceId: 'tank-farm' }, { hazardSourceId: 'loading' }],
    [
      'two named areas of one hazard source',
      { hazardSourceId: 'tank-farm', attributes: { area: 'A' } },
      { hazardSourceId: 'tank-farm', attributes: { area: 'B' } },
    ],
    ['one of them in commissioning', {}, { mode: 'commissioning' }],
    ['one of them a test', {}, { mode: 'test' }],
  ])('does not rise: %s', (_, one, other) => {
    const plant = plantOf([gas('g1', one), gas('g2', other)]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    expect(open(plant, 'g1')?.level).toBe('yellow');
    expect(open(plant, 'g2')?.level).toBe('yellow');
  });

  it('where nobody has said what its area is, it is not armed and says so; a site says it, too', () => {
    const plant = plantOf([gas('g1', { hazardSourceId: null }), gas('g2', { hazardSourceId: null })]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    expect(limitsOf(plant, 'g1')['L1_AREA']).toMatchObject({ armed: false, reason: 'attribute-missing', detail: 'area' });
    expect(open(plant, 'g1')?.level).toBe('yellow');
    for (const id of ['g1', 'g2']) plant.put(gas(id, { hazardSourceId: null, attributes: { area: 'pump house' } }));
    expect(limitsOf(plant, 'g1')['L1_AREA']?.escalation?.group).toEqual({ in: 'area', by: 'attribute', id: 'pump house', devices: 2 });
    expect([open(plant, 'g1')?.level, open(plant, 'g2')?.level]).toEqual(['orange', 'orange']);
  });

  it('in a test enterprise they rise together, as tests', () => {
    const plant = plantOf([gas('g1'), gas('g2')], { kind: 'test' });
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    expect([open(plant, 'g1')?.level, open(plant, 'g1')?.test]).toEqual(['orange', true]);
  });

  it('one that is out of service speaks for nobody until it is back; a shelved one is as true as ever', () => {
    const plant = plantOf([gas('g1'), gas('g2')]);
    plant.send('g1', 'lel', 30);
    const alarmId = open(plant, 'g1')?.id ?? '';
    plant.command({ op: 'out-of-service', alarmId, permit: 'P1', reason: 'work' });
    plant.send('g2', 'lel', 30);
    expect(open(plant, 'g2')?.level).toBe('yellow');
    plant.command({ op: 'return-to-service', alarmId });
    expect([open(plant, 'g1')?.level, open(plant, 'g2')?.level]).toEqual(['orange', 'orange']);
    const other = plantOf([gas('g1'), gas('g2')]);
    other.send('g1', 'lel', 30);
    other.command({ op: 'shelve', alarmId: open(other, 'g1')?.id ?? '', minutes: 30, reason: 'known' });
    other.send('g2', 'lel', 30);
    expect([open(other, 'g1')?.level, open(other, 'g1')?.suppressedBy, open(other, 'g2')?.level]).toEqual(['orange', [], 'orange']);
  });

  it('one of bad quality, and one that is silent, keeps what it said; one that never spoke says nothing', () => {
    const plant = plantOf([gas('g1'), gas('g2'), gas('g3')]);
    plant.send('g1', 'lel', 30);
    plant.send('g1', 'lel', null, { quality: 'bad' });
    plant.pass(5 * MIN);
    plant.send('g2', 'lel', 30);
    expect([open(plant, 'g1')?.level, open(plant, 'g2')?.level]).toEqual(['orange', 'orange']);
    const never = plantOf([gas('g1'), gas('g2')]);
    never.send('g1', 'lel', 30);
    never.send('g2', 'lel', null, { quality: 'bad' });
    expect(open(never, 'g1')?.level).toBe('yellow');
  });

  it('a device that is moved or removed leaves its group at once, and one that is moved in counts at once', () => {
    const plant = plantOf([gas('g1', { hazardSourceId: 'tank-farm' }), gas('g2', { hazardSourceId: 'loading' })]);
    plant.send('g1', 'lel', 30);
    plant.send('g2', 'lel', 30);
    expect(open(plant, 'g1')?.level).toBe('yellow');
    plant.put(gas('g2', { hazardSourceId: 'tank-farm' }));
    expect([open(plant, 'g1')?.level, open(plant, 'g2')?.level]).toEqual(['orange', 'orange']);
    const gone = plantOf([gas('g1'), gas('g2')]);
    gone.send('g1', 'lel', 30);
    gone.put(gas('g1', { hazardSourceId: 'loading' }));
    gone.send('g2', 'lel', 30);
    expect(open(gone, 'g2')?.level).toBe('yellow');
    const retired = plantOf([gas('g1'), gas('g2')]);
    retired.send('g1', 'lel', 30);
    retired.config({ op: 'retire', asset: 'device', id: 'g1', base: null });
    retired.send('g2', 'lel', 30);
    expect(open(retired, 'g2')?.level).toBe('yellow');
  });

  it('in a late batch nothing rises; it does when the batch is over and both are still true', () => {
    const plant = plantOf([gas('g1'), gas('g2')]);
    plant.send('g1', 'lel', 0, { stamp: 0 });
    plant.send('g2', 'lel', 30);
    plant.message('g1', [plant.sample('g1', [plant.value('lel', 30)], -1)]);
    expect(open(plant, 'g1')?.level).toBe('orange');
    const late = plantOf([gas('g1'), gas('g2')]);
    late.send('g1', 'lel', 0, { stamp: 0 });
    late.pass(10 * MIN);
    late.send('g2', 'lel', 30);
    late.message('g1', [late.sample('g1', [late.value('lel', 30)], -5 * MIN)]);
    expect([stand(late, 'g1'), open(late, 'g2')?.level]).toEqual(['none', 'yellow']);
    late.pass(6_000);
    expect([open(late, 'g1')?.level, open(late, 'g2')?.level]).toEqual(['orange', 'orange']);
  });
});

describe('a shop where nobody acknowledges', () => {
  /** The plant begins at 20:13 of a Sunday in Shanghai. */
  const hours = [{ days: [1, 2, 3, 4, 5, 6, 7], from: '09:00', to: '21:00' }];
  const shop = (more: Partial<Enterprise> = {}): Plant => plantOf([device('g1', SHOP)], more);

  it('rises at 180 s where no hours are given, and the table says that it is always', () => {
    const plant = shop();
    expect(limitsOf(plant, 'g1')['L1_UNATTENDED']?.escalation).toEqual({ on: false, businessHours: 'none' });
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN - 1);
    expect(stand(plant, 'g1')).toBe('orange L1 UNACK');
    expect(plant.engine.nextDue()).toBe(plant.engine.engineTime(plant.mono) + 1);
    plant.mono += 1;
    plant.apply({ kind: 'tick' });
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
    expect(told(plant, 'g1').at(-1)).toBe('level-raised red unattended');
  });

  it('an acknowledgement before that prevents it; one after it does not lower; taken back, the time begins anew', () => {
    const plant = shop();
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN - 1);
    acknowledge(plant, 'g1');
    keep(plant, ['g1'], 'lel', 22, 30 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1 ACKED');
    const other = shop();
    other.send('g1', 'lel', 22);
    keep(other, ['g1'], 'lel', 22, 3 * MIN);
    acknowledge(other, 'g1');
    expect(stand(other, 'g1')).toBe('red L1_UNATTENDED ACKED');
    const back = shop();
    back.send('g1', 'lel', 22);
    keep(back, ['g1'], 'lel', 22, 2 * MIN);
    acknowledge(back, 'g1');
    back.pass(5_000);
    back.command({ op: 'withdraw', alarmId: open(back, 'g1')?.id ?? '' });
    keep(back, ['g1'], 'lel', 22, 2 * MIN);
    expect(stand(back, 'g1')).toBe('orange L1 UNACK');
    keep(back, ['g1'], 'lel', 22, MIN);
    expect(stand(back, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('an acknowledgement that comes at the very moment comes too late: what is due fires first', () => {
    const plant = shop();
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN - 1);
    const { id = '', seq = 0 } = open(plant, 'g1') ?? {};
    plant.mono += 1;
    expect(plant.command({ op: 'acknowledge', alarmId: id, seen: seq }).outcomes[0]).toMatchObject({ ok: false, code: 'alarm-changed' });
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('within business hours it waits for their end, to the millisecond; a restart and a step of our clock do not lose it', () => {
    const plant = shop({ businessHours: hours });
    expect(limitsOf(plant, 'g1')['L1_UNATTENDED']?.escalation).toEqual({ on: false, businessHours: 'given' });
    plant.send('g1', 'lel', 22);
    const closes = Date.UTC(2025, 10, 23, 13, 0);
    expect(closes).toBeGreaterThan(plant.now);
    keep(plant, ['g1'], 'lel', 22, closes - plant.now - 60_000);
    restart(plant);
    plant.pass(59_999);
    expect([plant.now, stand(plant, 'g1')]).toEqual([closes - 1, 'orange L1 UNACK']);
    expect(plant.engine.nextDue()).toBe(plant.engine.engineTime(plant.mono) + 1);
    plant.mono += 1;
    plant.apply({ kind: 'tick' });
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('a clock of ours that is set back to before the hours began ends them at once', () => {
    const plant = shop({ businessHours: hours });
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 5 * MIN);
    plant.offset -= 12 * 60 * MIN;
    plant.apply({ kind: 'tick' });
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('hours that are taken away, or come to be known, are judged at once', () => {
    const plant = shop({ businessHours: hours });
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 5 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1 UNACK');
    plant.place('enterprise', enterprise('works'));
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('a milder alarm that nobody acknowledged before does not shorten the time: L1 is what is to be seen', () => {
    const plant = shop();
    plant.send('g1', 'lel', 10);
    keep(plant, ['g1'], 'lel', 10, 5 * MIN);
    expect(stand(plant, 'g1')).toBe('blue PRE UNACK');
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN - 1);
    expect(stand(plant, 'g1')).toBe('orange L1 UNACK');
    plant.mono += 1;
    plant.apply({ kind: 'tick' });
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('shelved, its time does not run; when that ends it does', () => {
    const plant = shop();
    plant.send('g1', 'lel', 22);
    const alarmId = open(plant, 'g1')?.id ?? '';
    plant.command({ op: 'shelve', alarmId, minutes: 10, reason: 'cooking', approvedBy: 'li' });
    expect(open(plant, 'g1')?.suppressedBy).toEqual(['shelved']);
    keep(plant, ['g1'], 'lel', 22, 12 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1 UNACK');
    keep(plant, ['g1'], 'lel', 22, MIN);
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('coming again does not begin anew what nobody has acknowledged: it rises as soon as it is true again', () => {
    const plant = shop();
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, MIN);
    keep(plant, ['g1'], 'lel', 0, 3 * MIN);
    expect(stand(plant, 'g1')).toBe('orange L1 LUNACK');
    plant.send('g1', 'lel', 22);
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
    expect(told(plant, 'g1').slice(-2)).toEqual(['re-announced orange recurrence', 'level-raised red unattended']);
  });

  it('comes again as something worse than what nobody has acknowledged: that has its whole time', () => {
    const plant = shop();
    plant.send('g1', 'lel', 6);
    keep(plant, ['g1'], 'lel', 6, MIN);
    keep(plant, ['g1'], 'lel', 0, 10 * MIN);
    expect(stand(plant, 'g1')).toMatch(/PRE RTNUN$/);
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN - 1);
    expect(stand(plant, 'g1')).toBe('orange L1 UNACK');
    plant.pass(1);
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED UNACK');
  });

  it('latches as L1 does: it stays red until a person has reset it', () => {
    const plant = shop();
    plant.send('g1', 'lel', 22);
    keep(plant, ['g1'], 'lel', 22, 3 * MIN);
    keep(plant, ['g1'], 'lel', 0, 3 * MIN);
    expect(stand(plant, 'g1')).toBe('red L1_UNATTENDED LUNACK');
    acknowledge(plant, 'g1');
    plant.command({ op: 'reset', alarmId: open(plant, 'g1')?.id ?? '' });
    expect(stand(plant, 'g1')).toBe('none');
  });
});

describe('smoke', () => {
  it('a second stand-alone detector of the premises within 300 s: both are red; a millisecond later neither', () => {
    for (const [afterMs, level] of [
      [5 * MIN, 'red'],
      [5 * MIN + 1, 'orange'],
    ] as const) {
      const plant = plantOf([smoke('s1'), smoke('s2')]);
      plant.send('s1', 'smoke_alarm', 1);
      acknowledge(plant, 's1');
      plant.pass(afterMs - 1);
      plant.mono += 1;
      plant.send('s2', 'smoke_alarm', 1);
      expect([open(plant, 's1')?.level, open(plant, 's2')?.level]).toEqual([level, level]);
    }
  });

  it('a manual call point of the premises suffices, whenever it was pressed', () => {
    const plant = plantOf([smoke('s1'), device('mcp', POINT, { attributes: { component_type: 23 } })]);
    plant.send('mcp', 'status', 2);
    plant.pass(20 * MIN);
    plant.send('s1', 'smoke_alarm', 1);
    expect(stand(plant, 's1')).toBe('red FIRE_CONFIRMED UNACK');
    // The call point has no protection zone: nothing could confirm it, and the table says so.
    expect(limitsOf(plant, 'mcp')['FIRE_CONFIRMED']).toMatchObject({
      armed: false,
      reason: 'attribute-missing',
      detail: 'protection_zone',
    });
  });

  it('unacknowledged for 180 s it is red; acknowledged in time it is not', () => {
    const plant = plantOf([smoke('s1'), smoke('s2')]);
    plant.send('s1', 'smoke_alarm', 1);
    plant.pass(10 * MIN);
    expect(stand(plant, 's1')).toBe('red FIRE_CONFIRMED UNACK');
    plant.send('s2', 'smoke_alarm', 1);
    acknowledge(plant, 's2');
    plant.pass(10 * MIN);
    expect(stand(plant, 's2')).toBe('orange FIRE ACKED');
  });

  it.each<[string, readonly Device[], readonly string[]]>([
    ['two detectors of one zone', [inZone('a', 'hall'), inZone('b', 'hall')], ['red', 'red']],
    ['a detector and a call point', [inZone('a', 'hall'), inZone('b', 'hall', { component_type: 23 })], ['red', 'red']],
    ['two call points', [inZone('a', 'hall', { component_type: 23 }), inZone('b', 'hall', { component_type: 23 })], ['orange', 'orange']],
    ['detectors of two zones', [inZone('a', 'hall'), inZone('b', 'store')], ['orange', 'orange']],
    ['a detector without a zone', [inZone('a', 'hall'), device('b', POINT)], ['orange', 'orange']],
  ])('point detectors: %s', (_, devices, levels) => {
    const plant = plantOf(devices);
    plant.send('a', 'status', 2);
    plant.send('b', 'status', 2);
    expect([open(plant, 'a')?.level, open(plant, 'b')?.level]).toEqual(levels);
  });

  it('one detector alone stays orange, however often and long it says so', () => {
    const plant = plantOf([inZone('a', 'hall'), inZone('b', 'hall')]);
    for (const status of [2, 0, 2]) {
      plant.send('a', 'status', status);
      plant.pass(MIN);
    }
    expect(stand(plant, 'a')).toBe('orange FIRE UNACK');
  });

  it('switching off what GB 50116 asks for is not for one person alone', () => {
    const plant = plantOf([inZone('a', 'hall')]);
    const off = rule('off', { enabled: false }, { profileId: POINT, measurement: 'status', code: 'FIRE_CONFIRMED', reason: 'x' });
    const { softened } = plant.engine.view.tryRule({ op: 'put', asset: 'rule', base: 0, value: off });
    // Once of the kind, and once of the device that is armed by what is filled in about it.
    const of = (more: object): object => ({ code: 'FIRE_CONFIRMED', mandatory: true, parts: ['enabled'], ...more });
    expect(softened).toMatchObject([of({ device: null }), of({ device: 'a', red: true })]);
  });
});

it('a restored engine finds everything as it was, entry for entry', () => {
  const plant = plantOf([gas('g1'), gas('g2'), smoke('s1'), smoke('s2'), device('shop', SHOP), inZone('a', 'hall'), inZone('b', 'hall')]);
  plant.send('g1', 'lel', 30);
  plant.pass(MIN);
  plant.send('s1', 'smoke_alarm', 1);
  plant.send('shop', 'lel', 22);
  plant.send('a', 'status', 2);
  plant.pass(2 * MIN);
  const middle = plant.engine.serialise();
  const from = plant.entries.length;
  plant.send('g2', 'lel', 30);
  plant.send('s2', 'smoke_alarm', 1);
  plant.pass(5 * MIN);
  plant.send('b', 'status', 2);
  const again = restoreEngine(middle);
  expect(again.serialise()).toBe(middle);
  for (const entry of plant.entries.slice(from)) again.apply(entry);
  expect(again.serialise()).toBe(plant.engine.serialise());
  expect(again.nextDue()).toBe(plant.engine.nextDue());
  const whole = createEngine();
  for (const entry of plant.entries) whole.apply(entry);
  expect(whole.serialise()).toBe(plant.engine.serialise());
});
