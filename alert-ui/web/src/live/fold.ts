/**
 * The browser's picture of the platform: a fold of `snapshot`, `alarm`, `device` and `heartbeat` messages.
 * Pure; knows no socket and no clock. It applies an event only when nothing is missing before it: what the server says
 * came before (`prev`) must be what this picture stands at, otherwise the caller is told to ask with `resume`.
 */
import type { Alarm, AlarmEvent, SuppressedBy } from '../../../../model/alarm.ts';
import type { AlarmCounts, DeviceCounts } from '../../../../model/engine.ts';
import type { FloodState } from '../../../../model/flood.ts';
import { LEVELS, type Level } from '../../../../model/level.ts';
import type { AlarmMessage, DeviceMessage, HeartbeatMessage, SnapshotEvent } from '../../../protocol/live.ts';

export interface DevicePresence {
  readonly online: boolean;
  readonly health: readonly string[];
  readonly lastSeenAt: number | null;
}

export interface Picture {
  /** Null until the first snapshot. */
  epoch: string | null;
  /** Everything this viewer is entitled to is applied up to this event number. */
  seq: number;
  /** True while `seq` came from a snapshot: it may be ahead of the last event this viewer was entitled to. */
  fromSnapshot: boolean;
  /** Open alarms by id. */
  alarms: Map<string, Alarm>;
  /** Alarms closed since the snapshot, newest last, bounded: for "last: …" and so that a late page cannot bring them back. */
  closed: Map<string, Alarm>;
  /** Closed, but still suppressed: they stand in the lists of what is suppressed. */
  resting: Map<string, Alarm>;
  counts: AlarmCounts;
  /** Null: not told, for this viewer does not see everything. */
  flood: FloodState | null;
  /** Cursor of the first page of open alarms that the snapshot left out; null when the picture is whole. */
  next: string | null;
  devices: DeviceCounts;
  /** Presence as told by live events or filled in by the lists. */
  presence: Map<string, DevicePresence>;
}

/** What the caller has to do after a message. */
export type Folded = 'applied' | 'duplicate' | 'resume';

const CLOSED_KEPT = 500;

const NO_COUNT: Readonly<Record<Level, number>> = { red: 0, orange: 0, yellow: 0, blue: 0 };
const NO_FLAG: Readonly<Record<SuppressedBy, number>> = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };
const FLAGS = Object.keys(NO_FLAG) as SuppressedBy[];

export function emptyPicture(): Picture {
  return {
    epoch: null,
    seq: 0,
    fromSnapshot: false,
    alarms: new Map(),
    closed: new Map(),
    resting: new Map(),
    counts: { open: { ...NO_COUNT }, unacknowledged: { ...NO_COUNT }, suppressed: { ...NO_FLAG } },
    flood: null,
    next: null,
    devices: { online: 0, offline: 0, total: 0, inhibited: 0 },
    presence: new Map(),
  };
}

/** Still wants its acknowledgement. */
export function isUnacknowledged(alarm: Alarm): boolean {
  return alarm.state === 'UNACK' || alarm.state === 'RTNUN' || alarm.state === 'LUNACK';
}

/** Test and suppressed alarms stand in lists of their own and in no total. */
export function isCounted(alarm: Alarm): boolean {
  return alarm.state !== 'NORM' && !alarm.test && alarm.suppressedBy.length === 0;
}

/** Counts of the open alarms per level, by identity, and of the suppressed ones. */
export function countAlarms(alarms: Iterable<Alarm>): AlarmCounts {
  const open = { ...NO_COUNT };
  const unacknowledged = { ...NO_COUNT };
  const suppressed = { ...NO_FLAG };
  for (const alarm of alarms) {
    if (!alarm.test) for (const flag of alarm.suppressedBy) suppressed[flag] += 1;
    if (!isCounted(alarm)) continue;
    open[alarm.level] += 1;
    if (isUnacknowledged(alarm)) unacknowledged[alarm.level] += 1;
  }
  return { open, unacknowledged, suppressed };
}

function countPicture(picture: Picture): AlarmCounts {
  return countAlarms([...picture.alarms.values(), ...picture.resting.values()]);
}

/** Takes a snapshot as the whole truth; what closed before it is forgotten. */
export function applySnapshot(picture: Picture, snapshot: SnapshotEvent): void {
  picture.epoch = snapshot.epoch;
  picture.seq = snapshot.seq;
  picture.fromSnapshot = true;
  picture.alarms = new Map(snapshot.alarms.filter((a) => a.state !== 'NORM').map((a) => [a.id, a]));
  picture.resting = new Map((snapshot.resting ?? []).map((alarm) => [alarm.id, alarm]));
  picture.counts = snapshot.counts;
  picture.flood = snapshot.flood ?? null;
  picture.next = snapshot.next ?? null;
  picture.devices = { ...snapshot.devices };
  picture.presence = new Map();
}

/** Does an event with this `prev` follow directly on what the picture holds? */
function follows(picture: Picture, prev: number): boolean {
  return picture.fromSnapshot ? prev <= picture.seq : prev === picture.seq;
}

function admit(picture: Picture, seq: number, prev: number): Folded {
  if (picture.epoch === null) return 'resume';
  if (seq <= picture.seq) return 'duplicate';
  if (!follows(picture, prev)) return 'resume';
  picture.seq = seq;
  picture.fromSnapshot = false;
  return 'applied';
}

