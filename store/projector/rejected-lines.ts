import { pointKey } from '../../model/reading.ts';
import type { RejectedPoint } from '../../model/ports/reading-store.ts';
import type { LedgerLine } from '../../model/ports/records.ts';
import type { EpochMs } from '../../model/time.ts';

/**
 * Refused readings as ledger lines: one per device, point and message, the others of the same kind counted in `more`, so that a
 * whole refused batch does not flood the ledger.
 * @param now when the store refused.
 */
export function rejectedLines(points: readonly RejectedPoint[], now: EpochMs): readonly LedgerLine[] {
  const lines = new Map<string, LedgerLine>();
  for (const { reading, message } of points) {
    const point = pointKey(reading.measurement, reading.channel);
    const key = JSON.stringify([reading.enterprise, reading.device, point, message]);
    const known = lines.get(key);
    lines.set(
      key,
      known === undefined
        ? {
            at: now,
            device: reading.device,
            enterprise: reading.enterprise,
            verdict: 'refused',
            reason: null,
            topic: null,
            head: `${point} = ${String(reading.value)} @ ${reading.sampleAt}`.replace(/\p{C}/gu, '?').slice(0, 160),
            size: 0,
            detail: `the reading store refused it: ${message}`.slice(0, 200),
            address: null,
            more: 0,
          }
        : { ...known, more: known.more + 1 },
    );
  }
  return [...lines.values()];
}
