/**
 * Devices that publish at a steady rate whatever the answers do, each with values that never repeat, so that a lost and a doubled reading
 * can both be told; alarms rise and return all the time. And the people beside them: an operator, and an engineer who changes things.
 */
import mqtt, { type MqttClient } from 'mqtt';
import type { Alarm } from '../../model/alarm.ts';
import type { ListBody } from '../../alert-ui/protocol/http.ts';
import { type Api, type MadeDevice, makeDevices } from './api.ts';

const TURN_MS = 50;
/** Of one device under way at most: a platform that is behind is not flooded. */
const WINDOW = 500;

export interface SteadyLoad {
  /** What each device was acknowledged so far: a copy. */
  acknowledged(): ReadonlyMap<string, ReadonlySet<number>>;
  /** Readings acknowledged since the beginning. */
  count(): number;
  stop(): Promise<void>;
}

export const VALVE = { profile: 'gas.valve.shutoff', measurement: 'close_feedback_s' } as const;

/** @param perDevice messages a second of each. */
export async function startSteadyLoad(mqttUrl: string, devices: readonly MadeDevice[], perDevice: number): Promise<SteadyLoad> {
  const acked = new Map<string, Set<number>>(devices.map((device) => [device.id, new Set()]));
  const clients: MqttClient[] = [];
  let total = 0;
  let n = 0;
  const inFlight = new Map<string, number>();
  for (const device of devices) {
    const client = await mqtt.connectAsync(mqttUrl, {
      username: device.username,
      password: device.password,
      clientId: `steady-${device.id}`,
      reconnectPeriod: 0,
    });
    client.on('error', () => undefined);
    clients.push(client);
  }
  function send(client: MqttClient, device: MadeDevice): void {
    // Fifty quick closings, fifty that take 55 s (limit 10 s, no delays, latching).
    const value = (Math.floor(n / 50) % 2 === 0 ? 1 : 55) + n / 1e6;
    inFlight.set(device.id, (inFlight.get(device.id) ?? 0) + 1);
    const topic = `beacon/v1/${device.enterprise}/${device.id}/telemetry`;
    client.publish(topic, JSON.stringify({ ts: stamp, values: { [VALVE.measurement]: value } }), { qos: 1 }, (error) => {
      inFlight.set(device.id, (inFlight.get(device.id) ?? 1) - 1);
      if (error !== undefined && error !== null) return;
      acked.get(device.id)?.add(value);
      total += 1;
    });
  }
  let stamp = Date.now();
  const begun = performance.now();
  const timer = setInterval(() => {
    // After a timetable: a turn that comes late sends what the one before it should have.
    const due = Math.floor(((performance.now() - begun) / 1_000) * perDevice);
    while (n < due) {
      n += 1;
      stamp = Math.max(stamp + 1, Date.now() - TURN_MS);
      for (const [at, device] of devices.entries()) {
        const client = clients[at];
        if (client !== undefined && (inFlight.get(device.id) ?? 0) < WINDOW) send(client, device);
      }
    }
  }, TURN_MS);
  return {
    acknowledged: () => new Map([...acked].map(([id, values]) => [id, new Set(values)])),
    count: () => total,
    async stop() {
      clearInterval(timer);
      await Promise.all(clients.map((client) => client.endAsync()));
    },
  };
}

export interface People {
  /** Devices made so far, with their secrets: a copy. */
  made(): readonly MadeDevice[];
  acts(): number;
  stop(): Promise<void>;
}

/** Acknowledges and resets what rings; registers a device and renames an older one every turn. */
export function startPeople(api: Api, enterprise: string): People {
  const made: MadeDevice[] = [];
  let acts = 0;
  const stop = { asked: false };
  async function operate(): Promise<void> {
    while (!stop.asked) {
      const { items } = await api.get<ListBody<Alarm>>('/alarms?state=UNACK');
      for (const alarm of items.slice(0, 4)) {
        const answer = await api.request('POST', `/alarms/${alarm.id}/acknowledge`, { seen: alarm.seq, comment: `act ${acts}` });
        if (answer.status === 200) acts += 1;
        await api.request('POST', `/alarms/${alarm.id}/reset`, {});
      }
      await pause(20);
    }
  }
  async function change(): Promise<void> {
    for (let n = 0; !stop.asked; n++) {
      made.push(...(await makeDevices(api, enterprise, VALVE.profile, [`new-${n}`])));
      const older = await api.request('GET', `/devices/new-${Math.floor(n / 2)}`);
      const { revision } = older.body as { revision: number };
      await api.request('PATCH', `/devices/new-${Math.floor(n / 2)}`, { name: `renamed ${n}` }, { 'if-match': `"${revision}"` });
      await pause(30);
    }
  }
  const working = [operate(), change()];
  return {
    made: () => [...made],
    acts: () => acts,
    async stop() {
      stop.asked = true;
      await Promise.all(working);
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
