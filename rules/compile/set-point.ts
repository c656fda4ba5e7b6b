// Set points that follow from what an enterprise has filled in about its plant, e.g.
// `min(asset.design_pressure*0.8, asset.psv_set*0.95)`. The text is CEL over doubles; `asset` holds numbers alone,
// so nothing else can be reached from an expression.
import { Environment } from '@marcbachmann/cel-js';
import { endlessAt, problemAt, rangeOf } from './expression.ts';

export type SetPointOutcome =
  | { readonly ok: true; readonly setPoint: number }
  | { readonly ok: false; readonly code: 'attribute-missing' | 'no-set-point'; readonly detail: string };

/** One compiled expression. */
export interface SetPointExpression {
  /** Attributes it reads, sorted. */
  readonly attributes: readonly string[];
  /** What is wrong with the text, as `line:column text of the problem near "offending text"`, or null. */
  readonly error: string | null;
  /** `attribute` gives an asset's number, or undefined where it is not filled in. */
  evaluate(attribute: (name: string) => number | string | boolean | undefined): SetPointOutcome;
}

const ATTRIBUTE = /\basset\.([A-Za-z_]\w*)/g;
/** CEL has no int × double; the catalogue's whole numbers are meant as doubles. */
const WHOLE_NUMBER = /(?<![\w.])\d+(?![\w.])/g;
/** Length of the `.0` behind each. */
const ADDED = 2;

/** Compiles an expression; a wrong text gives an expression that always answers `no-set-point` with the reason. */
export function compileSetPoint(text: string): SetPointExpression {
  const attributes = [...new Set(Array.from(text.matchAll(ATTRIBUTE), (match) => match[1] ?? ''))].sort();
  const compiled = parse(text);
  return {
    attributes,
    error: compiled.ok ? null : compiled.problem,
    evaluate(attribute) {
      if (!compiled.ok) return { ok: false, code: 'no-set-point', detail: compiled.detail };
      const asset = new Map<string, number>();
      const missing: string[] = [];
      for (const name of attributes) {
        const value = attribute(name);
        if (typeof value === 'number' && Number.isFinite(value)) asset.set(name, value);
        else missing.push(value === undefined ? name : `${name} (not a number)`);
      }
      if (missing.length > 0) return { ok: false, code: 'attribute-missing', detail: missing.join(', ') };
      return compiled.run(asset);
    },
  };
}

type Parsed =
  | { readonly ok: true; run(asset: ReadonlyMap<string, number>): SetPointOutcome }
  | { readonly ok: false; readonly detail: string; readonly problem: string };

function parse(text: string): Parsed {
  const environment = new Environment({ unlistedVariablesAreDyn: false })
    .registerVariable('asset', 'map<string, double>')
    .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
    .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b));
  try {
    const program = environment.parse(text.replaceAll(WHOLE_NUMBER, '$&.0'));
    const endless = endlessAt(program.ast);
    if (endless !== null) {
      const problem = problemAt(text, written(text, endless.start), written(text, endless.end), endless.what);
      return { ok: false, detail: endless.what, problem };
    }
    const type = program.check();
    if (!type.valid) return wrong(text, type.error);
    if (type.type !== 'double') {
      const detail = `gives ${type.type ?? 'nothing'}, not a number`;
      return { ok: false, detail, problem: problemAt(text, 0, text.length, detail) };
    }
    return {
      ok: true,
      run(asset) {
        try {
          const value: unknown = program({ asset });
          if (typeof value !== 'number' || !Number.isFinite(value))
            return { ok: false, code: 'no-set-point', detail: 'the expression gives no finite number' };
          // 3 × 0.9 must be 2.7, else a reading of exactly 2.7 would miss an inclusive limit by a rounding error.
          return { ok: true, setPoint: Number(value.toPrecision(12)) };
        } catch (error) {
          return { ok: false, code: 'no-set-point', detail: firstLine(error) };
        }
      },
    };
  } catch (error) {
    return wrong(text, error);
  }
}

/** The place is told in the text as people wrote it, without what was put behind its whole numbers. */
function wrong(text: string, error: unknown): Parsed {
  const detail = firstLine(error);
  const range = rangeOf(error) ?? { start: 0, end: text.length };
  return { ok: false, detail, problem: problemAt(text, written(text, range.start), written(text, range.end), detail) };
}

function written(text: string, offset: number): number {
  let put = 0;
  for (const match of text.matchAll(WHOLE_NUMBER)) {
    const end = match.index + match[0].length;
    if (end + put >= offset) break;
    put += ADDED;
  }
  return Math.min(text.length, offset - put);
}

function firstLine(error: unknown): string {
  return error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '';
}
