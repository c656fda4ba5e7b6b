import type { LoadConnection } from '../../simulators/load/plan.ts';
import { signIn } from '../harness/api.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { type Probes, startProbes } from './probes.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';

/** The load that a bench puts on its platform. */
export interface LoadPlan {
  /** Of the bench, for its folder. */
  readonly name: string;
  readonly connections: number;
  /** What the devices send in turn; absent = their own ordinary messages. */
  readonly payloads?: LoadConnection['payloads'];
  readonly ratePerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

export interface LoadRun {
  readonly result: Awaited<ReturnType<typeof generate>>;
  /** The measured stretch, by `performance.now()`. */
  readonly from: number;
  readonly to: number;
}

/** A platform of its own with registered devices, and probes that publish and listen beside whatever happens to it. */
export interface Bench {
  readonly platform: PlatformProcess;
  /** Path of its data folder. */
  readonly folder: string;
  readonly probes: Probes;
  /** Puts the load on it, once. @param onMeasuring the warm-up is over */
  load(onMeasuring?: () => void): Promise<LoadRun>;
}

/** Runs a bench that puts a load on a platform and looks at what the probes meet meanwhile. Leaves nothing behind. */
export async function besideLoad<T>(plan: LoadPlan, run: (bench: Bench) => Promise<T>): Promise<T> {
  const folder = temporaryFolder(`bench-${plan.name}`);
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const vessels = await registerVessels(platform.httpBase, plan.connections);
    const { payloads } = plan;
    const connections = payloads === undefined ? vessels : vessels.map((one) => ({ ...one, payloads }));
    const probes = await startProbes(await signIn(platform.httpBase), platform.mqttUrl);
    const load = async (onMeasuring: () => void = () => undefined): Promise<LoadRun> => {
      let from = performance.now();
      let to = from;
      const { ratePerSecond: ratePerS, warmUpSeconds, seconds } = plan;
      const port = Number(new URL(platform.mqttUrl).port);
      const result = await generate({ host: '127.0.0.1', port, connections, window: 60, ratePerS, warmUpSeconds, seconds }, (phase) => {
        if (phase !== 'measuring') {
          to = performance.now();
          return;
        }
        from = performance.now();
        onMeasuring();
      });
      return { result, from, to };
    };
    return await run({ platform, folder: folder.path, probes, load });
  } finally {
    await platform.kill();
    folder.remove();
  }
}
