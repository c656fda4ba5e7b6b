import type { RejectedPoint } from '../../model/ports/reading-store.ts';
import type { StoredReading } from '../../model/reading.ts';

/** Ends of what JavaScript's calendar can name, ms. */
const LAST_MS = 8.64e15;

/**
 * Why no store can hold this reading, or null. The door lets none of these in; but one that came through anyhow must not make a
 * whole batch fail for ever and the journal fill up behind it.
 */
export function unstorable(r: StoredReading): string | null {
  for (const at of [r.sampleAt, r.receivedAt]) {
    if (!Number.isSafeInteger(at) || Math.abs(at) > LAST_MS) return `time ${at} is not a whole number of ms within the calendar`;
  }
  if (typeof r.value === 'number' && !Number.isFinite(r.value)) return `value ${r.value} is not finite`;
  if (r.channel !== null && !(Number.isSafeInteger(r.channel) && r.channel >= 0)) return `channel ${r.channel} is not a whole number ≥ 0`;
  if (r.enterprise === '' || r.device === '' || r.measurement === '') return 'enterprise, device and measurement must not be empty';
  return null;
}

/** Splits a batch into what can be stored, in the same order, and what cannot. */
export function sortOut(
  batch: readonly StoredReading[],
  why: (reading: StoredReading) => string | null = unstorable,
): { readonly storable: readonly StoredReading[]; readonly rejected: readonly RejectedPoint[] } {
  const rejected: RejectedPoint[] = [];
  for (const reading of batch) {
    const message = why(reading);
    if (message !== null) rejected.push({ reading, message });
  }
  if (rejected.length === 0) return { storable: batch, rejected };
  const bad = new Set(rejected.map((r) => r.reading));
  return { storable: batch.filter((reading) => !bad.has(reading)), rejected };
}
