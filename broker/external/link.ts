import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import type { Clock } from '../../model/ports/clock.ts';
import type { UpstreamLimits, UpstreamSettings } from './settings.ts';
import { READING_FILTERS, STATUS_FILTER } from './topic-identity.ts';

/** What one connection tells. `closed` comes once and last. */
export interface LinkEvents {
  /** CONNACK, before any message of this connection; `resumed`: the broker still has our session. */
  onConnected(resumed: boolean): void;
  /** Every subscription is confirmed. */
  onUp(): void;
  onPublish(packet: IPublishPacket): void;
  /** `trouble`: why, for people. */
  onClosed(trouble: string): void;
}

/** One connection to the external broker, from its TCP connect to its end. A new attempt is a new link: nothing old is carried along. */
export interface Link {
  /** Writes a PUBACK; nothing when the connection has gone. */
  acknowledge(packetId: number): void;
  /** True when the broker took the command and somebody has subscribed to it. */
  publish(topic: string, payload: string): Promise<boolean>;
  /** Ends it without a word: the broker repeats what is not acknowledged at the next one. */
  drop(why: string): void;
  /** Says goodbye; the session stays. */
  close(): Promise<void>;
}

/** What MQTT.js keeps to itself and we need: a PUBACK at our own time. `external-mqttjs.test.ts` in the contract suite pins both. */
interface AckWriter {
  _sendPacket(packet: { readonly cmd: 'puback'; readonly messageId: number; readonly reasonCode: 0 }): void;
}

/**
 * Given to MQTT.js as the outcome of `handleMessage`: on an error it goes on to the next packet and leaves out the PUBACK. So the
 * client reads on while messages wait for their commit, and the PUBACKs are ours to send.
 */
const KEPT = new Error('acknowledged after its commit');

/** MQTT 5 clause 3.4.2.1: taken, but nobody has subscribed. */
const NO_MATCHING_SUBSCRIBERS = 16;
const SESSION_TAKEN_OVER = 142;
const GOODBYE_MS = 1_000;

function optionsOf(settings: UpstreamSettings, limits: UpstreamLimits): IClientOptions {
  return {
    protocolVersion: 5,
    clientId: settings.clientId,
    ...(settings.username === undefined ? {} : { username: settings.username }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    ...(settings.cert === undefined ? {} : { cert: settings.cert }),
    ...(settings.key === undefined ? {} : { key: settings.key }),
    clean: false,
    properties: {
      sessionExpiryInterval: limits.sessionExpiryS,
      receiveMaximum: limits.receiveMaximum,
      maximumPacketSize: limits.packetBytes,
    },
    keepalive: limits.keepaliveS,
    connectTimeout: limits.connectTimeoutMs,
    // New attempts are ours: its own come at a fixed interval and carry queued packets of the old connection along.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    manualConnect: true,
  };
}

/** Filters with their options. RETAIN stays set on what the broker kept and only on that; kept messages come once per session. */
function subscriptions(share: string | undefined): Record<string, { qos: 1; rap: false; rh: 1; nl: false }> {
  const options = { qos: 1, rap: false, rh: 1, nl: false } as const;
  const prefix = share === undefined ? '' : `$share/${share}/`;
  return Object.fromEntries([...READING_FILTERS.map((filter) => prefix + filter), STATUS_FILTER].map((filter) => [filter, options]));
}

export function openLink(settings: UpstreamSettings, limits: UpstreamLimits, clock: Clock, events: LinkEvents): Link {
  const client: MqttClient = mqtt.connect(settings.url, optionsOf(settings, limits));
  const { _sendPacket: sendPacket } = client as unknown as AckWriter;
  const pending = new Set<(taken: boolean) => void>();
  let trouble: string | null = null;
  /** Reason of the PUBACK being handled: MQTT.js keeps "nobody has subscribed" from its callback. */
  let ackReason = 0;
  let ended = false;
  let cancelSubscribe: (() => void) | null = null;

  function drop(why: string): void {
    trouble ??= why;
    client.stream.destroy();
  }

  function finish(): void {
    if (ended) return;
    ended = true;
    cancelSubscribe?.();
    for (const settle of pending) settle(false);
    pending.clear();
    // Ends its timers; the stream has gone already.
    client.end(true);
    events.onClosed(trouble ?? 'the connection was closed');
  }

  client.on('error', (error) => {
    trouble ??= error.message === '' ? ((error as NodeJS.ErrnoException).code ?? 'error') : error.message;
  });
  client.on('disconnect', (packet) => {
    trouble ??=
      packet.reasonCode === SESSION_TAKEN_OVER
        ? `another client signed in with our client id ${settings.clientId}`
        : `the broker said goodbye with reason ${packet.reasonCode ?? 0}`;
  });
  client.on('close', finish);
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback') ackReason = packet.reasonCode ?? 0;
    if (packet.cmd === 'connack' && packet.reasonCode === 0) events.onConnected(packet.sessionPresent);
  });
  client.on('connect', () => {
    cancelSubscribe = clock.after(limits.connectTimeoutMs, () => drop('the broker did not confirm the subscription'));
    client.subscribe(subscriptions(settings.share), (error) => {
      cancelSubscribe?.();
      if (ended) return;
      if (error === null) events.onUp();
      else drop(`subscription refused: ${error.message}`);
    });
  });
  client.handleMessage = (packet, done) => {
    if (!ended) events.onPublish(packet);
    if (packet.qos === 0) done();
    else done(KEPT);
  };
  client.connect();

  return {
    acknowledge(packetId) {
      if (client.connected && !ended) sendPacket.call(client, { cmd: 'puback', messageId: packetId, reasonCode: 0 });
    },
    publish(topic, payload) {
      if (!client.connected || ended) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (taken: boolean): void => {
          pending.delete(settle);
          resolve(taken);
        };
        pending.add(settle);
        const cancel = clock.after(limits.commandExpiryS * 1_000, () => settle(false));
        client.publish(topic, payload, { qos: 1, properties: { messageExpiryInterval: limits.commandExpiryS } }, (error) => {
          cancel();
          settle((error === null || error === undefined) && ackReason !== NO_MATCHING_SUBSCRIBERS);
        });
      });
    },
    drop,
    close() {
      trouble ??= 'stopped';
      return new Promise((resolve) => {
        if (ended) {
          resolve();
          return;
        }
        const cancel = clock.after(GOODBYE_MS, () => client.stream.destroy());
        client.once('close', () => {
          cancel();
          resolve();
        });
        client.end(!client.connected);
      });
    },
  };
}
