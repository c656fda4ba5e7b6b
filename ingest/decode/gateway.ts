import type { Refusals } from '../refusals.ts';
import { type Duplicates, pathOf } from './json.ts';
import { decodeTelemetry, isFields, nameOf, type RawSample } from './telemetry.ts';

/** ThingsBoard gateway API: `{"<device id>": [{ts, values}, …], …}`; a single object instead of the list is understood too. */
export function decodeGateway(
  value: unknown,
  duplicates: Duplicates,
  refused: Refusals,
): readonly { readonly device: string; readonly samples: readonly RawSample[] }[] {
  if (!isFields(value)) {
    refused.add('BAD_SHAPE', null, undefined, `an object of devices is expected, not ${nameOf(value)}`);
    return [];
  }
  const devices = Object.entries(value);
  if (devices.length === 0) refused.add('EMPTY_MESSAGE', null);
  return devices.flatMap(([device, samples]) => {
    const path = duplicates === null ? '' : pathOf('', device);
    if (duplicates?.has(path)) {
      refused.add('DUPLICATE_KEY', device, device);
      return [];
    }
    return [{ device, samples: decodeTelemetry(samples, duplicates, path, device, refused) }];
  });
}
