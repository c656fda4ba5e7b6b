import type { Core } from '../core.ts';
import type { AlarmHolder } from './identity.ts';
import type { AlarmRecord } from './record.ts';

/** Whose alarm it is, about to be changed; undefined: its device is gone. */
export function holderOf(core: Core, record: AlarmRecord): AlarmHolder | undefined {
  const id = record.place.deviceId;
  if (id === null) return record.place.hazardSourceId === null ? core.system : core.joint.sources.get(record.place.hazardSourceId);
  const device = core.devices.get(id);
  if (device !== undefined) core.touch(device);
  return device ?? core.gateways.get(id);
}

/** What has run out at or before the present entry: shelving, silence, due times (semantics 3). The earliest first, then the oldest alarm. */
export function fireAlarmTimers(core: Core): void {
  const { book, clock } = core;
  for (let record = book.timers.due(clock.at, clock.now); record !== undefined; record = book.timers.due(clock.at, clock.now)) {
    const holder = holderOf(core, record);
    if (holder === undefined) book.timers.forget(record);
    else book.ranOut(holder, record);
  }
}
