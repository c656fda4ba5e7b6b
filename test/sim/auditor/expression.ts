// The expression of a rule over several points (decision 16), read from left to right by hand: calls with fixed texts, numbers,
import { tokensOf } from './tokens.ts';
// `! && || == >= <= > < + - *`. What is not known makes the whole unknown unless the rest decides it.

export type Word = number | boolean | 'unknown';

/** Who answers what an expression asks for. */
export interface Answers {
  value(device: string, measurement: string, channel: number | null): number | 'unknown';
  limit(device: string, measurement: string, code: string): boolean | 'unknown';
}

/** What an expression reads that is filled in, and not measured. */
export type Filed =
  | { readonly is: 'attribute' | 'condition'; readonly device: string; readonly name: string }
  | { readonly is: 'asset'; readonly name: string };

export interface Text {
  readonly filed: readonly Filed[];
  /** Points and limits it reads. */
  readonly measured: readonly { readonly device: string; readonly measurement: string; readonly channel: number | null }[];
  /** @param facts what is filled in, in the order of `filed` */
  evaluate(answers: Answers, facts: readonly unknown[]): Word;
}

type Term = (answers: Answers, facts: readonly unknown[]) => Word;
const TOKEN = /\s*(\|\||&&|==|>=|<=|[!()<>,+*-]|"[^"]*"|[A-Za-z_][\w.]*|\d+(?:\.\d+)?)/y;

export function textOf(text: string): Text {
  const tokens = tokensOf(TOKEN, 'expression', text);
  const filed: Filed[] = [];
  const measured: { device: string; measurement: string; channel: number | null }[] = [];
  let at = 0;
  const next = (): string => tokens[at++] ?? '';
  const want = (token: string): void => {
    if (next() !== token) throw new Error(`expression ${text}: no "${token}"`);
  };
  const fact = (one: Filed): Term => {
    const nth = filed.push(one) - 1;
    return (_, facts) => {
      const known = facts[nth];
      return typeof known === 'number' || typeof known === 'boolean' ? known : 'unknown';
    };
  };
  /** Between the brackets of a call: fixed texts and whole numbers, or terms. */
  const fixed = (): readonly string[] => {
    const args: string[] = [];
    want('(');
    while (tokens[at] !== ')') {
      args.push(next().replaceAll('"', ''));
      if (tokens[at] === ',') at += 1;
    }
    want(')');
    return args;
  };
  const terms = (): readonly Term[] => {
    const args: Term[] = [];
    want('(');
    while (tokens[at] !== ')') {
      args.push(sum());
      if (tokens[at] === ',') at += 1;
    }
    want(')');
    return args;
  };
  const call = (name: string): Term => {
    if (name === 'abs' || name === 'min' || name === 'max') {
      const of = terms();
      return (...given) => numbers(of, given, (all) => Math[name](...(all as [number])));
    }
    const [device = '', second = '', third] = fixed();
    if (name === 'attribute' || name === 'condition') return fact({ is: name, device, name: second });
    const channel = name === 'on' || third === undefined ? null : Number(third);
    measured.push({ device, measurement: second, channel });
    if (name === 'value') return (answers) => answers.value(device, second, channel);
    if (name === 'is') return (answers) => not(not(answers.value(device, second, channel)));
    if (name === 'on' && third !== undefined) return (answers) => answers.limit(device, second, third);
    throw new Error(`expression ${text}: ${name} is not understood`);
  };
  const atom = (): Term => {
    const token = next();
    if (token === '(') {
      const inside = either();
      want(')');
      return inside;
    }
    if (token === '!') {
      const inside = atom();
      return (...given) => not(inside(...given));
    }
    if (/^\d/.test(token)) return () => Number(token);
    if (token === 'true' || token === 'false') return () => token === 'true';
    const [home, name] = token.split('.');
    if (home === 'asset' && name !== undefined) return fact({ is: 'asset', name });
    return call(token);
  };
  const chain = (part: () => Term, words: readonly string[], join: (word: string, a: Term, b: Term) => Term): Term => {
    let left = part();
    for (let word = tokens[at]; word !== undefined && words.includes(word); word = tokens[at]) {
      at += 1;
      left = join(word, left, part());
    }
    return left;
  };
  const arithmetic = (word: string, a: Term, b: Term): Term => {
    const of = [a, b];
    return (...given) => numbers(of, given, ([x = 0, y = 0]) => (word === '*' ? x * y : word === '+' ? x + y : x - y));
  };
  const product = (): Term => chain(atom, ['*'], arithmetic);
  const sum = (): Term => chain(product, ['+', '-'], arithmetic);
  const comparison = (): Term =>
    chain(sum, ['==', '>=', '<=', '>', '<'], (word, a, b) => (...given) => {
      const [x, y] = [a(...given), b(...given)];
      return x === 'unknown' || y === 'unknown' ? 'unknown' : compare(word, x, y);
    });
  const decided = (decides: boolean): ((word: string, a: Term, b: Term) => Term) => {
    return (_, a, b) =>
      (...given) => {
        const said = [a(...given), b(...given)];
        return said.includes(decides) ? decides : said.includes('unknown') ? 'unknown' : !decides;
      };
  };
  const both = (): Term => chain(comparison, ['&&'], decided(false));
  const either = (): Term => chain(both, ['||'], decided(true));
  const whole = either();
  if (at !== tokens.length) throw new Error(`expression ${text}: nothing is expected after ${tokens.slice(0, at).join(' ')}`);
  return { filed, measured, evaluate: whole };
}

function numbers(of: readonly Term[], given: Parameters<Term>, join: (all: readonly number[]) => number): Word {
  const said = of.map((term) => term(...given));
  return said.includes('unknown') ? 'unknown' : join(said.map(Number));
}

function compare(word: string, x: number | boolean, y: number | boolean): boolean {
  if (word === '==') return x === y;
  if (word === '>=') return x >= y;
  if (word === '<=') return x <= y;
  return word === '>' ? x > y : x < y;
}

function not(said: Word): Word {
  return said === 'unknown' ? said : !said;
}
