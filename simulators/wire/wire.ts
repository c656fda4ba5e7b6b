/**
 * What devices say on the wire, as a stream of events on simulated time: connections made and broken, messages with their bytes. The same
 * habits as `runner.ts` with `link/device-link.ts` have on real time, without sockets, so that days are played in seconds and every run
 * with one seed is the same.
 */
import type { SimulatedDevice } from '../device.ts';
import { createBacklog } from '../link/backlog.ts';
import { backlogMessages, type OutgoingSample, samplePayload } from '../link/payload.ts';
import { firstReportMs, sampleOf } from '../report.ts';

export type WireEvent = {
  /** ms since 1970 on simulated time; never less than that of the event before. */
  readonly atMs: number;
  readonly device: string;
  readonly enterprise: string;
  /** Which of the devices given it is: two may have one id (a duplicate client). */
  readonly index: number;
} & (
  | { readonly kind: 'connect' }
  | { readonly kind: 'publish'; readonly topic: string; readonly payload: string }
  /** The connection breaks off without DISCONNECT; the broker publishes the last will. */
  | { readonly kind: 'cut'; readonly will: { readonly topic: string; readonly payload: string } }
);

export interface WireOptions {
  /** ms since 1970 at which the run begins. */
  readonly startAt: number;
  readonly seconds: number;
  /** Scatters the devices' first reports over their interval. */
  readonly seed: number;
}

/** A client that was pushed out or cut comes again after so long. */
const RECONNECT_MS = 1_000;
/** Samples kept while the network is away. */
const BACKLOG_MAX = 10_000;
/** Reports are never closer than this, ms: a fault cannot stop time. */
const SHORTEST_MS = 0.1;

export function* wireOf(devices: readonly SimulatedDevice[], options: WireOptions): Generator<WireEvent> {
  const { startAt, seed } = options;
  const endMs = options.seconds * 1_000;
  const clients = devices.map((device, index) => ({
    device,
    index,
    base: `beacon/v1/${device.enterpriseId}/${device.id}`,
    kept: createBacklog<OutgoingSample>(BACKLOG_MAX),
    connected: false,
    /** Time at which it connects (again); infinite = does not want to, or is connected. */
    connectMs: 0,
    reportMs: firstReportMs(device, seed),
  }));
  type Client = (typeof clients)[number];

  const about = (client: Client, nowMs: number): Pick<WireEvent, 'atMs' | 'device' | 'enterprise' | 'index'> => ({
    atMs: Math.round(startAt + nowMs),
    device: client.device.id,
    enterprise: client.device.enterpriseId,
    index: client.index,
  });
  function publish(client: Client, nowMs: number, payload: object): WireEvent {
    return { ...about(client, nowMs), kind: 'publish', topic: `${client.base}/telemetry`, payload: JSON.stringify(payload) };
  }
  function cut(client: Client, nowMs: number): WireEvent {
    client.connected = false;
    return { ...about(client, nowMs), kind: 'cut', will: { topic: `${client.base}/status`, payload: 'offline' } };
  }
  function* connect(client: Client, nowMs: number): Generator<WireEvent> {
    for (const other of clients) {
      // Same client id under the same credential: the broker ends the older connection (MQTT 3.1.1, 3.1.4-2).
      if (other === client || other.device.id !== client.device.id || !other.connected) continue;
      yield cut(other, nowMs);
      other.connectMs = nowMs + RECONNECT_MS;
    }
    client.connected = true;
    client.connectMs = Number.POSITIVE_INFINITY;
    yield { ...about(client, nowMs), kind: 'connect' };
    yield { ...about(client, nowMs), kind: 'publish', topic: `${client.base}/status`, payload: 'online' };
    for (const { payload } of backlogMessages(client.kept.take(), client.device.backlog ?? 'arrays')) yield publish(client, nowMs, payload);
  }
  function* report(client: Client, nowMs: number): Generator<WireEvent> {
    const { device } = client;
    const moment = device.at(nowMs / 1_000);
    client.reportMs = nowMs + Math.max(SHORTEST_MS, moment.nextInMs ?? device.reportEveryMs);
    const wants = moment.link === 'up' || moment.link === 'mute';
    if (!wants) {
      if (client.connected) yield cut(client, nowMs);
      client.connectMs = Number.POSITIVE_INFINITY;
    }
    if (moment.link === 'up' || moment.link === 'down') {
      const sample = sampleOf(moment, startAt + nowMs);
      if (client.connected) yield publish(client, nowMs, samplePayload(sample, device.stamps));
      else client.kept.push(sample);
    }
    if (wants && !client.connected && client.connectMs === Number.POSITIVE_INFINITY) yield* connect(client, nowMs);
  }

  for (;;) {
    // A few hundred devices at most: looking at all of them costs less than keeping them in order.
    let next: Client | undefined;
    let nextMs = endMs;
    for (const client of clients) {
      const dueMs = Math.min(client.reportMs, client.connectMs);
      if (dueMs < nextMs) {
        next = client;
        nextMs = dueMs;
      }
    }
    if (next === undefined) return;
    if (next.connectMs <= next.reportMs) yield* connect(next, nextMs);
    else yield* report(next, nextMs);
  }
}
