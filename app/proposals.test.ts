import { describe, expect, it } from 'vitest';
import type { ReadingQueries } from '../model/ports/reading-store.ts';
import type { Quality, Value } from '../model/reading.ts';
import { device, limit, measurement, Plant, profile } from '../rules/testing/plant.ts';
import { proposalsOf } from './proposals.ts';

const GAS = profile('gas', [
  measurement('lel', [
    limit('L1', 'yellow', 25, { deadband: 0.2, confidence: 'V' }),
    limit('L2', 'red', 50),
    limit('FREE', 'blue', 10),
    limit('ROR', 'orange', 10, { dir: 'roc_hi', windowMs: 60_000 }),
  ]),
]);
const plant = new Plant().setUp([GAS], [device('d0', 'gas')]);

/** Stored readings in pages of ten, as the stores give them. */
function stored(points: readonly (readonly [number, Value, Quality])[]): Pick<ReadingQueries, 'range'> {
  return {
    range: ({ from, to }) => {
      const rest = points.filter(([at]) => at >= from && at < to);
      return Promise.resolve({ points: rest.slice(0, 10), next: rest[10]?.[0] ?? null, through: to });
    },
  };
}
const query = { enterprise: 'works', device: 'd0', measurement: 'lel', channel: null, from: 0, to: 1_000_000_000 };

describe('proposals', () => {
  it('are for the simple limits of the point, from every page of its history, with the rule that would make it so', async () => {
    const points = Array.from({ length: 61 }, (_, n): [number, Value, Quality] => [n * 5_000, n % 2 === 0 ? 24.6 : 25.1, 'good']);
    const { items, cut } = await proposalsOf(plant.engine.view, stored(points), query);
    expect([items.map(({ code }) => code), cut, items[0]?.samples]).toEqual([['L1', 'L2', 'FREE'], false, 61]);
    const [first, second, third] = items;
    expect(first?.now.chattering).toBeGreaterThan(5);
    expect(first?.after).toEqual({ alarms: 1, chattering: 0, fleeting: 0 });
    // Mandatory, and a wider deadband is less strict.
    expect(first).toMatchObject({
      secondPerson: true,
      rule: { scope: 'device', scopeId: 'd0', measurement: 'lel', code: 'L1', parts: { deadband: 2 } },
    });
    expect([second?.rule, second?.now.alarms, third?.rule, third?.now.alarms]).toEqual([null, 0, null, 1]);
    if (first?.rule === undefined || first.rule === null) throw new Error('no rule');
    // As it is, it can be tried and made.
    const { id, scope, scopeId, code, parts, reason } = first.rule;
    const made = plant.engine.view.tryRule({
      op: 'put',
      asset: 'rule',
      base: 0,
      value: {
        id,
        name: id,
        scope,
        scopeId,
        profileId: 'gas',
        measurement: 'lel',
        code,
        adds: null,
        parts,
        reason,
        approvedBy: null,
        revision: 0,
        createdAt: 0,
        updatedAt: 0,
        retiredAt: null,
      },
    });
    expect(made).toMatchObject({ problems: [], devices: 1, softened: [{ code: 'L1', parts: ['return'], mandatory: true }] });
  });

  it('count no bad value, and are none for what the device does not measure', async () => {
    const bad = Array.from({ length: 20 }, (_, n): [number, Value, Quality] => [n * 5_000, n % 2 === 0 ? 30 : 20, 'bad']);
    const { items } = await proposalsOf(plant.engine.view, stored(bad), query);
    expect(items.map(({ now }) => now.alarms)).toEqual([0, 0, 0]);
    expect(await proposalsOf(plant.engine.view, stored(bad), { ...query, measurement: 'none' })).toEqual({ cut: false, items: [] });
  });
});
