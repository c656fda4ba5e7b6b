import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { metric } from './metric.ts';
import { type Figures, figures, pause, startProbes } from './probes.ts';
import { generate, residentBytes } from './processes.ts';
import { delaysOf, type SnapshotDelays } from './snapshot-delay.ts';
import { measured, platformRun, registerVessels, type ThroughputSettings } from './throughput.ts';

export interface CityRun {
  readonly devices: number;
  readonly registerSeconds: number;
  readonly residentMb: { readonly registered: number; readonly underLoad: number };
  readonly perSecond: { readonly few: number; readonly many: number };
  /** PUBACKs of ten valves, 50 messages a second, in the seconds after the load, when the snapshot it made due is cut. */
  readonly pubacks: Figures;
  readonly snapshotSeconds: number;
  /** Of the main thread under an open loop of `delayRatePerS`; null where no snapshot was cut in that time. */
  readonly delays: SnapshotDelays | null;
  readonly delayRatePerS: number;
  /** After kill -9, the newest snapshot damaged, so that the one before is used. */
  readonly restart: { readonly seconds: number; readonly replayed: number };
  readonly unanswered: number;
}

/** An open loop that lasts long enough for some snapshots: one is due every 150,000 entries. */
export interface SteadyLoad {
  readonly ratePerS: number;
  readonly seconds: number;
}

/** As many devices as a city has: registered in bulk, then load on `settings.connections` of them, then kill -9 and a restart. */
export async function cityRun(devices: number, settings: ThroughputSettings, watched: SteadyLoad): Promise<CityRun> {
  const few = await platformRun(settings);
  const folder = temporaryFolder('bench-city');
  let platform = await startPlatform({ dataDir: folder.path });
  try {
    const begun = performance.now();
    const all = await registerVessels(platform.httpBase, devices);
    const registerSeconds = (performance.now() - begun) / 1_000;
    const api = await signIn(platform.httpBase);
    const registered = residentBytes(platform.pid) / 1e6;
    const every = Math.max(1, Math.floor(devices / settings.connections));
    const some = all.filter((_, i) => i % every === 0).slice(0, settings.connections);
    const many = await measured(platform.pid, '127.0.0.1', Number(new URL(platform.mqttUrl).port), some, settings);
    const underLoad = residentBytes(platform.pid) / 1e6;
    const probes = await startProbes(api, platform.mqttUrl);
    const probedFrom = performance.now();
    await pause(5_000);
    const pubacks = figures(probes.pubacks, probedFrom, performance.now());
    await probes.stop();
    const snapshotSeconds = await metric(platform.httpBase, 'beacon_snapshot_seconds');
    // A platform of its own for the delays: those of the closed loop above, which fills every turn, are none of the snapshot's.
    await platform.stop();
    platform = await startPlatform({ dataDir: folder.path, program: 'test/bench/watched-platform.js' });
    const steady = await generate({
      host: '127.0.0.1',
      port: Number(new URL(platform.mqttUrl).port),
      connections: some,
      window: settings.inFlight,
      ...watched,
    });
    const delays = delaysOf(platform.stdout());
    await platform.kill();
    damageNewest(join(folder.path, 'snapshots'));
    const again = performance.now();
    platform = await startPlatform({ dataDir: folder.path, env: { BEACON_LOG_LEVEL: 'info' } });
    const seconds = (performance.now() - again) / 1_000;
    const replayed = Number(/"replayed":(\d+)/.exec(`${platform.stdout()}${platform.stderr()}`)?.[1] ?? Number.NaN);
    return {
      devices,
      registerSeconds,
      residentMb: { registered, underLoad },
      perSecond: { few: few.perSecond, many: many.perSecond },
      pubacks,
      snapshotSeconds,
      delays,
      delayRatePerS: watched.ratePerS,
      restart: { seconds, replayed },
      unanswered: many.unanswered + few.unanswered + steady.lost + steady.broken,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}

/** Cuts the newest of several snapshots short; a lone one is left alone. */
function damageNewest(folder: string): void {
  const files = readdirSync(folder).toSorted((a, b) => statSync(join(folder, b)).mtimeMs - statSync(join(folder, a)).mtimeMs);
  const newest = files[0];
  if (newest !== undefined && files.length > 1) truncateSync(join(folder, newest), Math.floor(statSync(join(folder, newest)).size / 2));
}
