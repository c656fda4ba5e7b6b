/** The thread that speaks to the user's own addresses: slow names, handshakes and answers keep nobody else waiting. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from '../thread/call.ts';
import { openEventLog } from './event-log.ts';
import type { NoticesEvent, NoticesMethods, NoticesThreadData } from './messages.ts';
import { type AlarmLiveEvent, createOutbox, type Outbox } from './outbox.ts';
import { openOutboxFile } from './outbox-file.ts';
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

function startOutbox(webhook: NonNullable<NoticesThreadData['webhook']>): Outbox {
  const log = openEventLog(data.recordsFile);
  closing.push(() => log.close());
  const file = openOutboxFile(data.outboxFile, log.last());
  closing.push(() => file.close());

  function send(live: AlarmLiveEvent): Promise<Attempt> {
    const { alarm, event } = live;
    // The time is part of it: after a restore from a backup the numbers behind it are given again, to other events.
    const id = `${file.installation}-${live.seq}-${event.at}`;
    const body = JSON.stringify({ id, type: `alarm.${event.type}`, seq: live.seq, at: event.at, test: alarm.test, event, alarm });
    const headers = signedHeaders(webhook.secret, id, Math.floor(Date.now() / 1_000), body);
    return post(webhook.url, { 'content-type': 'application/json', ...headers }, body, { timeoutMs: ATTEMPT_MS, stop: stop.signal });
  }
  const outbox = createOutbox({
    log,
    position: file,
    send,
    mono: () => performance.now(),
    now: Date.now,
    chance: Math.random,
    onRefused: ({ seq, alarm }, detail) => emit({ kind: 'refused', seq, alarm: alarm.id, detail }),
  });
  const turning = setInterval(() => outbox.turn(), TURN_MS);
  const telling = setInterval(() => emit({ kind: 'outbox', status: outbox.status() }), STATUS_MS);
  closing.push(async () => {
    clearInterval(turning);
    clearInterval(telling);
    stop.abort();
    await outbox.stop();
  });
  return outbox;
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
if (data.webhook !== null) startOutbox(data.webhook).turn();
