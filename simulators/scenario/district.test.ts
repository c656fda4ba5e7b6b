import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isId } from '../../model/ids.ts';
import type { Member } from './member.ts';
import { demoDistrict } from './district.ts';
import { LEAKING_DETECTOR, SMALL_LEAK_DETECTOR } from './restaurants.ts';
import { foodCourtSmoke } from './shopping-centre.ts';
import { CYCLE_S, TIMETABLE } from './story.ts';
import { DEAD_SENSOR, OVERFILLED_TANK, ROAMING_STATION } from './tank-farm.ts';

const SEEDS = [1, 2, 3];
const district = demoDistrict(1);

function find(id: string, members: readonly Member[] = district.members): Member {
  const found = members.find((one) => one.plan.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
}
function value(member: Member, key: string, t: number): number {
  const found = member.device.at(t).values[key];
  if (typeof found !== 'number') throw new Error(`${member.plan.id} has no ${key}`);
  return found;
}
/** Second at which a value first reaches a limit, sampled as the device reports. */
function firstAt(member: Member, key: string, limit: number): number {
  for (let t = 0; t < CYCLE_S; t += member.device.reportEveryMs / 1_000) if (value(member, key, t) >= limit) return t;
  return Number.POSITIVE_INFINITY;
}
const everySecond = Array.from({ length: CYCLE_S * 2 }, (_, t) => t);

describe('the demo district', () => {
  it('has about forty devices of three enterprises, each entered once, with what they refer to', () => {
    const { plan } = district;
    expect(plan.devices).toHaveLength(41);
    const ids = [...plan.areas, ...plan.enterprises, ...plan.sites, ...plan.hazardSources, ...plan.devices].map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every(isId)).toBe(true);
    for (const device of plan.devices) {
      expect(plan.enterprises.map((one) => one.id)).toContain(device.enterpriseId);
      expect(plan.sites.find((one) => one.id === device['siteId'])?.['enterpriseId']).toBe(device.enterpriseId);
      expect(device.name).toMatch(/^[\p{Script=Han}0-9A-Z# ]{3,14}$/u);
    }
  });

  it('plays the same with the same seed, and another noise with another', () => {
    const trace = (seed: number): string =>
      JSON.stringify(demoDistrict(seed).members.map(({ device }) => [0, 30, 333.3].map((t) => device.at(t))));
    expect(trace(5)).toBe(trace(5));
    expect(trace(5)).not.toBe(trace(6));
  });

  it.each(SEEDS)('lets the leak ring 20 to 30 s after the start and turn red before a minute, whatever the noise (seed %i)', (seed) => {
    const kitchen = find(LEAKING_DETECTOR, demoDistrict(seed).members);
    expect(firstAt(kitchen, 'lel', 20)).toBeGreaterThanOrEqual(16);
    expect(firstAt(kitchen, 'lel', 20)).toBeLessThanOrEqual(28);
    expect(firstAt(kitchen, 'lel', 50)).toBeGreaterThan(35);
    expect(firstAt(kitchen, 'lel', 50)).toBeLessThan(60);
    // Aired before the story begins again: L1 returns at 18 %LEL, PRE at 4.
    expect(value(kitchen, 'lel', CYCLE_S - 60)).toBeLessThan(4);
    expect(firstAt(find(SMALL_LEAK_DETECTOR, demoDistrict(seed).members), 'lel', 50)).toBe(Number.POSITIVE_INFINITY);
    expect(firstAt(find(SMALL_LEAK_DETECTOR, demoDistrict(seed).members), 'lel', 20)).toBeGreaterThan(TIMETABLE.smallLeakFrom);
  });

  it('has a valve that can be shut from the desk: the gas goes by ventilation, and it is opened again on site, in no other kitchen', () => {
    const { members } = demoDistrict(1);
    const kitchen = find(LEAKING_DETECTOR, members);
    const valve = (t: number, of = kitchen): unknown => of.device.at(t).values['valve_open'];
    const untouched = find(LEAKING_DETECTOR);
    expect([kitchen.device.obey?.('self-test', 30), kitchen.device.obey?.('open-valve', 30), valve(31)]).toEqual([null, null, true]);
    expect([kitchen.device.obey?.('close-valve', 30), kitchen.device.obey?.('close-valve', 40)]).toEqual([
      { ok: true },
      { ok: true, detail: 'closed before' },
    ]);
    expect([valve(29), valve(30), valve(559), valve(560)]).toEqual([true, false, false, true]);
    expect(value(kitchen, 'lel', 28)).toBe(value(untouched, 'lel', 28));
    // 0.02 m3/s through 4 m3: half of it is gone after 4 / 0.02 * ln 2 = 139 s; the fans, from 70 s on, are three times as fast.
    expect(value(kitchen, 'lel', 69) / value(kitchen, 'lel', 30)).toBeCloseTo(Math.exp((-0.02 * 39) / 4), 1);
    expect(firstAt(kitchen, 'lel', 50)).toBe(Number.POSITIVE_INFINITY);
    expect(value(kitchen, 'lel', 400)).toBeLessThan(4);
    expect(valve(31, find(SMALL_LEAK_DETECTOR, members))).toBe(true);
    // The next time round it leaks as ever; shut just before, there is nothing to leak until the cook comes.
    expect(value(kitchen, 'lel', CYCLE_S + 45)).toBe(value(untouched, 'lel', CYCLE_S + 45));
    kitchen.device.obey?.('close-valve', 2 * CYCLE_S - 5);
    expect([value(kitchen, 'lel', 2 * CYCLE_S + 45) < 4, valve(2 * CYCLE_S + 559), valve(2 * CYCLE_S + 560)]).toEqual([true, false, true]);
  });

  it.each(SEEDS)('is calm wherever no story plays (seed %i)', (seed) => {
    for (const { plan, device } of demoDistrict(seed).members) {
      for (const t of everySecond) {
        const { values } = device.at(t);
        const at = `${plan.id} at ${t} s: ${JSON.stringify(values)}`;
        if (plan.profileId === 'gas.combustible.commercial' && plan.id !== LEAKING_DETECTOR && plan.id !== SMALL_LEAK_DETECTOR)
          expect(values['lel'], at).toBeLessThan(4);
        if (plan.profileId === 'gas.combustible.point.industrial') expect(values['lel'], at).toBeLessThan(8);
        if (plan.profileId === 'hazchem.tank.atmospheric') {
          expect(values['temp'], at).toBeLessThan(37);
          if (plan.id !== OVERFILLED_TANK) expect(values['level'], at).toBeLessThan(10.7);
        }
        if (plan.profileId === 'hazchem.tank.pressurized') expect(values['pressure'], at).toBeLessThan(1.1);
        if (plan.profileId === 'gas.toxic.nh3') expect(values['nh3'], at).toBeLessThan(20);
        if (plan.profileId === 'hazchem.weather') expect(values['wind_speed'], at).toBeLessThan(13);
        if (plan.profileId === 'fire.heat.point' && !plan.id.includes('foodcourt')) expect(values['temp'], at).toBeLessThan(40);
        if (plan.profileId === 'fire.smoke.point' && plan.id !== 'smoke-foodcourt') expect(values['status'], at).toBe(1);
        if (plan.profileId === 'fire.electrical') expect(values['residual'], at).toBeLessThan(180);
        if (plan.profileId === 'fire.water.pressure') expect(values['pressure'], at).toBeGreaterThan(0.15);
        if (plan.profileId === 'fire.smoke.standalone') expect(values['obscuration'], at).toBeLessThan(0.04);
      }
    }
  });

  it('overfills the receiving tank past its high-high mark, never over its rim, and pumps it out again', () => {
    const tank = find(OVERFILLED_TANK);
    expect(firstAt(tank, 'level', 10.8)).toBeGreaterThan(TIMETABLE.overfillFrom);
    const highHigh = firstAt(tank, 'level', 11.4);
    expect(highHigh).toBeLessThanOrEqual(TIMETABLE.overfillTo);
    expect(Math.max(...everySecond.map((t) => value(tank, 'level', t)))).toBeLessThan(12.4);
    expect(value(tank, 'level', CYCLE_S - 1)).toBeCloseTo(value(tank, 'level', CYCLE_S + 1), 1);
  });

  it('lets smoke be seen before heat, heat near the fire before heat far away, and the pump after both', () => {
    const smoke = everySecond.find((t) => (value(find('smoke-foodcourt'), 'status', t) & 0b10) !== 0) ?? Number.POSITIVE_INFINITY;
    const near = firstAt(find('heat-foodcourt-store'), 'temp', 57);
    const far = firstAt(find('heat-foodcourt-kitchen'), 'temp', 57);
    const pump = everySecond.find((t) => find('fire-pump-spray').device.at(t).values['running'] === true) ?? Number.POSITIVE_INFINITY;
    expect(TIMETABLE.fireFrom).toBeLessThan(smoke);
    expect(smoke).toBeLessThan(near);
    expect(near).toBeLessThan(far);
    expect(near).toBeLessThan(pump);
    expect(foodCourtSmoke(CYCLE_S)).toBeLessThan(0.05);
    expect(value(find('heat-foodcourt-store'), 'temp', CYCLE_S - 1)).toBeLessThan(47);
  });

  it('tells its story when the README says that it does, to the minute', () => {
    const smoke = everySecond.find((t) => (value(find('smoke-foodcourt'), 'status', t) & 0b10) !== 0) ?? Number.POSITIVE_INFINITY;
    const gas = everySecond.find((t) => t >= TIMETABLE.smallLeakFrom && value(find(SMALL_LEAK_DETECTOR), 'lel', t) >= 20);
    const told = [firstAt(find(OVERFILLED_TANK), 'level', 10.8), gas ?? Number.POSITIVE_INFINITY, smoke].map((s) => Math.round(s / 60));
    const minutes = (name: string, form: RegExp) =>
      readFileSync(join(import.meta.dirname, '..', '..', name), 'utf8')
        .match(form)
        ?.slice(1)
        .map(Number);
    expect(minutes('README.md', /after (\d+) minutes a tank is filled too far, after (\d+) gas leaks .*?, after (\d+) it burns/)).toEqual(
      told,
    );
    expect(minutes('README.zh-CN.md', /(\d+) 分钟时一座储罐.*?(\d+) 分钟时另一家.*?(\d+) 分钟时商业综合体/)).toEqual(told);
  });

  it('has one sensor that falls silent and one station whose network goes, and both come back', () => {
    const links = (id: string): string[] => [...new Set(everySecond.slice(0, CYCLE_S).map((t) => find(id).device.at(t).link))];
    expect(links(DEAD_SENSOR)).toEqual(['up', 'mute']);
    expect(links(ROAMING_STATION)).toEqual(['up', 'down']);
    for (const { plan } of district.members)
      if (plan.id !== DEAD_SENSOR && plan.id !== ROAMING_STATION) expect(links(plan.id)).toEqual(['up']);
    // Long enough to be told: longer than its heartbeat.
    expect((TIMETABLE.deadSensorTo - TIMETABLE.deadSensorFrom) * 1_000).toBeGreaterThan(2 * Number(find(DEAD_SENSOR).plan['heartbeatMs']));
  });
});
