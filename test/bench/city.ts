import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadConnection, LoadPlan } from '../../simulators/load/plan.ts';
import { type Api, eventually, signIn } from '../harness/api.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { metric } from './metric.ts';
import { type Figures, figures, pause, startProbes } from './probes.ts';
import { generate, residentBytes } from './processes.ts';
import { delaysOf, type SnapshotDelays } from './snapshot-delay.ts';
import { measured, PAYLOADS, platformRun, registerVessels, type ThroughputSettings } from './throughput.ts';

export interface CityRun {
  readonly devices: number;
  readonly registerSeconds: number;
  /** `all`: after every one of them has reported. */
  readonly residentMb: { readonly registered: number; readonly underLoad: number; readonly all: number };
  /** `few`, `many` registered, the same number of them sends; `all` of them in turn, through gateways. */
  readonly perSecond: { readonly few: number; readonly many: number; readonly all: number };
  /** PUBACKs of ten valves, 50 messages a second, in the seconds after the load, when the snapshot it made due is cut. */
  readonly pubacks: Figures;
  readonly snapshotSeconds: number;
  /** Of the main thread under an open loop of `delayRatePerS` in which all report in turn; null where no snapshot was cut in that time. */
  readonly delays: SnapshotDelays | null;
  readonly delayRatePerS: number;
  /** After kill -9 under load, the newest snapshot damaged, so that the one before is used. */
  readonly restart: { readonly seconds: number; readonly replayed: number };
  readonly unanswered: number;
}

/** An open loop that lasts long enough for some snapshots: one is due every 150,000 entries. */
export interface SteadyLoad {
  readonly ratePerS: number;
  readonly seconds: number;
  /** Entries behind the snapshot that the restart uses, at least. */
  readonly tailEntries: number;
}
const GATEWAYS = 100;

/** As many devices as a city has: registered in bulk, then load on `settings.connections` of them, then on all through gateways, then kill -9 and a restart. */
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
    const speakers = await gatewaysOf(api, all, Math.min(GATEWAYS, devices));
    const port = Number(new URL(platform.mqttUrl).port);
    // Twice round: each has reported at least once, whatever the warm-up took.
    await generate({
      host: '127.0.0.1',
      port,
      connections: speakers,
      window: 20,
      ratePerS: watched.ratePerS,
      seconds: (2 * devices) / watched.ratePerS,
    });
    const everyone = await measured(platform.pid, '127.0.0.1', port, speakers, settings);
    // A platform of its own for the delays: those of the closed loop above, which fills every turn, are none of the snapshot's.
    await platform.stop();
    platform = await startPlatform({ dataDir: folder.path, program: 'test/bench/watched-platform.js' });
    const load = { host: '127.0.0.1', connections: speakers, window: settings.inFlight, ratePerS: watched.ratePerS };
    const steady = await generate({ ...load, port: Number(new URL(platform.mqttUrl).port), seconds: watched.seconds });
    const delays = delaysOf(platform.stdout());
    await killBehind(platform, join(folder.path, 'snapshots'), watched.tailEntries, load);
    damageNewest(join(folder.path, 'snapshots'));
    const again = performance.now();
    platform = await startPlatform({ dataDir: folder.path, env: { BEACON_LOG_LEVEL: 'info' } });
    const seconds = (performance.now() - again) / 1_000;
    // Two pipes: that it is ready may be read before what it wrote earlier to the other one.
    const replayed = await eventually('how much was replayed', 60_000, () =>
      Promise.resolve(/"replayed":(\d+)/.exec(`${platform.stdout()}${platform.stderr()}`)?.[1]),
    );
    return {
      devices,
      registerSeconds,
      residentMb: { registered, underLoad, all: everyone.residentMb },
      perSecond: { few: few.perSecond, many: many.perSecond, all: everyone.perSecond },
      pubacks,
      snapshotSeconds,
      delays,
      delayRatePerS: watched.ratePerS,
      restart: { seconds, replayed: Number(replayed) },
      unanswered: many.unanswered + few.unanswered + everyone.unanswered + steady.lost + steady.broken,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}

/** The devices behind gateways of their enterprise, each with its share of them. */
async function gatewaysOf(api: Api, devices: readonly LoadConnection[], count: number): Promise<LoadConnection[]> {
  const share = Math.ceil(devices.length / count);
  const gateways: LoadConnection[] = [];
  for (let i = 0; i < count; i += 1) {
    const topics = devices.slice(i * share, (i + 1) * share).map(({ topic }) => topic);
    const [topic, ...moreTopics] = topics;
    if (topic === undefined) break;
    const { credential } = await api.post<{ readonly credential: { readonly username: string; readonly password: string } }>(
      '/enterprises/bench/gateways',
      { id: `G-${i}`, name: `G-${i}` },
    );
    gateways.push({
      clientId: `G-${i}`,
      username: credential.username,
      password: credential.password,
      topic,
      moreTopics,
      payloads: PAYLOADS,
    });
  }
  return gateways;
}

/** Loads it until the last but one snapshot has so many entries behind it, and kills it in the middle of that. */
async function killBehind(
  platform: PlatformProcess,
  snapshots: string,
  entries: number,
  load: Omit<LoadPlan, 'port' | 'seconds'>,
): Promise<void> {
  // It ends when its connections break; what is unanswered then is meant to be.
  const seconds = (2.2 * entries) / (load.ratePerS ?? entries) + 10;
  let begun = false;
  const loading = generate({ ...load, port: Number(new URL(platform.mqttUrl).port), seconds }, () => {
    begun = true;
  });
  const patience = performance.now() + seconds * 1_000;
  // One that is being cut at the beginning may be done the moment before the kill: only those of this load count.
  const last = (): number[] =>
    readdirSync(snapshots)
      .flatMap((name) => /^(\d+)\.snap$/.exec(name)?.[1] ?? [])
      .map(Number)
      .toSorted((a, b) => b - a);
  const [there] = last();
  for (; performance.now() < patience; await pause(100)) {
    const [, before] = last();
    const counts = before !== undefined && before > (there ?? 0);
    const behind = counts ? (await metric(platform.httpBase, 'beacon_journal_seq')) - before : 0;
    if (begun && behind >= entries) break;
  }
  await platform.kill();
  await loading;
}

/** Cuts the newest of several snapshots short; a lone one is left alone. */
function damageNewest(folder: string): void {
  const files = readdirSync(folder).toSorted((a, b) => statSync(join(folder, b)).mtimeMs - statSync(join(folder, a)).mtimeMs);
  const newest = files[0];
  if (newest !== undefined && files.length > 1) truncateSync(join(folder, newest), Math.floor(statSync(join(folder, newest)).size / 2));
}
