import { z } from 'zod';
import type { Action } from '../../../model/access.ts';
import type { Approval } from '../../../model/approval.ts';
import type { AssetOf, Device, HazardSource } from '../../../model/asset.ts';
import type { AssetChange } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demandChange } from '../routes/device-rights.ts';
import { configureOne } from '../routes/outcome.ts';
import type { Answer } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { device, hazardSource } from '../schema/asset.ts';
import { softenedText } from '../routes/softened-text.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { type ApprovalKind, askSecondPerson } from './second-person.ts';

/**
 * A mandatory limit becomes less strict by two people also where no rule is touched: where its set point follows an attribute, or
 * another profile, variant, unit, condition or place gives other limits. As for rules, the change is made on the revision it was asked
 * for. The request holds what differs alone, with what it was, so that the second person can read it.
 */

const DAY_MS = 86_400_000;
/** As long as a change of a rule. */
const WAIT_MS = 7 * DAY_MS;

const FIXED = { id: true, revision: true, createdAt: true, updatedAt: true, retiredAt: true } as const;
const head = { id: z.string(), base: z.int(), from: z.record(z.string(), z.unknown()) };
const ofDevice = z.strictObject({ ...head, to: device.omit({ ...FIXED, enterpriseId: true }).partial() });
const ofSource = z.strictObject({ ...head, to: hazardSource.omit(FIXED).partial() });

/** A request as it was kept: of what, on which revision, and what becomes another. */
interface Wanted<T> {
  readonly id: string;
  readonly base: number;
  readonly changes: Partial<T>;
}

interface Changing<K extends AssetChange['asset']> {
  readonly asset: K;
  readonly action: Action;
  /** Throws when the request is none of this kind. */
  read(request: Approval['request']): Wanted<AssetOf[K]>;
  /** What the requester still has to be allowed, beside `action`. Throws `not-allowed`. */
  demand?(requester: AccountActor, now: AssetOf[K], changes: Partial<AssetOf[K]>): void;
  put(value: AssetOf[K], base: number): AssetChange;
}

/** The change of one kind of asset as something that two people do. */
function changeOf<K extends AssetChange['asset']>({ asset, action, read, demand, put }: Changing<K>): ApprovalKind {
  return {
    kind: `${asset}.change`,
    action,
    approverAction: 'rule.approve',
    waitMs: WAIT_MS,
    isDone({ view }, approval) {
      const { id, base, changes } = read(approval.request);
      const now = view.assets(asset).get(id);
      return now !== undefined && isDone(now, base, changes);
    },
    async carryOut({ platform, approval, requester, requestId }) {
      const { id, base, changes } = read(approval.request);
      const now = platform.view.assets(asset).get(id);
      if (now === undefined) throw new HttpProblem('not-found', id);
      if (isDone(now, base, changes)) return;
      demand?.(requester, now, changes);
      const value: AssetOf[K] = { ...now, ...changes, revision: base + 1, updatedAt: platform.clock.now() };
      await configureOne(platform, requester, requestId, asset, id, put(value, base));
    },
  };
}

export const changeDevice = changeOf({
  asset: 'device',
  action: 'device.write',
  read(request) {
    const { id, base, to } = ofDevice.parse(request);
    return { id, base, changes: present(to) };
  },
  demand: demandChange,
  put: (value, base) => ({ op: 'put', asset: 'device', base, value }),
});

export const changeSource = changeOf({
  asset: 'hazard-source',
  action: 'config.write',
  read(request) {
    const { id, base, to } = ofSource.parse(request);
    // What is absent inside it is absent in what JSON gave back, too.
    return { id, base, changes: present(to) as Partial<HazardSource> };
  },
  put: (value, base) => ({ op: 'put', asset: 'hazard-source', base, value }),
});

/** Done already, by a decision whose outcome was not written down. */
function isDone(now: Device | HazardSource, base: number, changes: object): boolean {
  return now.revision === base + 1 && differing(now, { ...now, ...changes }).length === 0;
}

export interface Asked {
  readonly platform: Platform;
  readonly actor: AccountActor;
  readonly change: AssetChange;
  readonly reason: string | null;
}

/** Null where one person is enough; else the answer that a second one has to agree. Throws `invalid` without a reason. */
export async function askIfSofter(wanted: Asked): Promise<Answer | null> {
  const { platform, change, reason } = wanted;
  const trial = platform.view.tryAsset(change);
  if (trial.softened.length === 0) return null;
  if (!trial.outcome.ok) {
    const { code, detail, asset } = trial.outcome;
    throw new HttpProblem(code, detail, asset === undefined ? {} : { current: asset });
  }
  const text = softenedText(trial.softened);
  if (reason === null)
    throw new HttpProblem('invalid', text, { errors: [{ path: 'reason', message: 'wanted where a limit becomes less strict' }] });
  const asked = await askFor({ ...wanted, reason });
  return { status: 202, body: asked, resource: asked.resource, detail: `approval ${asked.id}: ${text}` };
}

/** Puts the change before a second person, whatever it does. */
export function askFor({ platform, actor, change, reason }: Asked & { readonly reason: string }): ReturnType<typeof askSecondPerson> {
  const { base, value } = change;
  const current: AssetOf['device' | 'hazard-source'] | undefined = platform.view.assets(change.asset).get(value.id);
  if (current === undefined) throw new HttpProblem('not-found', value.id);
  const fields = differing(current, value);
  return askSecondPerson(platform, actor, {
    kind: change.asset === 'device' ? changeDevice : changeSource,
    enterpriseId: value.enterpriseId,
    resource: `${change.asset}s/${value.id}`,
    request: { id: value.id, base, from: picked(current, fields), to: picked(value, fields) },
    reason,
  });
}

const STAMPS: ReadonlySet<string> = new Set(['revision', 'createdAt', 'updatedAt', 'retiredAt']);

/** Fields in which the asset would be another. */
function differing(current: object, wanted: object): readonly string[] {
  const now = new Map<string, unknown>(Object.entries(current));
  return Object.entries(wanted).flatMap(([field, value]) =>
    STAMPS.has(field) || JSON.stringify(now.get(field)) === JSON.stringify(value) ? [] : [field],
  );
}

function picked(asset: object, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(asset).filter(([field]) => fields.includes(field)));
}
