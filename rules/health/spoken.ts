import type { DeviceState } from '../device-state.ts';

/**
 * Whose last value is no word any more: its device fell silent after it, and it has said nothing since. That the device connects again, or
 * that its gateway does, tells no concentration; only a value does. Inside a late batch that has to wait until the batch is over.
 */
export type Spoken = 0 | 1 | 2;
export const SPOKEN = 0;
export const UNSPOKEN = 1;
/** It spoke inside a late batch that is not over yet. */
export const SPOKE_LATE = 2;

export function allUnspoken(device: DeviceState): void {
  for (const point of device.points) if (point !== null) point.spoken = UNSPOKEN;
}

/** The device itself gave a sign of life. What a point says only when it changes stands as it was. */
export function heardOfItself(device: DeviceState): void {
  for (let i = 0; i < device.points.length; i += 1) {
    const point = device.points[i] ?? null;
    if (point !== null && point.spoken !== SPOKEN && device.specs[i]?.regular !== true) point.spoken = SPOKEN;
  }
}

/** A late batch begins: what could not be believed before it cannot be inside it. */
export function beginLate(device: DeviceState): void {
  for (const point of device.points) if (point !== null && (point.quality === 'bad' || point.value === null)) point.spoken = UNSPOKEN;
}

export function endLate(device: DeviceState): void {
  for (const point of device.points) if (point !== null && point.spoken === SPOKE_LATE) point.spoken = SPOKEN;
}
