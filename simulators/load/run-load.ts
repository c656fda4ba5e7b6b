/** Runs a load plan: closed loop keeps every window full, open loop follows a timetable whatever the answers do. */
import { type LoadSocket, openLoadSocket } from './connection.ts';
import { createLatencies } from './latency.ts';
import type { LoadPlan, LoadResult } from './plan.ts';

/** Connections opened at once. */
const OPEN_AT_ONCE = 50;
const PATIENCE_MS = 10_000;
const LOOK_MS = 10;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

export async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const latencies = createLatencies();
  const loop = { running: false };
  let lastAck = 0;
  const closedLoop = plan.ratePerS === undefined;
  const onRoom = (socket: LoadSocket, count: number): void => {
    lastAck = performance.now();
    if (closedLoop && loop.running) socket.send(count, lastAck);
  };
  const sockets: LoadSocket[] = [];
  for (let from = 0; from < plan.connections.length; from += OPEN_AT_ONCE) {
    const some = plan.connections.slice(from, from + OPEN_AT_ONCE);
    sockets.push(...(await Promise.all(some.map((one) => openLoadSocket(plan, one, latencies, onRoom)))));
  }

  loop.running = true;
  const begun = performance.now();
  const endAt = begun + plan.seconds * 1_000;
  let generatorLateMs = 0;
  if (plan.ratePerS === undefined) {
    for (const socket of sockets) socket.send(plan.window, performance.now());
    await pause(plan.seconds * 1_000);
  } else {
    generatorLateMs = await followTimetable(sockets, plan.ratePerS, begun, endAt);
  }
  loop.running = false;

  const open = (): boolean => sockets.some((socket) => !socket.broken && socket.acked < socket.sent);
  const patience = performance.now() + PATIENCE_MS;
  while (open() && performance.now() < patience) await pause(LOOK_MS);
  const sent = sockets.reduce((sum, socket) => sum + socket.sent, 0);
  const acked = sockets.reduce((sum, socket) => sum + socket.acked, 0);
  const broken = sockets.filter((socket) => socket.broken).length;
  for (const socket of sockets) socket.close();
  const seconds = Math.max(0, lastAck - begun) / 1_000;
  return {
    connections: sockets.length,
    sent,
    acked,
    lost: sent - acked,
    broken,
    seconds,
    ackedPerS: seconds === 0 ? 0 : acked / seconds,
    latencyMs: {
      p50: latencies.percentile(0.5),
      p90: latencies.percentile(0.9),
      p99: latencies.percentile(0.99),
      p999: latencies.percentile(0.999),
      max: latencies.maxMs,
    },
    generatorLateMs,
  };
}

/**
 * Message m is due at begun + m / rate on connection m mod N. One whose connection has no room waits, and its latency runs on: a
 * stalled broker does not slow the timetable down (no coordinated omission). Returns how late the generator itself came at worst.
 */
async function followTimetable(sockets: readonly LoadSocket[], ratePerS: number, begun: number, endAt: number): Promise<number> {
  const everyMs = 1_000 / ratePerS;
  const total = Math.floor((endAt - begun) / everyMs);
  /** Per connection the numbers of messages that are due and had no room. */
  const waiting: number[][] = sockets.map(() => []);
  let next = 0;
  let lateMs = 0;
  let before = begun;
  while (next < total || waiting.some((queue) => queue.length > 0)) {
    const now = performance.now();
    if (now > endAt + PATIENCE_MS) break;
    lateMs = Math.max(lateMs, now - before);
    for (; next < total && begun + next * everyMs <= now; next += 1) waiting[next % sockets.length]?.push(next);
    for (const [i, socket] of sockets.entries()) {
      const queue = waiting[i];
      if (queue === undefined || queue.length === 0) continue;
      const count = Math.min(queue.length, socket.free());
      for (const m of queue.splice(0, count)) socket.send(1, begun + m * everyMs);
    }
    before = performance.now();
    await pause(1);
  }
  return lateMs;
}
