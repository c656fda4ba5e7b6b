// Bytes to a JSON value, totally: whatever comes in, a value or a code comes out. JSON.parse is the parser; what it
// forgives (a key given twice) or cannot bound (nesting) is checked here: by one look through the text before it is parsed, and
// key by key only when more of them are written than came out.
import type { RejectionCode } from '../../model/rejection.ts';
import { MAX_DEPTH, MAX_PAYLOAD_BYTES } from '../bounds.ts';

declare class TextDecoder {
  constructor(label: string, options: { fatal: boolean; ignoreBOM: boolean });
  decode(bytes: Uint8Array): string;
}

/** Paths of keys that stand more than once in their object, or null where there are none. */
export type Duplicates = ReadonlySet<string> | null;

export type Decoded =
  | { readonly ok: true; readonly value: unknown; readonly duplicates: Duplicates }
  | { readonly ok: false; readonly code: RejectionCode; readonly detail?: string };

/** JSON is UTF-8 without a byte order mark (RFC 8259, 8.1): the mark stays and the parser refuses it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeJson(payload: Uint8Array): Decoded {
  if (payload.length === 0) return { ok: false, code: 'EMPTY_MESSAGE' };
  if (payload.length > MAX_PAYLOAD_BYTES)
    return { ok: false, code: 'TOO_LARGE', detail: `${payload.length} bytes, at most ${MAX_PAYLOAD_BYTES}` };
  const text = decodeText(payload);
  if (text === null) return { ok: false, code: 'NOT_UTF8' };
  const written = keysWritten(text, MAX_DEPTH);
  if (written < 0) return { ok: false, code: 'TOO_DEEP', detail: `at most ${MAX_DEPTH} levels` };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // A parser that recurses runs out of stack on hostile nesting.
    if (error instanceof RangeError) return { ok: false, code: 'TOO_DEEP' };
    return { ok: false, code: 'NOT_JSON', detail: text.startsWith('\u{feff}') ? 'byte order mark' : parserMessage(error) };
  }
  return { ok: true, value, duplicates: countKeys(value) < written ? findDuplicates(text) : null };
}

/**
 * Colons outside of strings, which in JSON are its keys, or −1 where brackets stand deeper than `depth`; ends at the first that
 * does. Before parsing: the parser takes 50 ns a byte over nothing but opening brackets, and one message may not hold up everybody
 * else's for milliseconds.
 */
function keysWritten(text: string, depth: number): number {
  let open = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) i = endOfString(text, i);
    else if (unit === 0x3a) keys += 1;
    else if (unit === 0x7b || unit === 0x5b) {
      open += 1;
      if (open > depth) return -1;
    } else if (unit === 0x7d || unit === 0x5d) open -= 1;
  }
  return keys;
}

/** The text of the bytes, or null where they are no UTF-8. */
export function decodeText(payload: Uint8Array): string | null {
  try {
    return utf8.decode(payload);
  } catch {
    return null;
  }
}

/** Path of a key inside the value at `parent`; the root's path is ''. Keys may hold anything, so each goes with its length. */
export function pathOf(parent: string, key: string | number): string {
  return `${parent}/${typeof key === 'number' ? '#' : `${key.length}:`}${key}`;
}

function parserMessage(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 80) : '';
}

/** Keys of all objects within; how deep they go is bounded before. */
function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += countKeys(item);
    return count;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  // Of an object with a thousand keys the list of its values costs three times that of its keys.
  for (const key of Object.keys(fields)) {
    count += 1;
    const inner = fields[key];
    if (typeof inner === 'object') count += countKeys(inner);
  }
  return count;
}

interface Level {
  readonly path: string;
  /** Keys so far; null in an array. */
  readonly keys: Set<string> | null;
  /** Key or index of the value that comes. */
  at: string | number;
}

/** Walks a text that JSON.parse has accepted. */
function findDuplicates(text: string): Duplicates {
  const found = new Set<string>();
  const levels: Level[] = [];
  for (let i = 0; i < text.length; i++) {
    const level = levels.at(-1);
    switch (text.charCodeAt(i)) {
      case 0x22: {
        const end = endOfString(text, i);
        if (level?.keys && isKey(text, end)) {
          const raw = text.slice(i + 1, end);
          const key = raw.includes('\\') ? String(JSON.parse(text.slice(i, end + 1))) : raw;
          if (level.keys.has(key)) found.add(pathOf(level.path, key));
          level.keys.add(key);
          level.at = key;
        }
        i = end;
        break;
      }
      case 0x7b:
      case 0x5b:
        levels.push({
          path: level === undefined ? '' : pathOf(level.path, level.at),
          keys: text[i] === '{' ? new Set() : null,
          at: text[i] === '{' ? '' : 0,
        });
        break;
      case 0x7d:
      case 0x5d:
        levels.pop();
        break;
      case 0x2c:
        if (level !== undefined && typeof level.at === 'number') level.at += 1;
        break;
      default:
    }
  }
  return found.size === 0 ? null : found;
}

/** Index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5c) i += 1;
    else if (unit === 0x22) return i;
  }
  return text.length;
}

/** A string is a key when a colon follows it. */
function isKey(text: string, end: number): boolean {
  let i = end + 1;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i += 1;
  return text.charCodeAt(i) === 0x3a;
}
