/** The devices of a scenario, with their noise and their faults. */
import type { SimulatedDevice } from '../device.ts';
import {
  behindGateway,
  duplicateOf,
  withCounter,
  withMadRate,
  withOutages,
  withPowerCuts,
  withSilence,
  withWrongClock,
} from '../faults/link-faults.ts';
import { withSensorFault } from '../faults/sensor-faults.ts';
import { gaussianAt, roundTo, seedOf } from '../random.ts';
import type { DeviceFile, FaultPlan, Scenario } from './schema.ts';
import { instrumentOf } from './shows.ts';

/** Enterprise of a scenario's devices. */
export const SCENARIO_ENTERPRISE_ID = 'scenario';

/** Reports after which a device without `heartbeatS` is expected to have spoken. */
const HEARTBEAT_REPORTS = 5;

export function heartbeatMs(device: DeviceFile): number {
  return 1_000 * (device.heartbeatS ?? HEARTBEAT_REPORTS * device.reportS);
}

/** All devices as they play, duplicates at the end; the same for the same file. */
export function devicesOf(scenario: Scenario): readonly SimulatedDevice[] {
  const playing = new Map(scenario.devices.map((device) => [device.id, playingDevice(scenario, device)]));
  for (const { devices, down, keeps } of scenario.gateways) {
    const behind = devices.flatMap((id) => playing.get(id) ?? []);
    for (const device of behindGateway(behind, down, keeps)) playing.set(device.id, device);
  }
  const duplicates = scenario.devices.flatMap((device) => {
    const real = playing.get(device.id);
    return real === undefined
      ? []
      : device.faults.flatMap((fault) => (fault.kind === 'duplicate' ? [duplicateOf(real, fault, fault.values)] : []));
  });
  return [...playing.values(), ...duplicates];
}

function playingDevice(scenario: Scenario, file: DeviceFile): SimulatedDevice {
  const instruments = Object.entries(file.shows).map(([key, shown]) => ({
    key,
    show: instrumentOf(scenario, shown, `${file.id}/${key}`),
    noise: file.noise[key],
    seed: seedOf(scenario.seed, `${file.id}/${key}`),
  }));
  // A fault stands until a message says that it is over: who knows of faults always says which there are.
  const speaksOfFaults =
    file.faults.some(({ kind }) => kind === 'dead') ||
    Object.values(file.shows).some((shown) => typeof shown === 'object' && ('catalytic' in shown || 'infrared' in shown));
  const sound: SimulatedDevice = {
    id: file.id,
    enterpriseId: SCENARIO_ENTERPRISE_ID,
    reportEveryMs: file.reportS * 1_000,
    stamps: file.stamps,
    at(elapsedS) {
      const values: Record<string, number | boolean> = {};
      const faults = new Set<string>();
      for (const { key, show, noise, seed } of instruments) {
        const { value, faults: said } = show(elapsedS);
        for (const code of said ?? []) faults.add(code);
        values[key] = typeof value === 'number' && noise !== undefined ? noisy(value, noise, seed, elapsedS) : value;
      }
      return { link: 'up', values, ...(speaksOfFaults ? { faults: [...faults] } : {}) };
    },
  };
  const counting = file.counterRebootsS === undefined ? sound : withCounter(sound, file.counterRebootsS);
  return file.faults.reduce((device, fault) => withFault(device, fault, scenario.seed), counting);
}

function noisy(
  value: number,
  noise: { readonly deviation: number; readonly resolution?: number | undefined },
  seed: number,
  elapsedS: number,
): number {
  const shown = value + noise.deviation * gaussianAt(seed, Math.round(elapsedS * 10));
  return noise.resolution === undefined ? shown : roundTo(shown, noise.resolution);
}

function withFault(device: SimulatedDevice, fault: FaultPlan, seed: number): SimulatedDevice {
  switch (fault.kind) {
    case 'dead':
    case 'missing':
    case 'stuck':
    case 'fixed':
    case 'drifting':
    case 'worked-on':
      return withSensorFault(device, fault);
    case 'noisy':
      return withSensorFault(device, { ...fault, seed });
    case 'wrong-clock':
      return withWrongClock(device, fault);
    case 'outage':
      return withOutages(device, [fault], fault.backlog);
    case 'power-cut':
      return withPowerCuts(device, [fault]);
    case 'silence':
      return withSilence(device, [fault]);
    case 'mad-rate':
      return withMadRate(device, fault);
    case 'duplicate':
      // A client of its own, beside this one.
      return device;
  }
}
