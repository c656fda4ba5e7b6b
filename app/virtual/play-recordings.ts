/** Plays recordings on virtual time, side by side: each device with its own connection, the first row of each recording at the beginning. */
import type { LiveEvent } from '../../model/alarm.ts';
import type { Device } from '../../model/asset.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AssetPlan } from '../../simulators/provision.ts';
import type { Recording } from '../../simulators/replay/recording.ts';
import { deviceAsset, enterpriseAsset } from './assets.ts';
import { devicePublisher, type VirtualPlatform } from './virtual-platform.ts';

export interface PlayedRecording {
  readonly enterpriseId: AssetPlan['id'];
  /** Profile of each of its devices. */
  readonly profileOf: (device: string) => string;
  /** What is filled in about its devices; absent = nothing. */
  readonly attributes?: Device['attributes'];
  readonly heartbeatMs: number;
  readonly reportMs: number;
  readonly recording: Recording;
}
export interface RecordingsPlayed {
  /** Virtual time at which a recording's own zero was. */
  readonly zeroAt: readonly EpochMs[];
  readonly sent: number;
  readonly acknowledged: number;
}

/** @param afterMs time that passes when the last row is played: delays that still run have their say */
export async function playRecordings(
  world: VirtualPlatform,
  plays: readonly PlayedRecording[],
  afterMs: number,
  onEvent: (event: LiveEvent) => void,
): Promise<RecordingsPlayed> {
  const { source, clock } = world;
  const { platform } = world.running;
  const unsubscribe = platform.subscribe({
    onEvents: (events) => events.forEach(onEvent),
    onSamples: () => undefined,
    onHealth: () => undefined,
  });
  const begun = clock.now();
  const changes = plays.flatMap(({ enterpriseId, recording, profileOf, attributes = {}, heartbeatMs, reportMs }) => [
    { op: 'put', asset: 'enterprise', base: 0, value: enterpriseAsset(enterpriseId, begun) } as const,
    ...recording.devices.map((id) => {
      const value = deviceAsset({ id, enterpriseId, profileId: profileOf(id), heartbeatMs, reportMs, attributes }, begun);
      return { op: 'put', asset: 'device', base: 0, value } as const;
    }),
  ]);
  for (const outcome of await world.during(platform.configure({ kind: 'system' }, 'recordings', changes)))
    if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.detail}`);

  const publishers = new Map(
    plays
      .flatMap(({ enterpriseId, recording }) => recording.devices.map((device) => ({ enterpriseId, device })))
      .map(({ enterpriseId, device }, i) => [device, devicePublisher(enterpriseId, device, i + 1)]),
  );
  for (const publisher of publishers.values()) source.connect(publisher);
  await world.settled();

  const firstOf = ({ recording }: PlayedRecording): number => recording.samples[0]?.atMs ?? 0;
  const rows = plays
    .flatMap((play) => play.recording.samples.map((sample) => ({ dueMs: Math.round(sample.atMs - firstOf(play)), sample })))
    .toSorted((a, b) => a.dueMs - b.dueMs);
  let acknowledged = 0;
  const startMono = clock.mono();
  for (const { dueMs, sample } of rows) {
    if (startMono + dueMs > clock.mono()) {
      // Rows of one time go in together.
      await world.settled();
      await world.passTo(startMono + dueMs);
    }
    const publisher = publishers.get(sample.device);
    if (publisher === undefined) throw new Error(`no device ${sample.device}`);
    const topic = `beacon/v1/${publisher.enterprise}/${sample.device}/telemetry`;
    void source.publish(publisher, topic, JSON.stringify({ ts: begun + dueMs, values: sample.values })).then((outcome) => {
      if (outcome === 'acked') acknowledged += 1;
    });
  }
  await world.settled();
  await world.passTo(clock.mono() + afterMs);
  unsubscribe();
  return { zeroAt: plays.map((play) => begun - firstOf(play)), sent: rows.length, acknowledged };
}
