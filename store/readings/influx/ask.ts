/** InfluxQL questions through the `influx` client. */
import { InfluxDB } from 'influx';
import { StoreFailure } from '../failure.ts';
import type { InfluxSettings } from './settings.ts';

/** Rows of one statement: `time` in ms, the others as stored. */
export interface Table {
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
}

export interface Asker {
  table(statement: string): Promise<Table>;
  databases(): Promise<readonly string[]>;
  createDatabase(): Promise<void>;
  /** Of the database's default retention policy, where it is another one. 1.x alone. */
  setRetention(database: string, days: number): Promise<void>;
}

const QUERY_TIMEOUT_MS = 15_000;

/** The client would shut out a host for up to 10 s after a failure; with one host that only prolongs an outage. */
const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff };

export function openAsker(settings: InfluxSettings): Asker {
  const url = new URL(settings.url);
  const secure = url.protocol === 'https:';
  const client = new InfluxDB({
    database: settings.database,
    hosts: [
      {
        host: url.hostname,
        port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
        path: url.pathname === '/' ? '' : url.pathname,
        protocol: secure ? 'https' : 'http',
        options: settings.authorization === null ? {} : { headers: { Authorization: settings.authorization } },
      },
    ],
    pool: { backoff: noBackoff, maxRetries: 0, requestTimeout: QUERY_TIMEOUT_MS },
    // Without this the client signs in as root:root, over the header above. It takes what is undefined for not said: null it is.
    ...({ username: null } as object),
  });

  async function asking<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw failureOf(error);
    }
  }

  return {
    table: (statement) =>
      asking(async () => {
        const answer: unknown = await client.queryRaw(statement, { precision: 'ms' });
        return firstTable(answer);
      }),
    databases: () => asking(() => client.getDatabaseNames()),
    createDatabase: () => asking(() => client.createDatabase(settings.database)),
    setRetention: (database, days) =>
      asking(async () => {
        const policies = await client.showRetentionPolicies(database);
        const policy = policies.find((each) => each.default);
        if (policy === undefined) throw new StoreFailure('store-refused', 'it tells of no retention policy');
        if (policy.duration === `${days * 24}h0m0s`) return;
        await client.alterRetentionPolicy(policy.name, { database, duration: `${days}d`, replication: policy.replicaN });
      }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The server's JSON is taken at its word only where it has the shape we need. */
function firstTable(answer: unknown): Table {
  const results = isRecord(answer) ? answer['results'] : undefined;
  const result: unknown = Array.isArray(results) ? results[0] : undefined;
  if (!isRecord(result)) throw new StoreFailure('store-refused', 'the database answered without results');
  if (typeof result['error'] === 'string') throw new StoreFailure('store-refused', `the database refused: ${result['error']}`);
  const series: unknown = Array.isArray(result['series']) ? result['series'][0] : undefined;
  if (!isRecord(series) || !Array.isArray(series['columns'])) return { columns: [], values: [] };
  const values = Array.isArray(series['values']) ? series['values'] : [];
  return { columns: series['columns'].map(String), values: values.filter((row) => Array.isArray(row)) };
}

function failureOf(error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  // The client's errors for answers of 300–499 begin so, and so do those of refused statements.
  const refused = /^A [34]\d\d |^Error from InfluxDB/.test(message);
  return new StoreFailure(refused ? 'store-refused' : 'store-unreachable', `InfluxDB: ${message}`);
}
