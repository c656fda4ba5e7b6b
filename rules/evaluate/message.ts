import type { MessageNotes } from '../../model/engine.ts';
import type { MessageBody } from '../../model/entry.ts';
import { UPSTREAM_CONNECTIONS_FROM } from '../../model/ports/message-source.ts';
import type { Sample, SampleValue } from '../../model/reading.ts';
import type { Core } from '../core.ts';
import { type DeviceState, NEVER, newPoint } from '../device-state.ts';
import { turnedBad } from '../health/bad-reasons.ts';
import { heardThrough } from '../health/gateway.ts';
import { takeWord } from '../health/inhibited.ts';
import { beginLate, endLate, SPOKEN, SPOKE_LATE } from '../health/spoken.ts';
import { spoke } from '../health/unheard.ts';
import { hear, judgedValue, specFor, takeReportedOver, watch, watches } from '../health/watch.ts';
import { faultLadder, setBad, setFault, syncBad, syncFaults, syncReported } from '../instrument.ts';
import { noteChange, signOfLife } from '../presence.ts';
import { learn, newClockError, noticeStep, wasPutRight } from '../time/clock-error.ts';
import { breakCourses, judgeDerived, runDerivedDue, shiftDerived } from './derived.ts';
import { delayDue, hold, judgeOlder, judgeValue, runDue } from './point.ts';
import { linkOpen, ringPending } from './ladders.ts';
import { pointIndex } from './plan.ts';

/** A late batch ends after this much engine time without another late sample (semantics 4). */
const BACKLOG_ENDS_AFTER_MS = 5_000;
/** Samples this little older than the newest are in order: a device's clock error wobbles. */
const WOBBLE_MS = 1_000;
/** A replaced stamp may still tell the order of a late batch when it is off by no more than this after correction. */
const BELIEVABLE_AGE_MS = 7 * 86_400_000;
/** Health code `clock`: more than this off the server's clock (fault F15). */
const CLOCK_OFF_MS = 60_000;
const CLOCK_OFF_FIRE_MS = 5_000;

/** A hole wider than this is no loss but another way of counting (a clock, a counter of parts). */
const WIDEST_HOLE = 10_000;
const DAY_MS = 86_400_000;
/** Places on the line follow a clock error that is known better by no more than this. */
const MOVED_AT_MOST_MS = 60_000;
/** `nth` of a last will: the broker says it, not the device. */
const WILL = -1;
const STALE = 'stale-retained';

export interface MessageVerdict {
  readonly kind: 'resend' | 'judged' | 'history';
  /** Values kept as history alone: older than the newest judged one of their point by more than the window (semantics 4). */
  readonly older: number;
}
/** Shared, so that the quiet path makes no garbage. */
const RESENT: MessageVerdict = Object.freeze({ kind: 'resend', older: 0 });
const JUDGED: MessageVerdict = Object.freeze({ kind: 'judged', older: 0 });
const KEPT_ONLY: MessageVerdict = Object.freeze({ kind: 'history', older: 0 });

/**
 * What is worth noting about a message that is no resend: RETAIN once a day per device, a counter that began anew, a hole in it
 * (semantics 1 and 2), and values that came too late to be judged. A lower counter is never a reason to drop anything. To be called before
 * `applyMessage`'s verdict is told.
 */
export function noteMessage(core: Core, message: MessageBody, older: number): MessageNotes | null {
  const counted = noteCounter(core, message);
  return older === 0 ? counted : { ...(counted ?? NOTHING_COUNTED), older };
}

const NOTHING_COUNTED: MessageNotes = Object.freeze({ retained: false, restarted: false, lost: 0, older: 0 });

function noteCounter(core: Core, message: MessageBody): MessageNotes | null {
  if ((message.counter === null && !message.retain) || isStale(message)) return null;
  const device = core.devices.get(message.samples[0]?.device ?? message.credential);
  if (device === undefined) return null;
  core.touch(device);
  const day = Math.floor(core.clock.at / DAY_MS);
  const retained = message.retain && device.retainDay !== day;
  if (retained) device.retainDay = day;
  const { counter } = message;
  const before = device.counter;
  if (counter !== null) device.counter = counter;
  if (counter === null || before === null) return retained ? { ...NOTHING_COUNTED, retained } : null;
  const hole = counter - before - Math.max(1, message.samples.length);
  const lost = hole > 0 && hole <= WIDEST_HOLE ? hole : 0;
  const restarted = counter < before;
  return retained || restarted || lost > 0 ? { ...NOTHING_COUNTED, retained, restarted, lost } : null;
}

