/** Latest live values of the points on the screen, by point. */
import { shallowReactive } from 'vue';
import { pointKey, type Quality, type Value } from '../../../../model/reading.ts';
import type { ReadingsMessage } from '../../../protocol/live.ts';

export interface LivePoint {
  readonly value: Value;
  readonly quality: Quality;
  readonly ts: number;
  /** −1, 0, 1: against the value before. */
  readonly trend: number;
}

/** Name of a point over all devices. */
export function wholeKey(device: string, measurement: string, channel: number | null): string {
  return `${device}/${pointKey(measurement, channel)}`;
}

export interface LivePoints {
  readonly latest: ReadonlyMap<string, LivePoint>;
  take(message: ReadingsMessage): void;
  put(device: string, measurement: string, channel: number | null, point: Omit<LivePoint, 'trend'>): void;
}

export function createLivePoints(): LivePoints {
  const latest = shallowReactive(new Map<string, LivePoint>());
  function put(device: string, measurement: string, channel: number | null, point: Omit<LivePoint, 'trend'>): void {
    const key = wholeKey(device, measurement, channel);
    const before = latest.get(key);
    if (before !== undefined && before.ts > point.ts) return;
    const trend =
      typeof before?.value === 'number' && typeof point.value === 'number' && before.ts !== point.ts
        ? Math.sign(point.value - before.value)
        : (before?.trend ?? 0);
    latest.set(key, { ...point, trend });
  }
  return {
    latest,
    put,
    take(message) {
      for (const [device, measurement, channel, ts, value, quality] of message.items)
        put(device, measurement, channel, { value, quality, ts });
    },
  };
}
