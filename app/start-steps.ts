import type { Engine } from '../model/engine.ts';
import type { CredentialBook } from '../model/ports/platform.ts';
import type { Pipeline } from './pipeline.ts';
import { StartError } from './start-error.ts';

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
