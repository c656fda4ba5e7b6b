import type { Clock } from '../model/ports/clock.ts';
import type { Verdicts } from '../model/ports/journal.ts';

/** How long verdicts are gathered before the projector's thread is told: a message between threads per MQTT message would cost more than the projecting. */
const GATHER_MS = 40;

/** Gathers verdicts on the main thread and hands them on a few times a second. */
export interface VerdictBatch {
  note(verdicts: Verdicts): void;
  flush(): void;
}

export function gatherVerdicts(clock: Clock, tell: (verdicts: Verdicts) => void): VerdictBatch {
  let appliedTo = 0;
  let resends: number[] = [];
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (appliedTo === 0) return;
    tell({ appliedTo, resends });
    resends = [];
    appliedTo = 0;
  }
  return {
    note(verdicts) {
      appliedTo = verdicts.appliedTo;
      for (const seq of verdicts.resends) resends.push(seq);
      cancel ??= clock.after(GATHER_MS, flush);
    },
    flush,
  };
}
