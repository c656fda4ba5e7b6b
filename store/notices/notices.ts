/**
 * Main thread's side of what the platform tells addresses of the user's: alarm events to a webhook, heartbeats to an outside dead-man.
 * A thread that dies is started again with growing pauses; the outbox's position says where to go on.
 */
import { backoffMs } from '../projector/backoff.ts';
import { type Caller, createCaller } from '../thread/call.ts';
import { spawnThread } from '../thread/spawn.ts';
import type { NoticesEvent, NoticesMethods, NoticesThreadData } from './messages.ts';
import type { OutboxStatus } from './outbox.ts';
import { forgetOutbox } from './outbox-file.ts';

export interface NoticesSettings extends NoticesThreadData {
  /** Monotonic ms. */
  readonly mono: () => number;
  /** The receiver refused an event by name again and again and it was given up. */
  readonly onRefused: (event: { readonly seq: number; readonly alarm: string; readonly detail: string }) => void;
}

export interface NoticesStatus {
  readonly outbox: OutboxStatus;
  /** Heartbeats that arrived and that did not. */
  readonly beats: number;
  readonly beatsFailed: number;
  /** How long ago the last heartbeat arrived (or, before the first, this began), ms. */
  readonly unheardMs: number;
  readonly beatTrouble: string | null;
  /** Why the thread is not running; null while it is, or is not needed. */
  readonly dead: string | null;
}

export interface Notices {
  /** Sends one heartbeat. */
  beat(): void;
  status(): NoticesStatus;
  close(): Promise<void>;
}

const NOTHING: OutboxStatus = { waiting: 0, oldestAt: null, delivered: 0, failed: 0, refused: 0, trouble: null };
const MAX_WAITING = 100;

export function startNotices(settings: NoticesSettings): Notices {
  const { recordsFile, outboxFile, webhook, deadManUrl, mono } = settings;
  if (webhook === null) forgetOutbox(outboxFile);
  const wanted = webhook !== null || deadManUrl !== null;
  const data: NoticesThreadData = { recordsFile, outboxFile, webhook, deadManUrl };
  let outbox = NOTHING;
  /** Counted by threads that ended. */
  let before = NOTHING;
  let heardAt = mono();
  let beats = 0;
  let beatsFailed = 0;
  let beatTrouble: string | null = null;
  let dead: string | null = null;
  let deaths = 0;
  let closed = false;
  let restart: NodeJS.Timeout | null = null;
  let caller: Caller<NoticesMethods> | null = null;

  function onEvent(event: NoticesEvent): void {
    if (event.kind === 'refused') return settings.onRefused(event);
    if (event.kind === 'outbox') {
      deaths = 0;
      const { delivered, failed, refused } = event.status;
      outbox = {
        ...event.status,
        delivered: before.delivered + delivered,
        failed: before.failed + failed,
        refused: before.refused + refused,
      };
      return;
    }
    beatTrouble = event.trouble;
    if (event.trouble === null) {
      heardAt = mono();
      beats += 1;
    } else beatsFailed += 1;
  }

  function run(): void {
    dead = null;
    const worker = spawnThread(new URL('./notices-thread', import.meta.url), data);
    caller = createCaller<NoticesMethods, NoticesEvent>(worker, { maxWaiting: MAX_WAITING, onEvent, onDeath });
  }
  function onDeath(error: Error): void {
    caller = null;
    if (closed) return;
    deaths += 1;
    before = outbox;
    dead = error.message;
    restart = setTimeout(run, backoffMs(deaths, Math.random()));
  }
  if (wanted) run();

  return {
    beat() {
      // A thread that is dying misses one; that it stays away is what the other side rings for.
      caller?.call('beat').catch(() => undefined);
    },
    status: () => ({ outbox, beats, beatsFailed, unheardMs: mono() - heardAt, beatTrouble, dead }),
    async close() {
      closed = true;
      if (restart !== null) clearTimeout(restart);
      await caller?.close();
    },
  };
}
