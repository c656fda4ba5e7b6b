// Is a condition true? An expression over points of the same device (by their measurement), `asset.x` and `condition.x`, with
// `! && || == >= > <= <`, read from left to right by hand. Unknown is a third answer: what is unknown stays so unless the rest decides it.
import type { Device } from '../../../model/asset.ts';
import { tokensOf } from './tokens.ts';

export type Truth = true | false | 'unknown';

/** Last value of every point of a device by measurement; null = its newest is not good. What was never heard is not in it. */
export type Scene = ReadonlyMap<string, number | null>;

export type Condition = (scene: Scene) => Truth;

type Word = number | boolean | 'unknown';
type Term = (scene: Scene) => Word;

const TOKEN = /\s*(\|\||&&|==|>=|<=|[!()<>]|[A-Za-z_][\w.]*|\d+(?:\.\d+)?)/y;

/** @returns null where it reads an attribute or a condition that is not filled in */
export function conditionOf(text: string, device: Device): Condition | null {
  const tokens = tokensOf(TOKEN, 'condition', text);
  let at = 0;
  let filledIn = true;
  const next = (): string => tokens[at++] ?? '';

  const filed = (found: unknown): Term => {
    if (typeof found === 'number' || typeof found === 'boolean') return () => found;
    filledIn = false;
    return () => 'unknown';
  };
  const atom = (): Term => {
    const token = next();
    if (token === '(') {
      const inside = either();
      if (next() !== ')') throw new Error(`condition ${text}: no ")"`);
      return inside;
    }
    if (token === '!') {
      const inside = atom();
      return (scene) => not(truth(inside(scene)));
    }
    if (/^\d/.test(token)) return () => Number(token);
    const [home, name] = token.split('.');
    if (home === 'asset' && name !== undefined) return filed(device.attributes[name]);
    if (home === 'condition' && name !== undefined) return filed(device.conditions[name]);
    if (!/^\w+$/.test(token)) throw new Error(`condition ${text}: ${token} is not understood`);
    return (scene) => scene.get(token) ?? 'unknown';
  };
  const comparison = (): Term => {
    const left = atom();
    const compare = COMPARE[tokens[at] ?? ''];
    if (compare === undefined) return left;
    at += 1;
    const right = atom();
    return (scene) => {
      const [a, b] = [left(scene), right(scene)];
      return a === 'unknown' || b === 'unknown' ? 'unknown' : compare(Number(a), Number(b));
    };
  };
  const chain = (word: '&&' | '||', part: () => Term): Term => {
    const parts = [part()];
    while (tokens[at] === word) {
      at += 1;
      parts.push(part());
    }
    if (parts.length === 1) return parts[0] as Term;
    const decides = word === '||';
    return (scene) => {
      const said = parts.map((each) => truth(each(scene)));
      return said.includes(decides) ? decides : said.includes('unknown') ? 'unknown' : !decides;
    };
  };
  const both = (): Term => chain('&&', comparison);
  const either = (): Term => chain('||', both);

  const whole = either();
  if (at !== tokens.length) throw new Error(`condition ${text}: nothing is expected after ${tokens.slice(0, at).join(' ')}`);
  return filledIn ? (scene) => truth(whole(scene)) : null;
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
};

/** A yes or no is kept as 1 or 0. */
function truth(word: Word): Truth {
  return word === 'unknown' ? word : Boolean(word);
}

function not(said: Truth): Truth {
  return said === 'unknown' ? said : !said;
}
