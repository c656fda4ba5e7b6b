import type { Actor } from '../actor.ts';
import type { LiveEvent } from '../alarm.ts';
import type { EngineView, Outcome, Silence, SoftenedLimit } from '../engine.ts';
import type { AlarmCommand, ConfigChange } from '../entry.ts';
import type { Sample } from '../reading.ts';
import type { ShiftPlan } from '../shift.ts';
import type { LedgerReason } from '../rejection.ts';
import type { EpochMs } from '../time.ts';
import type { WarningLive } from '../warning.ts';
import type { Clock } from './clock.ts';
import type { RangeQuery, ReadingQueries } from './reading-store.ts';
import type { Proposals } from '../proposal.ts';
import type { Backtest, BacktestRequest } from '../backtest.ts';
import type { Figures, FiguresQuery, Target } from '../performance.ts';
import type { CredentialRow, LedgerLine, Records } from './records.ts';
import type { ScenarioRun } from '../scenario-run.ts';

/** The request could not even be made durable now. */
export type SubmitOutcome = Outcome | { readonly ok: false; readonly code: 'unavailable'; readonly detail: string };

/** What the live side hears of the pipeline. Called on the main thread, in order; must not block. */
export interface LiveListener {
  onEvents(events: readonly LiveEvent[]): void;
  /** Events of warnings, with numbers of their own. */
  onWarnings?(events: readonly WarningLive[]): void;
  /** Judged or not, as they arrived; for `readings`. */
  onSamples(enterprise: string, samples: readonly Sample[]): void;
  onHealth(codes: readonly string[]): void;
}

/** Device secrets: checked on the main thread without I/O, kept as keyed hashes. */
export interface CredentialBook {
  /** Makes a new random secret, hashes it, stores it durably, ends the old one. Returns the secret, shown once. */
  issue(
    rows: readonly { readonly id: string; readonly kind: 'device' | 'gateway'; readonly enterprise: string }[],
  ): Promise<readonly { readonly id: string; readonly secret: string }[]>;
  /** By username and password, or by the secret alone as username. Constant time. */
  check(
    username: string,
    password: string | null,
  ):
    | { readonly ok: true; readonly row: CredentialRow }
    | { readonly ok: false; readonly code: 'CONNECT_UNKNOWN_USER' | 'CONNECT_WRONG_SECRET' };
  remove(ids: readonly string[]): Promise<void>;
}

/** Backtests of this process: one at a time, a few waiting, the last ones kept with their results. */
export interface Backtests {
  /** Null when too many are waiting already. */
  start(by: string, request: BacktestRequest): Backtest | null;
  get(id: string): Backtest | undefined;
  /** Newest first. */
  list(): readonly Backtest[];
  /** Ends one that waits or runs; forgets one that is over. False when there is none. */
  cancel(id: string): boolean;
}

/** Runs of scenarios in processes of their own: one at a time, a few waiting, the last ones kept with their verdicts. */
export interface ScenarioRuns {
  /** The library. */
  names(): readonly string[];
  /** Null when too many are waiting already. */
  start(by: string, name: string): ScenarioRun | null;
  get(id: string): ScenarioRun | undefined;
  /** Newest first. */
  list(): readonly ScenarioRun[];
  /** Ends one that waits or plays; forgets one that is over. False when there is none. */
  cancel(id: string): boolean;
}

/** Performance figures of what was asked about, and of each of its areas (null = alarms without one). */
export interface PerformanceReport extends Figures {
  readonly targets: readonly Target[];
  readonly areas: readonly (Figures & { readonly areaId: string | null; readonly targets: readonly Target[] })[];
}

/** What one of many changes would come to, after those whose turn is before it. */
export interface Rehearsed {
  readonly outcome: Outcome;
  /** What a rule would make less strict; of a device or a hazard source, what is mandatory or red alone. */
  readonly softened: readonly SoftenedLimit[];
  /** By what else than a limit red would be kept from coming. */
  readonly silenced: readonly Silence[];
  /** Its place in an order in which the changes hold: one rule may have to make room for another. */
  readonly turn: number;
}

/** What the server is given; it knows nothing of threads, files or the broker. */
/** Which of the accepted messages in memory: of these enterprises, doubted for this reason, in [from, to). What is absent asks for nothing. */
export interface AcceptedQuery {
  readonly limit: number;
  readonly enterprises?: readonly string[] | undefined;
  readonly reason?: LedgerReason | undefined;
  readonly from?: EpochMs | undefined;
  readonly to?: EpochMs | undefined;
}

export interface Platform {
  readonly view: EngineView;
  readonly clock: Clock;
  readonly records: Records;
  readonly readings: ReadingQueries;
  readonly credentials: CredentialBook;
  /** Id of this process start: live clients resume within one epoch and across (event numbers go on). */
  readonly epoch: string;
  readonly build: string;
  readonly timeZone: string;
  readonly shiftPlan: ShiftPlan;
  /** One operator's command: answered after its entry is durable and applied. */
  command(actor: Actor, requestId: string, command: AlarmCommand): Promise<SubmitOutcome>;
  /** Configuration changes, one outcome each: answered after the entry is durable and applied. */
  configure(actor: Actor, requestId: string, changes: readonly ConfigChange[]): Promise<readonly SubmitOutcome[]>;
  /** Many changes tried one after the other, by the same checks; nothing is kept. */
  rehearse(changes: readonly ConfigChange[]): readonly Rehearsed[];
  /** Last accepted messages and connection attempts of a device, newest first, from memory. */
  recent(device: string): readonly LedgerLine[];
  /** The last accepted messages of all devices, newest first, from memory. */
  newestAccepted(asked: AcceptedQuery): readonly LedgerLine[];
  connections(device: string): readonly LedgerLine[];
  /** Lines not yet flushed to the records are flushed before a ledger query. */
  flushLedger(): Promise<void>;
  /** Alarm history is asked after this: every event applied so far is in it, or the records cannot take them just now. */
  flushEvents(): Promise<void>;
  /** The same of the history of warnings. */
  flushWarnings(): Promise<void>;
  figures(query: FiguresQuery): Promise<PerformanceReport>;
  readonly backtests: Backtests;
  readonly scenarioRuns: ScenarioRuns;
  /** Deadband and delays for the limits of one point, from its own history. Nothing changes. */
  proposals(query: RangeQuery): Promise<Proposals>;
  /** The history of rules is asked after this. */
  flushRules(): Promise<void>;
  health(): readonly string[];
  ready(): { readonly ready: boolean; readonly codes: readonly string[] };
  /** Ends the device's connections (new secret, retired). */
  disconnect(credential: string): void;
  /** False where nobody listens; true where it was handed to somebody, or a broker does not say. `id` is what the device answers with. */
  sendCommand(enterprise: string, device: string, id: string, payload: string): Promise<boolean>;
  subscribe(listener: LiveListener): () => void;
  metricsText(): Promise<{ readonly contentType: string; readonly body: string }>;
  startedAt: EpochMs;
}
