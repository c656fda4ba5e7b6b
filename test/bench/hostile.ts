import type { LoadConnection } from '../../simulators/load/plan.ts';
import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { type Figures, figures, pause, startProbes } from './probes.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';

export interface HostileRun {
  readonly before: Figures;
  readonly during: Figures;
  readonly perSecond: number;
  readonly unanswered: number;
}

/** What a broken or a hostile device may send: not text, cut off, as deep as a frame allows, of the wrong shape, far too many values. */
const PAYLOADS: readonly Uint8Array[] = [
  Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 151 + 7) % 256)),
  Buffer.from('{"pressure":1.1,"level_pct":5'),
  Buffer.from('['.repeat(20_000)),
  Buffer.from(`{"a":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_001)}`),
  Buffer.from('"pressure"'),
  Buffer.from('{"pressure":"NaN","level_pct":1e999,"temp":{}}'),
  Buffer.from(JSON.stringify(Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`unknown${i}`, i])))),
  Buffer.alloc(0),
];

/** PUBACK of good devices before and while others flood the platform with what cannot be understood. */
export async function hostileRun(ratePerSecond: number, seconds: number): Promise<HostileRun> {
  const folder = temporaryFolder('bench-hostile');
  const platform = await startPlatform({ dataDir: folder.path });
  try {
    const vessels = await registerVessels(platform.httpBase, 100);
    const hostile: LoadConnection[] = vessels.map((one) => ({ ...one, payloads: PAYLOADS }));
    const probes = await startProbes(await signIn(platform.httpBase), platform.mqttUrl);
    await pause(2_000);
    const before = performance.now();
    await pause(seconds * 1_000);
    const beforeEnd = performance.now();
    let from = 0;
    let to = 0;
    const result = await generate(
      {
        host: '127.0.0.1',
        port: Number(new URL(platform.mqttUrl).port),
        connections: hostile,
        window: 60,
        ratePerS: ratePerSecond,
        warmUpSeconds: 1,
        seconds,
      },
      (phase) => {
        if (phase === 'measuring') from = performance.now();
        else to = performance.now();
      },
    );
    await probes.stop();
    return {
      before: figures(probes.pubacks, before, beforeEnd),
      during: figures(probes.pubacks, from, to),
      perSecond: result.ackedPerS,
      unanswered: result.lost + result.broken + probes.missing().pubacks,
    };
  } finally {
    await platform.kill();
    folder.remove();
  }
}