/** An outside broker had kept it (RETAIN on a delivery). The broker says it, not the device: no sign of life. */
function isStale(message: MessageBody): boolean {
  return message.nth === WILL && message.retain && message.samples.some(({ values }) => values.some(({ flags }) => flags.includes(STALE)));
}

/** What an outside broker had kept is shown where nothing is known of the point, and never judged (semantics 1). */
function showStale(core: Core, message: MessageBody): void {
  for (const sample of message.samples) {
    const device = core.devices.get(sample.device);
    if (device === undefined) continue;
    core.touch(device);
    for (const { measurement, channel, value, quality, flags } of sample.values) {
      const index = pointIndex(device.plan, measurement, channel);
      // A bad one tells nothing that is worth showing.
      if (index < 0 || (device.points[index] ?? null) !== null || value === null || quality === 'bad') continue;
      device.points[index] = newPoint(value, sample.sampleAt, core.clock.at, quality, flags);
    }
  }
}

/**
 * Whether a message is remembered, to know it again. Behind an outside broker anybody it lets in may speak under any name: what names
 * nobody of ours was refused whole, and must not fill the state and every snapshot for ever.
 */
function isKnown(core: Core, { credential, samples }: MessageBody): boolean {
  return samples.length > 0 || core.devices.has(credential) || core.registry.maps.gateway.has(credential);
}

/** Applies one MQTT message: sign of life, resend check, judgement of every value. */
export function applyMessage(core: Core, message: MessageBody): MessageVerdict {
  if (isStale(message)) {
    showStale(core, message);
    return KEPT_ONLY;
  }
  const resend = isKnown(core, message) && core.resends.recognise(message, core.clock);
  const samples = message.samples;
  let judged = samples.length === 0;
  let older = 0;
  let sender = core.devices.get(message.credential);
  for (let i = 0; i < samples.length; i += 1) {
    const sample = samples[i];
    if (sample === undefined) continue;
    const device = sender !== undefined && sender.asset.id === sample.device ? sender : core.devices.get(sample.device);
    if (device === undefined) continue;
    if (device === sender) sender = undefined;
    core.touch(device);
    if (message.nth !== WILL) alive(core, device, message);
    if (!resend) {
      const taken = applySample(core, device, sample, message);
      if (taken > 0 || sample.values.length === 0) judged = true;
      older += sample.values.length - taken;
    }
    sender = device;
  }
  // A last will is the broker's word: a device that has been silent does not come back by its connection breaking.
  if (samples.length === 0 && sender !== undefined && message.nth !== WILL) {
    core.touch(sender);
    alive(core, sender, message);
  }
  if (resend) return RESENT;
  if (older > 0) return { kind: judged ? 'judged' : 'history', older };
  return judged ? JUDGED : KEPT_ONLY;
}

function alive(core: Core, device: DeviceState, message: MessageBody): void {
  device.upstream = message.connection >= UPSTREAM_CONNECTIONS_FROM;
  if (device.gateway !== null || message.credential !== device.asset.id) heardThrough(core, device, message.credential, message.connection);
  signOfLife(core, device);
}

/** Newest stamp of a device in a message: the sample that is taken for live when nothing is known of its clock. */
function newestStamp(message: MessageBody, device: string): number {
  let newest = -Infinity;
  for (const sample of message.samples) {
    if (sample.device === device && sample.stampedAt !== null && sample.stampedAt > newest) newest = sample.stampedAt;
  }
  return newest;
}

/** Corrected time of a sample on the line, never after now (semantics 4). Learns the device's clock error on the way. */
function correctedLine(core: Core, device: DeviceState, sample: Sample, message: MessageBody): number {
  const { clock } = core;
  const stamp = sample.stampedAt;
  if (stamp === null || !clock.believed) return clock.line;
  const newest = message.samples.length === 1 ? stamp : newestStamp(message, sample.device);
  if (device.clock === null) {
    if (stamp === newest) {
      device.clock = newClockError(clock.line - stamp);
      checkClock(core, device);
    }
    return Math.min(clock.line, clock.line - (newest - stamp));
  }
  const replaced = stamp !== sample.sampleAt;
  let line = Math.min(clock.line, stamp + device.clock.median);
  if (replaced && clock.line - line > BELIEVABLE_AGE_MS) line = clock.line - Math.max(0, clock.at - sample.sampleAt);
  if (stamp !== newest) return line;
  const raw = clock.at - stamp;
  const isLive = clock.line - line <= device.windowMs && clock.line - (stamp + device.clock.median) <= device.windowMs;
  if (isLive && !wasPutRight(device.clock, clock.line, stamp, raw, device.windowMs)) {
    const before = device.clock.median;
    learn(device.clock, clock.line - stamp);
    const byMs = device.clock.median - before;
    // A jump is another clock, not a better figure of the same one.
    if (!replaced && Math.abs(byMs) <= MOVED_AT_MOST_MS) {
      shiftPoints(core, device, byMs);
      line = Math.min(clock.line, stamp + device.clock.median);
    }
    checkClock(core, device);
  } else if (noticeStep(device.clock, clock.line, stamp, raw, device.windowMs)) {
    device.clock = newClockError(clock.line - stamp);
    checkClock(core, device);
    breakCourses(device);
    line = clock.line;
  }
  return line;
}

