// Conditions over points, limits, attributes and conditions of several devices of one hazard source, as expressions (CEL). Devices have
// names that are no identifiers of the language, so they are asked for by functions with fixed texts: `value("gd-01", "lel") > 20.0`.
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { childrenOf, endlessAt, type Fact, hasBit, problemAt, problemOf } from '../compile/expression.ts';

/** What an expression may ask for while it is evaluated; undefined = not known now. */
export interface JointReader {
  value(device: string, measurement: string, channel: number | null): number | undefined;
  limit(device: string, measurement: string, code: string): boolean | undefined;
  attribute(device: string, name: string): Fact | undefined;
  condition(device: string, name: string): Fact | undefined;
  /** An attribute of the hazard source itself. */
  asset(name: string): Fact | undefined;
}

interface Placed {
  readonly start: number;
  readonly end: number;
}
/** One thing an expression reads, and where it says so. */
export type JointRead = Placed &
  (
    | { readonly kind: 'value' | 'is'; readonly device: string; readonly measurement: string; readonly channel: number | null }
    | { readonly kind: 'on'; readonly device: string; readonly measurement: string; readonly code: string }
    | { readonly kind: 'attribute' | 'condition'; readonly device: string; readonly name: string }
    | { readonly kind: 'asset'; readonly name: string }
  );

export interface JointText {
  readonly text: string;
  readonly reads: readonly JointRead[];
  /** The value, or undefined where something it depends on is not known now (three-valued: `true || unknown` is true). */
  evaluate(reader: JointReader): boolean | number | undefined;
}

export type CompiledText =
  | { readonly ok: true; readonly expression: JointText }
  /** `problem` = `line:column text of the problem near "offending text"`. */
  | { readonly ok: false; readonly problem: string };

/** Who answers while a program runs. */
const desk: { reader: JointReader | null } = { reader: null };

/** Throws where it is not known: the evaluation then is undefined, or decided by the rest. */
function known<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error('not known now');
  return answer;
}

function valueOf(device: string, measurement: string, channel: number | null): number {
  return known(desk.reader?.value(device, measurement, channel));
}

const environment = new Environment({ unlistedVariablesAreDyn: false })
  .registerVariable('asset', 'map<string, dyn>')
  .registerFunction('value(string, string): double', (device: string, measurement: string) => valueOf(device, measurement, null))
  .registerFunction('value(string, string, int): double', (device: string, measurement: string, channel: bigint) =>
    valueOf(device, measurement, Number(channel)),
  )
  .registerFunction('is(string, string): bool', (device: string, measurement: string) => valueOf(device, measurement, null) !== 0)
  .registerFunction(
    'is(string, string, int): bool',
    (device: string, measurement: string, channel: bigint) => valueOf(device, measurement, Number(channel)) !== 0,
  )
  .registerFunction('on(string, string, string): bool', (device: string, measurement: string, code: string) =>
    known(desk.reader?.limit(device, measurement, code)),
  )
  .registerFunction('attribute(string, string): dyn', (device: string, name: string) => known(desk.reader?.attribute(device, name)))
  .registerFunction('condition(string, string): dyn', (device: string, name: string) => known(desk.reader?.condition(device, name)))
  .registerFunction('bit(double, int): bool', (word: number, bit: bigint) => hasBit(word, Number(bit)))
  .registerFunction('abs(double): double', (a: number) => Math.abs(a))
  .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
  .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b));

/** Compiled texts kept; past it they are forgotten and made anew (equal programs). */
const MAX_KEPT = 4_096;
const kept = new Map<string, CompiledText>();

/** Compiles a text that must give a truth value or a number. Whether what it names is there is asked of its `reads`. */
export function compileText(text: string, gives: 'bool' | 'double'): CompiledText {
  const key = `${gives}|${text}`;
  const ready = kept.get(key);
  if (ready !== undefined) return ready;
  if (kept.size >= MAX_KEPT) kept.clear();
  const compiled = compile(text, gives);
  kept.set(key, compiled);
  return compiled;
}

function compile(text: string, gives: 'bool' | 'double'): CompiledText {
  try {
    const program = environment.parse(text);
    const endless = endlessAt(program.ast);
    if (endless !== null) return { ok: false, problem: problemAt(text, endless.start, endless.end, endless.what) };
    const type = program.check();
    if (!type.valid) return { ok: false, problem: problemOf(type.error, text) };
    if (type.type !== gives && type.type !== 'dyn')
      return { ok: false, problem: `1:1 gives ${type.type ?? 'nothing'}, must give ${gives} near "${text.slice(0, 40)}"` };
    const reads: JointRead[] = [];
    const wrong = walk(program.ast, reads);
    if (wrong !== null) return { ok: false, problem: problemAt(text, wrong.start, wrong.end, wrong.what) };
    const names = [...new Set(reads.flatMap((read) => (read.kind === 'asset' ? [read.name] : [])))];
    const evaluate = (reader: JointReader): boolean | number | undefined => {
      const asset = new Map<string, Fact>();
      for (const name of names) {
        const fact = reader.asset(name);
        if (fact !== undefined) asset.set(name, fact);
      }
      try {
        desk.reader = reader;
        const value: unknown = program({ asset });
        if (gives === 'bool') return typeof value === 'boolean' ? value : undefined;
        return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
      } catch {
        // Something it needs is not known now. Wrong types were found by the check above.
        return undefined;
      } finally {
        desk.reader = null;
      }
    };
    return { ok: true, expression: { text, reads, evaluate } };
  } catch (error) {
    return { ok: false, problem: problemOf(error, text) };
  }
}

interface Wrong extends Placed {
  readonly what: string;
}

/** Notes what a program reads. Returns the place of something that only a fixed text or number may stand for. */
function walk(node: ASTNode, reads: JointRead[]): Wrong | null {
  const { start, end } = node;
  if (node.op === '.' && node.args[0].op === 'id' && node.args[0].args === 'asset') {
    reads.push({ kind: 'asset', name: node.args[1], start, end });
    return null;
  }
  if (node.op === 'id') return node.args === 'asset' ? { start, end, what: 'a name is missing, as in asset.name' } : null;
  if (node.op === 'call') {
    const [name, args] = node.args;
    const read = readOf(name, args, { start, end });
    if (read === 'fixed') return { start, end, what: 'wanted: names as texts in quotes, a channel as a number' };
    if (read !== null) {
      reads.push(read);
      return null;
    }
  }
  for (const child of childrenOf(node.args)) {
    const wrong = walk(child, reads);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** What a call of one of ours reads; null = of another function; `fixed` = it is worked out, so nobody can know beforehand. */
function readOf(name: string, args: readonly ASTNode[], at: Placed): JointRead | 'fixed' | null {
  if (name !== 'value' && name !== 'is' && name !== 'on' && name !== 'attribute' && name !== 'condition') return null;
  const fixed = args.map((arg) => (arg.op === 'value' ? arg.args : undefined));
  const [device, second, third] = fixed;
  if (typeof device !== 'string' || typeof second !== 'string') return 'fixed';
  if (name === 'attribute' || name === 'condition') return { kind: name, device, name: second, ...at };
  if (name === 'on') return typeof third === 'string' ? { kind: name, device, measurement: second, code: third, ...at } : 'fixed';
  if (args.length > 2 && typeof third !== 'bigint') return 'fixed';
  return { kind: name, device, measurement: second, channel: typeof third === 'bigint' ? Number(third) : null, ...at };
}
