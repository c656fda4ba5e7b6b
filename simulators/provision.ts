/** Brings areas, enterprises, hazard sources and devices onto a platform through its API, and the devices' credentials back. What is there already stays. */
import type { DeviceCredential } from './device.ts';
import { field, type PlatformClient, PlatformError, text } from './platform-client.ts';

/** One asset to create: the body of its POST. */
export interface AssetPlan {
  readonly id: string;
  readonly name: string;
  readonly [field: string]: unknown;
}
export interface DevicePlan extends AssetPlan {
  readonly enterpriseId: string;
  readonly profileId: string;
}
/** What lies in a hazard source at most, for its class by GB 18218. */
export interface ClassificationPlan {
  readonly source: string;
  readonly people: number;
  readonly substances: readonly { readonly substance: string; readonly designMaximumT: number }[];
}
export interface DistrictPlan {
  readonly areas: readonly AssetPlan[];
  readonly enterprises: readonly AssetPlan[];
  readonly sites: readonly AssetPlan[];
  readonly hazardSources: readonly AssetPlan[];
  /** Worked out once, when the source is entered. */
  readonly classifications?: readonly ClassificationPlan[];
  readonly devices: readonly DevicePlan[];
}

/** Requests on their way at once. */
const AT_ONCE = 8;

/** True when it was not there before. */
async function createUnlessThere(client: Pick<PlatformClient, 'post'>, path: string, asset: AssetPlan): Promise<boolean> {
  try {
    await client.post(path, asset);
    return true;
  } catch (error) {
    if (!(error instanceof PlatformError && error.code === 'id-taken')) throw error;
    return false;
  }
}

function credentialOf(answer: unknown): DeviceCredential {
  const credential = field(answer, 'credential');
  return { username: text(credential, 'username'), password: text(credential, 'password') };
}

/** Devices of one bulk request. */
const BULK_MAX = 1_000;

/** New devices in bulk; one that is there already gets a new secret (the old one ends). */
async function deviceCredentials(
  client: Pick<PlatformClient, 'post'>,
  devices: readonly DevicePlan[],
  credentials: Map<string, DeviceCredential>,
): Promise<void> {
  const there: string[] = [];
  for (let from = 0; from < devices.length; from += BULK_MAX) {
    const lines = field(await client.post('/devices/bulk', { items: devices.slice(from, from + BULK_MAX) }), 'items');
    if (!Array.isArray(lines)) throw new PlatformError(200, 'unreadable', 'items of the answer is no list');
    for (const line of lines as readonly unknown[]) {
      const id = text(line, 'id');
      if (field(line, 'status') === 201) {
        credentials.set(id, credentialOf(line));
        continue;
      }
      const code = text(line, 'code');
      if (code !== 'id-taken')
        throw new PlatformError(Number(field(line, 'status')), code, `device ${id}: ${code} ${JSON.stringify(line)}`);
      there.push(id);
    }
  }
  await eachOf(there, async (id) => {
    credentials.set(id, credentialOf(await client.post(`/devices/${encodeURIComponent(id)}/credential`, {})));
  });
}

/** Runs `work` over all items, a few at a time; the first failure is the whole's. */
export async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  const runner = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, runner));
}

/** Creates everything, parents first, and gives the credential of every device by its id. */
export async function provision(client: Pick<PlatformClient, 'post'>, plan: DistrictPlan): Promise<ReadonlyMap<string, DeviceCredential>> {
  // Areas are a tree and sites name enterprises: one after the other, in the order of the plan.
  for (const [path, assets] of [
    ['/areas', plan.areas],
    ['/enterprises', plan.enterprises],
    ['/sites', plan.sites],
    ['/hazard-sources', plan.hazardSources],
  ] as const) {
    for (const asset of assets) {
      const fresh = await createUnlessThere(client, path, asset);
      const classification = plan.classifications?.find((one) => path === '/hazard-sources' && one.source === asset.id);
      if (!fresh || classification === undefined) continue;
      const { people, substances } = classification;
      await client.post(`/hazard-sources/${encodeURIComponent(asset.id)}/classification`, { people, substances });
    }
  }
  const credentials = new Map<string, DeviceCredential>();
  await deviceCredentials(client, plan.devices, credentials);
  return credentials;
}
