import type { SimulatedDevice } from '../device.ts';
import type { DevicePlan } from '../provision.ts';
import { gaussianAt, roundTo, seedOf } from '../random.ts';

/** A device of the district: how it is entered on the platform, and how it behaves. */
export interface Member {
  readonly plan: DevicePlan;
  readonly device: SimulatedDevice;
}

/** Silence of more than this many reports is told by the platform. */
const HEARTBEAT_REPORTS = 5;

export interface MemberOptions {
  readonly id: string;
  /** As the sign in the district has it, in Chinese; ids are in English. */
  readonly name: string;
  readonly enterpriseId: string;
  readonly siteId: string;
  readonly profileId: string;
  readonly reportEveryMs: number;
  readonly hazardSourceId?: string;
  readonly attributes?: Readonly<Record<string, number | string | boolean>>;
  readonly at: SimulatedDevice['at'];
  readonly obey?: NonNullable<SimulatedDevice['obey']>;
}

/** Puts plan and behaviour together; the demo reports far more often than the standards ask, so the heartbeat is declared with it. */
export function member(options: MemberOptions): Member {
  const { id, enterpriseId, siteId, profileId, reportEveryMs } = options;
  return {
    plan: {
      id,
      name: options.name,
      enterpriseId,
      siteId,
      profileId,
      reportMs: reportEveryMs,
      heartbeatMs: reportEveryMs * HEARTBEAT_REPORTS,
      ...(options.hazardSourceId === undefined ? {} : { hazardSourceId: options.hazardSourceId }),
      ...(options.attributes === undefined ? {} : { attributes: options.attributes }),
    },
    device: {
      id,
      enterpriseId,
      reportEveryMs,
      stamps: true,
      at: options.at,
      ...(options.obey === undefined ? {} : { obey: options.obey }),
    },
  };
}

/** A measured value: the true one with noise of the given standard deviation, at the instrument's resolution. The same for the same seed and time. */
export function measured(seed: number, name: string, elapsedS: number, value: number, deviation: number, resolution: number): number {
  return roundTo(value + deviation * gaussianAt(seedOf(seed, name), Math.round(elapsedS * 10)), resolution);
}

/** A slow wave around 0 within ±1: what a day does to a temperature, in the cycle of the demo; its phase is the device's own. */
export function drift(seed: number, name: string, elapsedS: number, periodS: number): number {
  const phase = (seedOf(seed, name) / 2 ** 32) * 2 * Math.PI;
  return Math.sin((2 * Math.PI * elapsedS) / periodS + phase);
}
