import type { Clock } from '../model/ports/clock.ts';

/** Codes of `readyz` under which people would have to be told although operators can still work. */
const WITHHELD: ReadonlySet<string> = new Set(['projector-lag', 'records-failing']);

export interface DeadManParts {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** What `readyz` answers. */
  readonly ready: () => { readonly ready: boolean; readonly codes: readonly string[] };
  /** Puts an entry through the journal and the engine; whether it was durable and applied. */
  readonly prove: () => Promise<boolean>;
  readonly beat: () => void;
}

/**
 * An outside dead-man: a heartbeat goes out only after an entry went through the journal and the engine just now, and `readyz` says
 * that all is well. Silence is the message; whatever stands still here, stands still there.
 */
export function startDeadMan(parts: DeadManParts): { stop(): void } {
  let cancel: (() => void) | null = null;
  let proving = false;
  let stopped = false;

  function well(): boolean {
    const { ready, codes } = parts.ready();
    return ready && !codes.some((code) => WITHHELD.has(code));
  }
  async function proveAndBeat(): Promise<void> {
    proving = true;
    try {
      const begun = parts.clock.mono();
      const proven = await parts.prove();
      // What took longer than an interval proves that it was not well.
      if (proven && !stopped && well() && parts.clock.mono() - begun < parts.intervalMs) parts.beat();
    } finally {
      proving = false;
    }
  }
  function round(): void {
    if (stopped) return;
    if (!proving && well()) void proveAndBeat();
    cancel = parts.clock.after(parts.intervalMs, round);
  }
  round();
  return {
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
