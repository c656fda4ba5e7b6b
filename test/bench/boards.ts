import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { type Figures, figures, startProbes } from './probes.ts';
import { generate } from './processes.ts';
import { percentile } from './statistics.ts';
import { registerVessels } from './throughput.ts';
import { openViewer } from './viewer.ts';

export interface BoardsRun {
  readonly boards: number;
  readonly alarmEvents: number;
  /** From the first board that has an alarm event to the last, ms. */
  readonly spreadMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** PUBLISH to `alarm` at an ordinary Socket.IO client beside them. */
  readonly alarms: Figures;
  readonly missing: number;
  readonly resnapped: number;
}

/** Many boards that read, beside ordinary traffic and an alarm or a return every 20 ms. */
export async function boardsRun(boards: number, ratePerSecond: number, seconds: number): Promise<BoardsRun> {
  const folder = temporaryFolder('bench-boards');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const vessels = await registerVessels(platform.httpBase, 500);
    const api = await signIn(platform.httpBase);
    const arrivals = Array.from({ length: boards }, () => ({ at: [] as number[], snapshots: 0 }));
    const viewers = [];
    for (const board of arrivals)
      viewers.push(
        await openViewer(platform.httpBase, api.token, (text) => {
          if (text.startsWith('42["alarm"')) board.at.push(performance.now());
          else if (text.startsWith('42["snapshot"')) board.snapshots += 1;
        }),
      );
    const probes = await startProbes(api, platform.mqttUrl);
    let from = 0;
    let to = 0;
    await generate(
      {
        host: '127.0.0.1',
        port: Number(new URL(platform.mqttUrl).port),
        connections: vessels,
        window: 60,
        ratePerS: ratePerSecond,
        warmUpSeconds: 2,
        seconds,
      },
      (phase) => {
        if (phase === 'measuring') from = performance.now();
        else to = performance.now();
      },
    );
    await probes.stop();
    for (const viewer of viewers) viewer.terminate();
    // All boards are told the same events in the same order; one that got a fresh snapshot in between no longer counts by place.
    const steady = arrivals.filter((board) => board.snapshots === 1);
    const events = steady.reduce((least, board) => Math.min(least, board.at.length), steady[0]?.at.length ?? 0);
    const spreads = Array.from({ length: events }, (_, n) => {
      const times = steady.map((board) => board.at[n] ?? 0);
      return Math.max(...times) - Math.min(...times);
    });
    return {
      boards: steady.length,
      alarmEvents: events,
      spreadMs: { p50: percentile(spreads, 0.5), p99: percentile(spreads, 0.99), max: Math.max(0, ...spreads) },
      alarms: figures(probes.alarms, from, to),
      missing: probes.missing().alarms,
      resnapped: boards - steady.length,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
