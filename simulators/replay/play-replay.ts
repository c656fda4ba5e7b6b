/** Plays recordings through real MQTT connections, each device with its own, times shifted so that the first row is now. */
import type { DeviceCredential } from '../device.ts';
import { type DeviceLink, type DeviceLinkOptions, type LinkCounts, openDeviceLink, sumCounts } from '../link/device-link.ts';
import { ReplayError } from './mapping.ts';
import type { RecordedSample, Recording } from './recording.ts';

export interface ReplayOptions {
  readonly mqttUrl: string;
  readonly enterpriseId: string;
  readonly recording: Recording;
  readonly credentials: ReadonlyMap<string, DeviceCredential>;
  /** 1 = as it was; 10 = ten times faster, stamps as close together. */
  readonly speed: number;
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
  /** Called as each sample is handed to its connection. `sentAt` is wall ms and its stamp. */
  readonly onSent?: (sample: RecordedSample, sentAt: number) => void;
  /** Replaces the connection in tests. */
  readonly openLink?: (options: DeviceLinkOptions) => DeviceLink;
}

export interface Replay {
  /** Wall ms at which a time of the recording is played. */
  wallAt(recordedMs: number): number;
  /** When every sample is sent and answered; rejects when not all were acknowledged. */
  readonly finished: Promise<ReplayResult>;
  stop(): Promise<void>;
}
/** What became of the recording; `sent` and `acknowledged` count samples. */
export type ReplayResult = Pick<
  LinkCounts,
  'sent' | 'acknowledged' | 'messages' | 'messagesAcknowledged' | 'values' | 'valuesAcknowledged'
>;

/** Samples due at the same time or a little apart go out in one round; more of them than this let other work in between. */
const ROUND_MAX = 500;
const DRAIN_MS = 30_000;
const DRAIN_LOOK_MS = 50;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });

/** Begins at once; samples wait in the connections' backlog until these stand. */
export function playReplay(options: ReplayOptions): Replay {
  const { recording, speed, log } = options;
  if (!(speed > 0)) throw new ReplayError(`speed ${speed} is not above 0`);
  const first = recording.samples[0];
  if (first === undefined) throw new ReplayError('the recording has no values');
  const open = options.openLink ?? openDeviceLink;
  const links = new Map<string, DeviceLink>();
  for (const device of recording.devices) {
    const credential = options.credentials.get(device);
    if (credential === undefined) throw new ReplayError(`no credential for ${device}`);
    links.set(
      device,
      open({ mqttUrl: options.mqttUrl, enterpriseId: options.enterpriseId, deviceId: device, credential, stamps: true, log }),
    );
  }

  const begun = Date.now();
  const begunMono = performance.now();
  const stopping = new AbortController();
  const dueInMs = (recordedMs: number): number => (recordedMs - first.atMs) / speed - (performance.now() - begunMono);
  const wallAt = (recordedMs: number): number => begun + (recordedMs - first.atMs) / speed;

  const totals = (): LinkCounts => sumCounts([...links.values()].map((link) => link.counts()));
  const end = async (): Promise<void> => {
    stopping.abort();
    await Promise.all([...links.values()].map((link) => link.stop()));
  };

  async function run(): Promise<ReplayResult> {
    try {
      let round = 0;
      for (const sample of recording.samples) {
        const wait = dueInMs(sample.atMs);
        if (wait > 0 || round >= ROUND_MAX) {
          await pause(Math.max(0, wait));
          round = 0;
        }
        if (stopping.signal.aborted) break;
        round += 1;
        const sentAt = Math.round(wallAt(sample.atMs));
        links.get(sample.device)?.send({ ts: sentAt, values: sample.values });
        options.onSent?.(sample, sentAt);
      }
      const patience = performance.now() + DRAIN_MS;
      while (!stopping.signal.aborted && performance.now() < patience && totals().acknowledged < recording.samples.length)
        await pause(DRAIN_LOOK_MS);
      const { waiting: _waiting, lost: _lost, ...result } = totals();
      const { acknowledged } = result;
      if (!stopping.signal.aborted && acknowledged < recording.samples.length)
        throw new ReplayError(`${recording.samples.length - acknowledged} of ${recording.samples.length} samples were not acknowledged`);
      return result;
    } finally {
      await end();
    }
  }

  options.signal?.addEventListener('abort', () => void end(), { once: true });
  return { wallAt, finished: run(), stop: end };
}
