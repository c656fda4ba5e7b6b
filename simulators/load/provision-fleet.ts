/** A fleet for an open-loop run, entered on a platform through its API: N devices of the usual kinds, all calm. */
import type { PlatformClient } from '../platform-client.ts';
import { provision } from '../provision.ts';
import { roundTo, seedOf, uniformAt } from '../random.ts';
import { enterpriseOf } from './fresh-name.ts';
import type { LoadConnection } from './plan.ts';
import { loadHeartbeatMs } from './provision-load.ts';

export const FLEET_NAME = 'fleet';
/** Different reports of a device, said in turn. */
const REPORTS = 16;

/** Payload key → lowest and highest value it shows. */
type Kind = { readonly profile: string; readonly shows: Readonly<Record<string, readonly [low: number, high: number]>> };

/** What stands in a district, taken in turn; every range lies within the limits, so that a fleet rings nothing. */
export const FLEET: readonly Kind[] = [
  { profile: 'gas.combustible.point.industrial', shows: { lel: [0, 3] } },
  { profile: 'gas.toxic.co', shows: { co: [0, 6] } },
  { profile: 'gas.oxygen', shows: { o2: [20.7, 21] } },
  { profile: 'fire.heat.point', shows: { temp: [18, 28] } },
  { profile: 'fire.electrical', shows: { residual: [20, 80], 'cable_temp.1': [30, 45], 'cable_temp.2': [30, 45], arc: [0, 1] } },
  { profile: 'fire.water.pressure', shows: { pressure: [0.3, 0.5] } },
  { profile: 'hazchem.tank.pressurized', shows: { pressure: [0.7, 0.9], level_pct: [40, 60], temp: [20, 25] } },
  { profile: 'coal.methane', shows: { ch4: [0.1, 0.4] } },
];

/** Reports of a device of the fleet; the same for the same id. */
export function fleetReports(id: string, { shows }: Kind): readonly string[] {
  const seed = seedOf(1, id);
  const keys = Object.entries(shows);
  return Array.from({ length: REPORTS }, (_, report) =>
    JSON.stringify(
      Object.fromEntries(
        keys.map(([key, [low, high]], i) => [key, roundTo(low + (high - low) * uniformAt(seed, report * keys.length + i), 0.001)]),
      ),
    ),
  );
}

/**
 * @param everyS each device reports so often
 * @param name what its ids begin with
 */
export async function provisionFleet(
  client: Pick<PlatformClient, 'post'>,
  count: number,
  everyS: number,
  name: string = FLEET_NAME,
): Promise<readonly LoadConnection[]> {
  const kindOf = (i: number): Kind => FLEET[i % FLEET.length] ?? { profile: 'fire.heat.point', shows: {} };
  const devices = Array.from({ length: count }, (_, i) => ({ id: `${name}-${i}`, kind: kindOf(i) }));
  const heartbeatMs = loadHeartbeatMs(count, count / everyS);
  const enterpriseId = enterpriseOf(name);
  const credentials = await provision(client, {
    areas: [],
    sites: [],
    hazardSources: [],
    enterprises: [{ id: enterpriseId, name: '设备群测试 · Fleet test', kind: 'test' }],
    devices: devices.map(({ id, kind }) => ({ id, name: id, enterpriseId, profileId: kind.profile, heartbeatMs })),
  });
  return devices.flatMap(({ id, kind }) => {
    const credential = credentials.get(id);
    const topic = `beacon/v1/${enterpriseId}/${id}/telemetry`;
    return credential === undefined ? [] : [{ clientId: id, ...credential, topic, payloads: fleetReports(id, kind) }];
  });
}
