/** When a device reports, and what its report says; pure, shared by runs on real and on simulated time. */
import type { DeviceMoment, SimulatedDevice } from './device.ts';
import type { OutgoingSample } from './link/payload.ts';
import { seedOf, uniformAt } from './random.ts';

/** A moment as it is sent at `at`, by the device's own clock. */
export function sampleOf(moment: DeviceMoment, at: number): OutgoingSample {
  const { values, quality, faults, seq, clockErrorMs } = moment;
  return {
    ts: Math.round(at + (clockErrorMs ?? 0)),
    values,
    ...(quality === undefined ? {} : { quality }),
    ...(faults === undefined ? {} : { faults }),
    ...(seq === undefined ? {} : { seq }),
  };
}

/** When a device reports next, by simulated time in ms; the first report is somewhere in its first interval, by its seed. */
export function firstReportMs(device: Pick<SimulatedDevice, 'id' | 'reportEveryMs'>, seed: number): number {
  return uniformAt(seedOf(seed, device.id), 0) * device.reportEveryMs;
}
