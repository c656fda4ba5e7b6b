import type { LoadConnection, LoadResult } from '../../simulators/load/plan.ts';
import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { cpuSeconds, generate, residentBytes, startYardstick } from './processes.ts';

export interface ThroughputRun {
  readonly perSecond: number;
  readonly cpuMicrosPerMessage: number;
  readonly mainMicrosPerMessage: number;
  readonly p50: number;
  readonly p99: number;
  readonly unanswered: number;
  readonly residentMb: number;
}
export interface ThroughputSettings {
  readonly connections: number;
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Three values of a pressure vessel, well inside every limit. */
export const PAYLOADS: readonly string[] = Array.from({ length: 16 }, (_, i) =>
  JSON.stringify({ pressure: 1.1 + i / 1000, level_pct: 50 + i / 10, temp: 21 + i / 10 }),
);

export function anonymousDevices(count: number): LoadConnection[] {
  return Array.from({ length: count }, (_, i) => ({
    username: null,
    password: null,
    clientId: `bare-${i}`,
    topic: `beacon/v1/bench/B-${i}/telemetry`,
    payloads: PAYLOADS,
  }));
}

/** Closed loop against a server that is there. */
export async function measured(
  pid: number,
  host: string,
  port: number,
  devices: readonly LoadConnection[],
  settings: ThroughputSettings,
): Promise<ThroughputRun> {
  let from = cpuSeconds(pid);
  let to = from;
  const result: LoadResult = await generate(
    {
      host,
      port,
      connections: devices,
      window: settings.inFlight,
      warmUpSeconds: settings.warmUpMs / 1_000,
      seconds: settings.measureMs / 1_000,
    },
    (phase) => {
      if (phase === 'measuring') from = cpuSeconds(pid);
      else to = cpuSeconds(pid);
    },
  );
  const micros = (seconds: number): number => (seconds * 1e6) / Math.max(1, result.ackedMeasured);
  return {
    perSecond: result.ackedPerS,
    cpuMicrosPerMessage: micros(to.all - from.all),
    mainMicrosPerMessage: micros(to.main - from.main),
    p50: result.latencyMs.p50,
    p99: result.latencyMs.p99,
    unanswered: result.lost + result.broken,
    residentMb: residentBytes(pid) / 1e6,
  };
}

export async function bareRun(settings: ThroughputSettings, file: 'bare-aedes.js' | 'puback-only.js'): Promise<ThroughputRun> {
  const server = await startYardstick(file);
  try {
    return await measured(server.pid, '127.0.0.1', server.port, anonymousDevices(settings.connections), settings);
  } finally {
    await server.stop();
  }
}

interface BulkBody {
  readonly items: readonly {
    readonly id: string;
    readonly status: number;
    readonly credential?: { readonly username: string; readonly password: string };
  }[];
}

/** What is registered by the thousand, and what it says. */
export interface Kind {
  readonly profileId: string;
  readonly attributes: Readonly<Record<string, number>>;
  readonly payloads: readonly string[];
}
const VESSEL: Kind = {
  profileId: 'hazchem.tank.pressurized',
  attributes: { pressure_normal_max: 1.6, design_pressure: 2.2, psv_set: 2 },
  payloads: PAYLOADS,
};

/** Registers `count` pressure vessels (or others) through the bulk route. */
export async function registerVessels(httpBase: string, count: number, prefix = 'B', kind: Kind = VESSEL): Promise<LoadConnection[]> {
  const api = await signIn(httpBase);
  const known = await api.request('GET', '/enterprises/bench');
  if (known.status === 404) await api.post('/enterprises', { id: 'bench', name: 'Bench', kind: 'real' });
  const devices: LoadConnection[] = [];
  for (let from = 0; from < count; from += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, count - from) }, (_, i) => `${prefix}-${from + i}`);
    const body = await api.post<BulkBody>('/devices/bulk', {
      items: ids.map((id) => ({
        id,
        enterpriseId: 'bench',
        profileId: kind.profileId,
        name: id,
        attributes: kind.attributes,
      })),
    });
    for (const item of body.items) {
      if (item.credential === undefined) throw new Error(`${item.id}: ${item.status}`);
      devices.push({
        username: item.credential.username,
        password: item.credential.password,
        clientId: item.id,
        topic: `beacon/v1/bench/${item.id}/telemetry`,
        payloads: kind.payloads,
      });
    }
  }
  return devices;
}

/** The whole platform: acknowledged after fsync, rules, live and the embedded store on. */
export async function platformRun(settings: ThroughputSettings, env: Readonly<Record<string, string>> = {}): Promise<ThroughputRun> {
  const folder = temporaryFolder('bench');
  const platform = await startPlatform({ dataDir: folder.path, env });
  try {
    const devices = await registerVessels(platform.httpBase, settings.connections);
    return await measured(platform.pid, '127.0.0.1', Number(new URL(platform.mqttUrl).port), devices, settings);
  } finally {
    await platform.kill();
    folder.remove();
  }
}
