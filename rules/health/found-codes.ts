import type { DeviceState } from '../device-state.ts';
import { CODES, MISSING } from './point-health.ts';
import { missedKeys } from './unheard.ts';

const NONE: readonly string[] = Object.freeze([]);
/** Health code of a device one of whose points says nothing any more, or never did. */
const POINT_SILENT = 'point-silent';

/** Health codes of what our detectors find on the device's points at present. */
export function foundCodes(device: DeviceState): readonly string[] {
  let all = missedKeys(device).length > 0 ? MISSING : 0;
  for (const point of device.points) all |= point?.health?.found ?? 0;
  if (all === 0) return NONE;
  return CODES.flatMap(([bit, code]) => ((all & bit) === 0 ? [] : [bit === MISSING ? POINT_SILENT : code]));
}
