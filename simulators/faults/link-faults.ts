/** What goes wrong between a sound sensor and the platform. Each takes a device (or several) and gives it back with that trouble. */
import type { BacklogHabit, DeviceMoment, SimulatedDevice } from '../device.ts';
import { type Span, within, withinAny } from './spans.ts';

function changed(device: SimulatedDevice, change: (moment: DeviceMoment, elapsedS: number) => DeviceMoment): SimulatedDevice {
  return { ...device, at: (elapsedS) => change(device.at(elapsedS), elapsedS) };
}

/** Its clock is wrong by `offsetMs` at the span's beginning and by `driftPpm` millionths of the time since then; right again after it. */
export function withWrongClock(
  device: SimulatedDevice,
  fault: Span & { readonly offsetMs: number; readonly driftPpm?: number },
): SimulatedDevice {
  return changed({ ...device, stamps: true }, (moment, t) =>
    within(fault, t) ? { ...moment, clockErrorMs: fault.offsetMs + ((fault.driftPpm ?? 0) / 1_000) * (t - fault.fromS) } : moment,
  );
}

/** Counts its reports (`seq`), from 1 since it was last switched on. */
export function withCounter(device: SimulatedDevice, rebootsS: readonly number[] = []): SimulatedDevice {
  return changed(device, (moment, t) => {
    const bootS = rebootsS.reduce((latest, reboot) => (reboot <= t && reboot > latest ? reboot : latest), 0);
    return { ...moment, seq: 1 + Math.floor(((t - bootS) * 1_000) / device.reportEveryMs + 1e-9) };
  });
}

/** The network is away; it measures on and sends what it kept on its return, by its habit. */
export function withOutages(device: SimulatedDevice, outages: readonly Span[], backlog: BacklogHabit = 'arrays'): SimulatedDevice {
  return changed({ ...device, backlog }, (moment, t) =>
    withinAny(outages, t) && moment.link !== 'off' ? { ...moment, link: 'down' } : moment,
  );
}

/** No power: nothing measured, nothing kept. */
export function withPowerCuts(device: SimulatedDevice, cuts: readonly Span[]): SimulatedDevice {
  return changed(device, (moment, t) => (withinAny(cuts, t) ? { ...moment, link: 'off' } : moment));
}

/** Falls silent with its connection open: hung firmware. */
export function withSilence(device: SimulatedDevice, silences: readonly Span[]): SimulatedDevice {
  return changed(device, (moment, t) => (withinAny(silences, t) && moment.link === 'up' ? { ...moment, link: 'mute' } : moment));
}

/** Reports every `everyMs` in the span: firmware gone mad. */
export function withMadRate(device: SimulatedDevice, fault: Span & { readonly everyMs: number }): SimulatedDevice {
  return changed(device, (moment, t) => (within(fault, t) ? { ...moment, nextInMs: fault.everyMs } : moment));
}

/** Devices that reach the platform through one gateway: it goes, they all go. `keeps`: whether it keeps what they say meanwhile. */
export function behindGateway(devices: readonly SimulatedDevice[], outages: readonly Span[], keeps: boolean): readonly SimulatedDevice[] {
  return devices.map((device) => (keeps ? withOutages(device, outages) : withPowerCuts(device, outages)));
}

/**
 * A second client with the same credential and client id (a cloned gateway image): both are run, and each connection pushes the other out.
 * It shows values of its own and is there only in the span.
 */
export function duplicateOf(device: SimulatedDevice, span: Span, values: DeviceMoment['values']): SimulatedDevice {
  return changed(device, (moment, t) => ({ ...moment, values, link: within(span, t) ? 'up' : 'off' }));
}
