/**
 * One device's connection, as a real device would hold it: MQTT 3.1.1 with its own credential, a last will, QoS 1, commands
 * answered, a backlog while the network is away and an array of it on return.
 */
import mqtt from 'mqtt';
import type { BacklogHabit, DeviceCredential, Obeyed } from '../device.ts';
import { answerTo } from './answer.ts';
import { createBacklog } from './backlog.ts';
import { backlogMessages, type Outgoing, type OutgoingSample, samplePayload } from './payload.ts';

export interface DeviceLinkOptions {
  /** e.g. `mqtt://127.0.0.1:1883`. */
  readonly mqttUrl: string;
  readonly enterpriseId: string;
  readonly deviceId: string;
  readonly credential: DeviceCredential;
  /** Whether messages carry their own time; a backlog always does. */
  readonly stamps: boolean;
  /** Default `arrays`. */
  readonly backlog?: BacklogHabit;
  /** What the device makes of a command; null = as every detector. */
  readonly obey?: (command: string) => Obeyed | null;
  /** Called with one line when something happens that a person may want to know. */
  readonly log: (line: string) => void;
}

/**
 * What a connection has carried so far. `sent`, `acknowledged`, `waiting` and `lost` count samples (one time stamp of one device, with
 * all its values). A message is one PUBLISH: one sample, or up to 100 of a backlog as one array, so there are never more messages than
 * samples, and fewer wherever samples had to wait for the connection.
 */
export interface LinkCounts {
  readonly sent: number;
  readonly acknowledged: number;
  /** Kept until the network is back. */
  readonly waiting: number;
  /** Given up because the backlog was full. */
  readonly lost: number;
  readonly messages: number;
  readonly messagesAcknowledged: number;
  readonly values: number;
  readonly valuesAcknowledged: number;
}

export const NO_COUNTS: LinkCounts = {
  sent: 0,
  acknowledged: 0,
  waiting: 0,
  lost: 0,
  messages: 0,
  messagesAcknowledged: 0,
  values: 0,
  valuesAcknowledged: 0,
};

/** Counts of several connections together. */
export function sumCounts(all: Iterable<LinkCounts>): LinkCounts {
  const sum = { ...NO_COUNTS };
  for (const one of all) {
    sum.sent += one.sent;
    sum.acknowledged += one.acknowledged;
    sum.waiting += one.waiting;
    sum.lost += one.lost;
    sum.messages += one.messages;
    sum.messagesAcknowledged += one.messagesAcknowledged;
    sum.values += one.values;
    sum.valuesAcknowledged += one.valuesAcknowledged;
  }
  return sum;
}

export interface DeviceLink {
  /** Sends now, or keeps the sample until the network is back. */
  send(sample: OutgoingSample): void;
  /** Network or power away (the connection breaks off without DISCONNECT) or back again. */
  setNetwork(up: boolean): void;
  counts(): LinkCounts;
  /** Says DISCONNECT and waits for open acknowledgements at most a second. */
  stop(): Promise<void>;
}

/** Samples kept while the network is away. */
const BACKLOG_MAX = 10_000;
const RECONNECT_MS = 1_000;
const KEEPALIVE_S = 20;

export function openDeviceLink(options: DeviceLinkOptions): DeviceLink {
  const { enterpriseId, deviceId, log } = options;
  const base = `beacon/v1/${enterpriseId}/${deviceId}`;
  const backlog = createBacklog<OutgoingSample>(BACKLOG_MAX);
  let wanted = true;
  let stopped = false;
  const carried = { ...NO_COUNTS };
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

  /** One PUBLISH with these samples. */
  function publish({ payload, samples }: Outgoing): void {
    const values = samples.reduce((sum, sample) => sum + Object.keys(sample.values).length, 0);
    carried.sent += samples.length;
    carried.messages += 1;
    carried.values += values;
    client.publish(`${base}/telemetry`, JSON.stringify(payload), { qos: 1 }, (error) => {
      if (error !== undefined && error !== null) return;
      carried.acknowledged += samples.length;
      carried.messagesAcknowledged += 1;
      carried.valuesAcknowledged += values;
    });
  }

  client.on('connect', () => {
    lastError = '';
    client.publish(`${base}/status`, 'online', { qos: 1 });
    client.subscribe(`${base}/command`, { qos: 1 });
    const kept = backlog.length;
    for (const message of backlogMessages(backlog.take(), options.backlog ?? 'arrays')) publish(message);
    if (kept > 0 && connectedBefore) log(`${deviceId}: back, sent ${kept} samples it had kept`);
    connectedBefore = true;
  });
  client.on('error', (error) => {
    // A broker that is away is tried every second: told once, not every time.
    if (error.message !== lastError) log(`${deviceId}: ${error.message}`);
    lastError = error.message;
  });
  client.on('message', (_topic, payload) => {
    const reply = answerTo(payload.toString('utf8'), Date.now(), options.obey);
    if (reply === null) return;
    log(`${deviceId}: ${reply.command} ${reply.answer.ok ? 'done' : `not done: ${reply.answer.detail ?? ''}`}`);
    client.publish(`${base}/command/result`, JSON.stringify(reply.answer), { qos: 1 });
  });

  return {
    send(sample): void {
      if (stopped) return;
      if (wanted && client.connected) publish({ payload: samplePayload(sample, options.stamps), samples: [sample] });
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
    counts: () => ({ ...carried, waiting: backlog.length, lost: backlog.lost }),
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
