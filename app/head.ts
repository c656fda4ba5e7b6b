import { ENTRY_VERSION, type EntryBody, type EntryHead } from '../model/entry.ts';
import type { Clock } from '../model/ports/clock.ts';

/**
 * Stamps a body with wall time, boot and monotonic time: what is handed to the journal. The body itself becomes the draft: a copy of
 * twenty facts for every message is time and garbage.
 */
export type Stamp = <B extends EntryBody>(body: B, at?: number) => Omit<EntryHead, 'seq'> & B;

export function createStamp(clock: Clock, boot: string): Stamp {
  return (body, at) => Object.assign(body, { v: ENTRY_VERSION, at: at ?? clock.now(), boot, mono: clock.mono() });
}
