import { describe, expect, it } from 'vitest';
import { LEVEL_RANK, type Level } from '../model/level.ts';
import type { Profile } from '../model/profile.ts';
import { builtInCatalogue } from './catalogue/built-in.ts';
import { effectiveLimits } from './compile/limits.ts';
import { type ArmedLimit, makePlan, type PlanPoint } from './evaluate/plan.ts';
import { device, enterprise, Plant } from './testing/plant.ts';

/** Every ladder of the catalogue, played up and down. The auditor here works on set points alone and knows nothing of the engine. */

/** Attributes every derived set point can be worked out from; distinct, so that ladders keep their order. */
function attributesOf(profile: Profile): Record<string, number> {
  const names = profile.measurements.flatMap((m) =>
    m.limits.flatMap((l) => [...(l.setPointFrom ?? '').matchAll(/asset\.(\w+)/g)].map((match) => match[1] ?? '')),
  );
  return Object.fromEntries(
    [...new Set(names)].map((name, i) => [name, name.includes('min') || name.includes('low') ? 10 - i : 100 + 10 * i]),
  );
}

interface Case {
  readonly name: string;
  readonly profile: Profile;
  readonly variant: string | null;
  readonly point: PlanPoint;
  readonly ladder: number;
  readonly limits: readonly ArmedLimit[];
}

const cases: Case[] = builtInCatalogue.profiles.flatMap((profile) => {
  const variants = new Set<string | null>([null, ...profile.measurements.flatMap((m) => Object.keys(m.variants ?? {}))]);
  return [...variants].flatMap((variant) => {
    const asset = device('d', profile.id, { variant, attributes: attributesOf(profile) });
    const plan = makePlan(profile, effectiveLimits(asset, profile, null, 0));
    return plan.points.flatMap((point) =>
      point.channel !== null && point.channel > 1
        ? []
        : point.ladders.map((ladder, i) => ({
            name: `${profile.id}${variant === null ? '' : ` (${variant})`} ${point.key} ${ladder.name}`,
            profile,
            variant,
            point,
            ladder: i,
            limits: point.limits.filter((one) => one.ladder === i).sort((a, b) => LEVEL_RANK[a.top.level] - LEVEL_RANK[b.top.level]),
          })),
    );
  });
});

/** A value at which exactly the limits up to this one are on, and one at which none is. */
function at(limit: ArmedLimit): number {
  const { test } = limit;
  if (test.kind === 'bit') return test.weight;
  if (test.kind === 'follows') throw new Error('no value makes an escalation true');
  return test.kind === 'equal' ? test.to : test.enter;
}
function calm(limits: readonly ArmedLimit[]): number {
  const first = limits[0];
  if (first === undefined) return 0;
  switch (first.test.kind) {
    case 'bit':
      return 0;
    case 'equal':
      return first.test.to === 0 ? 1 : 0;
    case 'hi':
      return Math.min(...limits.map((one) => (one.test.kind === 'hi' ? one.test.leave : 0))) - 1_000;
    case 'lo':
      return Math.max(...limits.map((one) => (one.test.kind === 'lo' ? one.test.leave : 0))) + 1_000;
    case 'follows':
      throw new Error('an escalation is never the mildest of its ladder');
  }
}
/** A value just past the way back of this limit. */
function below(limit: ArmedLimit, limits: readonly ArmedLimit[]): number {
  const { test } = limit;
  if (test.kind === 'hi') return Math.min(test.leave, test.enter) - (test.strictly || test.leave >= test.enter ? 1e-6 : 0);
  if (test.kind === 'lo') return Math.max(test.leave, test.enter) + (test.leave <= test.enter ? 1e-6 : 0);
  return calm(limits);
}

const settleMs = (limits: readonly ArmedLimit[]): number => Math.max(...limits.map((one) => Math.max(one.onDelayMs, one.offDelayMs))) + 100;

