/**
 * One batch to the server, and what the server said about it. Nothing is tried again here: delivery is the projector's.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { InfluxSettings } from './settings.ts';

export type Answer =
  | { readonly kind: 'written' }
  /** Some points were refused for what they are; `dropped` says how many, where the server tells. */
  | { readonly kind: 'partly'; readonly dropped: number | null; readonly message: string }
  /** The body was too long; nothing is written. */
  | { readonly kind: 'too-long'; readonly message: string }
  | { readonly kind: 'no-database'; readonly message: string }
  /** Nothing is known to be written. */
  | { readonly kind: 'failed'; readonly message: string };

export interface Sender {
  send(lines: readonly string[]): Promise<Answer>;
  close(): void;
}

/** A write that takes longer is given up; it may have been carried out, and is sent again. */
const WRITE_TIMEOUT_MS = 10_000;

export function openSender(settings: InfluxSettings): Sender {
  const secure = new URL(settings.url).protocol === 'https:';
  const agent = secure ? new HttpsAgent({ keepAlive: true, maxSockets: 2 }) : new HttpAgent({ keepAlive: true, maxSockets: 2 });
  const client = new InfluxDB({
    url: settings.url,
    timeout: WRITE_TIMEOUT_MS,
    headers: settings.authorization === null ? {} : { Authorization: settings.authorization },
    transportOptions: { agent },
  });
  const path = `/write?db=${encodeURIComponent(settings.database)}&precision=ms`;

  return {
    async send(lines) {
      const api = client.getWriteApi('', '', 'ms', {
        batchSize: lines.length + 1,
        maxBatchBytes: Number.MAX_SAFE_INTEGER,
        flushInterval: 0,
        maxRetries: 0,
        maxBufferLines: 0,
        gzipThreshold: Number.MAX_SAFE_INTEGER,
        // A promise from here takes the place of the library's own retries and log lines.
        writeFailed: async (error) => {
          throw error;
        },
      });
      api.path = path;
      try {
        api.writeRecords([...lines]);
        await api.flush();
        return { kind: 'written' };
      } catch (error) {
        return judge(error);
      } finally {
        api.dispose();
      }
    },
    close: () => agent.destroy(),
  };
}

/** Only these words are a verdict about points; any other refusal (a proxy's, a wrong path) is about the request. */
const ABOUT_POINTS =
  /partial write|unable to parse|field type conflict|beyond retention policy|max-values-per-tag|max-series-per-database/i;

/** What an error of the client library means for the points that were sent. */
export function judge(error: unknown): Answer {
  if (!(error instanceof HttpError)) return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  const message = `${error.statusCode} ${error.body ?? error.message}`.trim().slice(0, 500);
  if (error.statusCode === 413) return { kind: 'too-long', message };
  if (error.statusCode === 404 && /database not found/i.test(message)) return { kind: 'no-database', message };
  if ((error.statusCode === 400 || error.statusCode === 422) && ABOUT_POINTS.test(message)) {
    const dropped = /dropped=(\d+)/.exec(message)?.[1];
    return { kind: 'partly', dropped: dropped === undefined ? null : Number(dropped), message };
  }
  return { kind: 'failed', message };
}
