import type { Alarm } from '../../../model/alarm.ts';
import type { AssetKind, AssetOf } from '../../../model/asset.ts';
import type { AlarmCommand, ConfigChange } from '../../../model/entry.ts';
import type { Platform, SubmitOutcome } from '../../../model/ports/platform.ts';
import { HttpProblem } from '../problem.ts';
import type { AccountActor } from '../sign-in/identity.ts';

type Refused = Extract<SubmitOutcome, { ok: false }>;

/** What the engine (or the journal) refused, as a problem with the same code. */
export function asRefusal(refused: Refused): HttpProblem {
  // What has an id that was wanted may be another enterprise's; only what the request was about is told.
  const taken = refused.code === 'id-taken' || refused.code === 'id-retired';
  const asset = !taken && 'asset' in refused ? refused.asset : undefined;
  const alarm: Alarm | undefined = 'alarm' in refused ? refused.alarm : undefined;
  return new HttpProblem(refused.code, refused.detail, {
    ...(alarm === undefined ? {} : { alarm }),
    ...(asset === undefined ? {} : { current: asset }),
  });
}

/** A command whose refusal is thrown. */
export async function commandOne(platform: Platform, actor: AccountActor, requestId: string, command: AlarmCommand): Promise<void> {
  const outcome = await platform.command(actor, requestId, command);
  if (!outcome.ok) throw asRefusal(outcome);
}

/** One change of configuration; the asset as it stands after it. Throws the refusal. */
export async function configureOne<K extends AssetKind>(
  platform: Platform,
  actor: AccountActor,
  requestId: string,
  kind: K,
  id: string,
  change: ConfigChange,
): Promise<AssetOf[K]> {
  const [outcome] = await platform.configure(actor, requestId, [change]);
  if (outcome === undefined) throw new HttpProblem('unavailable', 'no outcome');
  if (!outcome.ok) throw asRefusal(outcome);
  const asset = platform.view.assets(kind).get(id);
  if (asset === undefined) throw new HttpProblem('internal');
  return asset;
}

export function etag(revision: number): Record<string, string> {
  return { etag: `"${revision}"` };
}

/** The revision a change is based on: the one the client names, else the present one. A wrong one is refused with what stands now. */
export function baseRevision(ifMatch: number | null, current: { readonly revision: number }): number {
  if (ifMatch !== null && ifMatch !== current.revision) {
    throw new HttpProblem('revision-conflict', `revision is ${current.revision}`, { current });
  }
  return current.revision;
}

/** Refuses an id that stands or stood for something of this kind. */
export function demandFreeId(existing: { readonly retiredAt: number | null } | undefined, id: string): void {
  if (existing === undefined) return;
  if (existing.retiredAt === null) throw new HttpProblem('id-taken', id);
  throw new HttpProblem('id-retired', id);
}
