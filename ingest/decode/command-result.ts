import { ANSWER_DETAIL_CHARS, type CommandAnswer } from '../../model/device-command.ts';
import { isFields } from './telemetry.ts';

/** Ids are ours and short; of a longer one as much as the ledger shows. */
const ID_CHARS = 64;
/** What does not print, ends a line, turns the direction of writing, or is half a character. */
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069\uFFFD]/u;

/**
 * `{"id": text, "ok": true or false, "detail"?: text}`; null where it is not that. The device's own words are text for people: cut, and
 * escaped where they do not print.
 */
export function decodeCommandResult(device: string, value: unknown): CommandAnswer | null {
  if (!isFields(value)) return null;
  const { id, ok, detail } = value;
  if (typeof id !== 'string' || typeof ok !== 'boolean') return null;
  return { device, id: printable(id, ID_CHARS), ok, detail: typeof detail === 'string' && detail !== '' ? printable(detail) : null };
}

/** @param most characters of the answer */
function printable(text: string, most = ANSWER_DETAIL_CHARS): string {
  let shown = '';
  for (const char of text) {
    const next = HIDDEN.test(char) ? `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}` : char;
    if (shown.length + next.length > most) break;
    shown += next;
  }
  return shown;
}
