import { afterEach, describe, expect, it } from 'vitest';
import type { LiveEvent } from '../../model/alarm.ts';
import { parseScenario } from '../../simulators/scenario-file/parse.ts';
import type { Played } from '../../simulators/scenario-file/played.ts';
import type { Seams } from '../build.ts';
import { playScenario } from './play-scenario.ts';
import { openVirtualPlatform, VIRTUAL_START, type VirtualPlatform } from './virtual-platform.ts';

/** Two detectors in one leaking room, a noisy one behind a link that breaks off: alarms, an acknowledgement, silence, a late batch. */
const SCENARIO = `
name: two-detectors
about: a leak of 2 L/s into 30 m3, nobody airs
lastsS: 420
places:
  room:
    gas: methane
    volumesM3: [30]
    phases: [{ seconds: 1, leakM3PerS: [0.002], ventilationM3PerS: [0.01] }]
devices:
  - id: near
    profile: gas.combustible.point.industrial
    reportS: 5
    shows: { lel: { catalytic: { place: room } } }
    noise: { lel: { deviation: 0.5 } }
  - id: far
    profile: gas.combustible.point.industrial
    reportS: 7
    heartbeatS: 25
    shows: { lel: { infrared: { place: room, t90S: 60 } } }
    noise: { lel: { deviation: 0.5 } }
    faults: [{ kind: outage, fromS: 130, toS: 260 }]
operators:
  - { atS: 240, does: acknowledge, device: near }
`;
const scenario = parseScenario(SCENARIO);

const open: VirtualPlatform[] = [];
afterEach(async () => {
  for (const world of open.splice(0)) await world.close();
});

async function play(seams: Seams = {}, seed = scenario.seed): Promise<{ world: VirtualPlatform; played: Played; events: LiveEvent[] }> {
  const world = await openVirtualPlatform(VIRTUAL_START, seams);
  open.push(world);
  const events: LiveEvent[] = [];
  const played = await playScenario(world, { ...scenario, seed }, (event) => void events.push(event));
  expect(played.troubles).toEqual([]);
  return { world, played, events };
}

describe('the whole platform on virtual time', () => {
  it('tells the same events, byte for byte, when the same is said to it, however slow the disk is; others for other noise', async () => {
    const first = await play();
    const kinds = new Set(first.events.map((event) => (event.kind === 'alarm' ? event.event.type : event.kind)));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['acknowledged', 'device', 'level-raised', 'raised', 'returned']));
    const text = JSON.stringify(first.events);
    expect(JSON.stringify((await play()).events)).toBe(text);
    expect(JSON.stringify((await play({ commitDelayMs: 7 })).events)).toBe(text);
    expect(JSON.stringify((await play({}, 2)).events)).not.toBe(text);
  });

  it('keeps what it was told: every event in the alarm history, every reading in the store, at its virtual time', async () => {
    const { world, played, events } = await play();
    const { platform } = world.running;
    const raised = events.flatMap((event) => (event.kind === 'alarm' && event.event.type === 'raised' ? [event.alarm.id] : []));
    const { items } = await platform.records.alarms.list({ limit: 100 });
    expect(items.map((one) => one.id).sort()).toEqual(raised.sort());

    const from = VIRTUAL_START;
    const to = VIRTUAL_START + 1_000 * scenario.lastsS;
    const points = async (): Promise<number> => {
      let count = 0;
      for (const device of ['near', 'far'])
        count += (
          await platform.readings.range({ enterprise: 'scenario', device, measurement: 'lel', channel: null, from, to, limit: 1_000 })
        ).points.length;
      return count;
    };
    // The store follows on real time; one `online` of each connection is a message without a reading.
    await expect.poll(points).toBeGreaterThanOrEqual(Math.floor(420 / 5) + Math.floor(420 / 7));
    expect(played.messages).toBeGreaterThan(120);
  });

  it('does not let time pass a timer: ticks are never further apart than their five seconds', async () => {
    const world = await openVirtualPlatform();
    open.push(world);
    const before = world.running.engine.view.appliedSeq;
    await world.passTo(60_000);
    expect(world.running.engine.view.appliedSeq - before).toBe(12);
    expect(world.clock.now()).toBe(VIRTUAL_START + 60_000);
    await expect(world.passTo(59_999)).rejects.toThrow('does not go back');
  });
});
