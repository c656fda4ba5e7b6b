/** Plays the demo district on a running platform: enters it through the API, connects its devices over MQTT, lets the stories run. */
import { connectPlatform, type SignIn } from '../platform-client.ts';
import { provision } from '../provision.ts';
import { type Run, runDevices } from '../runner.ts';
import { demoDistrict } from './district.ts';

export type PlayOptions = SignIn & {
  /** e.g. `http://127.0.0.1:3000`. */
  readonly httpBase: string;
  /** e.g. `mqtt://127.0.0.1:1883`. */
  readonly mqttUrl: string;
  readonly seed: number;
  /** Story seconds per second. */
  readonly speed: number;
  /** Ends the play as `stop` does. */
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
};

export interface Play {
  /** Samples so far. */
  counts: Run['counts'];
  /** Disconnects every device in good order. */
  stop(): Promise<void>;
}

/** Resolves when everything is entered and the devices are on their way to connect; rejects when the platform refuses something. */
export async function playDistrict(options: PlayOptions): Promise<Play> {
  const { log, signal } = options;
  const district = demoDistrict(options.seed);
  const client = await connectPlatform(options.httpBase, options);
  const credentials = await provision(client, district.plan);
  signal?.throwIfAborted();
  const devices = district.members.flatMap(({ device }) => {
    const credential = credentials.get(device.id);
    return credential === undefined ? [] : [{ device, credential }];
  });
  log(`district: ${devices.length} devices of ${district.plan.enterprises.length} enterprises are connecting`);
  const run = runDevices({ mqttUrl: options.mqttUrl, devices, seed: options.seed, speed: options.speed, log });
  let ended: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    ended ??= run.stop();
    return ended;
  };
  signal?.addEventListener('abort', () => void stop(), { once: true });
  return { counts: run.counts, stop };
}
