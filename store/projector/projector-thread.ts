/**
 * The projector's thread: owns the writing side of the reading store and steps the projection. After it has come to rest it waits a
 * quarter of a second, also when main has news: what has gathered meanwhile goes in as one batch, which costs a fraction of many small ones.
 * Under load it lets more gather (`pace.ts`). While it rests it rolls up hours that are over (`upkeep.ts`).
 */
import { parentPort, type MessagePort, workerData } from 'node:worker_threads';
import { openReadingStore } from '../readings/open.ts';
import { serve } from '../thread/call.ts';
import { journalSource } from './journal-source.ts';
import type { ProjectorEvent, ProjectorMethods, ProjectorThreadData } from './messages.ts';
import { createPace } from './pace.ts';
import { createProjection, type Projection } from './projection.ts';
import type { ProjectorStatus } from './status.ts';
import { createUpkeep } from './upkeep.ts';

const REST_MS = 250;
/** While nothing arrives and hours wait to be rolled up. */
const SHORT_REST_MS = 10;
/** The status is told at most this often while it changes. */
const TELL_MS = 250;

/**
 * Readings of one batch at most, and under load at least. The embedded store writes every point's page once for a batch, so twice the
 * batch costs nearly the same; InfluxDB is asked for 5,000 lines and values.
 */
const BATCH_READINGS = { embedded: { most: 120_000, worth: 80_000 }, influx: { most: 5_000, worth: 0 } };

/** Rolling up in each quarter of a second, while readings come in: of our own thread an eighth at most; a server is mostly waited for. */
const ROLL_UP_MS = { embedded: 30, influx: 120 };

async function runThread(port: MessagePort, data: ProjectorThreadData): Promise<void> {
  let projection: Projection | null = null;
  const stop = { asked: false };
  let wake: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let toldAt = 0;
  let told = '';

  const store = await openReadingStore(data.store);
  const source = journalSource(data.journalFolder);
  const upkeep = createUpkeep(store, data.keep, ROLL_UP_MS[data.store.kind]);

  const { emit } = serve<ProjectorMethods, ProjectorEvent>(
    port,
    {
      async start(): Promise<ProjectorStatus> {
        if (projection !== null) return projection.status();
        projection = createProjection({
          source,
          store,
          position: await store.position(),
          batchReadings: BATCH_READINGS[data.store.kind].most,
          rejectedBefore: data.rejectedBefore,
          now: Date.now,
          chance: Math.random,
          onRejected: (lines) => emit({ kind: 'rejected', lines }),
        });
        running = follow(projection);
        return projection.status();
      },
      note: (note) => projection?.note(note),
    },
    async () => {
      stop.asked = true;
      wake?.();
      await running;
      if (projection !== null) tell(projection, true);
      source.close();
      await store.close();
    },
  );

  async function follow(following: Projection): Promise<void> {
    const pace = createPace(BATCH_READINGS[data.store.kind].worth);
    while (!stop.asked) {
      const step = await following.step(pace.least(performance.now()));
      pace.wrote(step.wrote, performance.now());
      const resting = step.did !== 'more';
      // Only at rest: readings on their way to the store go before their roll-ups, which nobody misses meanwhile.
      const behind = step.did === 'idle' && !stop.asked && (await upkeep.turn(Date.now(), step.wrote > 0));
      tell(following, resting);
      // A whole turn of the loop between steps: notes and the stop must be heard while there is a backlog.
      await pause(step.did === 'failed' ? step.delayMs : behind ? SHORT_REST_MS : resting ? REST_MS : 0);
    }
  }

  function pause(forMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, stop.asked ? 0 : forMs);
      function done(): void {
        clearTimeout(timer);
        wake = null;
        resolve();
      }
      wake = done;
    });
  }

  function tell(following: Projection, resting: boolean): void {
    const at = Date.now();
    if (!resting && at - toldAt < TELL_MS && at >= toldAt) return;
    const base = following.status();
    const status: ProjectorStatus = {
      ...base,
      rollUpsDueFrom: upkeep.dueFrom(),
      retentionByHand: upkeep.byHand(),
      detail: base.detail ?? upkeep.trouble(),
    };
    const text = JSON.stringify(status);
    if (text === told) return;
    told = text;
    toldAt = at;
    emit({ kind: 'status', status });
  }
}

if (parentPort !== null) await runThread(parentPort, workerData as ProjectorThreadData);