/** Places on the line were worked out with the error known then; with a better one they move, so that the time between samples stays. */
function shiftPoints(core: Core, device: DeviceState, byMs: number): void {
  if (byMs === 0) return;
  const moved = (line: number): number => Math.min(core.clock.line, line + byMs);
  for (const point of device.points) {
    if (point === null || point.lastLine === NEVER) continue;
    point.lastLine = moved(point.lastLine);
    point.ranLine = moved(point.ranLine);
  }
  if (device.derived.length > 0) shiftDerived(device, moved, byMs);
}

function checkClock(core: Core, device: DeviceState): void {
  if (device.clock === null) return;
  const error = device.clock.median - (core.clock.line - core.clock.at);
  const off = Math.abs(error) > (device.plan.profile.alarmKind === 'fire' ? CLOCK_OFF_FIRE_MS : CLOCK_OFF_MS);
  if (off === device.clockOff) return;
  device.clockOff = off;
  noteChange(core, device);
}

/** Returns how many of its values were judged; the others are history alone. */
function applySample(core: Core, device: DeviceState, sample: Sample, message: MessageBody): number {
  const { clock } = core;
  const line = correctedLine(core, device, sample, message);
  const ageMs = clock.line - line;
  const late = ageMs > device.windowMs;
  let judged = 0;
  if (!late || inOrder(device, sample, line)) {
    if (late) {
      if (device.backlogUntil < 0) beginLate(device);
      device.backlogUntil = clock.now + BACKLOG_ENDS_AFTER_MS;
      core.heap.atLatest(device, device.backlogUntil);
    }
    for (let i = 0; i < sample.values.length; i += 1) {
      const value = sample.values[i];
      if (value !== undefined && applyValue(core, device, sample, value, line, ageMs)) judged += 1;
    }
    if (device.derived.length > 0) judgeDerived(core, device, sample, line, ageMs);
    if (device.listeners !== null && !late) core.joint.heard(device, sample);
    if (carriesFaults(sample)) {
      takeFaults(core, device, sample, line, ageMs);
      if (watches(core) && device.backlogUntil < 0) syncBad(core, device);
    }
  }
  if (!late && device.backlogUntil >= 0) endBacklog(core, device);
  if (device.alarms.has(`|${faultLadder(core)}`)) setFault(core, device, { measurement: null, channel: null }, false);
  return judged;
}

function carriesFaults(sample: Sample): boolean {
  return sample.faults !== undefined || sample.pointFaults !== undefined;
}

function inOrder(device: DeviceState, sample: Sample, line: number): boolean {
  if (sample.values.length === 0) return true;
  return sample.values.some((value) => {
    const index = pointIndex(device.plan, value.measurement, value.channel);
    return line >= (device.points[index]?.lastLine ?? NEVER) - device.windowMs;
  });
}

