/** Judges a period again: once as it was, once with the change in force from its beginning. The engine is the live one. */
import type { Rule } from '../../model/asset.ts';
import type { BacktestFailure, BacktestProgress, BacktestRequest, BacktestResult } from '../../model/backtest.ts';
import type { Engine } from '../../model/engine.ts';
import { type ConfigChange, ENTRY_VERSION, type Entry } from '../../model/entry.ts';
import type { EpochMs } from '../../model/time.ts';
import { createEngine, restoreEngine } from '../../rules/engine.ts';
import { type Beginning, beginningOf, entriesFrom, type HistoryFolders, HistoryNotKept } from './history.ts';
import { again, compare, Tally } from './tally.ts';

export type Judged =
  | {
      readonly ok: true;
      readonly result: Omit<BacktestResult, 'tookMs'>;
      /** Time of the first entry within the period; null = nothing was recorded then, and nothing could be judged. */
      readonly recordedFrom: EpochMs | null;
    }
  | { readonly ok: false; readonly failure: BacktestFailure };

/**
 * @param told called after each portion of entries, for progress
 * @throws ArchiveError, JournalFileError when what is kept cannot be read
 */
export async function judgeAgain(
  folders: HistoryFolders,
  request: BacktestRequest,
  told: (progress: BacktestProgress) => void,
): Promise<Judged> {
  let beginning: Beginning;
  try {
    beginning = await beginningOf(folders, request.from);
  } catch (error) {
    if (error instanceof HistoryNotKept) return notKept(error);
    throw error;
  }
  const run = new Run(beginning, request);
  try {
    for (const entries of entriesFrom(folders, beginning.fromSeq)) {
      const go = run.take(entries);
      told(run.progress());
      if (run.failure !== null) return { ok: false, failure: run.failure };
      if (!go) break;
    }
  } catch (error) {
    if (error instanceof HistoryNotKept) return notKept(error);
    throw error;
  }
  return run.end();
}

/** A change is tried on the state of that day: the revision it is based on is the one of then, and the profile that of the device then. */
function basedOn(engine: Engine, change: ConfigChange): ConfigChange {
  if (change.op === 'retire') return { ...change, base: null };
  if (change.op !== 'put') return change;
  const base = engine.view.assets(change.asset).get(change.value.id)?.revision ?? 0;
  if (change.asset !== 'rule') return { ...change, base };
  return { ...change, value: { ...change.value, profileId: profileOf(engine, change.value) }, base };
}

/** Need not be said for one device or a whole profile. */
function profileOf(engine: Engine, { profileId, joint, scope, scopeId }: Rule): string | null {
  if (profileId !== null || joint !== undefined) return profileId;
  if (scope === 'profile') return scopeId;
  return scope === 'device' ? (engine.view.assets('device').get(scopeId)?.profileId ?? null) : null;
}

function notKept(error: HistoryNotKept): Judged {
  return { ok: false, failure: { code: 'history-not-kept', detail: error.message, earliest: error.earliest } };
}

/** What a change is about, as `kind id`: while it is not there the change cannot be in force. */
function subjectOf(change: ConfigChange): string | null {
  if (change.op === 'retire') return `${change.asset} ${change.id}`;
  if (change.op !== 'put' || change.asset !== 'rule') return null;
  const { scope, scopeId } = change.value;
  return scope === 'profile' ? null : `${scope} ${scopeId}`;
}

class Run {
  failure: BacktestFailure | null = null;
  /** Refused for want of what it is about, which may come within the period. */
  private waiting: BacktestFailure | null = null;
  private readonly subjects: ReadonlySet<string | null>;
  private readonly request: BacktestRequest;
  private readonly asItWas: Engine;
  /** The other engine; null while both would be the same. */
  private changed: Engine | null = null;
  /** How many entries more it has been given. */
  private ahead = 0;
  private readonly before: Tally;
  private readonly after: Tally;
  private inside = false;
  private recordedFrom: EpochMs | null = null;
  private last: Entry | null = null;
  private firstAt: number | null = null;
  private entries = 0;
  private values = 0;

