import type { Level } from '../../model/level.ts';
import type { EngineMs } from '../../model/time.ts';
import type { Core } from '../core.ts';
import type { DeviceState, PointState } from '../device-state.ts';
import { graceUntil, noteChange } from '../presence.ts';
import { SPOKEN } from './spoken.ts';

/**
 * A point whose own quality says `test` or `maintenance` is judged by no limit. That is planned work and no alarm (IEC 62682: it is
 * listed), so it is a health code of its device from the first word on. When it has lasted for 8 h without a value that was judged,
 * INHIBITED of the point asks whether somebody forgot to end it (fact book, "interlock bypass > 8 h": a default of ours, no standard's).
 *
 * Its time runs on the line, so through our outages too: what is forgotten over a restart is forgotten all the same. A bad value ends
 * nothing, nor does silence: else a sensor that is now bad and now in maintenance would never be asked about. While it is bad or silent
 * that is what rings (BAD, F01), and the question waits for its next word. Decision 9 has the reasons.
 */
export interface Inhibition {
  /** Place on the line of its first such word. */
  from: number;
  /** Engine time of its newest such word; absent in a state of before it was kept. */
  saidAt?: EngineMs;
  /** Its newest value is of that quality; false = bad since. */
  says: boolean;
  /** It has lasted so long that it is asked about. */
  asked: boolean;
}

/** Ladder; the catalogue has no number for it. */
export const INHIBITED_CODE = 'INHIBITED';
/** A shift. */
export const ASKED_AFTER_MS = 28_800_000;

export type Word = 'inhibits' | 'bad' | 'judged';

/**
 * What the newest value of a point says of itself, where that matters: it says test or maintenance, or had said so before. Only for entries
 * of format 2. Returns whether the alarm has to follow.
 */
export function takeWord(core: Core, device: DeviceState, point: PointState, word: Word, line: number): boolean {
  const before = point.inhibited;
  if (word !== 'inhibits') {
    if (before === null) return false;
    if (before.says) count(core, device, -1);
    before.says = false;
    if (word === 'bad') return false;
    point.inhibited = null;
    return before.asked;
  }
  const now = before ?? { from: line, says: false, asked: false };
  point.inhibited = now;
  if (!now.says) count(core, device, 1);
  now.says = true;
  now.saidAt = core.clock.now;
  if (now.asked) return false;
  const left = now.from + ASKED_AFTER_MS - core.clock.line;
  if (left > 0) {
    core.heap.atLatest(device, core.clock.now + left);
    return false;
  }
  // It says so itself, now: nothing has to be waited for.
  now.asked = true;
  return true;
}

/**
 * Marks the points that have been so for too long. After an outage of ours there is time to say that it is over, as for a dead-man; what has
 * not spoken since its silence waits until it does. Returns whether any is new, and when the next will be (-1 = none): an outage moves the
 * line and not engine time, so that its end wakes these devices.
 */
export function findForgotten(core: Core, device: DeviceState): { readonly found: boolean; readonly next: EngineMs } {
  let found = false;
  let next: EngineMs = -1;
  if (device.inhibited === 0) return { found, next };
  const { now, line } = core.clock;
  for (const point of device.points) {
    const one = point?.inhibited ?? null;
    if (point === null || one === null || !one.says || one.asked || point.spoken !== SPOKEN) continue;
    const grace = graceUntil(core, device, one.saidAt ?? device.lastLifeAt, device.silenceMs);
    const due = Math.max(grace, now + one.from + ASKED_AFTER_MS - line);
    if (due <= now) {
      one.asked = true;
      found = true;
    } else if (next < 0 || due < next) next = due;
  }
  return { found, next };
}

/**
 * The server's clock was put right, and the line went with it: for what began in this start no time has passed by that.
 * @param before the line until then
 */
export function lineCorrected(core: Core, before: number): void {
  const byMs = core.clock.line - before;
  const begun = before - core.clock.mono;
  for (const device of core.devices.values()) {
    for (const point of device.points) {
      const one = point?.inhibited ?? null;
      if (one === null || one.from < begun) continue;
      core.touch(device);
      one.from += byMs;
    }
  }
}

/** Level of the question: it grows with what the point guards, as that of silence does (silence-stages.ts). */
export function inhibitedLevel({ plan }: DeviceState, index: number): Level {
  const own = [plan.points[index], ...plan.derived.filter(({ home }) => home === index)];
  return own.some((one) => one?.limits.some(({ top }) => top.level === 'red') === true) ? 'orange' : 'yellow';
}

function count(core: Core, device: DeviceState, by: 1 | -1): void {
  const before = device.inhibited > 0;
  device.inhibited += by;
  if (device.inhibited > 0 === before) return;
  list(core, device);
  noteChange(core, device);
}

/** Keeps the list of devices with such a point. */
function list(core: Core, device: DeviceState): void {
  if (device.inhibited > 0) core.inhibited.add(device);
  else core.inhibited.delete(device);
}

/** Counts anew after its points have become others, or have been read. Returns whether its health code has come or gone. */
export function recount(core: Core, device: DeviceState): boolean {
  const before = device.inhibited > 0;
  device.inhibited = device.points.filter((point) => point?.inhibited?.says === true).length;
  list(core, device);
  return device.inhibited > 0 !== before;
}
