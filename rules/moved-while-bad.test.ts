import { describe, expect, it } from 'vitest';
import type { LimitDef } from '../model/profile.ts';
import { restoreEngine } from './engine.ts';
import { device, limit, measurement, Plant, profile } from './testing/plant.ts';

/**
 * A limit that moves while what it reads is bad (decision 10): the last good values may raise it and break a delay; they clear nothing, and a
 * delay that they bear out under the new limit goes on where it stood.
 */
const S = 1_000;

/** Which value goes good, bad and good again, and how it is moved: the value of the limit itself, or the speed that its condition reads. */
interface Kind {
  readonly limits: readonly LimitDef[];
  /** Attribute the limit moves with. */
  readonly attribute: string;
  readonly key: string;
  /** Passes the limit, has left it; and where it stands then. */
  readonly passes: number;
  readonly left: number;
  readonly stands: number;
  /** Where it is moved to so that both are what they were, that both pass, that both have left. */
  readonly alike: number;
  readonly bothPass: number;
  readonly bothLeft: number;
}
const DELAYS = { onDelayMs: 10 * S, offDelayMs: 10 * S };
const OWN: Kind = {
  limits: [limit('L', 'orange', 0, { setPoint: null, setPointFrom: 'asset.top', ladder: 'L', ...DELAYS })],
  attribute: 'top',
  key: 'level',
  passes: 60,
  left: 20,
  stands: 50,
  alike: 45,
  bothPass: 10,
  bothLeft: 80,
};
const CONDITION: Kind = {
  limits: [limit('L', 'orange', 50, { when: 'speed >= asset.least', onlyWhen: 'it turns', ...DELAYS })],
  attribute: 'least',
  key: 'speed',
  passes: 60,
  left: 20,
  stands: 50,
  alike: 45,
  bothPass: 10,
  bothLeft: 80,
};
const KINDS: readonly (readonly [string, Kind])[] = [
  ['its own value', OWN],
  ['what its condition reads', CONDITION],
];

class Stand {
  readonly on: Plant;
  readonly kind: Kind;
  constructor(kind: Kind, without: Partial<LimitDef> = {}) {
    this.kind = kind;
    const limits = kind.limits.map((one) => ({ ...one, ...without }));
    const measurements = [measurement('level', limits), measurement('speed', [])];
    this.on = new Plant().setUp([profile('p', measurements)], [device('d', 'p', { attributes: { [kind.attribute]: kind.stands } })]);
    this.on.send('d', 'level', 60);
  }
  send(value: number): void {
    this.on.send('d', this.kind.key, value);
  }
  bad(): void {
    this.on.send('d', this.kind.key, null, { quality: 'bad' });
  }
  moveTo(value: number): void {
    const now = this.on.engine.view.assets('device').get('d');
    if (now === undefined) throw new Error('d is missing');
    this.on.put({ ...now, attributes: { [this.kind.attribute]: value } });
  }
  /** On, with 6 s of its return run, and bad since. */
  leaving(): this {
    this.send(this.kind.passes);
    this.on.pass(11 * S);
    expect(this.active).toBe(true);
    this.send(this.kind.left);
    this.on.pass(6 * S);
    this.bad();
    this.on.pass(30 * S);
    return this;
  }
  /** Off, with 6 s of its on-delay run, and bad since. */
  waiting(): this {
    this.send(this.kind.left);
    this.on.pass(30 * S);
    this.send(this.kind.passes);
    this.on.pass(6 * S);
    this.bad();
    this.on.pass(30 * S);
    return this;
  }
  get active(): boolean {
    return this.on.alarm('L')?.active ?? false;
  }
}

/** How much of a delay of 10 s was left, by when it ended after the next good value: whole seconds. */
function leftOf(stand: Stand, value: number, becomes: boolean): number {
  stand.send(value);
  for (let s = 1; s <= 12; s += 1) {
    stand.on.pass(S);
    if (stand.active === becomes) return s;
  }
  return Infinity;
}

describe.each(KINDS)('a limit moves while %s is bad', (_, kind) => {
  it('a return that the last good value bears out goes on where it stood', () => {
    const stand = new Stand(kind).leaving();
    stand.moveTo(kind.alike);
    expect(stand.active).toBe(true);
    stand.on.pass(60 * S);
    expect(stand.active).toBe(true);
    expect(leftOf(stand, kind.left, false)).toBe(4);
  });

  it('a return that it does not bear out is broken, and begins anew with the next that has left', () => {
    const stand = new Stand(kind).leaving();
    stand.moveTo(kind.bothPass);
    stand.moveTo(kind.alike);
    expect(stand.active).toBe(true);
    expect(leftOf(stand, kind.left, false)).toBe(10);
  });

  it('an alarm that is on stays so, wherever it moves', () => {
    const stand = new Stand(kind);
    stand.send(kind.passes);
    stand.on.pass(11 * S);
    stand.bad();
    for (const to of [kind.bothLeft, kind.bothPass, kind.bothLeft]) {
      stand.moveTo(to);
      stand.on.pass(60 * S);
      expect(stand.active).toBe(true);
    }
    expect(leftOf(stand, kind.left, false)).toBe(10);
  });

  it('an on-delay that the last good value bears out goes on where it stood', () => {
    const stand = new Stand(kind).waiting();
    stand.moveTo(kind.alike);
    stand.on.pass(60 * S);
    expect(stand.active).toBe(false);
    expect(leftOf(stand, kind.passes, true)).toBe(4);
  });

  it('an on-delay that it does not bear out is broken', () => {
    const stand = new Stand(kind).waiting();
    stand.moveTo(kind.bothLeft);
    stand.moveTo(kind.alike);
    expect(leftOf(stand, kind.passes, true)).toBe(10);
  });

  it('without an on-delay the last good value raises it at once, and clears nothing', () => {
    const stand = new Stand(kind, { onDelayMs: 0, offDelayMs: 0 });
    stand.send(kind.left);
    stand.bad();
    stand.moveTo(kind.bothPass);
    expect(stand.active).toBe(true);
    stand.moveTo(kind.bothLeft);
    expect(stand.active).toBe(true);
    stand.send(kind.left);
    expect(stand.active).toBe(false);
  });

  it('a snapshot in between changes nothing', () => {
    const stand = new Stand(kind).leaving();
    stand.moveTo(kind.alike);
    stand.on.engine = restoreEngine(stand.on.engine.serialise());
    expect(leftOf(stand, kind.left, false)).toBe(4);
  });
});

it('a change that leaves a condition unknown which was known holds the delay from then on', () => {
  const when = 'running && !condition.idle || speed >= 50';
  const limits = [limit('L', 'orange', 50, { when, onlyWhen: 'it runs', ...DELAYS })];
  const measurements = [measurement('level', limits), measurement('speed', []), measurement('running', [], { valueType: 'boolean' })];
  const on = new Plant().setUp([profile('p', measurements)], [device('d', 'p', { conditions: { idle: false } })]);
  on.send('d', 'speed', 60);
  on.send('d', 'speed', null, { quality: 'bad' });
  on.send('d', 'running', 1);
  on.send('d', 'level', 60);
  on.pass(6 * S);
  const now = on.engine.view.assets('device').get('d');
  if (now === undefined) throw new Error('d is missing');
  on.put({ ...now, conditions: { idle: true } });
  on.pass(60 * S);
  expect(on.alarm('L')).toBeUndefined();
  on.send('d', 'speed', 60);
  on.pass(3 * S);
  expect(on.alarm('L')).toBeUndefined();
  on.pass(2 * S);
  expect(on.alarm('L')?.active).toBe(true);
});
