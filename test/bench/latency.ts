import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { metricsText } from './metric.ts';
import { type Figures, figures, pause, startProbes } from './probes.ts';
import { generate } from './processes.ts';
import { stagesBetween, type StageFigures } from './stages.ts';
import { registerVessels } from './throughput.ts';

export interface LatencyRun {
  readonly alarms: Figures;
  readonly missing: number;
  readonly backgroundPerSecond: number;
  /** Where the time of its messages went inside the platform. */
  readonly stages: readonly StageFigures[];
}

/** PUBLISH to `alarm` at a Socket.IO client, beside a background of ordinary messages of `connections` devices. */
export async function latencyRun(ratePerSecond: number, seconds: number, connections: number): Promise<LatencyRun> {
  const folder = temporaryFolder('bench-latency');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const vessels = await registerVessels(platform.httpBase, connections);
    const probes = await startProbes(await signIn(platform.httpBase), platform.mqttUrl);
    let from = 0;
    let to = 0;
    let before = Promise.resolve('');
    const result = await generate(
      {
        host: '127.0.0.1',
        port: Number(new URL(platform.mqttUrl).port),
        connections: vessels,
        window: 60,
        ratePerS: ratePerSecond,
        warmUpSeconds: 3,
        seconds,
      },
      (phase) => {
        if (phase === 'measuring') {
          from = performance.now();
          before = metricsText(platform.httpBase);
        } else to = performance.now();
      },
    );
    const stages = stagesBetween(await before, await metricsText(platform.httpBase));
    await pause(500);
    await probes.stop();
    return { alarms: figures(probes.alarms, from, to), missing: probes.missing().alarms, backgroundPerSecond: result.ackedPerS, stages };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
