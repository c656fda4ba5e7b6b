import type { EscalationDef, LimitDef, MeasurementDef, Profile } from '../../model/profile.ts';

/**
 * A profile's escalations written out as limits of their own (`dir: follows`), behind those of their measurement. From here on rules of
 * all scopes, plans, snapshots and backtests treat them as any other limit.
 */

const kept = new WeakMap<Profile, Profile>();

/** The profile itself where it has none that is translated. */
export function withEscalations(profile: Profile): Profile {
  const known = kept.get(profile);
  if (known !== undefined) return known;
  const written = (profile.escalate ?? []).some(({ form }) => form !== undefined)
    ? { ...profile, measurements: profile.measurements.map((def) => withThose(def, profile.escalate ?? [])) }
    : profile;
  kept.set(profile, written);
  return written;
}

function withThose(def: MeasurementDef, escalate: readonly EscalationDef[]): MeasurementDef {
  const own = escalate.flatMap((one) => (one.form?.measurement === def.key ? [limitOf(one, one.form)] : []));
  return own.length === 0 ? def : { ...def, limits: [...def.limits, ...own] };
}

/** Set point, deadband, off-delay and latch are those of the limit it rises from, whatever rules make of that one. */
function limitOf(def: EscalationDef, form: NonNullable<EscalationDef['form']>): LimitDef {
  const { when, whenZh, whenEn, to, basis = '', basisZh, confidence } = def;
  const { code, of, afterMs = 0, any } = form;
  return {
    code,
    dir: 'follows',
    setPoint: null,
    level: to,
    deadband: 0,
    onDelayMs: afterMs,
    offDelayMs: 0,
    latching: false,
    escalates: { of, any, when, ...(whenZh === undefined ? {} : { whenZh }), ...(whenEn === undefined ? {} : { whenEn }) },
    basis,
    ...(basisZh === undefined ? {} : { basisZh }),
    confidence,
  };
}

/** Attributes that name the group a device is in: its protection zone, a part of a plant. */
export const GROUP_ATTRIBUTE = { zone: 'protection_zone', area: 'area' } as const;
export type NamedGroup = keyof typeof GROUP_ATTRIBUTE;

/** The group without which nothing of it can be judged, where somebody has to say which one that is; null = there is none such. */
export function wantedGroup({ escalates }: LimitDef): NamedGroup | null {
  const [first, ...rest] = escalates?.any ?? [];
  if (first?.kind !== 'together' || first.in === 'premises') return null;
  return rest.every((cause) => cause.kind === 'together' && cause.in === first.in) ? first.in : null;
}

/** Some of its causes take a time. */
export function takesTime({ escalates }: LimitDef): boolean {
  return escalates !== undefined && escalates.any.some(({ kind }) => kind !== 'together');
}
