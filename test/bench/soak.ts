import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { besideLoad } from './beside.ts';
import { metric, metricsText, numberIn } from './metric.ts';
import { type Figures, figures, pause } from './probes.ts';
import { cpuSeconds, residentBytes } from './processes.ts';

/** What the platform was like at one moment of the soak. */
export interface SoakSample {
  /** Since the load began, s. */
  readonly second: number;
  readonly residentMb: number;
  /** Open files, sockets and pipes of the process. */
  readonly handles: number;
  readonly threads: number;
  readonly lagEntries: number;
  readonly journalMb: number;
  /** All files of the data folder. */
  readonly folderMb: number;
  /** CPU of all threads since the sample before, cores. */
  readonly cores: number;
  readonly loopP99Ms: number;
}
export interface SoakPart {
  readonly alarms: Figures;
  readonly pubacks: Figures;
  readonly samples: readonly SoakSample[];
}
export interface SoakRun {
  readonly perSecond: number;
  readonly pubackP99Ms: number;
  readonly pubackMaxMs: number;
  readonly generatorLateMs: number;
  /** Six stretches of equal length. */
  readonly parts: readonly SoakPart[];
  readonly drainedSeconds: number;
  readonly unanswered: number;
}

const PARTS = 6;

function folderBytes(path: string): number {
  let sum = 0;
  for (const entry of readdirSync(path, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    // A segment may be trimmed between the listing and the look.
    sum += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return sum;
}

/** A steady load for a long time, 50 alarm events a second beside it, a board that reads: what grows, and what becomes slower? */
export async function soakRun(ratePerSecond: number, seconds: number, connections: number): Promise<SoakRun> {
  const plan = { name: 'soak', connections, ratePerSecond, warmUpSeconds: Math.min(60, seconds / 10), seconds };
  return besideLoad(plan, async ({ platform, folder, probes, load }) => {
    const samples: (SoakSample & { readonly at: number })[] = [];
    const begun = performance.now();
    let cpuBefore = cpuSeconds(platform.pid).all;
    let takenBefore = begun;
    const every = Math.max(1, Math.min(10, seconds / 30));
    let sampling: Promise<void> = Promise.resolve();
    async function sample(): Promise<void> {
      const cpu = cpuSeconds(platform.pid);
      const at = performance.now();
      const cores = (cpu.all - cpuBefore) / ((at - takenBefore) / 1_000);
      cpuBefore = cpu.all;
      takenBefore = at;
      const text = await metricsText(platform.httpBase);
      samples.push({
        at,
        second: Math.round((at - begun) / 1_000),
        residentMb: residentBytes(platform.pid) / 1e6,
        handles: readdirSync(`/proc/${platform.pid}/fd`).length,
        threads: cpu.threads.size,
        lagEntries: numberIn(text, 'beacon_projector_lag_entries'),
        journalMb: numberIn(text, 'beacon_journal_bytes') / 1e6,
        folderMb: folderBytes(folder) / 1e6,
        cores,
        loopP99Ms: numberIn(text, 'nodejs_eventloop_lag_p99_seconds') * 1_000,
      });
    }
    const watching = setInterval(() => {
      sampling = sampling.then(sample);
    }, every * 1_000);
    const { result, from, to } = await load().finally(() => clearInterval(watching));
    await sampling;
    await probes.stop();
    const ended = performance.now();
    for (const patience = ended + 60_000; performance.now() < patience; await pause(200)) {
      if ((await metric(platform.httpBase, 'beacon_projector_lag_entries')) === 0) break;
    }
    const parts = Array.from({ length: PARTS }, (_, i) => {
      const [a, b] = [from + ((to - from) * i) / PARTS, from + ((to - from) * (i + 1)) / PARTS];
      return {
        alarms: figures(probes.alarms, a, b),
        pubacks: figures(probes.pubacks, a, b),
        samples: samples.filter(({ at }) => at >= a && at < b),
      };
    });
    const { pubacks, alarms } = probes.missing();
    return {
      perSecond: result.ackedPerS,
      pubackP99Ms: result.latencyMs.p99,
      pubackMaxMs: result.latencyMs.max,
      generatorLateMs: result.generatorLateMs,
      parts,
      drainedSeconds: (performance.now() - ended) / 1_000,
      unanswered: result.lost + result.broken + pubacks + alarms,
    };
  });
}
