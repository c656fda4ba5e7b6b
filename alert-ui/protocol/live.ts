import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { AlarmCounts, DeviceCounts } from '../../model/engine.ts';
import type { FloodState } from '../../model/flood.ts';
import type { Quality, Value } from '../../model/reading.ts';
import type { Warning, WarningEvent } from '../../model/warning.ts';

/** Socket.IO events, default path and namespace (contract.md). `prev` = seq of the last event this viewer was entitled to. */
export interface SnapshotEvent {
  readonly epoch: string;
  readonly seq: number;
  readonly counts: AlarmCounts;
  /** The 500 most urgent. */
  readonly alarms: readonly Alarm[];
  readonly next?: string;
  /** Closed, but still suppressed: they stand in the lists of what is suppressed. At most 500. */
  readonly resting?: readonly Alarm[];
  /** Of the whole platform, and so only for those who see all of it. */
  readonly flood?: FloodState;
  readonly devices: DeviceCounts;
}
export interface AlarmMessage {
  readonly seq: number;
  readonly prev: number;
  readonly alarm: Alarm;
  readonly event: AlarmEvent;
}
export interface DeviceMessage {
  readonly seq: number;
  readonly prev: number;
  readonly id: string;
  readonly online: boolean;
  readonly health: readonly string[];
  readonly lastSeenAt: number | null;
}
export interface ReadingsMessage {
  readonly at: number;
  readonly items: readonly (readonly [
    device: string,
    measurement: string,
    channel: number | null,
    ts: number,
    value: Value,
    quality: Quality,
  ])[];
}
export interface HeartbeatMessage {
  readonly epoch: string;
  readonly seq: number;
  readonly prev: number;
  readonly at: number;
  readonly health: readonly string[];
  /** Presence counts of the devices this viewer may see; absent = unchanged. */
  readonly devices?: DeviceCounts;
  /** Of the whole platform, and so only for those who see all of it. A beat comes at once when a flood begins. */
  readonly flood?: FloodState;
}
/**
 * Every warning that is issued, as this viewer may see them: after each `snapshot`, and when it asks by `resume-warnings`. Warnings are
 * numbered apart from alarms and devices; `seq` is the last event that is already in it.
 */
export interface WarningsEvent {
  readonly epoch: string;
  readonly seq: number;
  /** Worst first, at most 500. */
  readonly items: readonly Warning[];
}
/** `prev` = seq of the last event of a warning this viewer was entitled to; another than he has: send `resume-warnings`. */
export interface WarningMessage {
  readonly seq: number;
  readonly prev: number;
  readonly warning: Warning;
  readonly event: WarningEvent;
}
/** Somebody who is there: which alarm he looks at, and whether an alarm would be heard at a desk of his. */
export interface PresenceItem {
  /** Account name; one's own is among them. */
  readonly by: string;
  readonly looking: string | null;
  readonly audible: boolean;
}
/** Everybody who looks at an alarm this viewer may see; to those who see all, whose desk is audible as well. The whole of it, each time. */
export interface PresenceMessage {
  readonly items: readonly PresenceItem[];
}
export interface ServerToClient {
  presence(body: PresenceMessage): void;
  warnings(body: WarningsEvent): void;
  warning(body: WarningMessage): void;
  snapshot(body: SnapshotEvent): void;
  alarm(body: AlarmMessage): void;
  device(body: DeviceMessage): void;
  readings(body: ReadingsMessage): void;
  heartbeat(body: HeartbeatMessage): void;
}
/** An acknowledgement, for who asks for one (`emitWithAck`): false where the body was not understood, or came too often. */
export type Tell = (answer: { readonly ok: boolean }) => void;
export interface ClientToServer {
  subscribe(body: { devices?: readonly string[]; enterprises?: readonly string[] }, tell?: Tell): void;
  unsubscribe(body: { devices?: readonly string[]; enterprises?: readonly string[] }, tell?: Tell): void;
  /** Acknowledged after the missed events; not understood, it is answered by a `snapshot` all the same. */
  resume(body: { epoch: string; seq: number }, tell?: Tell): void;
  'resume-warnings'(tell?: Tell): void;
  /** What is not said stays; `looking: null`: at none any more. */
  presence(body: { looking?: string | null; audible?: boolean }, tell?: Tell): void;
}
export const HEARTBEAT_EVERY_MS = 5_000;
