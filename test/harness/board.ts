import { io, type Socket } from 'socket.io-client';
import type { AlarmMessage, DeviceMessage, HeartbeatMessage, ReadingsMessage, SnapshotEvent } from '../../alert-ui/protocol/live.ts';
import { eventually, type Api } from './api.ts';

/** A live client that keeps everything it was told, in order. */
export interface Board {
  readonly socket: Socket;
  readonly snapshots: SnapshotEvent[];
  readonly alarms: AlarmMessage[];
  readonly devices: DeviceMessage[];
  readonly readings: ReadingsMessage[];
  readonly heartbeats: HeartbeatMessage[];
  /** The first alarm message that fits, past or future. */
  alarm(what: string, fits: (message: AlarmMessage) => boolean, timeoutMs?: number): Promise<AlarmMessage>;
  close(): void;
}

export async function openBoard(api: Api): Promise<Board> {
  const socket = io(api.base, { auth: { token: api.token }, transports: ['websocket'], reconnection: false });
  const snapshots: SnapshotEvent[] = [];
  const alarms: AlarmMessage[] = [];
  const devices: DeviceMessage[] = [];
  const readings: ReadingsMessage[] = [];
  const heartbeats: HeartbeatMessage[] = [];
  socket.on('snapshot', (body: SnapshotEvent) => snapshots.push(body));
  socket.on('alarm', (body: AlarmMessage) => alarms.push(body));
  socket.on('device', (body: DeviceMessage) => devices.push(body));
  socket.on('readings', (body: ReadingsMessage) => readings.push(body));
  socket.on('heartbeat', (body: HeartbeatMessage) => heartbeats.push(body));
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve());
    socket.once('connect_error', reject);
  });
  return {
    socket,
    snapshots,
    alarms,
    devices,
    readings,
    heartbeats,
    alarm: (what, fits, timeoutMs = 30_000) => eventually(what, timeoutMs, () => Promise.resolve(alarms.find(fits))),
    close: () => socket.close(),
  };
}
