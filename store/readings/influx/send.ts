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
  /** Nothing is known to be written: the server is away, broken or full, and the points are not to blame. */
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
const ABOUT_POINTS = /partial write|unable to parse|field type conflict|beyond retention policy/i;

/**
 * A limit of the server's own. It comes dressed as a verdict about points (400, `partial write`, even `dropped=`), but the points are
 * good and are taken once the limit is lifted; 1.6 drops series it knows along with the new ones. 1.x: `max-series-per-database` and
 * `max-values-per-tag`, before 1.1 `max series per database exceeded`; 3.x: databases, tables and columns per table. Read only where
 * the server itself speaks (`ownWords`): a refused line is quoted in the answer, and its text must not be able to stop the store.
 */
const SERVER_IS_FULL =
  /max-[a-z-]+ limit exceeded|max series per database exceeded|exceed(?:s|ed)? (?:the )?(?:number of |maximum )?(?:tag )?(?:databases?|tables?|columns?)\b.{0,40}\blimit/i;

/** The message without what it quotes of the lines: 1.x quotes them in '…' after `unable to parse`, 3.x in `original_line`. */
function ownWords(message: string): string {
  return message.replace(/unable to parse '.*/is, '').replace(/"original_line"\s*:\s*"(?:[^"\\]|\\.)*("|$)/gi, '');
}

/** What an error of the client library means for the points that were sent. */
export function judge(error: unknown): Answer {
  if (!(error instanceof HttpError)) return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
  const whole = `${error.statusCode} ${error.body ?? error.message}`.trim();
  const message = whole.slice(0, 500);
  if (error.statusCode === 413) return { kind: 'too-long', message };
  if (error.statusCode === 404 && /database not found/i.test(message)) return { kind: 'no-database', message };
  if (SERVER_IS_FULL.test(ownWords(whole))) return { kind: 'failed', message };
  if ((error.statusCode === 400 || error.statusCode === 422) && ABOUT_POINTS.test(message)) {
    const dropped = /dropped=(\d+)/.exec(message)?.[1];
    return { kind: 'partly', dropped: dropped === undefined ? null : Number(dropped), message };
  }
  return { kind: 'failed', message };
}
