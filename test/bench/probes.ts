import { makeDevices, type Api, type MadeDevice } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { percentile } from './statistics.ts';

/** One probe message: when it was due and how long its answer took, ms. */
export interface Taken {
  readonly due: number;
  readonly ms: number;
}
export interface Probes {
  /** PUBLISH to PUBACK. */
  readonly pubacks: readonly Taken[];
  /** PUBLISH to `alarm` at a Socket.IO client. */
  readonly alarms: readonly Taken[];
  /** Sent and never answered so far. */
  missing(): { readonly pubacks: number; readonly alarms: number };
  readonly board: Board;
  stop(): Promise<void>;
}

const VALVES = 10;
const EVERY_MS = 20;
/** For answers after the end: one that has not come by then counts as missing. */
const PATIENCE_MS = 60_000;

/**
 * Open loop: every 20 ms one of ten shut-off valves reports a slow closing (an alarm without delays) or, the next time, a quick one (it
 * returns). Latency counts from the moment a message was due.
 */
export async function startProbes(api: Api, mqttUrl: string): Promise<Probes> {
  const names = Array.from({ length: VALVES }, (_, i) => `V-${i}`);
  const valves: readonly MadeDevice[] = await makeDevices(api, 'bench', 'gas.valve.shutoff', names);
  const clients: readonly DeviceClient[] = await Promise.all(valves.map((device) => connectDevice(mqttUrl, device)));
  const board = await openBoard(api);
  const waiting = new Map<string, number[]>(valves.map((device) => [device.id, []]));
  const pubacks: Taken[] = [];
  const alarms: Taken[] = [];
  board.socket.on('alarm', (message: { readonly alarm: { readonly deviceId: string } }) => {
    const due = waiting.get(message.alarm.deviceId)?.shift();
    if (due !== undefined) alarms.push({ due, ms: performance.now() - due });
  });
  const begun = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (let due = begun + sent * EVERY_MS; due <= performance.now(); due = begun + sent * EVERY_MS) {
      const i = sent % VALVES;
      const slow = Math.floor(sent / VALVES) % 2 === 0;
      sent += 1;
      waiting.get(valves[i]?.id ?? '')?.push(due);
      const at = due;
      void clients[i]?.telemetry({ close_feedback_s: slow ? 50 : 1 }).then(() => pubacks.push({ due: at, ms: performance.now() - at }));
    }
  }, 1);
  return {
    pubacks,
    alarms,
    board,
    missing: () => ({ pubacks: sent - pubacks.length, alarms: sent - alarms.length }),
    async stop() {
      clearInterval(timer);
      const patience = performance.now() + PATIENCE_MS;
      while (performance.now() < patience && (pubacks.length < sent || alarms.length < sent)) await pause(20);
      for (const client of clients) await client.close();
      board.close();
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What was due in [from, to): count, p50, p99 and the slowest, ms. */
export interface Figures {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}
export function figures(taken: readonly Taken[], from: number, to: number): Figures {
  const ms = taken.filter((one) => one.due >= from && one.due < to).map((one) => one.ms);
  return { count: ms.length, p50: percentile(ms, 0.5), p90: percentile(ms, 0.9), p99: percentile(ms, 0.99), max: Math.max(0, ...ms) };
}
