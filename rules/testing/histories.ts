import type { AlarmCommand } from '../../model/entry.ts';
import type { Quality } from '../../model/reading.ts';
import type { RuleParts } from '../../model/rule.ts';
import { catalogue, device, enterprise, limit, measurement, Plant, profile, rule } from './plant.ts';

/** Short histories that contain every kind of entry, outages and changes of configuration; a test library chooses the steps. */

const points = (hi: number) => [
  measurement('lel', [
    limit('PRE', 'blue', 10, { onDelayMs: 20_000, offDelayMs: 10_000 }),
    limit('L1', 'yellow', hi, { offDelayMs: 15_000 }),
    limit('L2', 'red', 50, { onDelayMs: 3_000, latching: true }),
    limit('LOW', 'yellow', -5, { dir: 'lo' }),
  ]),
  measurement(
    'status',
    [
      limit('FIRE', 'orange', 'bit1', { dir: 'state', latching: true, offDelayMs: 5_000 }),
      limit('FAIL', 'yellow', 1, { dir: 'state', deadband: 0 }),
    ],
    { channels: 2 },
  ),
];
const PROFILES = {
  v1: [profile('gas', points(25)), profile('other', points(30).slice(1), { alarmKind: 'fire' })],
  v2: [profile('gas', points(12)), profile('other', points(30), { heartbeatMs: 20_000 })],
} as const;

const SCOPE_IDS = { profile: 'gas', enterprise: 'works', device: 'd0' } as const;

export type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'gap'; readonly ms: number }
  | { readonly do: 'restart'; readonly ms: number }
  | { readonly do: 'clock'; readonly ms: number }
  | {
      readonly do: 'send';
      readonly device: number;
      readonly key: 'lel' | 'status';
      readonly value: number | null;
      readonly quality: Quality;
      readonly stamp: number | null;
      readonly faults: readonly string[] | null;
      readonly digest: number;
      readonly connection: number;
      readonly packet: number;
    }
  | {
      readonly do: 'presence';
      readonly device: number;
      readonly what: 'connected' | 'disconnected' | 'online' | 'offline';
      readonly connection: number;
      readonly clean: boolean;
    }
  | {
      readonly do: 'command';
      readonly op: 'acknowledge' | 'withdraw' | 'reset' | 'comment';
      readonly pick: number;
      readonly stale: boolean;
    }
  | { readonly do: 'catalogue'; readonly version: 'v1' | 'v2' }
  | { readonly do: 'device'; readonly device: number; readonly profile: 'gas' | 'other'; readonly mode: 'live' | 'test' }
  | { readonly do: 'retire'; readonly device: number }
  | { readonly do: 'enterprise'; readonly kind: 'real' | 'test' }
  | {
      readonly do: 'rule';
      readonly scope: 'profile' | 'enterprise' | 'device';
      readonly code: 'PRE' | 'L1' | 'L2' | 'OWN';
      readonly parts: RuleParts;
    }
  | { readonly do: 'retire-rule'; readonly scope: 'profile' | 'enterprise' | 'device'; readonly code: 'PRE' | 'L1' | 'L2' | 'OWN' }
  | { readonly do: 'system'; readonly code: string; readonly active: boolean }
  | { readonly do: 'hostile' };

/** A plant with four devices and a gateway's worth of trouble ahead. */
export function beginning(): Plant {
  return new Plant().setUp(
    [...PROFILES.v1],
    [0, 1, 2, 3].map((n) => device(`d${n}`, n === 3 ? 'other' : 'gas', { heartbeatMs: 20_000 })),
  );
}

/** Plays one step; what it cannot do now (a retired device, no alarm to pick) is played all the same and refused by the engine. */
export function play(plant: Plant, step: Step): void {
  const { view } = plant.engine;
  switch (step.do) {
    case 'pass':
      plant.pass(step.ms);
      return;
    case 'gap':
      plant.mono += step.ms;
      plant.apply({ kind: 'tick' });
      return;
    case 'restart':
      plant.apply({ kind: 'stop' });
      plant.restart(step.ms);
      return;
    case 'clock':
      plant.offset += step.ms;
      return;
    case 'send': {
      const id = `d${step.device}`;
      const values = [plant.value(step.key, step.value, { quality: step.quality, channel: step.key === 'status' ? 1 : null })];
      const sample = plant.sample(id, values, step.stamp, step.faults ?? undefined);
      plant.message(id, [sample], { digest: step.digest, connection: step.connection, nth: step.packet, packetId: step.packet });
      return;
    }
    case 'presence': {
      const id = `d${step.device}`;
      plant.apply({
        kind: 'presence',
        credential: id,
        device: id,
        client: `${id}/c`,
        connection: step.connection,
        what: step.what,
        clean: step.clean,
      });
      return;
    }
    case 'command': {
      const open = [...view.openAlarms()];
      const alarm = open[step.pick % Math.max(1, open.length)];
      plant.command(commandOf(step.op, alarm?.id ?? '1-0', step.stale ? 0 : (alarm?.seq ?? 0)));
      return;
    }
    case 'catalogue':
      plant.config({ op: 'catalogue', catalogue: catalogue(step.version, PROFILES[step.version]) });
      return;
    case 'device':
      plant.put(device(`d${step.device}`, step.profile, { mode: step.mode, heartbeatMs: 20_000 }));
      return;
    case 'retire':
      plant.config({ op: 'retire', asset: 'device', id: `d${step.device}`, base: null });
      return;
    case 'enterprise':
      plant.config({
        op: 'put',
        asset: 'enterprise',
        base: view.assets('enterprise').get('works')?.revision ?? 0,
        value: enterprise('works', { kind: step.kind }),
      });
      return;
    case 'rule': {
      const { scope, code } = step;
      const parts = code === 'OWN' ? ({ level: 'orange', setPoint: 40, deadband: 1, basis: 'own', ...step.parts } as const) : step.parts;
      const about = { scope, scopeId: SCOPE_IDS[scope], code, adds: code === 'OWN' ? 'hi' : null, reason: 'why' } as const;
      plant.rule(rule(`${scope}-${code}`, parts, about));
      return;
    }
    case 'retire-rule':
      plant.config({ op: 'retire', asset: 'rule', id: `${step.scope}-${step.code}`, base: null });
      return;
    case 'system':
      plant.apply({ kind: 'system', code: step.code, active: step.active, level: 'orange' });
      return;
    case 'hostile':
      plant.message(
        'd0',
        JSON.parse(
          '[{"device":"d0","sampleAt":0,"stampedAt":null,"values":[{"measurement":"lel","channel":null,"value":60,"quality":"good"}]}]',
        ),
      );
      return;
  }
}

function commandOf(op: 'acknowledge' | 'withdraw' | 'reset' | 'comment', alarmId: string, seen: number): AlarmCommand {
  if (op === 'acknowledge') return { op, alarmId, seen };
  return op === 'comment' ? { op, alarmId, comment: 'looked at' } : { op, alarmId };
}
