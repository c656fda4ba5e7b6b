// Conditions, references and whole limits as expressions (CEL) over the points of one device, its attributes and its
// conditions. The text is compiled once against the types of the profile, so that a wrong one is found when it is
// written and says where; evaluation reads nothing but what is handed to it.
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { LimitDef, Profile } from '../../model/profile.ts';
import { pointKey } from '../../model/reading.ts';

export type Fact = number | string | boolean;

/** What an expression may ask for while it is evaluated; undefined = not known now (no sample yet, or of bad quality). */
export interface Reader {
  /** Last good value of a point of the device, by its key (`dp`, `cable_temp.2`); booleans are 0 and 1. */
  point(key: string): number | undefined;
  /** Is a limit of a measurement on (of any channel); undefined while its point is not judged. */
  limit(measurement: string, code: string): boolean | undefined;
}

/** Attributes and conditions an expression reads, with their present values. */
export type Bindings = Readonly<Record<string, Fact>>;

export interface Expression {
  readonly text: string;
  /** Names after `asset.`, sorted. */
  readonly attributes: readonly string[];
  /** Names after `condition.`, sorted. */
  readonly conditions: readonly string[];
  /** Keys of the points it reads, sorted. */
  readonly points: readonly string[];
  /** Limits it asks for by `on("measurement", "CODE")`. */
  readonly limits: readonly LimitName[];
  /** The value, or undefined where something it depends on is not known now (three-valued: `true || unknown` is true). */
  evaluate(bindings: Bindings, reader: Reader): boolean | number | undefined;
}

export interface LimitName {
  readonly measurement: string;
  readonly code: string;
}

export type CompiledExpression =
  | { readonly ok: true; readonly expression: Expression }
  /** `problem` = `line:column text of the problem near "offending text"`. */
  | { readonly ok: false; readonly problem: string };

/** Names of bindings: `asset.x` and `condition.x` do not mix. */
export const ASSET = 'asset.';
export const CONDITION = 'condition.';

interface Scope {
  readonly environment: Environment;
  /** Measurements with channels by name; the others are plain variables. */
  readonly channels: ReadonlyMap<string, number>;
  readonly booleans: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  /** `measurement code` of the limits that may be asked for: those that ask for no other, so that nothing goes in circles. */
  readonly askable: ReadonlySet<string>;
  /** Who answers `on(…)` while a program runs. */
  reader: Reader | null;
  readonly compiled: Map<string, CompiledExpression>;
}

const scopes = new WeakMap<Profile, Scope>();
/** Compiled texts kept for each profile; past it they are forgotten and made anew (equal programs). Every trial of a rule brings one. */
const MAX_KEPT = 1_024;

function scopeOf(profile: Profile): Scope {
  const known = scopes.get(profile);
  if (known !== undefined) return known;
  const environment = new Environment({ unlistedVariablesAreDyn: false })
    .registerVariable('asset', 'map<string, dyn>')
    .registerVariable('condition', 'map<string, dyn>')
    .registerFunction('bit(double, int): bool', (word: number, bit: bigint) => hasBit(word, Number(bit)))
    .registerFunction('on(string, string): bool', (measurement: string, code: string) => isOn(profile, measurement, code))
    .registerFunction('abs(double): double', (a: number) => Math.abs(a))
    .registerFunction('min(double, double): double', (a: number, b: number) => Math.min(a, b))
    .registerFunction('max(double, double): double', (a: number, b: number) => Math.max(a, b));
  const channels = new Map<string, number>();
  const booleans = new Set<string>();
  const names = new Set<string>();
  for (const def of profile.measurements) {
    if (def.valueType === 'string') continue;
    const type = def.valueType === 'boolean' ? 'bool' : 'double';
    environment.registerVariable(def.key, def.channels === undefined ? type : `map<int, ${type}>`);
    names.add(def.key);
    if (def.channels !== undefined) channels.set(def.key, def.channels);
    if (def.valueType === 'boolean') booleans.add(def.key);
  }
  const askable = new Set(profile.measurements.flatMap((def) => def.limits.filter(asksNone).map(({ code }) => `${def.key} ${code}`)));
  const scope: Scope = { environment, channels, booleans, names, askable, reader: null, compiled: new Map() };
  scopes.set(profile, scope);
  return scope;
}

