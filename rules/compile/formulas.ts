// Which expressions a limit of the catalogue consists of, compiled; or why it cannot be judged at all. Entries of
// format 1 knew the value alone: for them every other kind is what it was then, not supported.
import type { LimitDef, Profile } from '../../model/profile.ts';
import { compileExpression, type Expression } from './expression.ts';

export interface Formulas {
  /** The condition under which it counts. */
  readonly when: Expression | null;
  readonly reference: Expression | null;
  readonly from: Expression | null;
  readonly to: Expression | null;
  /** The limit itself. */
  readonly itself: Expression | null;
  readonly all: readonly Expression[];
  /** Those without whose attributes and conditions it is not armed: all but the reference, for which a number may stand. */
  readonly needed: readonly Expression[];
  readonly not: {
    readonly reason: 'not-supported' | 'condition-not-supported' | 'expression-invalid' | 'no-set-point';
    readonly detail: string;
  } | null;
}

const NONE: Formulas = { when: null, reference: null, from: null, to: null, itself: null, all: [], needed: [], not: null };
const BIT = /^bit([0-9]|[12][0-9]|3[01])$/;

export function formulasOf(def: LimitDef, profile: Profile, byValueAlone: boolean): Formulas {
  return byValueAlone ? asInFormat1(def) : compiled(def, profile);
}

/** What the release that wrote format 1 judged: `hi`, `lo`, and states that are numbers or bits, without any condition. */
function asInFormat1(def: LimitDef): Formulas {
  const not = (reason: 'not-supported' | 'condition-not-supported', detail: string): Formulas => ({ ...NONE, not: { reason, detail } });
  if (def.onlyWhen !== undefined) return not('condition-not-supported', def.onlyWhen);
  if (def.dir !== 'hi' && def.dir !== 'lo' && def.dir !== 'state') return not('not-supported', def.dir);
  if (def.setPointRatio !== undefined) return not('not-supported', 'setPointRatio');
  if (def.dir === 'state' && typeof def.setPoint === 'string' && !BIT.test(def.setPoint)) return not('not-supported', def.setPoint);
  return NONE;
}

function compiled(def: LimitDef, profile: Profile): Formulas {
  if (def.onlyWhen !== undefined && def.when === undefined) {
    return { ...NONE, not: { reason: 'condition-not-supported', detail: def.onlyWhen } };
  }
  if (def.dir === 'expr' && def.expression === undefined) return { ...NONE, not: { reason: 'no-set-point', detail: 'expression' } };
  const problems: string[] = [];
  const one = (text: string | undefined, gives: 'bool' | 'double'): Expression | null => {
    if (text === undefined) return null;
    const result = compileExpression(text, profile, gives);
    if (result.ok) return result.expression;
    problems.push(result.problem);
    return null;
  };
  const when = one(def.when, 'bool');
  const reference = one(def.referenceFrom, 'double');
  const from = one(def.transition?.from, 'bool');
  const to = one(def.transition?.to, 'bool');
  const itself = one(def.expression, 'bool');
  const problem = problems[0];
  if (problem !== undefined) return { ...NONE, not: { reason: 'expression-invalid', detail: problem } };
  const present = (list: readonly (Expression | null)[]): readonly Expression[] => list.filter((expression) => expression !== null);
  const needed = present([when, from, to, itself]);
  return { when, reference, from, to, itself, all: present([when, reference, from, to, itself]), needed, not: null };
}
