import { eventually } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { startInfluxd } from '../parts/influxd.ts';
import { metric } from './metric.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';

export interface InfluxRateRun {
  readonly perSecond: number;
  readonly pubackP99Ms: number;
  /** Entries not yet in InfluxDB, once a second while the load ran. */
  readonly lagEntries: readonly number[];
  /** From the end of the load until nothing was left to project, s. */
  readonly drainedSeconds: number;
  readonly unanswered: number;
}

/** A steady load with InfluxDB on the same cores: does the projector keep up, or fall behind more with every second? */
export async function influxRateRun(ratePerSecond: number, seconds: number, connections: number): Promise<InfluxRateRun> {
  const folder = temporaryFolder('bench-influx-rate');
  const influx = await startInfluxd();
  const platform = await startPlatform({ dataDir: folder.path, env: { BEACON_INFLUX_URL: influx.url, BEACON_INFLUX_DATABASE: 'beacon' } });
  try {
    const vessels = await registerVessels(platform.httpBase, connections);
    const lagEntries: number[] = [];
    let looking: Promise<unknown> = Promise.resolve();
    const watching = setInterval(() => {
      looking = Promise.all([looking, metric(platform.httpBase, 'beacon_projector_lag_entries').then((lag) => lagEntries.push(lag))]);
    }, 1_000);
    const result = await generate({
      host: '127.0.0.1',
      port: Number(new URL(platform.mqttUrl).port),
      connections: vessels,
      window: 60,
      ratePerS: ratePerSecond,
      seconds,
    }).finally(() => clearInterval(watching));
    const ended = performance.now();
    await looking;
    await eventually(
      'everything is projected',
      180_000,
      async () => (await metric(platform.httpBase, 'beacon_projector_lag_entries')) === 0,
    );
    return {
      perSecond: result.ackedPerS,
      pubackP99Ms: result.latencyMs.p99,
      lagEntries,
      drainedSeconds: (performance.now() - ended) / 1_000,
      unanswered: result.lost + result.broken,
    };
  } finally {
    await platform.kill();
    await influx.stop();
    folder.remove();
  }
}