class Bench {
  readonly plant = new Plant();
  readonly one: Case;
  constructor(one: Case) {
    this.one = one;
    this.plant.config(
      { op: 'catalogue', catalogue: builtInCatalogue },
      { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') },
    );
    this.plant.put(
      device('d', one.profile.id, { variant: one.variant, attributes: attributesOf(one.profile), heartbeatMs: 10_000_000_000 }),
    );
  }
  /** Sends a value and lets every delay run out; ticks stand at the ends alone, every step well under an outage. */
  play(value: number): void {
    this.plant.send('d', this.one.point.measurement, value, { channel: this.one.point.channel });
    const wait = settleMs(this.one.limits);
    for (let gone = 0; gone < wait; gone += 14_000) {
      this.plant.mono += Math.min(14_000, wait - gone);
      this.plant.apply({ kind: 'tick' });
    }
  }
  get ladder(): string {
    return this.one.point.ladders[this.one.ladder]?.name ?? '';
  }
  get level(): Level | null {
    const alarm = this.plant.alarm(this.ladder);
    return alarm === undefined ? null : alarm.level;
  }
}

/** What the ladder must show at a value, by the limits alone. */
function expected(limits: readonly ArmedLimit[], value: number): Level | null {
  let level: Level | null = null;
  for (const { test, top } of limits) {
    const on =
      test.kind === 'hi'
        ? value >= test.enter
        : test.kind === 'lo'
          ? value <= test.enter
          : test.kind === 'equal'
            ? value === test.to
            : test.kind === 'bit' && (value & test.weight) !== 0;
    if (on && (level === null || LEVEL_RANK[top.level] > LEVEL_RANK[level])) level = top.level;
  }
  return level;
}

describe('every ladder of the catalogue', () => {
  it('covers the whole catalogue', () => {
    expect(cases.length).toBeGreaterThan(100);
    expect(new Set(cases.map((one) => one.profile.id)).size).toBeGreaterThan(30);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s: up slowly, acknowledged at each step', (_, one) => {
    const bench = new Bench(one);
    bench.play(calm(one.limits));
    expect(bench.level).toBe(null);
    for (const limit of one.limits) {
      // A variant may put two limits at one value: there the worse one is what shows.
      if (expected(one.limits, at(limit)) !== limit.top.level) continue;
      bench.play(at(limit));
      const alarm = bench.plant.alarm(bench.ladder);
      expect(alarm).toMatchObject({
        level: expected(one.limits, at(limit)),
        state: 'UNACK',
        active: true,
        limit: limit.setPoint,
        code: limit.code,
      });
      expect(bench.plant.acknowledge(bench.ladder).outcomes[0]).toMatchObject({ ok: true, changed: true, alarm: { state: 'ACKED' } });
    }
    expect(bench.plant.told(bench.ladder).filter((event) => event.endsWith(' raised'))).toHaveLength(1);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s: up in one jump gives the highest at the end, then down slowly', (_, one) => {
    const bench = new Bench(one);
    const worst = one.limits.at(-1);
    if (worst === undefined) throw new Error('a ladder without limits');
    bench.play(at(worst));
    expect(bench.plant.alarm(bench.ladder)).toMatchObject({ level: worst.top.level, code: worst.code, state: 'UNACK' });
    bench.plant.acknowledge(bench.ladder);
    let latched: Level | null = one.limits.filter((limit) => limit.latching).at(-1)?.top.level ?? null;
    for (const limit of one.limits.toReversed()) {
      const value = below(limit, one.limits);
      bench.play(value);
      const still = one.limits.filter(({ test }) =>
        test.kind === 'hi'
          ? !(value < test.enter && (test.strictly ? value < test.leave : value <= test.leave))
          : test.kind === 'lo'
            ? !(value > test.enter && value >= test.leave)
            : false,
      );
      const on = still.at(-1)?.top.level ?? null;
      const show = latched !== null && (on === null || LEVEL_RANK[latched] > LEVEL_RANK[on]) ? latched : on;
      const alarm = bench.plant.alarm(bench.ladder);
      if (show === null) expect(alarm).toBeUndefined();
      else expect(alarm).toMatchObject({ level: show, active: on !== null, state: on === null ? 'LACK' : 'ACKED' });
    }
    const left = bench.plant.alarm(bench.ladder);
    if (latched !== null) {
      expect(left).toMatchObject({ state: 'LACK', latched: true });
      expect(bench.plant.command({ op: 'reset', alarmId: left?.id ?? '' }).outcomes[0]).toMatchObject({
        ok: true,
        alarm: { state: 'NORM' },
      });
      latched = null;
    }
    expect(bench.plant.alarm(bench.ladder)).toBeUndefined();
  });

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: down in one jump without a person keeps wanting its acknowledgement',
    (_, one) => {
      const bench = new Bench(one);
      const worst = one.limits.at(-1);
      if (worst === undefined) throw new Error('a ladder without limits');
      bench.play(at(worst));
      bench.play(calm(one.limits));
      const latching = one.limits.some((limit) => limit.latching);
      expect(bench.plant.alarm(bench.ladder)).toMatchObject({
        active: false,
        state: latching ? 'LUNACK' : 'RTNUN',
        level: worst.top.level,
      });
      bench.plant.acknowledge(bench.ladder);
      if (latching) expect(bench.plant.alarm(bench.ladder)?.state).toBe('LACK');
      else expect(bench.plant.alarm(bench.ladder)).toBeUndefined();
    },
  );
});
