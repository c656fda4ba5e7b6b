import type { Engine } from '../model/engine.ts';
import type { CredentialBook } from '../model/ports/platform.ts';
import type { Records } from '../model/ports/records.ts';
import type { Pipeline } from './pipeline.ts';
import { StartError } from './start-error.ts';

/**
 * The journal and the records of one data folder belong together: events get their numbers from the journal and the records know them by
 * these. A folder that was put together from two, or that lost one of them, would go on under numbers that are taken, or with every
 * account, secret and audit line gone; it does not start.
 */
export async function demandOneFolder(engine: Engine, records: Records, dataDir: string): Promise<void> {
  const last = await records.alarms.lastEventSeq();
  const { eventSeq } = engine.view;
  if (last > eventSeq) {
    throw new StartError(
      `BEACON_DATA_DIR=${dataDir}: records.db holds events up to ${last}, but journal/ and snapshots/ give them only up to ${eventSeq}: they are not of one folder; restore the data folder from a backup`,
    );
  }
  const used = (['area', 'enterprise', 'device'] as const).some((kind) => engine.view.assets(kind).size > 0);
  if (used && (await records.accounts.list()).length === 0) {
    throw new StartError(
      `BEACON_DATA_DIR=${dataDir}: journal/ holds enterprises and devices, but records.db no account: it is missing or another one; restore the data folder from a backup`,
    );
  }
}

/** An entry the start cannot do without. */
export async function mustSubmit(submitted: ReturnType<Pipeline['submit']>): Promise<void> {
  const result = await submitted;
  if (!result.ok) throw new StartError(`the journal cannot be written: ${result.detail}`);
  const refused = result.applied.outcomes.find((outcome) => !outcome.ok);
  if (refused !== undefined && !refused.ok)
    throw new StartError(`the engine refused an entry of the start: ${refused.code}: ${refused.detail}`);
}

/**
 * A request that needs both writes the credential first. One whose device was never journaled (a crash in between) is removed here,
 * as is that of a device or gateway that was retired.
 */
export async function dropOrphanCredentials(
  engine: Engine,
  book: CredentialBook & { readonly ids: () => Iterable<string> },
): Promise<void> {
  const devices = engine.view.assets('device');
  const gateways = engine.view.assets('gateway');
  const orphans: string[] = [];
  for (const id of book.ids()) {
    const owner = devices.get(id) ?? gateways.get(id);
    if (owner === undefined || owner.retiredAt !== null) orphans.push(id);
  }
  if (orphans.length > 0) await book.remove(orphans);
}
