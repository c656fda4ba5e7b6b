/** Runs a load plan: closed loop keeps every window full, open loop follows a timetable whatever the answers do. */
import { type LoadSocket, openLoadSocket } from './connection.ts';
import { createLatencies } from './latency.ts';
import type { LoadPhase, LoadPlan, LoadProgress, LoadResult } from './plan.ts';

/** Connections opened at once. */
const OPEN_AT_ONCE = 50;
/** For what is under way at the end: a message without an answer by then counts as lost. */
const PATIENCE_MS = 30_000;
const LOOK_MS = 10;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/**
 * @param onPhase told when the measured stretch begins and when it ends.
 * @param onProgress told once a second until every answer is in.
 * @throws when a connection is refused or cannot be made
 */
export async function runLoad(
  plan: LoadPlan,
  onPhase: (phase: LoadPhase) => void = () => undefined,
  onProgress: ((progress: LoadProgress) => void) | null = null,
): Promise<LoadResult> {
  const latencies = createLatencies();
  let ofLastSecond = createLatencies();
  const closedLoop = plan.ratePerS === undefined;
  const loop = { running: false, measureFrom: Number.POSITIVE_INFINITY, measureTo: Number.POSITIVE_INFINITY };
  let ackedMeasured = 0;
  const onAck = (sentAt: number, at: number): void => {
    if (at >= loop.measureFrom && at < loop.measureTo) ackedMeasured += 1;
    if (onProgress !== null) ofLastSecond.add(at - sentAt);
    if (sentAt >= loop.measureFrom && sentAt < loop.measureTo) latencies.add(at - sentAt);
  };
  const onRoom = (socket: LoadSocket, count: number): void => {
    if (closedLoop && loop.running) socket.send(count, performance.now());
  };
  const sockets: LoadSocket[] = [];
  for (let from = 0; from < plan.connections.length; from += OPEN_AT_ONCE) {
    const some = plan.connections.slice(from, from + OPEN_AT_ONCE);
    sockets.push(...(await Promise.all(some.map((one) => openLoadSocket(plan, one, onAck, onRoom)))));
  }

  loop.running = true;
  const begun = performance.now();
  loop.measureFrom = begun + (plan.warmUpSeconds ?? 0) * 1_000;
  loop.measureTo = loop.measureFrom + plan.seconds * 1_000;
  const told = new Set<LoadPhase>();
  const tellPhase = (phase: LoadPhase): void => {
    if (told.has(phase)) return;
    told.add(phase);
    onPhase(phase);
  };
  const phases = [setTimeout(tellPhase, loop.measureFrom - begun, 'measuring'), setTimeout(tellPhase, loop.measureTo - begun, 'measured')];
  const sum = (of: (socket: LoadSocket) => number): number => sockets.reduce((total, socket) => total + of(socket), 0);
  const tell = (): void => {
    const last = ofLastSecond;
    ofLastSecond = createLatencies();
    onProgress?.({
      seconds: (performance.now() - begun) / 1_000,
      sent: sum((socket) => socket.sent),
      acked: sum((socket) => socket.acked),
      broken: sum((socket) => Number(socket.broken)),
      p50Ms: last.percentile(0.5),
      p99Ms: last.percentile(0.99),
    });
  };
  const telling = onProgress === null ? null : setInterval(tell, 1_000);
  let generatorLateMs = 0;
  if (plan.ratePerS === undefined) {
    for (const socket of sockets) socket.send(plan.window, performance.now());
    await pause(loop.measureTo - begun);
  } else {
    const total = dueMessages((plan.warmUpSeconds ?? 0) + plan.seconds, plan.ratePerS);
    generatorLateMs = await followTimetable(sockets, plan.ratePerS, begun, total, loop.measureTo);
  }
  loop.running = false;

  const open = (): boolean => sockets.some((socket) => !socket.broken && socket.acked < socket.sent);
  const patience = performance.now() + PATIENCE_MS;
  while (performance.now() < loop.measureTo || (open() && performance.now() < patience)) await pause(LOOK_MS);
  for (const timer of phases) clearTimeout(timer);
  // Where this thread was kept busy over the end, the look above may have come before these timers' turn.
  tellPhase('measuring');
  tellPhase('measured');
  if (telling !== null) clearInterval(telling);
  const sent = sum((socket) => socket.sent);
  const acked = sum((socket) => socket.acked);
  const broken = sum((socket) => Number(socket.broken));
  for (const socket of sockets) socket.close();
  return {
    connections: sockets.length,
    sent,
    acked,
    lost: sent - acked,
    broken,
    seconds: plan.seconds,
    ackedMeasured,
    ackedPerS: ackedMeasured / plan.seconds,
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
 * Messages of a timetable of so many seconds. The product may lie a rounding error below a whole number (0.29 s × 100/s = 28.999…), and
 * the difference of two clock readings does so every now and then: a thousandth of a message is forgiven, so that none is left out.
 */
export function dueMessages(seconds: number, ratePerS: number): number {
  return Math.floor(seconds * ratePerS + 1e-3);
}

/**
 * Message m is due at begun + m / rate on connection m mod N. One whose connection has no room waits, and its latency runs on: a
 * stalled broker does not slow the timetable down (no coordinated omission). Returns how late the generator itself came at worst.
 */
async function followTimetable(
  sockets: readonly LoadSocket[],
  ratePerS: number,
  begun: number,
  total: number,
  endAt: number,
): Promise<number> {
  const everyMs = 1_000 / ratePerS;
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
