import type { Refusal, RejectionCode } from '../model/rejection.ts';
import { MAX_REFUSALS } from './bounds.ts';

/** Collects what is refused of one message: like refusals once with their count, and a bounded number of different ones. */
export interface Refusals {
  add(code: RejectionCode, device: string | null, at?: string, detail?: string): void;
  list(): readonly Refusal[];
}

const NONE: readonly Refusal[] = Object.freeze([]);
/** Nearly every text from outside; ten times faster than looking for what is not. */
const PLAIN = /^[\x20-\x7e]*$/;
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function refusals(): Refusals {
  let found: Map<string, { readonly refusal: Refusal; count: number }> | null = null;
  let further = 0;
  return {
    add(code, device, at, detail) {
      found ??= new Map();
      // Thousands of unknown keys cost no more than their number.
      if (found.size >= MAX_REFUSALS) {
        further += 1;
        return;
      }
      const shownAt = at === undefined ? undefined : printable(at, 80);
      const key = `${code}\n${device ?? ''}\n${shownAt ?? ''}`;
      const seen = found.get(key);
      if (seen !== undefined) seen.count += 1;
      else {
        const refusal: Refusal = {
          code,
          device: device === null ? null : printable(device, 64),
          ...(shownAt === undefined ? {} : { at: shownAt }),
          ...(detail === undefined ? {} : { detail: printable(detail, 160) }),
        };
        found.set(key, { refusal, count: 1 });
      }
    },
    list() {
      if (found === null) return NONE;
      const entries = [...found.values()];
      return entries.map(({ refusal, count }, i) => {
        const notes = [refusal.detail, count > 1 ? `${count} times` : undefined];
        if (further > 0 && i === entries.length - 1) notes.push(`and ${further} more refused`);
        const detail = notes.filter((note) => note !== undefined).join('; ');
        return detail === '' ? refusal : { ...refusal, detail };
      });
    },
  };
}

/** Text from outside made fit for a ledger: no control, format or surrogate characters, cut. */
export function printable(text: string, max: number): string {
  const shown = text.slice(0, max);
  return PLAIN.test(shown) ? shown : shown.replace(UNPRINTABLE, '\u{fffd}');
}