function asksNone(limit: LimitDef): boolean {
  return limit.when === undefined && limit.transition === undefined && limit.expression === undefined;
}

/** Throws where it is not known, as the other operands do: the evaluation then is undefined, or decided by the rest. */
function isOn(profile: Profile, measurement: string, code: string): boolean {
  const answer = scopes.get(profile)?.reader?.limit(measurement, code);
  if (answer === undefined) throw new Error(`${measurement} ${code} is not judged`);
  return answer;
}

/** Is a bit of a status word set; words above 2³¹ arrive as negative numbers from some devices. */
export function hasBit(word: number, bit: number): boolean {
  return Math.floor((word < 0 ? word + 2 ** 32 : word) / 2 ** bit) % 2 === 1;
}

/** Compiles a text that must give a truth value or a number. Equal texts of one profile share one program. */
export function compileExpression(text: string, profile: Profile, gives: 'bool' | 'double'): CompiledExpression {
  const scope = scopeOf(profile);
  const key = `${gives}|${text}`;
  let compiled = scope.compiled.get(key);
  if (compiled === undefined) {
    if (scope.compiled.size >= MAX_KEPT) scope.compiled.clear();
    compiled = compile(text, scope, gives);
    scope.compiled.set(key, compiled);
  }
  return compiled;
}

interface Reads {
  readonly attributes: Set<string>;
  readonly conditions: Set<string>;
  readonly points: Set<string>;
  readonly limits: Map<string, LimitName>;
}

function compile(text: string, scope: Scope, gives: 'bool' | 'double'): CompiledExpression {
  try {
    const program = scope.environment.parse(text);
    const endless = endlessAt(program.ast);
    if (endless !== null) return { ok: false, problem: problemAt(text, endless.start, endless.end, endless.what) };
    const type = program.check();
    if (!type.valid) return { ok: false, problem: problemOf(type.error, text) };
    if (type.type !== gives && type.type !== 'dyn')
      return { ok: false, problem: `1:1 gives ${type.type ?? 'nothing'}, must give ${gives} near "${text.slice(0, 40)}"` };
    const reads: Reads = { attributes: new Set(), conditions: new Set(), points: new Set(), limits: new Map() };
    const wrong = walk(program.ast, scope, reads);
    if (wrong !== null) return { ok: false, problem: problemAt(text, wrong.start, wrong.end, wrong.what) };
    const attributes = [...reads.attributes].sort();
    const conditions = [...reads.conditions].sort();
    const points = [...reads.points].sort();
    const limits = [...reads.limits.values()];
    const wanted = gives === 'bool' ? 'boolean' : 'number';
    const evaluate = (bindings: Bindings, reader: Reader): boolean | number | undefined => {
      const context: Record<string, unknown> = {
        asset: bound(bindings, ASSET, attributes),
        condition: bound(bindings, CONDITION, conditions),
      };
      for (const point of points) put(context, scope, point, reader.point(point));
      try {
        scope.reader = reader;
        const value: unknown = program(context);
        if (typeof value === 'boolean' && wanted === 'boolean') return value;
        if (typeof value === 'number' && wanted === 'number' && Number.isFinite(value)) return value;
        return undefined;
      } catch {
        // Something it needs is not in the context: not known now. Wrong types were found by the check above.
        return undefined;
      } finally {
        scope.reader = null;
      }
    };
    return { ok: true, expression: { text, attributes, conditions, points, limits, evaluate } };
  } catch (error) {
    return { ok: false, problem: problemOf(error, text) };
  }
}

function bound(bindings: Bindings, prefix: string, names: readonly string[]): ReadonlyMap<string, Fact> {
  const out = new Map<string, Fact>();
  for (const name of names) {
    const value = bindings[prefix + name];
    if (value !== undefined) out.set(name, value);
  }
  return out;
}

function put(context: Record<string, unknown>, scope: Scope, point: string, value: number | undefined): void {
  const dot = point.indexOf('.');
  const measurement = dot < 0 ? point : point.slice(0, dot);
  const typed = value === undefined ? undefined : scope.booleans.has(measurement) ? value !== 0 : value;
  if (dot < 0) {
    if (typed !== undefined) context[measurement] = typed;
    return;
  }
  const known = context[measurement];
  const channels: Map<bigint, unknown> = known instanceof Map ? known : new Map<bigint, unknown>();
  context[measurement] = channels;
  if (typed !== undefined) channels.set(BigInt(point.slice(dot + 1)), typed);
}

