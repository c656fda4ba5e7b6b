import type { EpochMs } from './time.ts';

/** OPC-like quality of one sample. `bad` holds an alarm and never clears it. */
export type Quality = 'good' | 'uncertain' | 'bad' | 'test' | 'maintenance' | 'substituted';
export const QUALITIES: readonly Quality[] = ['good', 'uncertain', 'bad', 'test', 'maintenance', 'substituted'];

/** Why a sample is not simply good. */
export type Flag = 'sensor' | 'communication' | 'out-of-range' | 'warm-up' | 'clock' | 'stale-retained';
export const FLAGS: readonly Flag[] = ['sensor', 'communication', 'out-of-range', 'warm-up', 'clock', 'stale-retained'];

/** After the door a value is a number (booleans become 0 and 1), a short string where the profile declares one, or null (a bad sample without a value). */
export type Value = number | string | null;

/** Where a value belongs: one measurement (and channel) of one device. `channel` is null where the profile declares none. */
export interface Point {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
}

/** One value of one sample as validated at the door. */
export interface SampleValue {
  readonly measurement: string;
  readonly channel: number | null;
  readonly value: Value;
  readonly quality: Quality;
  /** Empty for a plain good value. */
  readonly flags: readonly Flag[];
}

/** All values a device took at one instant. */
export interface Sample {
  readonly device: string;
  /** Sample time, UTC ms: the device's stamp, or the arrival time where it sent none or one from the future. */
  readonly sampleAt: EpochMs;
  /** The device's own stamp where it sent one (also when it was replaced), else null. */
  readonly stampedAt: EpochMs | null;
  readonly values: readonly SampleValue[];
  /** Fault codes (F01…F22) the device reported for the whole device. */
  readonly faults?: readonly string[];
  /** Fault codes per payload key. */
  readonly pointFaults?: Readonly<Record<string, readonly string[]>>;
}

/** What every reading store keeps and gives back unchanged (semantics 7). */
export interface StoredReading extends Point {
  readonly enterprise: string;
  readonly sampleAt: EpochMs;
  readonly receivedAt: EpochMs;
  readonly value: Value;
  readonly quality: Quality;
  readonly flags: readonly Flag[];
}

/** `lel` or `cable_temp.2`: the payload's and the store's name of a point within its device. */
export function pointKey(measurement: string, channel: number | null): string {
  return channel === null ? measurement : `${measurement}.${channel}`;
}
