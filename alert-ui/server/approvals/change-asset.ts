import { z } from 'zod';
import type { Action } from '../../../model/access.ts';
import type { Approval } from '../../../model/approval.ts';
import type { AssetOf, Device, Enterprise, HazardSource } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demandChange } from '../routes/device-rights.ts';
import { configureOne } from '../routes/outcome.ts';
import type { Answer } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { device, enterprise, hazardSource } from '../schema/asset.ts';
import { softenedText } from '../routes/softened-text.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { aloneText, demandNoMore, demandNoSofter, type Harm, silencedText, silences, softens, wantsSecond } from './silence.ts';
import { answerWaits, type ApprovalKind, type Asking, type Telling } from './second-person.ts';

/**
 * A mandatory limit becomes less strict by two people also where no rule is touched: where its set point follows an attribute, or
 * another profile, variant, unit, condition or place gives other limits. So does, for who is of the plant, whatever keeps red from coming: out
 * of live service, a longer wait for a silent instrument, a line of the cause-and-effect table. As for rules, the change is made on the revision it was asked
 * for. The request holds what differs alone, with what it was, so that the second person can read it.
 */

const DAY_MS = 86_400_000;
/** As long as a change of a rule. */
const WAIT_MS = 7 * DAY_MS;

const FIXED = { id: true, revision: true, createdAt: true, updatedAt: true, retiredAt: true } as const;
const head = {
  id: z.string(),
  base: z.int(),
  from: z.record(z.string(), z.unknown()),
  silences: silences.optional(),
  softens: softens.optional(),
};
const ofDevice = z.strictObject({ ...head, to: device.omit({ ...FIXED, enterpriseId: true }).partial() });
const ofSource = z.strictObject({ ...head, to: hazardSource.omit(FIXED).partial() });
const ofEnterprise = z.strictObject({ ...head, to: enterprise.omit({ ...FIXED, kind: true }).partial() });

/** What is put so. */
export type PutChange = Extract<ConfigChange, { readonly op: 'put'; readonly asset: 'device' | 'hazard-source' | 'enterprise' }>;

/** A request as it was kept: of what, on which revision, and what becomes another. */
interface Wanted<T> {
  readonly id: string;
  readonly base: number;
  readonly changes: Partial<T>;
  /** What the second person was told would be silent. */
  readonly silences: unknown;
  /** And which limits would be less strict. */
  readonly softens: unknown;
}

interface Changing<K extends PutChange['asset']> {
  readonly asset: K;
  readonly action: Action;
  /** Throws when the request is none of this kind. */
  read(request: Approval['request']): Wanted<AssetOf[K]>;
  /** What the requester still has to be allowed, beside `action`. Throws `not-allowed`. */
  demand?(requester: AccountActor, now: AssetOf[K], changes: Partial<AssetOf[K]>): void;
  put(value: AssetOf[K], base: number): PutChange;
}

/** The change of one kind of asset as something that two people do. */
function changeOf<K extends PutChange['asset']>({ asset, action, read, demand, put }: Changing<K>): ApprovalKind {
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
      const { id, base, changes, silences: agreed, softens: softer } = read(approval.request);
      const now = platform.view.assets(asset).get(id);
      if (now === undefined) throw new HttpProblem('not-found', id);
      if (isDone(now, base, changes)) return;
      demand?.(requester, now, changes);
      const value: AssetOf[K] = { ...now, ...changes, revision: base + 1, updatedAt: platform.clock.now() };
      const change = put(value, base);
      demandNoMore(agreed, platform.view.silencedBy(change));
      if (change.asset !== 'enterprise') demandNoSofter(softer, platform.view.tryAsset(change).softened);
      await configureOne(platform, requester, requestId, asset, id, change);
    },
  };
}

type Kept = z.ZodType<{ id: string; base: number; to: object; silences?: unknown; softens?: unknown }>;

/** Reads such requests. Throws when one is none of this kind. */
function kept<T>(schema: Kept): (request: Approval['request']) => Wanted<T> {
  return (request) => {
    const { id, base, to, silences: told, softens: softer } = schema.parse(request);
    // What is absent inside it is absent in what JSON gave back, too.
    return { id, base, changes: present(to) as Partial<T>, silences: told, softens: softer };
  };
}

