/** The thread that speaks to the user's own addresses: slow names, handshakes and answers keep nobody else waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../thread/call.ts';
import { openEventLogs, type Outgoing } from './event-log.ts';
import type { NoticesEvent, NoticesMethods, NoticesThreadData } from './messages.ts';
import { createOutbox, type Outbox, together } from './outbox.ts';
import { openOutboxFile, type Stream } from './outbox-file.ts';
import { type Attempt, post } from './post.ts';
import { signedHeaders } from './signature.ts';

const TURN_MS = 200;
const STATUS_MS = 1_000;
const ATTEMPT_MS = 10_000;

const port = parentPort;
if (port === null) throw new Error('the notices thread was started as a program');
const data = workerData as NoticesThreadData;
const stop = new AbortController();
const closing: (() => void | Promise<void>)[] = [];

/** What stands before the number in an id: both streams count from one. */
const MARK: Readonly<Record<Stream, string>> = { alarms: '', warnings: 'w' };

/** Alarms and warnings have an outbox each: a flood of alarms keeps no warning waiting. */
function startOutboxes(webhook: NonNullable<NoticesThreadData['webhook']>): void {
  const logs = openEventLogs(data.recordsFile, webhook.warnings);
  closing.push(() => logs.close());
  const file = openOutboxFile(data.outboxFile, { alarms: logs.alarms.last(), warnings: logs.warnings.last() });
  closing.push(() => file.close());
  const took: Record<Stream, number> = { alarms: 0, warnings: 0 };

  function open(of: Stream, beside: Stream): Outbox {
    async function send({ seq, at, message: { type, test, ...rest } }: Outgoing): Promise<Attempt> {
      // The time is part of it: after a restore from a backup the numbers behind it are given again, to other events.
      const id = `${file.installation}-${MARK[of]}${seq}-${at}`;
      const body = JSON.stringify({ id, type, seq, at, test, ...rest });
      const headers = signedHeaders(webhook.secret, id, Math.floor(Date.now() / 1_000), body);
      const bounds = { timeoutMs: ATTEMPT_MS, stop: stop.signal };
      const attempt = await post(webhook.url, { 'content-type': 'application/json', ...headers }, body, bounds);
      if (attempt.ok) took[of] += 1;
      return attempt;
    }
    return createOutbox({
      log: logs[of],
      position: file[of],
      send,
      deliveredBeside: () => took[beside],
      mono: () => performance.now(),
      now: Date.now,
      chance: Math.random,
      onRefused: ({ seq, lane }, detail) => emit({ kind: 'refused', of, seq, id: lane ?? '', detail }),
    });
  }
  const all = [open('alarms', 'warnings'), open('warnings', 'alarms')];
  const turn = (): void => {
    for (const outbox of all) outbox.turn();
  };
  const turning = setInterval(turn, TURN_MS);
  const telling = setInterval(() => emit({ kind: 'outbox', status: together(all.map((outbox) => outbox.status())) }), STATUS_MS);
  closing.push(async () => {
    clearInterval(turning);
    clearInterval(telling);
    stop.abort();
    await Promise.all(all.map((outbox) => outbox.stop()));
  });
  turn();
}

async function beat(url: string): Promise<void> {
  const attempt = await post(url, {}, null, { timeoutMs: ATTEMPT_MS, stop: stop.signal });
  emit({ kind: 'beat', trouble: attempt.ok ? null : attempt.detail });
}

const { emit } = serve<NoticesMethods, NoticesEvent>(
  port,
  {
    beat() {
      if (data.deadManUrl !== null) void beat(data.deadManUrl);
    },
  },
  async () => {
    stop.abort();
    for (const close of closing.toReversed()) await close();
  },
);
if (data.webhook !== null) startOutboxes(data.webhook);
