import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { generate as encode } from 'mqtt-packet';
import type { WebSocket } from 'ws';
import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { type Figures, figures, startProbes } from './probes.ts';
import { generate, residentBytes } from './processes.ts';
import { registerVessels } from './throughput.ts';
import { openViewer } from './viewer.ts';

export interface FrozenRun {
  readonly viewers: number;
  /** What a viewer who reads got in the same time, times the viewers who did not, MB. */
  readonly owedMb: number;
  /** Published by the MQTT client that never reads an answer, MB. */
  readonly pushedMb: number;
  readonly pubacks: Figures;
  readonly alarms: Figures;
  readonly missing: { readonly pubacks: number; readonly alarms: number };
  readonly residentMb: { readonly before: number; readonly after: number };
}

/** Subscribes, then publishes for as long as the platform takes it, and never reads a byte of what comes back. */
async function openFrozenDevice(
  port: number,
  device: { username: string | null; password: string | null; clientId: string; topic: string },
): Promise<{
  pushed(): number;
  close(): void;
}> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => socket.destroy());
  socket.write(
    encode({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: device.clientId,
      keepalive: 600,
      username: device.username ?? '',
      password: Buffer.from(device.password ?? ''),
    }),
  );
  await once(socket, 'data');
  socket.pause();
  const commands = device.topic.replace(/telemetry$/, 'command');
  socket.write(encode({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: commands, qos: 1 }] }));
  let pushed = 0;
  let messageId = 1;
  const pings = Buffer.concat(Array.from({ length: 2_000 }, () => encode({ cmd: 'pingreq' })));
  const timer = setInterval(() => {
    if (socket.destroyed || socket.writableLength > 1_000_000) return;
    messageId = (messageId % 60_000) + 1;
    const packet = encode({
      cmd: 'publish',
      topic: device.topic,
      payload: '{"pressure":1.1}',
      qos: 1,
      messageId,
      dup: false,
      retain: false,
    });
    for (const bytes of [packet, pings]) {
      pushed += bytes.length;
      socket.write(bytes);
    }
  }, 5);
  return {
    pushed: () => pushed,
    close() {
      clearInterval(timer);
      socket.destroy();
    },
  };
}

/** Viewers and a device that stop reading, beside ordinary traffic: nobody else may be delayed. */
export async function frozenRun(ratePerSecond: number, seconds: number, frozenViewers: number): Promise<FrozenRun> {
  const folder = temporaryFolder('bench-frozen');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const [victim, ...vessels] = await registerVessels(platform.httpBase, 501);
    if (victim === undefined) throw new Error('no device');
    const port = Number(new URL(platform.mqttUrl).port);
    const api = await signIn(platform.httpBase);
    const probes = await startProbes(api, platform.mqttUrl);
    let healthyBytes = 0;
    const reader = await openViewer(platform.httpBase, api.token, (text) => {
      healthyBytes += text.length;
    });
    const residentBefore = residentBytes(platform.pid) / 1e6;
    const frozen: WebSocket[] = [];
    for (let i = 0; i < frozenViewers; i += 1) {
      const viewer = await openViewer(platform.httpBase, api.token, () => undefined);
      viewer.pause();
      frozen.push(viewer);
    }
    const device = await openFrozenDevice(port, victim);
    healthyBytes = 0;
    const from = performance.now();
    await generate({ host: '127.0.0.1', port, connections: vessels, window: 60, ratePerS: ratePerSecond, seconds });
    const to = performance.now();
    const residentAfter = residentBytes(platform.pid) / 1e6;
    await probes.stop();
    device.close();
    for (const viewer of [...frozen, reader]) viewer.terminate();
    return {
      viewers: frozenViewers,
      owedMb: (healthyBytes * frozenViewers) / 1e6,
      pushedMb: device.pushed() / 1e6,
      pubacks: figures(probes.pubacks, from, to),
      alarms: figures(probes.alarms, from, to),
      missing: probes.missing(),
      residentMb: { before: residentBefore, after: residentAfter },
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
