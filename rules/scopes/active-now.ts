import type { ActiveNow, EffectiveLimit } from '../../model/engine.ts';
import type { DeviceState } from '../device-state.ts';
import { isTrueByValue, pointIndex } from '../evaluate/plan.ts';

/**
 * Where a limit would be active the moment it is set, by the last good values. A limit that is always on hides as well as one that never is:
 * it stands acknowledged on the desk, and what really happens rings nothing new. Nobody is asked for it, for it is stricter; it is said.
 * Judged by the value alone: delays would run first, and of a limit with a condition, a rate or a deviation nothing is claimed.
 */

/** Points told; there may be as many as devices. */
const MAX_TOLD = 20;

export class ActiveAtOnce {
  private readonly about: Pick<EffectiveLimit, 'measurement' | 'code'>;
  private readonly points: ActiveNow['points'][number][] = [];
  private devices = 0;

  constructor(about: Pick<EffectiveLimit, 'measurement' | 'code'>) {
    this.about = about;
  }

  look(device: DeviceState, after: readonly EffectiveLimit[]): void {
    const found = after.flatMap((limit) => {
      const { measurement, channel, code, level } = limit;
      if (measurement !== this.about.measurement || code !== this.about.code || !limit.armed || level === 'none') return [];
      const value = device.points[pointIndex(device.plan, measurement, channel)]?.good ?? null;
      if (value === null || !isTrueByValue(limit, value)) return [];
      const before = device.plan.limits.find(
        (one) => one.measurement === measurement && one.channel === channel && one.code === code && one.armed,
      );
      if (before !== undefined && isTrueByValue(before, value)) return [];
      return [{ device: device.asset.id, measurement, channel, value, level }];
    });
    if (found.length === 0) return;
    this.devices += 1;
    this.points.push(...found.slice(0, MAX_TOLD - this.points.length));
  }

  /** Nothing where it would be active nowhere. */
  told(): { readonly activeNow?: ActiveNow } {
    return this.devices === 0 ? {} : { activeNow: { devices: this.devices, points: this.points } };
  }
}