interface Wrong {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/**
 * Place of something whose evaluation has no bound that its length gives, or null. An expression is judged with every reading, on the
 * thread that judges everything, and again at each replay: a loop in a loop (a thousand characters are 10²⁰ rounds), a name bound to a text
 * that doubles, or a regular expression that goes back and back would silence every alarm there is. One loop over a list that is
 * written out is as long as its text.
 */
export function endlessAt(node: ASTNode, inLoop = false): Wrong | null {
  const { start, end } = node;
  const name = node.op === 'rcall' ? node.args[0] : null;
  if (name === 'matches') return { start, end, what: 'regular expressions are not taken: compare, or ask contains, startsWith, endsWith' };
  if (name === 'bind') return { start, end, what: 'names are not bound: say it where it is used' };
  const loops = name !== null && LOOPS.has(name);
  if (loops && inLoop) return { start, end, what: `a loop in a loop: ${name}` };
  for (const child of childrenOf(node.args)) {
    const wrong = endlessAt(child, inLoop || loops);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Notes what a program reads. Returns the place of something that only a fixed name or number may stand for. */
function walk(node: ASTNode, scope: Scope, reads: Reads): Wrong | null {
  if (node.op === '.' && node.args[0].op === 'id') {
    const [of, name] = node.args;
    if (of.args === 'asset') reads.attributes.add(name);
    else if (of.args === 'condition') reads.conditions.add(name);
    return null;
  }
  if (node.op === '[]' && node.args[0].op === 'id' && scope.channels.has(node.args[0].args)) {
    const [of, index] = node.args;
    const channel = index.op === 'value' ? Number(index.args) : Number.NaN;
    if (!Number.isInteger(channel) || channel < 1 || channel > (scope.channels.get(of.args) ?? 0))
      return { start: index.start, end: index.end, what: `no such channel of ${of.args}` };
    reads.points.add(pointKey(of.args, channel));
    return null;
  }
  if (node.op === 'id') {
    if (scope.channels.has(node.args)) return { start: node.start, end: node.end, what: 'a channel is missing, as in name[1]' };
    if (node.args === 'asset' || node.args === 'condition')
      return { start: node.start, end: node.end, what: 'a name is missing, as in asset.name' };
    if (scope.names.has(node.args)) reads.points.add(node.args);
    return null;
  }
  if (node.op === 'call' && node.args[0] === 'on') {
    const [measurement, code] = node.args[1].map((arg) => (arg.op === 'value' && typeof arg.args === 'string' ? arg.args : null));
    if (typeof measurement !== 'string' || typeof code !== 'string' || !scope.askable.has(`${measurement} ${code}`))
      return { start: node.start, end: node.end, what: 'no such limit, or one that asks for others itself' };
    reads.limits.set(`${measurement} ${code}`, { measurement, code });
    return null;
  }
  for (const child of childrenOf(node.args)) {
    const wrong = walk(child, scope, reads);
    if (wrong !== null) return wrong;
  }
  return null;
}

export function childrenOf(args: unknown): readonly ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(childrenOf);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

export function problemOf(error: unknown, text: string): string {
  if (!(error instanceof Error)) return `1:1 cannot be compiled near "${text.slice(0, 40)}"`;
  const summary = error.message.split('\n', 1)[0] ?? '';
  const { start, end } = rangeOf(error) ?? { start: 0, end: text.length };
  return problemAt(text, start, end, summary);
}

/** Where in the text an error of the compiler lies, as it says itself. */
export function rangeOf(error: unknown): { readonly start: number; readonly end: number } | null {
  const range: unknown = error instanceof Error && 'range' in error ? error.range : undefined;
  return isRange(range) ? range : null;
}

function isRange(value: unknown): value is { readonly start: number; readonly end: number } {
  return typeof value === 'object' && value !== null && 'start' in value && typeof value.start === 'number' && 'end' in value;
}

export function problemAt(text: string, start: number, end: number, what: string): string {
  const before = text.slice(0, start).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return `${before.length}:${column} ${what} near "${text.slice(start, Math.max(end, start + 1)).slice(0, 40)}"`;
}
