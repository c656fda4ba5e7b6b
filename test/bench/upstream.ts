import { createExternalSource, type ExternalSource } from '../../broker/external/external.ts';
import type { Clock } from '../../model/ports/clock.ts';
import type { Inbound } from '../../model/ports/message-source.ts';
import { startMosquitto } from '../parts/mosquitto.ts';
import { pause } from './probes.ts';
import { generate, startYardstick } from './processes.ts';

export interface UpstreamRun {
  readonly perSecond: number;
  /** CPU of this process per message (the client, the commits left out), µs. */
  readonly cpuMicrosPerMessage: number;
  /** Sent by devices and acknowledged to them by the broker, but never delivered here. */
  readonly missing: number;
}

const clock: Clock = {
  now: () => Date.now(),
  mono: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A source whose messages are acknowledged by commits that take `commitMs` each, one after the other, as a slow disk does. */
async function slowCommits(url: string, commitMs: number): Promise<{ readonly source: ExternalSource; received(): number }> {
  let received = 0;
  let waiting: Inbound[] = [];
  let committing = false;
  const commit = (): void => {
    if (committing || waiting.length === 0) return;
    committing = true;
    const batch = waiting;
    waiting = [];
    setTimeout(() => {
      for (const inbound of batch) inbound.ack();
      committing = false;
      commit();
    }, commitMs);
  };
  const source = createExternalSource({ url, clientId: 'beacon-bench' });
  await source.start(
    {
      onMessage(inbound) {
        received += 1;
        waiting.push(inbound);
        commit();
      },
      onPresence() {},
      onRefused() {},
      onAccepted() {},
    },
    clock,
  );
  while (!source.status().up) await pause(5);
  return { source, received: () => received };
}

async function measured(received: () => number, seconds: number): Promise<{ perSecond: number; cpuMicrosPerMessage: number }> {
  const from = { at: performance.now(), count: received(), cpu: process.cpuUsage() };
  await pause(seconds * 1_000);
  const count = received() - from.count;
  const cpu = process.cpuUsage(from.cpu);
  return {
    perSecond: (count * 1_000) / (performance.now() - from.at),
    cpuMicrosPerMessage: count === 0 ? 0 : (cpu.user + cpu.system) / count,
  };
}

/** Against a broker of a few lines that always has more: what the client itself can do. */
export async function upstreamCeiling(commitMs: number, seconds: number): Promise<UpstreamRun> {
  const feed = await startYardstick('upstream-feed.js');
  const { source, received } = await slowCommits(`mqtt://127.0.0.1:${feed.port}`, commitMs);
  try {
    await pause(500);
    return { ...(await measured(received, seconds)), missing: 0 };
  } finally {
    await source.stop();
    await feed.stop();
  }
}

/** Devices publish to a real Mosquitto, QoS 1, as fast as it answers; it passes on to us. `persistent`: with the documented autosave. */
export async function upstreamThroughMosquitto(commitMs: number, seconds: number, persistent: boolean): Promise<UpstreamRun> {
  const mosquitto = await startMosquitto(
    persistent ? ['max_queued_messages 1000000'] : ['max_queued_messages 1000000', 'persistence false'],
  );
  const { source, received } = await slowCommits(mosquitto.url, commitMs);
  try {
    const connections = Array.from({ length: 50 }, (_, i) => ({
      clientId: `d${i}`,
      username: null,
      password: null,
      topic: `beacon/v1/e/d${i}/telemetry`,
      payloads: [JSON.stringify({ lel: 12.5, temp: 21, batt: 88 })],
    }));
    const warmUpSeconds = 1;
    let figures = { perSecond: 0, cpuMicrosPerMessage: 0 };
    let measuring: Promise<void> = Promise.resolve();
    const load = await generate({ host: '127.0.0.1', port: mosquitto.port, connections, window: 20, warmUpSeconds, seconds }, (phase) => {
      if (phase === 'measuring')
        measuring = measured(received, seconds).then((found) => {
          figures = found;
        });
    });
    await measuring;
    const patience = performance.now() + 60_000;
    while (received() < load.acked && performance.now() < patience) await pause(50);
    return { ...figures, missing: Math.max(0, load.acked - received()) };
  } finally {
    await source.stop();
    await mosquitto.stop();
  }
}