  constructor(beginning: Beginning, request: BacktestRequest) {
    this.request = request;
    this.subjects = new Set(request.changes.map(subjectOf));
    this.asItWas = beginning.text === null ? createEngine() : restoreEngine(beginning.text);
    const { enterprises, device } = request;
    const wanted = (alarm: { readonly enterpriseId: string | null; readonly deviceId: string | null }): boolean =>
      (enterprises === undefined || (alarm.enterpriseId !== null && enterprises.includes(alarm.enterpriseId))) &&
      (device === undefined || alarm.deviceId === device);
    this.before = new Tally(wanted);
    this.after = new Tally(wanted);
  }

  progress(): BacktestProgress {
    const at = this.last?.at ?? this.request.from;
    const begun = this.firstAt ?? at;
    const share = Math.min(1, Math.max(0, (at - begun) / Math.max(1, this.request.to - begun)));
    return { share, entries: this.entries, values: this.values };
  }

  /** False when the period is over. */
  take(entries: readonly Entry[]): boolean {
    for (const entry of entries) {
      this.firstAt ??= entry.at;
      if (this.inside && entry.at >= this.request.to) return false;
      if (!this.inside && entry.at >= this.request.from) {
        this.inside = true;
        if (entry.at >= this.request.to) return false;
        this.recordedFrom = entry.at;
        if (!this.begin()) return false;
      }
      this.apply(entry);
      this.last = entry;
      if (this.waiting !== null && this.brings(entry) && !this.begin()) return false;
    }
    return true;
  }

  private apply(entry: Entry): void {
    this.entries += 1;
    if (entry.kind === 'message') for (const sample of entry.samples) this.values += sample.values.length;
    const applied = this.asItWas.apply(entry);
    const other = this.changed?.apply({ ...entry, seq: entry.seq + this.ahead });
    if (!this.inside) return;
    if (applied.events.length > 0) this.before.add(applied.events);
    if (other !== undefined && other.events.length > 0) this.after.add(other.events);
  }

  private brings(entry: Entry): boolean {
    return entry.kind === 'config' && entry.changes.some((one) => one.op === 'put' && this.subjects.has(`${one.asset} ${one.value.id}`));
  }

  /**
   * The change comes into force, as an entry of its own behind the last one before the period; a rule for a device that was connected
   * within the period, behind the one that brought it.
   */
  private begin(): boolean {
    const { changes } = this.request;
    if (changes.length === 0) return true;
    const { last } = this;
    const engine = restoreEngine(this.asItWas.serialise());
    const applied = engine.apply({
      seq: this.asItWas.view.appliedSeq + 1,
      v: ENTRY_VERSION,
      at: last?.at ?? this.request.from,
      boot: last?.boot ?? 'backtest',
      mono: last?.mono ?? 0,
      kind: 'config',
      by: 'backtest',
      requestId: 'backtest',
      changes: changes.map((change) => basedOn(engine, change)),
    });
    const refused = applied.outcomes.findIndex((outcome) => !outcome.ok);
    const outcome = applied.outcomes[refused];
    if (outcome !== undefined && !outcome.ok) {
      const failure: BacktestFailure = { code: 'refused', detail: outcome.detail, change: refused, refusal: outcome.code };
      const absent = outcome.code === 'unknown-reference' || outcome.code === 'not-found';
      this.waiting = absent ? failure : null;
      this.failure = absent ? null : failure;
      return absent;
    }
    this.waiting = null;
    this.changed = engine;
    this.ahead = 1;
    this.after.add(applied.events);
    return true;
  }

  end(): Judged {
    const { entries, values, waiting } = this;
    if (waiting !== null) return { ok: false, failure: waiting };
    const found = this.changed === null ? again(this.before) : compare(this.before, this.after);
    return { ok: true, result: { ...found, entries, values }, recordedFrom: this.recordedFrom };
  }
}
