import type { Obeyed } from '../device.ts';

export interface Answered {
  /** As it came, for people; what is no text is shown as nothing. */
  readonly command: string;
  /** The payload of its answer. */
  readonly answer: Obeyed & { readonly id: string };
}

/**
 * A device's answer to the payload of a command; null where that has no id to answer with. What it should not do any more it does not do.
 * @param now UTC ms by the device's clock
 */
export function answerTo(text: string, now: number, obey: (command: string) => Obeyed | null = () => null): Answered | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || !('id' in parsed) || typeof parsed.id !== 'string') return null;
  const command = 'command' in parsed && typeof parsed.command === 'string' ? parsed.command : '';
  const late = 'expiresAt' in parsed && typeof parsed.expiresAt === 'number' && parsed.expiresAt < now;
  const obeyed = late ? { ok: false, detail: 'too late' } : (obey(command) ?? usualAnswer(command));
  return { command, answer: { id: parsed.id, ...obeyed } };
}

/** A detector can silence its sounder and test itself; anything else it says it cannot do. */
function usualAnswer(command: string): Obeyed {
  return command === 'silence' || command === 'self-test' ? { ok: true } : { ok: false, detail: 'not supported by this device' };
}
