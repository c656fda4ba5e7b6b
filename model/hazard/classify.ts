/**
 * Major hazard installations of hazardous chemicals by GB 18218-2018: identification S = Σ q/Q and classification R = α · Σ β·q/Q.
 *
 * q is what may be there at most by design, never the stock of the day: what happens to lie in the tanks today drives no legal class.
 */
import { isCas } from './cas.ts';
import { HAZARD_CLASSES, type HazardClass, NAMED_SUBSTANCES, type NamedSubstance, type Sureness } from './tables.ts';

/** Legal class of a major hazard installation, I the gravest. Not a warning level: that has a colour. */
export type MajorHazardClass = 'I' | 'II' | 'III' | 'IV';

/** One substance of a unit: named by Table 1 (`substance` or `cas`), or by its hazard classes. */
export interface SubstanceAmount {
  /** Id in `NAMED_SUBSTANCES`. */
  readonly substance?: string;
  readonly cas?: string;
  /** Symbols of Table 2, all that apply. For a named substance: gives β where neither Table 3 nor our own reading does, or in place of that. */
  readonly classes?: readonly string[];
  /** What people call it, where Table 1 does not. */
  readonly name?: string;
  /** Design maximum, t: 0 to 10 million. */
  readonly designMaximumT: number;
}

/** How one substance counts. Figures as they were used, so that the working can be checked by hand. */
export interface SubstanceWorking {
  readonly substance: string | null;
  readonly cas: string | null;
  readonly zh: string;
  readonly en: string;
  readonly designMaximumT: number;
  readonly criticalT: number;
  /** `table-1`, or the symbol whose critical quantity counts. */
  readonly criticalFrom: string;
  readonly criticalConfidence: Sureness;
  readonly beta: number;
  /** `table-3`, or the symbol whose β counts. */
  readonly betaFrom: string;
  readonly betaConfidence: Sureness;
  /** q/Q. */
  readonly ratio: number;
  /** β·q/Q. */
  readonly weighted: number;
}

export interface Classification {
  readonly standard: 'GB 18218-2018';
  /** People who live or work within 500 m outside the boundary. */
  readonly people: number;
  readonly alpha: number;
  readonly s: number;
  readonly r: number;
  /** S ≥ 1. */
  readonly major: boolean;
  /** null where it is no major hazard installation. */
  readonly class: MajorHazardClass | null;
  readonly substances: readonly SubstanceWorking[];
}

export type ClassificationProblem =
  | 'no-substance'
  | 'unknown-substance'
  | 'wrong-cas'
  | 'unknown-cas'
  | 'ambiguous-cas'
  | 'unknown-class'
  | 'class-needed'
  | 'wrong-amount'
  | 'wrong-people';
export type Classified =
  | { readonly ok: true; readonly classification: Classification }
  /** `at`: index of the substance, or null where it is about the whole. */
  | { readonly ok: false; readonly code: ClassificationProblem; readonly at: number | null; readonly detail: string };

const MOST_T = 10_000_000;
/** Sums of quotients carry rounding errors: ten times a tenth must be one, or the law's line is missed. */
const ROUNDING = 1e-9;

const BY_ID = new Map(NAMED_SUBSTANCES.map((one) => [one.id, one]));
const BY_SYMBOL = new Map(HAZARD_CLASSES.map((one) => [one.symbol, one]));

/** α by the people within 500 m outside the boundary. */
export function exposureFactor(people: number): number {
  if (people >= 100) return 2;
  if (people >= 50) return 1.5;
  if (people >= 30) return 1.2;
  return people >= 1 ? 1 : 0.5;
}

/** Class by R, inclusive at the lower end. */
export function classOf(r: number): MajorHazardClass {
  const up = r + ROUNDING;
  if (up >= 100) return 'I';
  if (up >= 50) return 'II';
  return up >= 10 ? 'III' : 'IV';
}

/** Identifies and classifies a unit (a production unit, a tank area inside one dyke, a warehouse building). */
export function classify(substances: readonly SubstanceAmount[], people: number): Classified {
  if (!Number.isInteger(people) || people < 0) return { ok: false, code: 'wrong-people', at: null, detail: String(people) };
  if (substances.length === 0) return { ok: false, code: 'no-substance', at: null, detail: 'at least one substance' };
  const workings: SubstanceWorking[] = [];
  for (const [at, amount] of substances.entries()) {
    const worked = work(amount);
    if ('code' in worked) return { ok: false, code: worked.code, at, detail: worked.detail };
    workings.push(worked);
  }
  const alpha = exposureFactor(people);
  const s = workings.reduce((sum, one) => sum + one.ratio, 0);
  const r = alpha * workings.reduce((sum, one) => sum + one.weighted, 0);
  const major = s + ROUNDING >= 1;
  return {
    ok: true,
    classification: { standard: 'GB 18218-2018', people, alpha, s, r, major, class: major ? classOf(r) : null, substances: workings },
  };
}