/** One alarm event. `duplicate`: already in the picture. `resume`: something is missing before it; nothing was applied. */
export function applyAlarm(picture: Picture, message: AlarmMessage): Folded {
  const folded = admit(picture, message.seq, message.prev);
  if (folded === 'applied') putAlarm(picture, message.alarm, message.event);
  return folded;
}

function putAlarm(picture: Picture, alarm: Alarm, event: AlarmEvent): void {
  const before = picture.alarms.get(alarm.id) ?? picture.resting.get(alarm.id);
  rest(picture, alarm);
  if (alarm.state === 'NORM') {
    picture.alarms.delete(alarm.id);
    picture.closed.delete(alarm.id);
    picture.closed.set(alarm.id, alarm);
    for (const oldest of picture.closed.keys()) {
      if (picture.closed.size <= CLOSED_KEPT) break;
      picture.closed.delete(oldest);
    }
  } else {
    picture.alarms.set(alarm.id, alarm);
    picture.closed.delete(alarm.id);
  }
  if (picture.next === null) {
    picture.counts = countPicture(picture);
    return;
  }
  // The picture is not whole yet: keep the server's counts and move them by what is known of this alarm. One that was open
  // before but is not in the picture cannot be subtracted; loading the rest sets the counts right.
  if (before === undefined && event.type !== 'raised') return;
  picture.counts = moveCounts(picture.counts, before, alarm);
}

/** A closed alarm rests as long as its identity is suppressed; the next occurrence takes its place. */
function rest(picture: Picture, alarm: Alarm): void {
  picture.resting.delete(alarm.id);
  if (alarm.state === 'NORM') {
    if (alarm.suppressedBy.length > 0) picture.resting.set(alarm.id, alarm);
    return;
  }
  for (const one of picture.resting.values()) {
    const same =
      one.deviceId === alarm.deviceId &&
      one.ladder === alarm.ladder &&
      one.measurement === alarm.measurement &&
      one.channel === alarm.channel;
    if (same) picture.resting.delete(one.id);
  }
}

function moveCounts(counts: AlarmCounts, before: Alarm | undefined, after: Alarm): AlarmCounts {
  const minus = countAlarms(before === undefined ? [] : [before]);
  const plus = countAlarms([after]);
  const open = { ...NO_COUNT };
  const unacknowledged = { ...NO_COUNT };
  for (const level of LEVELS) {
    open[level] = Math.max(0, counts.open[level] - minus.open[level] + plus.open[level]);
    unacknowledged[level] = Math.max(0, counts.unacknowledged[level] - minus.unacknowledged[level] + plus.unacknowledged[level]);
  }
  const suppressed = { ...NO_FLAG };
  for (const flag of FLAGS) suppressed[flag] = Math.max(0, counts.suppressed[flag] - minus.suppressed[flag] + plus.suppressed[flag]);
  return { open, unacknowledged, suppressed };
}

/**
 * One page of open alarms that the snapshot left out. An alarm already known at least as new, or closed meanwhile, stays as it is.
 * With the last page (`next` null) the counts are taken from the picture itself.
 */
export function mergePage(picture: Picture, alarms: readonly Alarm[], next: string | null): void {
  for (const alarm of alarms) {
    const known = picture.alarms.get(alarm.id) ?? picture.closed.get(alarm.id);
    if (alarm.state === 'NORM' || (known !== undefined && known.seq >= alarm.seq)) continue;
    picture.closed.delete(alarm.id);
    picture.alarms.set(alarm.id, alarm);
  }
  picture.next = next;
  if (next === null) picture.counts = countPicture(picture);
}

/** One device event; the same numbering as alarms. */
export function applyDevice(picture: Picture, message: DeviceMessage): Folded {
  const folded = admit(picture, message.seq, message.prev);
  if (folded !== 'applied') return folded;
  const before = picture.presence.get(message.id);
  picture.presence.set(message.id, { online: message.online, health: message.health, lastSeenAt: message.lastSeenAt });
  if (before !== undefined) {
    const online = Number(message.online) - Number(before.online);
    const inhibited = Number(isInhibited(message)) - Number(isInhibited(before));
    const { devices } = picture;
    picture.devices = {
      online: Math.max(0, devices.online + online),
      offline: Math.max(0, devices.offline - online),
      total: devices.total,
      inhibited: Math.max(0, devices.inhibited + inhibited),
    };
  }
  return folded;
}

/** A point of it says test or maintenance: no limit judges that. */
export function isInhibited({ health }: Pick<DevicePresence, 'health'>): boolean {
  return health.includes('inhibited');
}

/** Presence read from a list or a device page: kept unless a live event has told something newer. */
export function fillPresence(picture: Picture, id: string, presence: DevicePresence): void {
  const known = picture.presence.get(id);
  if (known !== undefined && (known.lastSeenAt ?? 0) >= (presence.lastSeenAt ?? 0)) return;
  picture.presence.set(id, presence);
}

/** `resume`: another process, or events were sent that never came. Otherwise nothing to do. */
export function checkHeartbeat(picture: Picture, beat: HeartbeatMessage): 'whole' | 'resume' {
  if (picture.epoch === null || picture.epoch !== beat.epoch) return 'resume';
  return beat.prev > picture.seq ? 'resume' : 'whole';
}
