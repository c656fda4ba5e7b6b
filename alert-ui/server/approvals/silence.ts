import { z } from 'zod';
import { may } from '../../../model/access.ts';
import { type EngineView, type Silence, SILENCES, type SoftenedLimit } from '../../../model/engine.ts';
import { HttpProblem } from '../problem.ts';
import { softenedText } from '../routes/softened-text.ts';
import { softened } from '../schema/rule.ts';
import type { AccountActor } from '../sign-in/identity.ts';

/**
 * Nobody bound to a plant keeps red from coming alone, whatever he changes (decision 27): the same as hiding a red alarm by hand, before it
 * is there. Whoever watches everything does it at once, and the audit says that nobody else was asked.
 */

/** Of a change: what becomes less strict, and what would not be told any more. */
export interface Harm {
  readonly softened: readonly SoftenedLimit[];
  readonly silenced: readonly Silence[];
}

/** As a request keeps it, for whoever agrees. */
export const silences = z.array(
  z.strictObject({
    how: z.enum(SILENCES),
    device: z.string(),
    red: z.array(z.string()),
    from: z.union([z.string(), z.number()]).nullable().optional(),
    to: z.union([z.string(), z.number()]).nullable().optional(),
    line: z.string().optional(),
  }),
);

/** A mandatory limit takes two people whoever asks; red takes two where he who asks is bound to the enterprise, and it is a real one. */
export function wantsSecond(view: EngineView, actor: AccountActor, enterprise: string | null, harm: Harm): boolean {
  if (harm.softened.some(({ mandatory }) => mandatory)) return true;
  if (may(actor, 'red.silence', { enterprise })) return false;
  if (enterprise !== null && view.assets('enterprise').get(enterprise)?.kind === 'test') return false;
  return harm.silenced.length > 0 || harm.softened.some(({ red }) => red === true);
}

/** What would be silent, for the audit and for whoever asked. */
export function silencedText(silenced: readonly Silence[]): string {
  return silenced
    .map(({ how, device, red, from, to, line }) => {
      const change = to === undefined ? '' : ` ${from ?? 'usual'} → ${to ?? 'usual'}`;
      return `${device} ${how}${line === undefined ? '' : ` ${line}`}${change}: ${red.join(', ')}`;
    })
    .join('; ')
    .slice(0, 500);
}

/** For the audit, where one person decided it. */
export function aloneText(silenced: readonly Silence[]): string {
  return silenced.length === 0 ? '' : `keeps red from coming, nobody else was asked: ${silencedText(silenced)}`;
}

/**
 * What has been added since it was asked for nobody has agreed to: the same judgement is made again when it is carried out, for what stands
 * around the change may have become another without the change itself having moved on. Throws `approval-outdated`.
 */
export function demandNoMore(agreed: unknown, silenced: readonly Silence[]): void {
  const known = new Map((silences.safeParse(agreed).data ?? []).map((one) => [silenceKey(one), new Set(one.red)]));
  const more = silenced.filter((one) => !one.red.every((limit) => known.get(silenceKey(one))?.has(limit) === true));
  if (more.length > 0) throw new HttpProblem('approval-outdated', `more would be silent than was asked for: ${silencedText(more)}`);
}

/** How much longer, and from what, is part of what was agreed to. */
function silenceKey({ how, device, line, from, to }: z.output<typeof silences>[number] | Silence): string {
  return JSON.stringify([how, device, line ?? null, from ?? null, to ?? null]);
}

/** As a request keeps it; absent of one that an earlier build kept, which was agreed to on its revision alone. */
export const softens = z.array(softened);

/**
 * The same of what becomes less strict: a limit that was not among those told, one that loses another part of it, or one that stands at
 * another number than was told. Throws `approval-outdated`.
 */
export function demandNoSofter(agreed: unknown, now: readonly SoftenedLimit[]): void {
  if (agreed === undefined) return;
  const known = new Set((softens.safeParse(agreed).data ?? []).map(softenedKey));
  const more = now.filter((one) => !known.has(softenedKey(one)));
  if (more.length > 0)
    throw new HttpProblem('approval-outdated', `it softens more, or otherwise, than was asked for: ${softenedText(more)}`);
}

function softenedKey(one: z.output<typeof softened> | SoftenedLimit): string {
  const { profileId, variant, measurement, code, parts, mandatory, red, from = {}, to = {}, device } = one;
  const values = [from, to].map((said) => Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify([profileId, variant, measurement, code, [...parts].sort(), mandatory, red === true, values, device]);
}
