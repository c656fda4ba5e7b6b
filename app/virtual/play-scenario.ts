/** Plays a scenario on virtual time: what its devices say goes through the loopback, what its operators do through the platform's commands. */
import type { Device } from '../../model/asset.ts';
import type { LiveEvent } from '../../model/alarm.ts';
import type { ConfigChange } from '../../model/entry.ts';
import type { Publisher } from '../../model/ports/message-source.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { EpochMs } from '../../model/time.ts';
import { devicesOf, heartbeatMs, SCENARIO_ENTERPRISE_ID } from '../../simulators/scenario-file/devices.ts';
import { ScenarioError } from '../../simulators/scenario-file/parse.ts';
import { alarmFor, bodyOf, heardOf, type OperatorAct, type Played, refusedAct } from '../../simulators/scenario-file/played.ts';
import type { DeviceFile, Scenario } from '../../simulators/scenario-file/schema.ts';
import { type WireEvent, wireOf } from '../../simulators/wire/wire.ts';
import { deviceAsset, enterpriseAsset, gatewayAsset } from './assets.ts';
import { devicePublisher, gatewayPublisher, type VirtualPlatform } from './virtual-platform.ts';

/** Kinds of refusals that are told; more of them say nothing new. */
const REFUSALS_TOLD = 10;
/** Lines of the ledger that are looked at: of each kind it has ten a minute, and counts the rest. */
const REFUSALS_READ = 1_000;

/** @param onEvent hears every live event, in order */
export async function playScenario(
  world: VirtualPlatform,
  scenario: Scenario,
  onEvent: (event: LiveEvent) => void = () => undefined,
): Promise<Played> {
  const { source, clock } = world;
  const { platform } = world.running;
  const startMono = clock.mono();
  const startedAt = clock.now();
  const heard: Played['heard'][number][] = [];
  const troubles: string[] = [];
  const unsubscribe = platform.subscribe({
    onEvents(events) {
      for (const one of events) {
        onEvent(one);
        if (one.kind === 'alarm') heard.push(heardOf(one.alarm, one.event, startedAt));
      }
    },
    onSamples: () => undefined,
    onHealth: () => undefined,
  });
  await setUp(world, scenario, startedAt);

  const publishers = new Map<number, Publisher>();
  let connection = 0;
  let messages = 0;
  const gateways = new Map(
    scenario.gateways.flatMap(({ id, devices }) => (id === undefined ? [] : devices.map((name) => [name, id] as const))),
  );
  /** A gateway's connection lasts as long as one of those behind it wants it. */
  const lines = new Map<string, { readonly publisher: Publisher; readonly members: Set<number> }>();
  /** What a device behind a gateway says goes out on the gateway's line; of the device's own presence nobody hears. */
  function onGateway(gateway: string, event: WireEvent): void {
    const line = lines.get(gateway);
    if (event.kind === 'connect') {
      if (line === undefined) {
        connection += 1;
        const publisher = gatewayPublisher(event.enterprise, gateway, connection);
        lines.set(gateway, { publisher, members: new Set([event.index]) });
        source.connect(publisher);
      } else line.members.add(event.index);
      return;
    }
    if (line === undefined) throw new Error(`${event.device} speaks, and ${gateway} has no connection`);
    if (event.kind === 'cut') {
      line.members.delete(event.index);
      if (line.members.size > 0) return;
      lines.delete(gateway);
      source.cut(line.publisher, false);
      return;
    }
    if (!event.topic.endsWith('/status')) publish(line.publisher, event);
  }
  function publish(publisher: Publisher, event: Extract<WireEvent, { kind: 'publish' }>): void {
    messages += 1;
    void source.publish(publisher, event.topic, event.payload).then((outcome) => {
      if (outcome === 'failed') troubles.push(`${event.device}: a message at ${(event.atMs - startedAt) / 1_000} s was not acknowledged`);
    });
  }
  function onWire(event: WireEvent): void {
    const gateway = gateways.get(event.device);
    if (gateway !== undefined) {
      onGateway(gateway, event);
      return;
    }
    if (event.kind === 'connect') {
      connection += 1;
      const publisher = devicePublisher(event.enterprise, event.device, connection);
      publishers.set(event.index, publisher);
      source.connect(publisher);
      return;
    }
    const publisher = publishers.get(event.index);
    if (publisher === undefined) throw new Error(`${event.device} speaks without a connection`);
    if (event.kind === 'cut') {
      publishers.delete(event.index);
      source.cut(publisher, false, event.will);
      return;
    }
    publish(publisher, event);
  }

  async function operate(act: OperatorAct): Promise<void> {
    await world.passTo(startMono + act.atS * 1_000);
    const alarm = alarmFor(act, platform.view.openAlarms());
    if (typeof alarm === 'string') {
      troubles.push(alarm);
      return;
    }
    const command = { ...bodyOf(act, alarm), alarmId: alarm.id };
    const actor = { kind: 'account', name: act.by, role: 'operator', enterprises: null } as const;
    const outcome = await world.during(platform.command(actor, `${scenario.name} ${act.atS} ${alarm.id}`, command));
    if (!outcome.ok) troubles.push(refusedAct(act, outcome.code));
  }

  const acts = scenario.operators.toSorted((a, b) => a.atS - b.atS);
  async function actsUntil(mono: number): Promise<void> {
    for (let act = acts[0]; act !== undefined && startMono + act.atS * 1_000 <= mono; act = acts[0]) {
      acts.shift();
      await operate(act);
    }
  }

  const said = wireOf(devicesOf(scenario), { startAt: startedAt, seconds: scenario.lastsS, seed: scenario.seed });
  for (const event of said) {
    const mono = startMono + event.atMs - startedAt;
    if (mono > clock.mono()) {
      // What was said at one time goes in together.
      await world.settled();
      await actsUntil(mono);
      await world.passTo(mono);
    }
    onWire(event);
  }
  await world.settled();
  const endMono = startMono + scenario.lastsS * 1_000;
  await actsUntil(endMono);
  await world.passTo(endMono);

  unsubscribe();
  troubles.push(...(await refusals(world, startedAt)));
  return { heard, troubles, messages };
}

