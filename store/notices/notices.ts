/**
 * Main thread's side of what the platform tells addresses of the user's: alarm events and warnings to a webhook, heartbeats to an outside dead-man.
 * A thread that dies is started again with growing pauses; the outbox's position says where to go on.
 */
import { backoffMs } from '../projector/backoff.ts';
import type { Worker } from 'node:worker_threads';
import { type Caller, createCaller } from '../thread/call.ts';
import { spawnThread } from '../thread/spawn.ts';
import type { NoticesEvent, NoticesMethods, NoticesThreadData, RefusedEvent } from './messages.ts';
import type { OutboxStatus } from './outbox.ts';
import { forgetOutbox } from './outbox-file.ts';

export interface NoticesSettings extends NoticesThreadData {
  /** Monotonic ms. */
  readonly mono: () => number;
  /** The receiver refused an event by name again and again and it was given up. */
  readonly onRefused: (event: RefusedEvent) => void;
  /** For tests: another thread in the place of ours. */
  readonly spawn?: () => Worker;
}

export interface NoticesStatus {
  readonly outbox: OutboxStatus;
  /** How long ago the oldest event that waits happened, ms; 0 when none does. */
  readonly lateMs: number;
  /** Whether a thread has said yet how the outbox is; how long ago it last did (or, before the first time, this began), ms. */
  readonly told: boolean;
  readonly untoldMs: number;
  /** How long ago this began, ms. */
  readonly runningMs: number;
  /** Heartbeats that arrived and that did not. */
  readonly beats: number;
  readonly beatsFailed: number;
  /** How long ago the last heartbeat arrived (or, before the first, this began), ms. */
  readonly unheardMs: number;
  readonly beatTrouble: string | null;
  /** Why the thread is not running; null while it is, or is not needed. */
  readonly dead: string | null;
  /** Threads that ended one after the other without a word. */
  readonly deaths: number;
}

export interface Notices {
  /** Sends one heartbeat. */
  beat(): void;
  status(): NoticesStatus;
  close(): Promise<void>;
}

const NOTHING: OutboxStatus = { waiting: 0, oldestAt: null, oldestForMs: 0, delivered: 0, failed: 0, refused: 0, trouble: null };
const MAX_WAITING = 100;

export function startNotices(settings: NoticesSettings): Notices {
  const { recordsFile, outboxFile, webhook, deadManUrl, mono } = settings;
  if (webhook === null) forgetOutbox(outboxFile);
  const wanted = webhook !== null || deadManUrl !== null;
  const data: NoticesThreadData = { recordsFile, outboxFile, webhook, deadManUrl };
  let outbox = NOTHING;
  /** Counted by threads that ended. */
  let before = NOTHING;
  const begunAt = mono();
  let told = false;
  let toldAt = begunAt;
  let heardAt = begunAt;
  let beats = 0;
  let beatsFailed = 0;
  let beatTrouble: string | null = null;
  let dead: string | null = null;
  let deaths = 0;
  let closed = false;
  let restart: NodeJS.Timeout | null = null;
  let caller: Caller<NoticesMethods> | null = null;

  function onEvent(event: NoticesEvent): void {
    deaths = 0;
    if (event.kind === 'refused') return settings.onRefused(event);
    if (event.kind === 'outbox') {
      told = true;
      toldAt = mono();
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
    const worker = settings.spawn?.() ?? spawnThread(new URL('./notices-thread', import.meta.url), data);
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
    status() {
      const now = mono();
      return {
        outbox,
        lateMs: outbox.waiting === 0 ? 0 : outbox.oldestForMs + now - toldAt,
        told,
        untoldMs: now - toldAt,
        runningMs: now - begunAt,
        beats,
        beatsFailed,
        unheardMs: now - heardAt,
        beatTrouble,
        dead,
        deaths,
      };
    },
    async close() {
      closed = true;
      if (restart !== null) clearTimeout(restart);
      await caller?.close();
    },
  };
}
