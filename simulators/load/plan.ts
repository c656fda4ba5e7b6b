/** One connection of a load run. */
export interface LoadConnection {
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly topic: string;
  /** Payloads taken in turn. */
  readonly payloads: readonly string[];
}

export interface LoadPlan {
  readonly host: string;
  readonly port: number;
  readonly connections: readonly LoadConnection[];
  /** Messages in flight per connection at most. */
  readonly window: number;
  readonly seconds: number;
  /** Open loop: messages a second over all connections, latency from the scheduled moment. Absent = closed loop: as fast as the window allows. */
  readonly ratePerS?: number;
}

export interface LoadResult {
  readonly connections: number;
  readonly sent: number;
  readonly acked: number;
  /** Sent and not acknowledged when the run and ten seconds of patience were over. */
  readonly lost: number;
  /** Connections that broke off during the run. */
  readonly broken: number;
  /** From the first PUBLISH to the last PUBACK, s. */
  readonly seconds: number;
  readonly ackedPerS: number;
  /** PUBLISH (open loop: its scheduled moment) to PUBACK. */
  readonly latencyMs: { readonly p50: number; readonly p90: number; readonly p99: number; readonly p999: number; readonly max: number };
  /** Open loop: how late the generator itself was at worst, ms; a large one spoils the run. */
  readonly generatorLateMs: number;
}
