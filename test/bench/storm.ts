import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { pause } from './probes.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';
import { openViewer } from './viewer.ts';

export interface StormRun {
  readonly boards: number;
  /** Alarms in the API afterwards. */
  readonly recorded: number;
  /** From the end of the second in which they alarm to the last of them on the first and on the last board, s; Infinity: not all came. */
  readonly lastOnFirstBoardS: number;
  readonly lastOnLastBoardS: number;
  /** The slowest PUBACK, ms. */
  readonly slowestPubackMs: number;
  readonly unanswered: number;
  /** Boards that were given a fresh snapshot in between because they fell behind. */
  readonly resnapped: number;
}

const PATIENCE_MS = 60_000;

/** Every one of `count` shut-off valves reports a slow closing, all within one second: an alarm each, without delays. */
export async function stormRun(count: number, boards: number): Promise<StormRun> {
  const folder = temporaryFolder('bench-storm');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const valves = await registerVessels(platform.httpBase, count, 'S', {
      profileId: 'gas.valve.shutoff',
      attributes: {},
      payloads: ['{"close_feedback_s":50}'],
    });
    const api = await signIn(platform.httpBase);
    const seen = Array.from({ length: boards }, () => ({ devices: new Set<string>(), completeAt: Number.POSITIVE_INFINITY, snapshots: 0 }));
    const viewers = await Promise.all(
      seen.map((board) =>
        openViewer(platform.httpBase, api.token, (text) => {
          const snapshot = text.startsWith('42["snapshot"');
          if (snapshot) board.snapshots += 1;
          if (!snapshot && !text.startsWith('42["alarm"')) return;
          for (const [, device] of text.matchAll(/"deviceId":"(S-\d+)"/g)) if (device !== undefined) board.devices.add(device);
          if (board.devices.size === count) board.completeAt = Math.min(board.completeAt, performance.now());
        }),
      ),
    );
    let stormEnds = 0;
    const result = await generate(
      { host: '127.0.0.1', port: Number(new URL(platform.mqttUrl).port), connections: valves, window: 2, ratePerS: count, seconds: 1 },
      (phase) => {
        if (phase === 'measuring') stormEnds = performance.now() + 1_000;
      },
    );
    const patience = performance.now() + PATIENCE_MS;
    while (seen.some((board) => board.devices.size < count) && performance.now() < patience) await pause(20);
    let recorded = 0;
    let cursor: string | undefined;
    do {
      const page: { readonly items: readonly unknown[]; readonly next?: string } = await api.get(
        `/alarms?state=open&limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      recorded += page.items.length;
      cursor = page.next;
    } while (cursor !== undefined);
    for (const viewer of viewers) viewer.terminate();
    const seconds = seen.map((board) => (board.completeAt - stormEnds) / 1_000);
    return {
      boards,
      recorded,
      lastOnFirstBoardS: Math.min(...seconds),
      lastOnLastBoardS: Math.max(...seconds),
      slowestPubackMs: result.latencyMs.max,
      unanswered: result.lost + result.broken,
      resnapped: seen.filter((board) => board.snapshots > 1).length,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
