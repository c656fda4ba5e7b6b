import type { Alarm } from '../../../../model/alarm.ts';
import { exampleAlarm } from '../../../../model/testing/example-alarm.ts';

/** An unacknowledged red gas alarm of GD-07, with what a test says differently. */
export function makeAlarm(over: Partial<Alarm> = {}): Alarm {
  return exampleAlarm({ code: 'L2', enterpriseId: 'haida', deviceId: 'GD-07', value: 61, seq: 1, ...over });
}
