/**
 * One device's connection, as a real device would hold it: MQTT 3.1.1 with its own credential, a last will, QoS 1, commands
 * answered, a backlog while the network is away and an array of it on return.
 */
import mqtt from 'mqtt';
import type { DeviceCredential } from '../device.ts';
import { createBacklog } from './backlog.ts';

/** One sample as it is sent. */
export interface OutgoingSample {
  readonly ts: number;
  readonly values: Readonly<Record<string, number | boolean | null>>;
  readonly faults?: readonly string[];
}

export interface DeviceLinkOptions {
  /** e.g. `mqtt://127.0.0.1:1883`. */
  readonly mqttUrl: string;
  readonly enterpriseId: string;
  readonly deviceId: string;
  readonly credential: DeviceCredential;
  /** Whether messages carry their own time; a backlog always does. */
  readonly stamps: boolean;
  /** Called with one line when something happens that a person may want to know. */
  readonly log: (line: string) => void;
}

export interface DeviceLink {
  /** Sends now, or keeps the sample until the network is back. */
  send(sample: OutgoingSample): void;
  /** Network or power away (the connection breaks off without DISCONNECT) or back again. */
  setNetwork(up: boolean): void;
  counts(): { readonly sent: number; readonly acknowledged: number; readonly waiting: number; readonly lost: number };
  /** Says DISCONNECT and waits for open acknowledgements at most a second. */
  stop(): Promise<void>;
}

/** Samples kept while the network is away. */
const BACKLOG_MAX = 10_000;
/** Samples in one array on return. */
const ARRAY_MAX = 100;
const RECONNECT_MS = 1_000;
const KEEPALIVE_S = 20;

const encode = (sample: OutgoingSample, stamped: boolean): object =>
  stamped
    ? { ts: sample.ts, values: sample.values, ...(sample.faults === undefined ? {} : { faults: sample.faults }) }
    : sample.faults === undefined
      ? sample.values
      : { values: sample.values, faults: sample.faults };

export function openDeviceLink(options: DeviceLinkOptions): DeviceLink {
  const { enterpriseId, deviceId, log } = options;
  const base = `beacon/v1/${enterpriseId}/${deviceId}`;
  const backlog = createBacklog<OutgoingSample>(BACKLOG_MAX);
  let wanted = true;
  let stopped = false;
  let sent = 0;
  let acknowledged = 0;
  let lastError = '';
  let connectedBefore = false;

  const client = mqtt.connect(options.mqttUrl, {
    clientId: deviceId,
    username: options.credential.username,
    password: options.credential.password,
    protocolVersion: 4,
    clean: true,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: RECONNECT_MS,
    connectTimeout: 10_000,
    queueQoSZero: false,
    will: { topic: `${base}/status`, payload: Buffer.from('offline'), qos: 1, retain: false },
  });

  function publish(payload: object, samples: number): void {
    sent += samples;
    client.publish(`${base}/telemetry`, JSON.stringify(payload), { qos: 1 }, (error) => {
      if (error === undefined || error === null) acknowledged += samples;
    });
  }

  client.on('connect', () => {
    lastError = '';
    client.publish(`${base}/status`, 'online', { qos: 1 });
    client.subscribe(`${base}/command`, { qos: 1 });
    const kept = backlog.length;
    for (const portion of backlog.take(ARRAY_MAX))
      publish(
        portion.map((sample) => encode(sample, true)),
        portion.length,
      );
    if (kept > 0 && connectedBefore) log(`${deviceId}: back, sent ${kept} samples it had kept`);
    connectedBefore = true;
  });
  client.on('error', (error) => {
    // A broker that is away is tried every second: told once, not every time.
    if (error.message !== lastError) log(`${deviceId}: ${error.message}`);
    lastError = error.message;
  });
  client.on('message', (_topic, payload) => {
    const reply = answerTo(payload.toString('utf8'));
    if (reply !== null) client.publish(`${base}/command/result`, JSON.stringify(reply), { qos: 1 });
  });

  return {
    send(sample): void {
      if (stopped) return;
      if (wanted && client.connected) publish(encode(sample, options.stamps), 1);
      else backlog.push(sample);
    },
    setNetwork(up): void {
      if (stopped || up === wanted) return;
      wanted = up;
      if (up) {
        client.reconnect();
      } else {
        // Kept from reconnecting by itself; the socket is cut, as when a cable is pulled.
        client.options.reconnectPeriod = 0;
        client.stream.destroy();
      }
      if (up) client.options.reconnectPeriod = RECONNECT_MS;
    },
    counts: () => ({ sent, acknowledged, waiting: backlog.length, lost: backlog.lost }),
    async stop(): Promise<void> {
      if (stopped) return;
      stopped = true;
      const ended = client.endAsync(false).catch((error: unknown) => log(`${deviceId}: ${String(error)}`));
      const patience = new Promise<'late'>((resolve) => {
        setTimeout(resolve, 1_000, 'late').unref();
      });
      if ((await Promise.race([ended, patience])) === 'late') client.end(true);
    },
  };
}

/** A detector can silence its sounder and test itself; anything else it says it cannot do. */
export function answerTo(text: string): { readonly id: string; readonly ok: boolean; readonly detail?: string } | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || !('id' in parsed) || typeof parsed.id !== 'string') return null;
  const command = 'command' in parsed ? parsed.command : null;
  return command === 'silence' || command === 'self-test'
    ? { id: parsed.id, ok: true }
    : { id: parsed.id, ok: false, detail: 'not supported by this device' };
}
