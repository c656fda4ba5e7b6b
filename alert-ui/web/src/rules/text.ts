/** The content of a rule as YAML (JSON is YAML, too), and where in the text a fault lies. Pure. */
import { isMap, isNode, isScalar, LineCounter, parseDocument, stringify, visit } from 'yaml';
import type { Draft } from './draft.ts';

/** From 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}
export interface TextFault extends Partial<TextPlace> {
  /** Path in the rule, e.g. `joint.expression`; empty of the whole text. */
  readonly path: string;
  readonly message: string;
}
export type Read = { readonly ok: true; readonly draft: Draft } | { readonly ok: false; readonly faults: readonly TextFault[] };

export function writeText(draft: Draft): string {
  return stringify(draft, { lineWidth: 0 });
}

/** Whether it is a rule at all is the platform's to say; here only that it is a map with a map `parts`. */
export function readText(text: string): Read {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const faults = document.errors.map(({ message, pos }): TextFault => ({ path: '', message, ...at(lines, pos[0]) }));
  // A few lines of them grow to any length.
  visit(document, {
    Alias: (_key, { source, range }) => void faults.push({ path: '', message: `no aliases: *${source}`, ...at(lines, range?.[0] ?? 0) }),
  });
  if (faults.length > 0) return { ok: false, faults };
  const root = document.contents;
  if (!isMap(root)) return { ok: false, faults: [{ path: '', message: 'wanted: parts: …', line: 1, column: 1 }] };
  const parts: unknown = document.get('parts', true);
  if (!isMap(parts)) {
    const place = isNode(parts) && parts.range ? at(lines, parts.range[0]) : { line: 1, column: 1 };
    return { ok: false, faults: [{ path: 'parts', message: 'wanted: parts: …', ...place }] };
  }
  return { ok: true, draft: document.toJS({ maxAliasCount: 0 }) as Draft };
}

function at(lines: LineCounter, offset: number): TextPlace {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** `2:14 …` at the beginning of a message: a place inside the text that `path` names. */
const INSIDE = /^(\d+):(\d+) /;

/** Where in the text the value of a path stands; what is not there is looked for at what it would stand in. */
export function locate(text: string, path: string, message: string): TextPlace | null {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0 || !isMap(document.contents)) return null;
  const keys = path === '' ? [] : path.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  for (; keys.length > 0; keys.pop()) {
    const node: unknown = document.getIn(keys, true);
    if (!isNode(node) || !node.range) continue;
    const inside = INSIDE.exec(message);
    const offset =
      inside !== null && isScalar(node) ? inner(text, node.range[0], String(node.value), Number(inside[1]), Number(inside[2])) : null;
    return at(lines, offset ?? node.range[0]);
  }
  return { line: 1, column: 1 };
}

/** The line of the value is looked for in the source: quotes and indents move it, escapes hide it (null). */
function inner(text: string, from: number, value: string, line: number, column: number): number | null {
  const lines = value.split('\n');
  let start = from;
  for (const [i, one] of lines.entries()) {
    const found = one === '' ? start : text.indexOf(one, start);
    if (found < 0) return null;
    if (i === line - 1) return found + Math.min(column - 1, one.length);
    start = found + one.length;
  }
  return null;
}