function applyValue(core: Core, device: DeviceState, sample: Sample, reading: SampleValue, line: number, ageMs: number): boolean {
  const index = pointIndex(device.plan, reading.measurement, reading.channel);
  const plan = device.plan.points[index];
  if (plan === undefined) return false;
  const late = device.backlogUntil >= 0;
  const { value, quality, flags } = reading;
  const bad = quality === 'bad' || value === null;
  const inhibits = !bad && (quality === 'test' || quality === 'maintenance');
  let point = device.points[index];
  let before = NEVER;
  if (point === undefined || point === null) {
    point = newPoint(value, sample.sampleAt, core.clock.at, quality, flags);
    device.points[index] = point;
    // A report may have opened an alarm of it before it ever spoke.
    if (device.alarms.size > 0) linkOpen(device, index);
    if (late) point.spoken = SPOKE_LATE;
    if (bad) {
      changeBad(core, device, 1);
      turnedBad(core, device, plan.key, point);
    }
  } else {
    before = point.lastLine;
    if (line < before - WOBBLE_MS) {
      if (line < before - device.windowMs) return false;
      const counts = quality === 'good' || quality === 'uncertain' || quality === 'substituted';
      if (counts && typeof value === 'number') judgeOlder(core, device, index, plan, point, value, line, late);
      return true;
    }
    const wasBad = point.quality === 'bad' || point.value === null;
    point.value = value;
    point.sampleAt = sample.sampleAt;
    point.receivedAt = core.clock.at;
    point.quality = quality;
    point.flags = flags;
    if (point.spoken !== SPOKEN) point.spoken = late ? SPOKE_LATE : SPOKEN;
    if (bad !== wasBad) {
      changeBad(core, device, bad ? 1 : -1);
      if (bad) turnedBad(core, device, plan.key, point);
      else point.explainedBy = [];
    }
  }
  if (line > point.lastLine) point.lastLine = line;
  if (device.unheard !== null) spoke(core, device, plan.key);
  const spec = specFor(core, device, index);
  if (spec !== null) hear(core, device, spec, point);
  if (device.alarms.size > 0) {
    if (!late && !bad) setBad(core, device, index, false);
    if (device.alarms.has(`${plan.key}|${faultLadder(core)}`)) setFault(core, device, plan, false);
  }
  if ((inhibits || point.inhibited !== null) && watches(core)) {
    if (takeWord(core, device, point, inhibits ? 'inhibits' : bad ? 'bad' : 'judged', line) && !late) syncFaults(core, device);
  }
  if (bad || inhibits) {
    hold(core, device, index, plan, point, line, late);
    // What comes with fault codes waits for them: they may say why.
    if (bad && !late && !(watches(core) && carriesFaults(sample))) setBad(core, device, index, true);
    return true;
  }
  if (typeof value === 'number') {
    const judged = spec === null || spec.over === null ? value : judgedValue(device, index, spec, point, value);
    judgeValue(core, device, index, plan, point, judged, line, ageMs, late);
    if (spec !== null) watch(core, device, index, spec, point, value, line, before);
  }
  return true;
}

function changeBad(core: Core, device: DeviceState, by: 1 | -1): void {
  const before = device.bad > 0;
  device.bad += by;
  if (device.bad > 0 !== before) noteChange(core, device);
}

/** A message that carries `faults` replaces all that the device reported before; one without leaves them. */
function takeFaults(core: Core, device: DeviceState, sample: Sample, line: number, ageMs: number): void {
  // Worked out whole before anything is kept: a list of a wrong shape throws here and leaves the device as it was.
  const faults = [...new Set(sample.faults ?? [])].sort();
  const keys = Object.entries(sample.pointFaults ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const pointFaults = Object.fromEntries(keys.map(([key, codes]) => [key, [...new Set(codes)].sort()]));
  const same = JSON.stringify([faults, pointFaults]) === JSON.stringify([device.faults, device.pointFaults]);
  if (same) return;
  device.faults = faults;
  device.pointFaults = pointFaults;
  noteChange(core, device);
  takeReportedOver(core, device, line, ageMs);
  if (device.backlogUntil < 0) syncReported(core, device);
}

/** The late batch is over: what is still true rings now. */
export function endBacklog(core: Core, device: DeviceState): void {
  device.backlogUntil = -1;
  endLate(device);
  core.joint.mark(device);
  core.escalations.mark(device, core.clock.line);
  for (let i = 0; i < device.points.length; i += 1) {
    const point = device.points[i];
    if (point === undefined || point === null) continue;
    ringPending(core, device, i);
    if (core.format === 1) setBad(core, device, i, point.quality === 'bad' || point.value === null);
  }
  for (let i = 0; i < device.derived.length; i += 1) ringPending(core, device, device.points.length + i);
  if (core.format === 1) {
    syncFaults(core, device);
    return;
  }
  // The faults first: which of them rings now says why a point is bad.
  syncReported(core, device);
  syncBad(core, device);
  // The sample that ended it was judged inside it, when no delay was to end before the batch: now they do.
  for (let i = 0; i < device.points.length + device.derived.length; i += 1) {
    const due = delayDue(device, i);
    if (due >= 0) core.heap.atLatest(device, due);
  }
}

/** A late batch ended because nothing more came: delays run out first, still without sound. */
export function backlogRanOut(core: Core, device: DeviceState): void {
  for (let i = 0; i < device.points.length; i += 1) runDue(core, device, i, true);
  for (let i = 0; i < device.derived.length; i += 1) runDerivedDue(core, device, i, true);
  endBacklog(core, device);
}