export const changeDevice = changeOf({
  asset: 'device',
  action: 'device.write',
  read: kept<Device>(ofDevice),
  demand: demandChange,
  put: (value, base) => ({ op: 'put', asset: 'device', base, value }),
});

export const changeSource = changeOf({
  asset: 'hazard-source',
  action: 'config.write',
  read: kept<HazardSource>(ofSource),
  put: (value, base) => ({ op: 'put', asset: 'hazard-source', base, value }),
});

export const changeEnterprise = changeOf({
  asset: 'enterprise',
  action: 'config.write',
  read: kept<Enterprise>(ofEnterprise),
  put: (value, base) => ({ op: 'put', asset: 'enterprise', base, value }),
});
const KINDS = { device: changeDevice, 'hazard-source': changeSource, enterprise: changeEnterprise } as const;

/** Done already, by a decision whose outcome was not written down. */
function isDone(now: Device | HazardSource | Enterprise, base: number, changes: object): boolean {
  return now.revision === base + 1 && differing(now, { ...now, ...changes }).length === 0;
}

export interface Asked {
  readonly platform: Platform;
  readonly actor: AccountActor;
  readonly change: PutChange;
  readonly reason: string | null;
  readonly auditLine: Telling['auditLine'];
}

/** What one person alone may do, with what the audit adds; or the answer that a second one has to agree. */
export type OneOrTwo = { readonly alone: string } | { readonly second: Answer };

/** Throws `invalid` where a second person is needed and no reason was given. */
export async function askIfSofter(wanted: Asked): Promise<OneOrTwo> {
  const { platform, actor, change, reason } = wanted;
  const { view } = platform;
  const trial = change.asset === 'enterprise' ? null : view.tryAsset(change);
  const harm: Harm = { softened: trial?.softened ?? [], silenced: view.silencedBy(change) };
  if (!wantsSecond(view, actor, enterpriseOf(view, change), harm)) return { alone: aloneText(harm.silenced) };
  if (trial?.outcome.ok === false) {
    const { code, detail, asset } = trial.outcome;
    throw new HttpProblem(code, detail, asset === undefined ? {} : { current: asset });
  }
  const text = [softenedText(harm.softened), silencedText(harm.silenced)].filter((one) => one !== '').join('; ');
  const given = demandReason(reason, text, harm.silenced.length > 0);
  const { asking, resource } = askingFor({ ...wanted, reason: given, harm });
  return { second: await answerWaits(platform, actor, asking, { auditLine: wanted.auditLine, resource, text }) };
}

/** Throws `invalid` with what it would come to. */
export function demandReason(reason: string | null, text: string, silent: boolean): string {
  if (reason !== null) return reason;
  const message = silent ? 'wanted where red would be kept from coming' : 'wanted where a limit becomes less strict';
  throw new HttpProblem('invalid', text, { errors: [{ path: 'reason', message }] });
}

/** Whose it is now: what moves is judged where it stands. */
export function enterpriseOf(view: Pick<EngineView, 'assets'>, { asset, value }: PutChange): string {
  if (asset === 'enterprise') return value.id;
  return view.assets(asset).get(value.id)?.enterpriseId ?? value.enterpriseId;
}

interface AskedFor extends Omit<Asked, 'actor' | 'auditLine'> {
  readonly reason: string;
  readonly harm: Harm;
}

/** The change as it is put before a second person, whatever it does. */
export function askingFor({ platform, change, reason, harm: { silenced, softened } }: AskedFor): {
  readonly asking: Asking;
  readonly resource: string;
} {
  const { base, value } = change;
  const current: AssetOf[PutChange['asset']] | undefined = platform.view.assets(change.asset).get(value.id);
  if (current === undefined) throw new HttpProblem('not-found', value.id);
  const fields = differing(current, value);
  const told = {
    ...(silenced.length === 0 ? {} : { silences: silenced }),
    ...(change.asset === 'enterprise' ? {} : { softens: softened }),
  };
  const resource = `${change.asset}s/${value.id}`;
  const request = { id: value.id, base, from: picked(current, fields), to: picked(value, fields), ...told };
  return { asking: { kind: KINDS[change.asset], enterpriseId: enterpriseOf(platform.view, change), resource, request, reason }, resource };
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
