import type { EpochMs } from '../../model/time.ts';
import type { FactorName, SetFactorName, Warning, WarningFactor, WarningHead } from '../../model/warning.ts';
import type { Registry } from '../registry.ts';
import type { EngineClock } from '../time/engine-clock.ts';
import { levelOfRank, WEIGHTS } from './factors.ts';
import { lowersAt } from './step.ts';
import { floorOf, issuedOf, type Subject, totalOf } from './subject.ts';

/** A warning as the outside sees it: values that later entries do not change. */

export interface ShowParts {
  readonly registry: Registry;
  readonly clock: EngineClock;
  /** Readings cannot reach us: everything that is worked out from them is stale. */
  readonly deaf: boolean;
}

type Place = Pick<Warning, 'name' | 'hazardSourceId' | 'enterpriseId' | 'areaId'>;

function placeOf(subject: Subject, registry: Registry): Place {
  const { id } = subject;
  if (subject.scope === 'area')
    return { name: registry.maps.area.get(id)?.name ?? id, hazardSourceId: null, enterpriseId: null, areaId: id };
  const source = subject.scope === 'hazard-source' ? registry.maps['hazard-source'].get(id) : undefined;
  const enterpriseId = source?.enterpriseId ?? id;
  const enterprise = registry.maps.enterprise.get(enterpriseId);
  const name = (subject.scope === 'hazard-source' ? source?.name : enterprise?.name) ?? id;
  return { name, hazardSourceId: source?.id ?? null, enterpriseId, areaId: enterprise?.areaId ?? null };
}

export function toHead(subject: Subject, registry: Registry): WarningHead {
  const level = levelOfRank(subject.shown.rank);
  return {
    id: subject.key,
    scope: subject.scope,
    ...placeOf(subject, registry),
    level,
    state: level === 'blue' ? 'resting' : 'issued',
    ri: Math.round(subject.ri * 10) / 10,
    test: subject.test,
  };
}

export function toWarning(subject: Subject, parts: ShowParts): Warning {
  const { clock } = parts;
  const floor = subject.test ? null : floorOf(subject);
  const due = lowersAt(subject.shown);
  return {
    ...toHead(subject, parts.registry),
    computed: levelOfRank(subject.computed),
    lowersAt: due < 0 ? null : clock.at + Math.max(0, due - clock.now),
    floor: floor === null ? null : { level: levelOfRank(floor.rank), by: floor.by },
    factors: subject.names.map((name, i) => factorOf(subject, name, i, parts.deaf)),
    stale: parts.deaf || (subject.points > 0 && 2 * subject.offline >= subject.points),
    issuedAt: subject.issuedAt,
    updatedAt: subject.updatedAt,
    liftedAt: subject.liftedAt,
    occurrence: subject.occurrence,
    seq: subject.seq,
  };
}

function factorOf(subject: Subject, name: FactorName, i: number, deaf: boolean): WarningFactor {
  const weight = WEIGHTS[name];
  const x = subject.xs[i] ?? null;
  const since: EpochMs | null = subject.since[i] ?? null;
  const base = { name, weight, x, contribution: weight * (x ?? 0), since, basis: 'design default', confidence: 'D' } as const;
  switch (name) {
    case 'inherent':
      return { ...base, stale: false };
    case 'worst-alarm':
      return { ...base, stale: deaf || subject.offline > 0 };
    case 'alarm-count':
      return { ...base, stale: deaf || subject.offline > 0, count: totalOf(subject.alarms) };
    case 'worst-member':
      return { ...base, stale: deaf || subject.offline > 0 };
    case 'member-count':
      return { ...base, stale: deaf || subject.offline > 0, count: issuedOf(subject.members), of: totalOf(subject.members) };
    case 'offline':
      return { ...base, stale: deaf, count: subject.offline, of: subject.points };
    default:
      return { ...base, stale: false, ...setBy(subject, name) };
  }
}

function setBy(subject: Subject, name: SetFactorName): Pick<WarningFactor, 'by' | 'until' | 'comment'> {
  const set = subject.set.get(name);
  if (set === undefined) return {};
  return { by: set.by, until: set.until, ...(set.comment === undefined ? {} : { comment: set.comment }) };
}
