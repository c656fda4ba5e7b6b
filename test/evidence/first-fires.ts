import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlarmMessage } from '../../alert-ui/protocol/live.ts';
import { mappingOf } from '../../simulators/replay/mapping.ts';
import { playReplay } from '../../simulators/replay/play-replay.ts';
import { readRecording, type Recording } from '../../simulators/replay/recording.ts';
import { makeDevices, signIn, type MadeDevice } from '../harness/api.ts';
import { openBoard } from '../harness/board.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';

/** Four rooms side by side: two burner fires and two furniture fires. */
export const FIRES = ['250kW_Open_Center_1', '100kW_Closed_Corner_1', 'Overstuffed_Open_Center_1', 'RedAccent_Open_Center_1'] as const;
export const COLUMNS = ['A', 'B', 'C', 'D'].flatMap((quadrant) => [
  { place: `${quadrant} ceiling`, id: `${quadrant}-25MM`, column: `Quadrant ${quadrant} Temperature 25 mm Below Ceiling` },
  { place: `${quadrant} 1.5 m below`, id: `${quadrant}-1500MM`, column: `Quadrant ${quadrant} Temperature 1.5 m Below Ceiling` },
]);
/** Set point of the profile's FIRE limit. */
export const FIRE_CEL = 57;

export interface ThermocoupleResult {
  readonly fire: string;
  readonly place: string;
  /** Seconds from ignition at which the recording first reaches 57 °C; null = never. */
  readonly reachedS: number | null;
  /** Seconds from ignition to the first `alarm` event of any level on the client; null = none. */
  readonly firstAlarmS: number | null;
  /** Seconds from ignition to the `alarm` event of the fire limit. */
  readonly fireAlarmS: number | null;
  /** From handing the sample that reached 57 °C to its connection, to the event on the client, ms. */
  readonly shareMs: number | null;
  /** Alarm events before ignition. */
  readonly early: number;
}
export interface FiresRun {
  readonly store: 'embedded' | 'InfluxDB';
  readonly speed: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly seconds: number;
  readonly results: readonly ThermocoupleResult[];
  /** Readings the platform gives back for every device of the run. */
  readonly stored: number;
}

export function roomOf(fire: string): string {
  return fire.replaceAll('_', '-');
}

export function readFire(folder: string, fire: string): Recording {
  const mapping = mappingOf({
    time: { column: 'Time', unit: 's' },
    columns: COLUMNS.map(({ id, column }) => ({ column, device: `${roomOf(fire)}.${id}`, measurement: 'temp' })),
  });
  return readRecording(readFileSync(join(folder, `${fire}.csv`), 'utf8'), mapping);
}

/** Plays the fires through real MQTT and listens as a board does. */
export async function playFires(
  folder: string,
  fires: readonly string[],
  speed: number,
  influxUrl: string | null,
  log: (line: string) => void,
): Promise<FiresRun> {
  const data = temporaryFolder('fires');
  const platform = await startPlatform({ dataDir: data.path, env: influxUrl === null ? {} : { BEACON_INFLUX_URL: influxUrl } });
  const begun = performance.now();
  try {
    const api = await signIn(platform.httpBase);
    const board = await openBoard(api);
    const heard = new Map<string, { at: number; message: AlarmMessage }[]>();
    board.socket.on('alarm', (message: AlarmMessage) => {
      const id = message.alarm.deviceId ?? '';
      const list = heard.get(id) ?? [];
      heard.set(id, list);
      list.push({ at: Date.now(), message });
    });
    const recordings = fires.map((fire) => ({ fire, recording: readFire(folder, fire) }));
    const made: MadeDevice[] = [];
    for (const { fire, recording } of recordings)
      made.push(
        ...(await makeDevices(api, `room-${roomOf(fire)}`, 'fire.heat.point', recording.devices, { heartbeatMs: 60_000, reportMs: 1_000 })),
      );
    const credentials = new Map(made.map((device) => [device.id, { username: device.username, password: device.password }]));
    const sentAt = new Map<string, number>();
    const replays = recordings.map(({ fire, recording }) => ({
      fire,
      recording,
      replay: playReplay({
        mqttUrl: platform.mqttUrl,
        enterpriseId: `room-${roomOf(fire)}`,
        recording,
        credentials,
        speed,
        log,
        onSent(sample, at) {
          if ((sample.values['temp'] ?? 0) >= FIRE_CEL && !sentAt.has(sample.device)) sentAt.set(sample.device, at);
        },
      }),
    }));
    let sent = 0;
    let acknowledged = 0;
    for (const { fire, replay } of replays) {
      const result = await replay.finished;
      sent += result.sent;
      acknowledged += result.acknowledged;
      log(`${fire}: ${result.acknowledged} of ${result.sent} acknowledged`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const results: ThermocoupleResult[] = [];
    for (const { fire, recording, replay } of replays) {
      const ignition = replay.wallAt(0);
      for (const { id, place } of COLUMNS) {
        const device = `${roomOf(fire)}.${id}`;
        const events = (heard.get(device) ?? []).filter((event) => event.message.alarm.kind === 'fire');
        const raising = events.filter((event) => event.message.event.type === 'raised' || event.message.event.type === 'level-raised');
        const first = raising[0];
        const fireEvent = raising.find((event) => event.message.alarm.code === 'FIRE');
        const reached = recording.samples.find((sample) => sample.device === device && (sample.values['temp'] ?? 0) >= FIRE_CEL);
        const handed = sentAt.get(device);
        const seconds = (at: number): number => ((at - ignition) / 1_000) * speed;
        results.push({
          fire,
          place,
          reachedS: reached === undefined ? null : reached.atMs / 1_000,
          firstAlarmS: first === undefined ? null : seconds(first.at),
          fireAlarmS: fireEvent === undefined ? null : seconds(fireEvent.at),
          shareMs: fireEvent === undefined || handed === undefined ? null : fireEvent.at - handed,
          early: events.filter((event) => event.at < ignition).length,
        });
      }
    }
    board.close();
    let stored = 0;
    const from = Math.min(...replays.map(({ recording, replay }) => replay.wallAt(recording.samples[0]?.atMs ?? 0))) - 60_000;
    for (const device of made) {
      for (let cursor: number | undefined = from; cursor !== undefined; ) {
        const body: { points: unknown[]; next?: number } = await api.get(
          `/devices/${device.id}/readings?measurement=temp&from=${cursor}&to=${Date.now() + 60_000}`,
        );
        stored += body.points.length;
        cursor = body.next;
      }
    }
    return {
      store: influxUrl === null ? 'embedded' : 'InfluxDB',
      speed,
      sent,
      acknowledged,
      seconds: (performance.now() - begun) / 1_000,
      results,
      stored,
    };
  } finally {
    await platform.stop();
    data.remove();
  }
}
