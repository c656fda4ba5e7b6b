/** Runs simulated devices against a real broker: one connection each, reports at their interval, network and power as their script says. */
import type { DeviceCredential, SimulatedDevice } from './device.ts';
import { type DeviceLink, type DeviceLinkOptions, type LinkCounts, openDeviceLink, sumCounts } from './link/device-link.ts';
import { firstReportMs, sampleOf } from './report.ts';

export interface RunOptions {
  readonly mqttUrl: string;
  readonly devices: readonly { readonly device: SimulatedDevice; readonly credential: DeviceCredential }[];
  /** Scatters the devices' first reports over their interval. */
  readonly seed: number;
  /** Simulated seconds per second; reports come that much faster, stamps stay wall time. */
  readonly speed: number;
  readonly log: (line: string) => void;
  /** ms to a device's first report; default by its seed. */
  readonly firstMs?: (device: SimulatedDevice) => number;
  /** Replaces the connection in tests. */
  readonly openLink?: (options: DeviceLinkOptions) => DeviceLink;
}

export interface Run {
  counts(): LinkCounts;
  stop(): Promise<void>;
}

/** All devices share one timer of this period. */
const ROUND_MS = 50;
/** Reports of one device in a round at most. */
const REPORTS_MAX = 200;

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
      ...(device.backlog === undefined ? {} : { backlog: device.backlog }),
      obey: (command) => device.obey?.(command, ((performance.now() - begun) * speed) / 1_000) ?? null,
      log,
    }),
    nextMs: options.firstMs?.(device) ?? firstReportMs(device, options.seed),
    before: 'up',
  }));

  const report = (one: (typeof running)[number], nowMs: number): void => {
    const moment = one.device.at(nowMs / 1_000);
    if (moment.link !== one.before) log(`${one.device.id}: ${moment.link}`);
    one.before = moment.link;
    one.link.setNetwork(moment.link === 'up' || moment.link === 'mute');
    if (moment.link === 'up' || moment.link === 'down') one.link.send(sampleOf(moment, Date.now()));
    const { reportEveryMs } = one.device;
    // After a stall (a suspended machine) a usual device sends one report, not all that were missed.
    one.nextMs += moment.nextInMs ?? reportEveryMs * Math.max(1, Math.ceil((nowMs - one.nextMs) / reportEveryMs));
  };
  const round = (): void => {
    const nowMs = (performance.now() - begun) * speed;
    for (const one of running) {
      for (let reports = 0; nowMs >= one.nextMs && reports < REPORTS_MAX; reports += 1) report(one, nowMs);
      // One gone mad does not hold up the others; what it could not say in this round it leaves out.
      if (nowMs - one.nextMs > one.device.reportEveryMs) one.nextMs = nowMs;
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
