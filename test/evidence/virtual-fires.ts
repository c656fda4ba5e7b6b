import { playRecordings } from '../../app/virtual/play-recordings.ts';
import { openVirtualPlatform } from '../../app/virtual/virtual-platform.ts';
import type { LiveEvent } from '../../model/alarm.ts';
import { COLUMNS, FIRE_CEL, readFire, roomOf, type ThermocoupleResult } from './first-fires.ts';

/** Delays that run when a recording ends have their say. */
const AFTER_MS = 120_000;

export interface VirtualFires {
  readonly sent: number;
  readonly acknowledged: number;
  readonly results: readonly Omit<ThermocoupleResult, 'shareMs'>[];
}

/** The fires of the first page (or any of its kind) side by side on virtual time; times are seconds from ignition. */
export async function playFiresVirtually(folder: string, fires: readonly string[]): Promise<VirtualFires> {
  const recordings = fires.map((fire) => ({ fire, recording: readFire(folder, fire) }));
  const world = await openVirtualPlatform();
  try {
    const heard = new Map<string, Extract<LiveEvent, { kind: 'alarm' }>[]>();
    const plays = recordings.map(({ fire, recording }) => ({
      enterpriseId: `room-${roomOf(fire)}`,
      profileOf: () => 'fire.heat.point',
      heartbeatMs: 60_000,
      reportMs: 1_000,
      recording,
    }));
    const played = await playRecordings(world, plays, AFTER_MS, (event) => {
      if (event.kind !== 'alarm') return;
      const id = event.alarm.deviceId ?? '';
      heard.set(id, [...(heard.get(id) ?? []), event]);
    });
    const results = recordings.flatMap(({ fire, recording }, i) => {
      const ignition = played.zeroAt[i] ?? 0;
      const seconds = (one: { readonly event: { readonly at: number } } | undefined): number | null =>
        one === undefined ? null : (one.event.at - ignition) / 1_000;
      return COLUMNS.map(({ id, place }) => {
        const device = `${roomOf(fire)}.${id}`;
        // The first page was made by the fixed temperature alone; the rate of rise beside it is on a page of its own.
        const events = (heard.get(device) ?? []).filter(({ alarm }) => alarm.kind === 'fire' && alarm.ladder === 'hi');
        const raising = events.filter(({ event }) => event.type === 'raised' || event.type === 'level-raised');
        const reached = recording.samples.find((sample) => sample.device === device && (sample.values['temp'] ?? 0) >= FIRE_CEL);
        return {
          fire,
          place,
          reachedS: reached === undefined ? null : reached.atMs / 1_000,
          firstAlarmS: seconds(raising[0]),
          fireAlarmS: seconds(raising.find(({ alarm }) => alarm.code === 'FIRE')),
          early: events.filter(({ event }) => event.at < ignition).length,
        };
      });
    });
    return { sent: played.sent, acknowledged: played.acknowledged, results };
  } finally {
    await world.close();
  }
}
