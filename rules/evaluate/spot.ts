import type { DeviceState, PointState } from '../device-state.ts';
import type { PlanPoint } from './plan.ts';

/**
 * A place to judge: a point of the device (index from 0) or, counted on behind the points, a limit that is judged by something
 * worked out from them (`plan.derived`). Delays, holding, ladders and late batches are the same for both.
 */
export function planAt(device: DeviceState, index: number): PlanPoint | undefined {
  const points = device.plan.points;
  return index < points.length ? points[index] : device.plan.derived[index - points.length];
}

export function stateAt(device: DeviceState, index: number): PointState | null | undefined {
  const points = device.points;
  return index < points.length ? points[index] : device.derived[index - points.length];
}
