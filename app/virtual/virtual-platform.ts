/**
 * The whole platform in one process on time that stands still until it is moved: the product's own journal, engine, projector, records
 * and live side (`build.ts`), with the loopback in place of the doors for devices. An hour takes about a second, and two runs that are
 * handed the same things at the same times are the same.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoopback, type Loopback } from '../../broker/loopback.ts';
import type { Publisher } from '../../model/ports/message-source.ts';
import type { EpochMs, MonoMs } from '../../model/time.ts';
import { buildPlatform, type Running, type Seams } from '../build.ts';
import { type DrivenClock, drivenClock } from '../clock.ts';
import { loadConfig } from '../config.ts';

/**
 * Monday, eight in the morning in Shanghai, in a year that no release and no real clock has come to: what looks at real time (how late
 * readings reach the store, how long they are kept) never finds a run's readings old.
 */
export const VIRTUAL_START: EpochMs = Date.UTC(2100, 0, 4);

const RESERVE_BYTES = 64 * 1024 * 1024;

export interface VirtualPlatform {
  readonly running: Running;
  readonly source: Loopback;
  readonly clock: Pick<DrivenClock, 'now' | 'mono'>;
  /** Everything that was set off so far is done: durable, judged, told, recorded. Throws when a part of the platform has ended. */
  settled(): Promise<void>;
  /**
   * Lets time pass: every timer on the way fires at its time, and time goes on only when what it set off is done. Throws RangeError when
   * `mono` has passed.
   */
  passTo(mono: MonoMs): Promise<void>;
  /** Runs something that waits for the platform (a command, a change) and everything it sets off; time stands still. */
  during<T>(work: Promise<T>): Promise<T>;
  /** A clean stop; the data folder is removed. */
  close(): Promise<void>;
}

/** @param seams for tests: a slow disk changes nothing */
export async function openVirtualPlatform(startAt: EpochMs = VIRTUAL_START, seams: Seams = {}): Promise<VirtualPlatform> {
  const dataDir = mkdtempSync(join(tmpdir(), 'beacon-virtual-'));
  const removeFolder = (): void => rmSync(dataDir, { recursive: true, force: true });
  // A run that is broken off leaves nothing behind.
  process.once('exit', removeFolder);
  function leave(): void {
    process.off('exit', removeFolder);
    removeFolder();
  }
  // The reserve for a full disk is 64 MB on disk: for a folder of a few seconds one that only looks so will do.
  const reserve = join(dataDir, 'reserve');
  writeFileSync(reserve, '');
  truncateSync(reserve, RESERVE_BYTES);
  const clock = drivenClock(startAt);
  const source = createLoopback();
  let broken: string | null = null;
  const { config } = loadConfig({
    BEACON_DATA_DIR: dataDir,
    BEACON_HTTP_PORT: '0',
    // Nobody signs in; making a password up is what takes time.
    BEACON_ADMIN_PASSWORD: 'on virtual time',
    BEACON_JOURNAL_MAX: '4GB',
  });
  const complain = (detail: object, message: string): void => void process.stderr.write(`${message} ${JSON.stringify(detail)}\n`);
  const quiet = (): void => undefined;
  let running: Running;
  try {
    running = await buildPlatform(config, {
      clock,
      source,
      log: { info: quiet, warn: complain, error: complain },
      webRoot: null,
      demo: false,
      seams,
      onBroken: (what) => (broken = what),
    });
  } catch (error) {
    leave();
    throw error;
  }

  async function settled(): Promise<void> {
    // What a promise sets off when it resolves is begun within one turn of the event loop: two quiet turns are rest.
    for (let quietTurns = 0; quietTurns < 2; ) {
      await nextTurn();
      if (broken !== null) throw new Error(`the platform has ended: ${broken}`);
      quietTurns = running.idle() ? quietTurns + 1 : 0;
    }
  }
  await settled();

  return {
    running,
    source,
    clock,
    settled,
    async passTo(mono) {
      for (let next = clock.nextAt(); next !== null && next <= mono; next = clock.nextAt()) {
        clock.moveTo(next);
        await settled();
      }
      clock.moveTo(mono);
    },
    async during(work) {
      const result = await work;
      await settled();
      return result;
    },
    async close() {
      const troubles = await running.stop();
      leave();
      if (troubles.length > 0) throw new Error(`the stop: ${JSON.stringify(troubles)}`);
    },
  };
}

/** A gateway's connection, which speaks for all devices of its enterprise. */
export function gatewayPublisher(enterprise: string, gateway: string, connection: number): Publisher {
  return {
    credential: gateway,
    kind: 'gateway',
    enterprise,
    device: null,
    client: `${gateway}/${gateway}`,
    connection,
    address: '127.0.0.1',
  };
}

/** A device's connection as the embedded broker would describe it. */
export function devicePublisher(enterprise: string, device: string, connection: number): Publisher {
  return { credential: device, kind: 'device', enterprise, device, client: `${device}/${device}`, connection, address: '127.0.0.1' };
}