/** A scenario speaks the profiles' language: what the door refused is a mistake of its own. */
async function refusals(world: VirtualPlatform, startedAt: EpochMs): Promise<readonly string[]> {
  const { platform } = world.running;
  await world.during(platform.flushLedger());
  const { items } = await platform.records.ledger.list({ verdict: 'refused', from: startedAt, limit: REFUSALS_READ });
  const kinds = new Map<string, { readonly first: LedgerLine; count: number }>();
  for (const line of items.toSorted((a, b) => a.at - b.at)) {
    const kind = `${line.device} ${line.reason} ${line.detail}`;
    const known = kinds.get(kind);
    if (known === undefined) kinds.set(kind, { first: line, count: 1 });
    else known.count += 1;
  }
  return [...kinds.values()].slice(0, REFUSALS_TOLD).map(({ first, count }) => {
    const often = count === 1 ? '' : `${count}${items.length === REFUSALS_READ ? ' or more' : ''} times, first `;
    const what = [first.reason, first.detail, first.head].filter((part) => part !== null && part !== '').join(' ');
    return `${first.device ?? '?'}: refused at the door ${often}at ${(first.at - startedAt) / 1_000} s: ${what}`;
  });
}

/** What of the file a refusal is about, in the file's words. */
function named(change: ConfigChange | undefined): string {
  if (change?.op !== 'put') return 'set-up';
  return change.asset === 'device' ? `device ${change.value.id}, profile ${change.value.profileId}` : `${change.asset} ${change.value.id}`;
}

async function setUp(world: VirtualPlatform, scenario: Scenario, at: EpochMs): Promise<void> {
  const changes: readonly ConfigChange[] = [
    { op: 'put', asset: 'enterprise', base: 0, value: enterpriseAsset(SCENARIO_ENTERPRISE_ID, at) },
    ...scenario.gateways.flatMap(({ id }): ConfigChange[] =>
      id === undefined ? [] : [{ op: 'put', asset: 'gateway', base: 0, value: gatewayAsset(id, SCENARIO_ENTERPRISE_ID, at) }],
    ),
    ...scenario.devices.map((device) => ({ op: 'put', asset: 'device', base: 0, value: assetOf(device, at) }) as const),
  ];
  const outcomes = await world.during(world.running.platform.configure({ kind: 'system' }, `${scenario.name} set-up`, changes));
  const faults = outcomes.flatMap((outcome, i) => (outcome.ok ? [] : [`${scenario.name}: ${named(changes[i])}: ${outcome.detail}`]));
  if (faults.length > 0) throw new ScenarioError(faults);
}

function assetOf(device: DeviceFile, at: EpochMs): Device {
  const { id, profile: profileId, attributes, conditions, variant, reportS } = device;
  const enterpriseId = SCENARIO_ENTERPRISE_ID;
  const periods = { heartbeatMs: heartbeatMs(device), reportMs: reportS * 1_000 };
  const calibratedAt = device.calibratedDaysAgo === undefined ? null : Math.round(at - device.calibratedDaysAgo * 86_400_000);
  return deviceAsset({ id, enterpriseId, profileId, ...periods, attributes, conditions, variant, calibratedAt }, at);
}
