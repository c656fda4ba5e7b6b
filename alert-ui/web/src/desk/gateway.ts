import type { Alarm } from '../../../../model/alarm.ts';

/**
 * Points behind a gateway that is out of reach, or null for every other alarm. A silent gateway is one alarm and not one for each
 * sensor behind it: its value is their number.
 */
export function pointsBehind(alarm: Alarm): number | null {
  const gateway = alarm.kind === 'instrument' && alarm.code === 'F01' && alarm.deviceId !== null && alarm.measurement === null;
  return gateway && typeof alarm.value === 'number' ? alarm.value : null;
}
