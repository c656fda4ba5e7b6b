/** What a load or fleet run says of itself, for people; the whole goes to stdout as JSON. */
import type { LoadProgress, LoadResult } from './plan.ts';

export function progressLine({ seconds, sent, acked, broken, p50Ms, p99Ms }: LoadProgress): string {
  const trouble = broken === 0 ? '' : `, ${broken} connections broken`;
  return `${seconds.toFixed(0)} s: ${sent} sent, ${acked} acknowledged, ${sent - acked} under way, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms${trouble}`;
}

/** A generator that came later than this measured itself rather than the platform. */
const SPOILT_MS = 50;

export function resultLines(result: LoadResult): readonly string[] {
  const { connections, sent, acked, lost, broken, seconds, ackedPerS, latencyMs, generatorLateMs } = result;
  const { p50, p90, p99, p999, max } = latencyMs;
  return [
    `${sent} sent by ${connections} connections in ${seconds} s, ${acked} acknowledged, ${lost} lost`,
    `${ackedPerS.toFixed(1)} acknowledged a second; latency p50 ${p50.toFixed(1)}, p90 ${p90.toFixed(1)}, p99 ${p99.toFixed(1)}, p99.9 ${p999.toFixed(1)}, largest ${max.toFixed(1)} ms`,
    ...(broken === 0 ? [] : [`${broken} connections broke off`]),
    ...(generatorLateMs <= SPOILT_MS
      ? []
      : [`the generator itself came up to ${generatorLateMs.toFixed(0)} ms late: the latencies hold that too`]),
  ];
}
