import { playRecordings, type PlayedRecording } from '../../app/virtual/play-recordings.ts';
import { openVirtualPlatform } from '../../app/virtual/virtual-platform.ts';
import type { LiveEvent } from '../../model/alarm.ts';

type AlarmHeard = Extract<LiveEvent, { kind: 'alarm' }>;

/** What was raised, or rose, for one device: seconds from its recording's zero. */
export interface Rung {
  readonly code: string;
  readonly measurement: string | null;
  readonly level: string;
  readonly atS: number;
}
export interface Heard {
  readonly sent: number;
  readonly acknowledged: number;
  /** By device, in the order in which it came. */
  readonly rungs: ReadonlyMap<string, readonly Rung[]>;
}

/** Delays that run when a recording ends have their say. */
const AFTER_MS = 120_000;

/** Recordings side by side on one platform on virtual time, and what rang of process and fire alarms. */
export async function hearRecordings(plays: readonly PlayedRecording[]): Promise<Heard> {
  const world = await openVirtualPlatform();
  try {
    const events: AlarmHeard[] = [];
    const played = await playRecordings(world, plays, AFTER_MS, (event) => {
      if (event.kind === 'alarm') events.push(event);
    });
    const zeroOf = new Map(
      plays.flatMap(({ recording }, i) => recording.devices.map((device) => [device, played.zeroAt[i] ?? 0] as const)),
    );
    const rungs = new Map<string, Rung[]>();
    for (const { alarm, event } of events) {
      const device = alarm.deviceId ?? '';
      if (alarm.kind === 'instrument' || (event.type !== 'raised' && event.type !== 'level-raised')) continue;
      const list = rungs.get(device) ?? [];
      rungs.set(device, list);
      list.push({
        code: alarm.code,
        measurement: alarm.measurement,
        level: event.level ?? alarm.level,
        atS: (event.at - (zeroOf.get(device) ?? 0)) / 1_000,
      });
    }
    return { sent: played.sent, acknowledged: played.acknowledged, rungs };
  } finally {
    await world.close();
  }
}
