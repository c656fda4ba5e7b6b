import { makeDevices, signIn } from '../harness/api.ts';
import { openBoard } from '../harness/board.ts';
import { connectDevice } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { generate } from './processes.ts';
import { percentile } from './statistics.ts';
import { registerVessels } from './throughput.ts';

export interface LatencyRun {
  readonly samples: number;
  readonly missing: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  readonly backgroundPerSecond: number;
  readonly backgroundP99: number;
}

const PROBES = 10;
const EVERY_MS = 20;

/**
 * PUBLISH to `alarm` at a Socket.IO client, open loop: every 20 ms one of ten shut-off valves reports a slow closing (an alarm without
 * delays) or, the next time, a quick one (it returns), beside a background of ordinary messages.
 */
export async function latencyRun(ratePerSecond: number, seconds: number): Promise<LatencyRun> {
  const folder = temporaryFolder('bench-latency');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const vessels = await registerVessels(platform.httpBase, 500);
    const api = await signIn(platform.httpBase);
    const made = await makeDevices(
      api,
      'bench',
      'gas.valve.shutoff',
      Array.from({ length: PROBES }, (_, i) => `V-${i}`),
    );
    const probes = await Promise.all(made.map((device) => connectDevice(platform.mqttUrl, device)));
    const board = await openBoard(api);
    const sentAt = new Map<string, number[]>();
    const took: number[] = [];
    board.socket.on('alarm', (message: { alarm: { deviceId: string }; event: { type: string } }) => {
      const at = performance.now();
      const due = sentAt.get(message.alarm.deviceId)?.shift();
      if (due !== undefined) took.push(at - due);
    });
    const background = generate({
      host: '127.0.0.1',
      port: Number(new URL(platform.mqttUrl).port),
      connections: vessels,
      window: 60,
      ratePerS: ratePerSecond,
      warmUpSeconds: 2,
      seconds,
    });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const begun = performance.now();
    let n = 0;
    let sent = 0;
    await new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        const due = begun + n * EVERY_MS;
        if (performance.now() < due) return;
        const probe = probes[n % PROBES];
        const device = made[n % PROBES];
        const slow = Math.floor(n / PROBES) % 2 === 0;
        n += 1;
        if (probe !== undefined && device !== undefined) {
          const waiting = sentAt.get(device.id) ?? [];
          sentAt.set(device.id, waiting);
          waiting.push(due);
          sent += 1;
          void probe.telemetry({ close_feedback_s: slow ? 50 : 1 });
        }
        if (performance.now() - begun > (seconds - 2) * 1_000) {
          clearInterval(timer);
          resolve();
        }
      }, 1);
    });
    const result = await background;
    for (const probe of probes) await probe.close();
    board.close();
    return {
      samples: took.length,
      missing: sent - took.length,
      p50: percentile(took, 0.5),
      p90: percentile(took, 0.9),
      p99: percentile(took, 0.99),
      max: Math.max(...took),
      backgroundPerSecond: result.ackedPerS,
      backgroundP99: result.latencyMs.p99,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
