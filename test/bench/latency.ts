import { besideLoad } from './beside.ts';
import { metricsText } from './metric.ts';
import { type Figures, figures, pause } from './probes.ts';
import { stagesBetween, type StageFigures } from './stages.ts';

export interface LatencyRun {
  readonly alarms: Figures;
  readonly missing: number;
  readonly backgroundPerSecond: number;
  /** Where the time of its messages went inside the platform. */
  readonly stages: readonly StageFigures[];
}

/** PUBLISH to `alarm` at a Socket.IO client, beside a background of ordinary messages of `connections` devices. */
export async function latencyRun(ratePerSecond: number, seconds: number, connections: number): Promise<LatencyRun> {
  const plan = { name: 'latency', connections, ratePerSecond, warmUpSeconds: 3, seconds };
  return besideLoad(plan, async ({ platform, probes, load }) => {
    let before = Promise.resolve('');
    const { result, from, to } = await load(() => {
      before = metricsText(platform.httpBase);
    });
    const stages = stagesBetween(await before, await metricsText(platform.httpBase));
    await pause(500);
    await probes.stop();
    return { alarms: figures(probes.alarms, from, to), missing: probes.missing().alarms, backgroundPerSecond: result.ackedPerS, stages };
  });
}
