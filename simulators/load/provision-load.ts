/** Devices for a load run, entered on a platform through its API: one enterprise of kind `test`, N pressurised tanks. */
import type { PlatformClient } from '../platform-client.ts';
import { provision } from '../provision.ts';
import { roundTo, seedOf, uniformAt } from '../random.ts';
import { enterpriseOf } from './fresh-name.ts';
import type { LoadConnection } from './plan.ts';

export const LOAD_NAME = 'load';
const PAYLOADS = 16;

const DAY_MS = 86_400_000;
/** Longest heartbeat the platform takes. */
const HEARTBEAT_MAX_MS = 31 * DAY_MS;

/**
 * Heartbeat of a load's device, ms. The profile's own (a minute) would have the platform tell its silence soon after every run, and
 * during a slow one: a device is expected every N / rate seconds, and not at all between two runs of a day.
 * @param ratePerS messages a second over all devices; absent = closed loop
 */
export function loadHeartbeatMs(count: number, ratePerS?: number): number {
  const everyMs = ratePerS === undefined ? 0 : (count / ratePerS) * 1_000;
  return Math.min(HEARTBEAT_MAX_MS, Math.max(DAY_MS, Math.ceil(2 * everyMs)));
}

/** Payloads of three values that stay below every limit. */
function payloadsOf(id: string): string[] {
  const seed = seedOf(1, id);
  const value = (i: number, low: number, span: number): number => roundTo(low + span * uniformAt(seed, i), 0.001);
  return Array.from({ length: PAYLOADS }, (_, i) =>
    JSON.stringify({ pressure: value(3 * i, 0.7, 0.2), level_pct: value(3 * i + 1, 40, 20), temp: value(3 * i + 2, 20, 5) }),
  );
}

/**
 * @param ratePerS see `loadHeartbeatMs`
 * @param name what its ids begin with
 */
export async function provisionLoad(
  client: Pick<PlatformClient, 'post'>,
  count: number,
  ratePerS?: number,
  name: string = LOAD_NAME,
): Promise<readonly LoadConnection[]> {
  const heartbeatMs = loadHeartbeatMs(count, ratePerS);
  const ids = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  const enterpriseId = enterpriseOf(name);
  const credentials = await provision(client, {
    areas: [],
    sites: [],
    hazardSources: [],
    enterprises: [{ id: enterpriseId, name: '负载测试 · Load test', kind: 'test' }],
    devices: ids.map((id) => ({ id, name: id, enterpriseId, profileId: 'hazchem.tank.pressurized', heartbeatMs })),
  });
  return ids.flatMap((id) => {
    const credential = credentials.get(id);
    return credential === undefined
      ? []
      : [{ clientId: id, ...credential, topic: `beacon/v1/${enterpriseId}/${id}/telemetry`, payloads: payloadsOf(id) }];
  });
}
