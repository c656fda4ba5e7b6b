/** What goes wrong with a sensor while its device goes on talking. Each takes a device and gives the same device with one sensor gone bad for a while. */
import type { DeviceMoment, SimulatedDevice } from '../device.ts';
import { gaussianAt, seedOf } from '../random.ts';
import { type Span, within } from './spans.ts';

const HOUR_S = 3_600;

export type SensorFault = Span & { /** Payload key. */ readonly key: string } & (
    | { /** Open circuit: the device says null and F02. */ readonly kind: 'dead' }
    /** The device goes on talking and says nothing of it. */
    | { readonly kind: 'missing' }
    /** The value does not move any more. */
    | { readonly kind: 'stuck' }
    /** Shows one value whatever is true: a cut wire reads 0. */
    | { readonly kind: 'fixed'; readonly value: number }
    /** Noise of this standard deviation on top, anew for every report. */
    | { readonly kind: 'noisy'; readonly deviation: number; readonly seed: number }
    /** Moves off by so much an hour; back at once when the span ends (calibrated). */
    | { readonly kind: 'drifting'; readonly perHour: number }
    /** Somebody works on it or tries it out, and the device says so: the value goes on, and is not to be judged. */
    | { readonly kind: 'worked-on'; readonly as: 'test' | 'maintenance' }
  );

export function withSensorFault(device: SimulatedDevice, fault: SensorFault): SimulatedDevice {
  return {
    ...device,
    at(elapsedS) {
      const moment = device.at(elapsedS);
      const value = moment.values[fault.key];
      if (value === undefined || !within(fault, elapsedS)) return moment;
      return { ...moment, ...spoilt(device, fault, moment, value, elapsedS) };
    },
  };
}

function spoilt(
  device: SimulatedDevice,
  fault: SensorFault,
  moment: DeviceMoment,
  value: number | boolean | null,
  elapsedS: number,
): Partial<Pick<DeviceMoment, 'values' | 'faults' | 'quality'>> {
  const shows = (shown: number | boolean | null): Pick<DeviceMoment, 'values'> => ({ values: { ...moment.values, [fault.key]: shown } });
  switch (fault.kind) {
    case 'dead':
      return { ...shows(null), faults: [...(moment.faults ?? []), 'F02'] };
    case 'missing': {
      const { [fault.key]: _, ...values } = moment.values;
      return { values };
    }
    case 'stuck':
      return shows(device.at(fault.fromS).values[fault.key] ?? value);
    case 'fixed':
      return shows(fault.value);
    case 'noisy':
      if (typeof value !== 'number') return shows(value);
      return shows(value + fault.deviation * gaussianAt(seedOf(fault.seed, `${device.id}/${fault.key}`), Math.round(elapsedS * 1_000)));
    case 'worked-on':
      return { quality: { ...moment.quality, [fault.key]: fault.as } };
    case 'drifting':
      return shows(typeof value === 'number' ? value + (fault.perHour * (elapsedS - fault.fromS)) / HOUR_S : value);
  }
}
