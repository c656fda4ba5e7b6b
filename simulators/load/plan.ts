/** One connection of a load run. */
export interface LoadConnection {
  readonly clientId: string;
  /** null = without (a broker that asks for none). */
  readonly username: string | null;
  readonly password: string | null;
  readonly topic: string;
  /** Of a gateway: more topics; all are taken in turn. */
  readonly moreTopics?: readonly string[];
  /** Payloads taken in turn. */
  readonly payloads: readonly (string | Uint8Array)[];
}

export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly connections: readonly LoadConnection[];
  /** Messages in flight per connection at most. */
  readonly window: number;
  /** Load before the measuring begins, s; default 0. */
  readonly warmUpSeconds?: number;
  /** Measured, s. */
  readonly seconds: number;
  /** Open loop: messages a second over all connections, latency from the scheduled moment. Absent = closed loop: as fast as the window allows. */
  readonly ratePerS?: number;
}

/** Told while the run goes on, so that others can measure over the same stretch. */
export type LoadPhase = 'measuring' | 'measured';

/** How far a run is; told once a second. */
export interface LoadProgress {
  /** Since the load began, warm-up included. */
  readonly seconds: number;
  readonly sent: number;
  readonly acked: number;
  readonly broken: number;
  /** Of what was acknowledged in the last second; 0 where nothing was. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface LoadResult {
  readonly connections: number;
  /** Over the whole run, warm-up included. */
  readonly sent: number;
  readonly acked: number;
  /** Sent and not acknowledged when the run and ten seconds of patience were over. */
  readonly lost: number;
  /** Connections that broke off during the run. */
  readonly broken: number;
  /** Measured, s. */
  readonly seconds: number;
  /** Acknowledged in the measured stretch. */
  readonly ackedMeasured: number;
  readonly ackedPerS: number;
  /** PUBLISH (open loop: its scheduled moment) to PUBACK, of what was sent or due in the measured stretch. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** Open loop: how late the generator itself was at worst, ms; a large one spoils the run. */
  readonly generatorLateMs: number;
}
