import { describe, expect, it } from 'vitest';
import { type Action, may } from './access.ts';
import type { Actor, Role } from './actor.ts';

const ACTORS = {
  'admin of everything': account('admin', null),
  'admin of a': account('admin', ['a']),
  'operator of everything': account('operator', null),
  'operator of a': account('operator', ['a']),
  'viewer of everything': account('viewer', null),
  'viewer of a': account('viewer', ['a']),
  'admin of nothing': account('admin', []),
  device: { kind: 'device', id: 'd1', enterprise: 'a' },
  gateway: { kind: 'gateway', id: 'g1', enterprise: 'a' },
} as const satisfies Record<string, Actor>;
type Name = keyof typeof ACTORS;

function account(role: Role, enterprises: readonly string[] | null): Extract<Actor, { kind: 'account' }> {
  return { kind: 'account', name: 'me', role, enterprises };
}

/** Something of enterprise a, something of enterprise b, something of the whole system. */
const PLACES = { a: 'a', b: 'b', '-': null } as const;
/** Where each actor may do it; who is not named may do it nowhere. Every action stands here, or the types do not hold. */
const OF_ENTERPRISES: Record<Exclude<Action, `token.${string}` | `session.${string}` | `mqtt.${string}`>, Partial<Record<Name, string>>> = {
  view: everybody(),
  'ledger.view': everybody(),
  'alarm.acknowledge': operators(),
  'alarm.withdraw': operators(),
  'alarm.reset': operators(),
  'alarm.comment': operators(),
  'alarm.silence': operators(),
  'alarm.shelve': operators(),
  'alarm.verify': operators(),
  'alarm.suppress': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of a': 'a' },
  'alarm.out-of-service': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of a': 'a' },
  'alarm.hide-red': { 'admin of everything': 'ab-' },
  'alarm.approve': { 'admin of everything': 'ab-', 'operator of everything': 'ab-' },
  backtest: operators(),
  'warning.declare': operators(),
  'warning.assess': { 'admin of everything': 'ab-', 'operator of everything': 'ab-' },
  'config.write': { 'admin of everything': 'ab-', 'admin of a': 'a' },
  'device.write': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of a': 'a' },
  'device.command': operators(),
  'device.mode': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of everything': 'ab-' },
  'red.silence': { 'admin of everything': 'ab-', 'operator of everything': 'ab-' },
  'rule.write': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of a': 'a' },
  'rule.soften': { 'admin of everything': 'ab-', 'admin of a': 'a' },
  'rule.approve': { 'admin of everything': 'ab-', 'operator of everything': 'ab-' },
  'credential.issue': { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of a': 'a' },
  'shift.hand-over': { 'admin of everything': 'ab-', 'operator of everything': 'ab-' },
  'account.manage': { 'admin of everything': 'ab-' },
  'audit.view': { 'admin of everything': 'ab-' },
  simulate: { 'admin of everything': 'ab-' },
};
function operators(): Partial<Record<Name, string>> {
  return { 'admin of everything': 'ab-', 'admin of a': 'a', 'operator of everything': 'ab-', 'operator of a': 'a' };
}
function everybody(): Partial<Record<Name, string>> {
  return { ...operators(), 'viewer of everything': 'ab-', 'viewer of a': 'a' };
}

/** Whose tokens and sessions, by account: one's own, another's. */
const PEOPLE: readonly Name[] = [
  'admin of everything',
  'admin of a',
  'operator of everything',
  'operator of a',
  'viewer of everything',
  'viewer of a',
  'admin of nothing',
];
const OF_TOKENS: Record<Extract<Action, `token.${string}` | `session.${string}`>, readonly Name[]> = {
  'token.list': [],
  'token.create': [],
  'token.delete': ['admin of everything'],
  'session.list': ['admin of everything'],
  'session.end': ['admin of everything'],
};

const names = Object.keys(ACTORS) as Name[];
const actions = Object.keys(OF_ENTERPRISES) as (keyof typeof OF_ENTERPRISES)[];

describe('who may do what, and where', () => {
  it.each(actions.flatMap((action) => names.map((name) => [name, action] as const)))('%s: %s', (name, action) => {
    const where = Object.entries(PLACES)
      .filter(([, enterprise]) => may(ACTORS[name], action, { enterprise }))
      .map(([place]) => place)
      .join('');
    expect(where).toBe(OF_ENTERPRISES[action][name] ?? '');
  });

  it.each(Object.entries(OF_TOKENS) as [keyof typeof OF_TOKENS, readonly Name[]][])("%s: one's own, and whose else", (action, others) => {
    for (const name of names) {
      const own = may(ACTORS[name], action, { enterprise: null, owner: 'me' });
      expect([name, own]).toEqual([name, PEOPLE.includes(name)]);
      // Whether the owner's enterprise is named or not changes nothing.
      for (const enterprise of Object.values(PLACES)) {
        const other = may(ACTORS[name], action, { enterprise, owner: 'somebody else' });
        expect([name, other]).toEqual([name, others.includes(name)]);
      }
      expect([name, may(ACTORS[name], action, { enterprise: null })]).toEqual([name, others.includes(name)]);
    }
  });

  it.each(PEOPLE)('%s speaks no MQTT, not even inside its scope', (name) => {
    for (const action of ['mqtt.publish', 'mqtt.subscribe'] as const)
      for (const enterprise of Object.values(PLACES))
        expect(may(ACTORS[name], action, { enterprise, device: 'd1', topic: 'beacon/v1/a/d1/telemetry' })).toBe(false);
  });

  it('the system itself may everything', () => {
    for (const action of [...actions, ...(Object.keys(OF_TOKENS) as Action[])])
      expect(may({ kind: 'system' }, action, { enterprise: 'b' })).toBe(true);
  });
});

const TOPICS: readonly (readonly [topic: string, device: string, gateway: string])[] = [
  ['beacon/v1/a/d1/telemetry', 'p', 'p'],
  ['beacon/v1/a/d1/status', 'p', 'p'],
  ['beacon/v1/a/d1/command/result', 'p', 'p'],
  ['beacon/v1/a/d1/command', 's', 's'],
  ['beacon/v1/a/d2/telemetry', '', 'p'],
  ['beacon/v1/a/d2/command', '', 's'],
  ['beacon/v1/a/+/command', '', 's'],
  ['beacon/v1/a/#', '', ''],
  ['beacon/v1/a/#/command', '', ''],
  ['beacon/v1/b/d1/telemetry', '', ''],
  ['beacon/v1/b/d1/command', '', ''],
  ['beacon/v1/+/d1/command', '', ''],
  ['beacon/v1/a//telemetry', '', ''],
  ['beacon/v1/a/d1/telemetry/x', '', ''],
  ['v1/devices/me/telemetry', 'p', ''],
  ['v1/gateway/telemetry', '', 'p'],
  ['$SYS/#', '', ''],
  ['#', '', ''],
  ['', '', ''],
];

describe('what a device and a gateway of a may publish (p) and subscribe to (s)', () => {
  it.each(TOPICS)('%s', (topic, device, gateway) => {
    const allowed = (actor: Actor): string =>
      (['mqtt.publish', 'mqtt.subscribe'] as const)
        .filter((action) => may(actor, action, { enterprise: 'a', device: 'd1', topic }))
        .map((action) => action.charAt(5))
        .join('');
    expect([allowed(ACTORS.device), allowed(ACTORS.gateway)]).toEqual([device, gateway]);
  });
});
