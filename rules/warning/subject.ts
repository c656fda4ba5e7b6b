import type { EpochMs } from '../../model/time.ts';
import type { FactorName, SetFactorName, WarningFloor, WarningScope } from '../../model/warning.ts';
import type { Sleeper } from '../time/wake-heap.ts';
import { alarmFactor, classFactor, countFactor, FACTORS_OF, levelOfIndex, memberFactor, RANK, riskIndex } from './factors.ts';
import { atRest, type Shown } from './step.ts';
import type { StoredClassification } from '../../model/asset.ts';

/** A factor as a person set it. */
export interface SetValue {
  readonly value: number;
  readonly until: EpochMs;
  readonly by: string;
  readonly comment?: string;
}

/** Everything that is known about the risk of one hazard source, enterprise or area. */
export interface Subject extends Sleeper {
  readonly key: string;
  readonly scope: WarningScope;
  readonly id: string;
  readonly names: readonly FactorName[];
  parent: Subject | null;
  /** Inputs, whole numbers all: open alarms and members by rank (index 0 unused), red alarms that are no instrument's. */
  readonly alarms: number[];
  lifeSafety: number;
  readonly members: number[];
  /** Points of everything below, and those of silent or disconnected devices. */
  points: number;
  offline: number;
  readonly set: Map<SetFactorName, SetValue>;
  classification: StoredClassification | undefined;
  test: boolean;
  /** Parallel to `names`. */
  readonly xs: (number | null)[];
  readonly since: (EpochMs | null)[];
  ri: number;
  computed: number;
  readonly shown: Shown;
  issuedAt: EpochMs | null;
  updatedAt: EpochMs | null;
  liftedAt: EpochMs | null;
  occurrence: number;
  seq: number;
  /** Rank under which its parent counts it; 0 = not at all. */
  countedAs: number;
}

export function newSubject(scope: WarningScope, id: string, order: number): Subject {
  const names = FACTORS_OF[scope];
  return {
    order,
    wakeAt: -1,
    heapAt: -1,
    key: `${scope}:${id}`,
    scope,
    id,
    names,
    parent: null,
    alarms: [0, 0, 0, 0, 0],
    lifeSafety: 0,
    members: [0, 0, 0, 0, 0],
    points: 0,
    offline: 0,
    set: new Map(),
    classification: undefined,
    test: false,
    xs: names.map(() => null),
    since: names.map(() => null),
    ri: 0,
    computed: 1,
    shown: atRest(),
    issuedAt: null,
    updatedAt: null,
    liftedAt: null,
    occurrence: 0,
    seq: 0,
    countedAs: 0,
  };
}

export function worstOf(counts: readonly number[]): number {
  for (let rank = counts.length - 1; rank > 0; rank -= 1) if ((counts[rank] ?? 0) > 0) return rank;
  return 0;
}
export function totalOf(counts: readonly number[]): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
/** Members above blue. */
export function issuedOf(members: readonly number[]): number {
  return totalOf(members) - (members[1] ?? 0);
}

/** x of one factor as the inputs stand; null = no data. */
function valueOf(subject: Subject, name: FactorName): number | null {
  switch (name) {
    case 'inherent':
      return subject.classification === undefined ? null : classFactor(subject.classification.class);
    case 'worst-alarm':
      return unheard(subject) ? null : alarmFactor(worstOf(subject.alarms));
    case 'alarm-count':
      return unheard(subject) ? null : countFactor(totalOf(subject.alarms));
    case 'worst-member':
      return totalOf(subject.members) === 0 ? null : memberFactor(worstOf(subject.members));
    case 'member-count':
      return totalOf(subject.members) === 0 ? null : countFactor(issuedOf(subject.members));
    case 'offline':
      return subject.points === 0 ? null : subject.offline / subject.points;
    default:
      return subject.set.get(name)?.value ?? null;
  }
}

/** No device has ever said anything, so that there being no alarm says nothing either. */
function unheard(subject: Subject): boolean {
  return subject.points === 0 && totalOf(subject.alarms) === 0;
}

/** What keeps the level up, worst first. A red alarm that is no instrument's forces red; no alarm and no member is ever worse than the whole. */
export function floorOf(subject: Subject): { readonly rank: number; readonly by: WarningFloor } | null {
  if (subject.lifeSafety > 0) return { rank: RANK.red, by: 'life-safety' };
  const alarm = worstOf(subject.alarms);
  const member = worstOf(subject.members);
  if (alarm <= 1 && member <= 1) return null;
  return alarm >= member ? { rank: alarm, by: 'alarm' } : { rank: member, by: 'member' };
}

/** Works the index and the level out anew. */
export function compute(subject: Subject, at: EpochMs): void {
  for (const [i, name] of subject.names.entries()) {
    const x = subject.test ? null : valueOf(subject, name);
    if (x === subject.xs[i]) continue;
    subject.xs[i] = x;
    subject.since[i] = at;
  }
  subject.ri = riskIndex(subject.names, subject.xs);
  const floor = subject.test ? 1 : (floorOf(subject)?.rank ?? 1);
  subject.computed = Math.max(RANK[levelOfIndex(subject.ri)], floor);
}
