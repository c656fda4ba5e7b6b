import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { EngineMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { runsOutAt } from '../presence.ts';
import { watches } from './watch.ts';

/**
 * The silence of what guards lives grows worse with time (device profiles, stale rule; figures are defaults of ours, no standard's):
 * yellow when the dead-man runs out, orange after an hour without a word. A device that speaks seldom has the 50 minutes that lie
 * between the two from its own dead-man on.
 */
const ORANGE_AFTER_MS = 3_600_000;
const BETWEEN_MS = 3_000_000;
const WORSE: Level = 'orange';

/** It guards lives: a fire device, or one that can raise red. */
function guardsLives({ plan }: DeviceState): boolean {
  return (
    plan.profile.alarmKind === 'fire' || [...plan.points, ...plan.derived].some((one) => one.limits.some((l) => l.top.level === 'red'))
  );
}

/** Engine time at which the silence of the device is orange; -1 = never. */
export function silenceWorsens(core: Core, device: DeviceState): EngineMs {
  if (!watches(core) || !device.silent || device.behind || !guardsLives(device)) return -1;
  return runsOutAt(core, device, device.lastLifeAt, Math.max(ORANGE_AFTER_MS, device.silenceMs + BETWEEN_MS));
}

/** Level of its F01 now. What has become orange stays so: an outage of ours begins the time anew, and tells nothing good of the device. */
export function silenceLevel(core: Core, device: DeviceState, usual: Level, shown: Level | null): Level {
  const worsens = silenceWorsens(core, device);
  if (worsens < 0 || LEVEL_RANK[usual] >= LEVEL_RANK[WORSE]) return usual;
  return worsens <= core.clock.now || shown === WORSE ? WORSE : usual;
}
