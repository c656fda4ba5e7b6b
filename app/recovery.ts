import type { LiveEvent } from '../model/alarm.ts';
import type { Engine, RuleVersion } from '../model/engine.ts';
import type { WarningLive } from '../model/warning.ts';
import type { Journal, SnapshotStore } from '../model/ports/journal.ts';
import { createEngine, restoreEngine } from '../rules/engine.ts';

export interface Recovered {
  readonly engine: Engine;
  readonly snapshotSeq: number;
  /** The newest snapshot was damaged: the one before was used, or, when there is none, the journal from its beginning. */
  readonly fellBack: boolean;
  readonly replayed: number;
  readonly resends: readonly number[];
}

/** What cannot be recovered without a person: a clear line, never an empty start. */
export class RecoveryError extends Error {
  override readonly name = 'RecoveryError';
}

function restored(text: string, seq: number): Engine {
  try {
    return restoreEngine(text);
  } catch (error) {
    // Its checksum fits: it is not damaged but of another version, and starting without it would forget what it holds.
    throw new RecoveryError(`snapshots/ at entry ${seq}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The newest good snapshot, then every entry after it through the same `apply` as live. */
export async function recover(
  snapshots: SnapshotStore,
  journal: Journal,
  onEvents: (events: readonly LiveEvent[]) => void,
  onWarnings: (events: readonly WarningLive[]) => void,
  onRules: (versions: readonly RuleVersion[]) => void,
): Promise<Recovered> {
  const newest = await snapshots.newest();
  const engine = newest === null ? createEngine() : restored(newest.text, newest.seq);
  const from = newest === null ? 1 : newest.seq + 1;
  const status = journal.status();
  if (status.lastSeq >= from && status.firstSeq > from) {
    throw new RecoveryError(
      newest === null
        ? `no whole snapshot is left in snapshots/ (damaged ones are kept there as *.damaged), and the journal begins at entry ${status.firstSeq}; restore the data folder from a backup`
        : `the journal begins at entry ${status.firstSeq}, but the newest whole snapshot needs it from ${from}; restore the data folder from a backup`,
    );
  }
  if (status.lastSeq < from - 1) {
    throw new RecoveryError(
      `the journal ends at entry ${status.lastSeq}, before the newest snapshot (${from - 1}); restore the data folder from a backup`,
    );
  }
  let replayed = 0;
  const resends: number[] = [];
  for await (const entries of journal.read(from)) {
    for (const entry of entries) {
      const applied = engine.apply(entry);
      replayed += 1;
      if (applied.resend) resends.push(entry.seq);
      if (applied.events.length > 0) onEvents(applied.events);
      if (applied.warnings !== undefined) onWarnings(applied.warnings);
      if (applied.rules !== undefined) onRules(applied.rules);
    }
  }
  return { engine, snapshotSeq: newest?.seq ?? 0, fellBack: snapshots.putAside() > 0, replayed, resends };
}
