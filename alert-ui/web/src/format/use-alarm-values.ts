/** The value an alarm came with, beside its limit and unit, as lists of alarms write it. */
import type { Alarm } from '../../../../model/alarm.ts';
import type { Directory } from '../directory/directory.ts';
import type { Words } from '../words.ts';
import { shownValue } from './number.ts';
import { shownUnit } from './unit.ts';

/** `50.7 / 50 %LEL`; of a switch or a status, whose words are their own limit, the word alone; empty where there is no value. */
export function useAlarmValues(directory: Directory, words: Words): (alarm: Alarm) => string {
  return ({ deviceId, measurement, value, limit, unit }) => {
    if (measurement === null || value === null) return '';
    const type = directory.measurement(deviceId, measurement)?.valueType;
    // What is said in words is its own limit: `open / 1` would say it twice.
    const against = typeof limit === 'number' && type !== 'boolean' && type !== 'bitmask' ? ` / ${shownValue(limit)}` : '';
    return `${words.value(deviceId, measurement, value)}${against} ${shownUnit(unit)}`;
  };
}
