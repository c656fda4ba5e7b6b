import { besideLoad } from './beside.ts';
import { type Figures, figures, pause } from './probes.ts';

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
  const plan = { name: 'hostile', connections: 100, payloads: PAYLOADS, ratePerSecond, warmUpSeconds: 1, seconds };
  return besideLoad(plan, async ({ probes, load }) => {
    await pause(2_000);
    const before = performance.now();
    await pause(seconds * 1_000);
    const beforeEnd = performance.now();
    const { result, from, to } = await load();
    await probes.stop();
    return {
      before: figures(probes.pubacks, before, beforeEnd),
      during: figures(probes.pubacks, from, to),
      perSecond: result.ackedPerS,
      unanswered: result.lost + result.broken + probes.missing().pubacks,
    };
  });
}
