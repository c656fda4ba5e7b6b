/** Runs simulated devices against a real broker: one connection each, reports at their interval, network and power as their script says. */
import type { DeviceCredential, SimulatedDevice } from './device.ts';
import { type DeviceLink, type DeviceLinkOptions, type LinkCounts, openDeviceLink, sumCounts } from './link/device-link.ts';
import { seedOf, uniformAt } from './random.ts';

export interface RunOptions {
  readonly mqttUrl: string;
  readonly devices: readonly { readonly device: SimulatedDevice; readonly credential: DeviceCredential }[];
  /** Scatters the devices' first reports over their interval. */
  readonly seed: number;
  /** Simulated seconds per second; reports come that much faster, stamps stay wall time. */
  readonly speed: number;
  readonly log: (line: string) => void;
  /** Replaces the connection in tests. */
  readonly openLink?: (options: DeviceLinkOptions) => DeviceLink;
}

export interface Run {
  counts(): LinkCounts;
  stop(): Promise<void>;
}

/** All devices share one timer of this period. */
const ROUND_MS = 50;

/** When a device reports next, by simulated time in ms; the first report is somewhere in its first interval, by its seed. */
export function firstReportMs(device: Pick<SimulatedDevice, 'id' | 'reportEveryMs'>, seed: number): number {
  return uniformAt(seedOf(seed, device.id), 0) * device.reportEveryMs;
}

export function runDevices(options: RunOptions): Run {
  const { speed, log } = options;
  const open = options.openLink ?? openDeviceLink;
  const begun = performance.now();
  const running = options.devices.map(({ device, credential }) => ({
    device,
    link: open({
      mqttUrl: options.mqttUrl,
      enterpriseId: device.enterpriseId,
      deviceId: device.id,
      credential,
      stamps: device.stamps,
      log,
    }),
    nextMs: firstReportMs(device, options.seed),
    before: 'up',
  }));

  const round = (): void => {
    const nowMs = (performance.now() - begun) * speed;
    for (const one of running) {
      if (nowMs < one.nextMs) continue;
      // After a stall (a suspended machine) one report is sent, not all that were missed.
      one.nextMs += one.device.reportEveryMs * Math.max(1, Math.ceil((nowMs - one.nextMs) / one.device.reportEveryMs));
      const moment = one.device.at(nowMs / 1_000);
      if (moment.link !== one.before) log(`${one.device.id}: ${moment.link}`);
      one.before = moment.link;
      one.link.setNetwork(moment.link === 'up' || moment.link === 'mute');
      if (moment.link === 'mute' || moment.link === 'off') continue;
      one.link.send({ ts: Date.now(), values: moment.values, ...(moment.faults === undefined ? {} : { faults: moment.faults }) });
    }
  };
  const timer = setInterval(round, ROUND_MS);

  return {
    counts: () => sumCounts(running.map(({ link }) => link.counts())),
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(running.map(({ link }) => link.stop()));
    },
  };
}