interface Problem {
  readonly code: ClassificationProblem;
  readonly detail: string;
}

function work(amount: SubstanceAmount): SubstanceWorking | Problem {
  const q = amount.designMaximumT;
  if (!(Number.isFinite(q) && q >= 0 && q <= MOST_T)) return { code: 'wrong-amount', detail: `designMaximumT: 0 to ${MOST_T}` };
  const classes: HazardClass[] = [];
  for (const symbol of amount.classes ?? []) {
    const found = BY_SYMBOL.get(symbol);
    if (found === undefined) return { code: 'unknown-class', detail: symbol };
    classes.push(found);
  }
  const substance = find(amount);
  if (substance !== null && 'code' in substance) return substance;
  const counts = substance === null ? byClass(classes) : byName(substance, classes);
  if ('code' in counts) return counts;
  const ratio = q / counts.criticalT;
  const own = amount.name ?? amount.cas ?? classes.map((one) => one.symbol).join(' ');
  return {
    substance: substance?.id ?? null,
    cas: substance?.cas ?? amount.cas ?? null,
    zh: substance?.zh ?? own,
    en: substance?.en ?? own,
    designMaximumT: q,
    ...counts,
    ratio,
    weighted: counts.beta * ratio,
  };
}

/** Its entry in Table 1; null where only its classes speak for it. */
function find(amount: SubstanceAmount): NamedSubstance | Problem | null {
  if (amount.cas !== undefined && !isCas(amount.cas)) return { code: 'wrong-cas', detail: amount.cas };
  if (amount.substance !== undefined) {
    const found = BY_ID.get(amount.substance);
    if (found === undefined) return { code: 'unknown-substance', detail: amount.substance };
    if (amount.cas !== undefined && found.cas !== amount.cas)
      return { code: 'wrong-cas', detail: `${amount.cas} is not ${found.en} (${found.cas ?? 'no CAS number'})` };
    return found;
  }
  if (amount.cas === undefined) return (amount.classes ?? []).length > 0 ? null : { code: 'class-needed', detail: amount.name ?? '' };
  const found = NAMED_SUBSTANCES.filter((one) => one.cas === amount.cas);
  if (found.length > 1) return { code: 'ambiguous-cas', detail: `say which: ${found.map((one) => one.id).join(', ')}` };
  const only = found[0];
  if (only !== undefined) return only;
  return (amount.classes ?? []).length > 0 ? null : { code: 'unknown-cas', detail: `${amount.cas}: give its hazard classes` };
}

type Counts = Pick<SubstanceWorking, 'criticalT' | 'criticalFrom' | 'criticalConfidence' | 'beta' | 'betaFrom' | 'betaConfidence'>;

/** Of several dangers the smallest Q counts, and (our choice, on the safe side) the largest β. */
function byClass(classes: readonly HazardClass[]): Counts | Problem {
  const smallest = least(classes, (one) => one.criticalT);
  const gravest = least(classes, (one) => -one.beta);
  if (smallest === undefined || gravest === undefined) return { code: 'class-needed', detail: '' };
  return {
    criticalT: smallest.criticalT,
    criticalFrom: smallest.symbol,
    criticalConfidence: 'V',
    beta: gravest.beta,
    betaFrom: gravest.symbol,
    betaConfidence: 'V',
  };
}

/** A named substance keeps its Q of Table 1; β is that of Table 3, else of its class in Table 4. */
function byName(substance: NamedSubstance, classes: readonly HazardClass[]): Counts | Problem {
  const critical = {
    criticalT: substance.criticalT,
    criticalFrom: 'table-1',
    criticalConfidence: substance.criticalConfidence,
  };
  if (substance.beta !== null) return { ...critical, beta: substance.beta, betaFrom: 'table-3', betaConfidence: substance.betaConfidence };
  const chosen = least(classes, (one) => -one.beta);
  if (chosen !== undefined) return { ...critical, beta: chosen.beta, betaFrom: chosen.symbol, betaConfidence: 'V' };
  const own = substance.hazardClass === null ? undefined : BY_SYMBOL.get(substance.hazardClass);
  if (own === undefined) return { code: 'class-needed', detail: `${substance.en}: Table 3 has no β for it, choose its hazard class` };
  return { ...critical, beta: own.beta, betaFrom: own.symbol, betaConfidence: substance.betaConfidence };
}

function least(classes: readonly HazardClass[], by: (one: HazardClass) => number): HazardClass | undefined {
  let best: HazardClass | undefined;
  for (const one of classes) if (best === undefined || by(one) < by(best)) best = one;
  return best;
}
