import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { AlarmCommand } from '../../model/entry.ts';
import { restoreEngine } from '../engine.ts';
import { device, limit, measurement, Plant, profile } from './plant.ts';

export const MIN = 60_000;
export const DAY = 86_400_000;
const GAS = profile('gas', [
  measurement('lel', [
    limit('L0', 'blue', 10),
    limit('L1', 'yellow', 25),
    limit('L2', 'orange', 50),
    limit('L3', 'red', 80, { latching: true }),
  ]),
]);

/** A plant with two gas detectors of four levels, whose alarms people do things to. */
export class Life extends Plant {
  constructor() {
    super();
    this.setUp([GAS], [device('gd-1', 'gas', { heartbeatMs: DAY }), device('gd-2', 'gas', { heartbeatMs: DAY })]);
  }
  lel(value: number, id = 'gd-1'): void {
    this.send(id, 'lel', value);
  }
  get gas(): Alarm | undefined {
    return this.of('gd-1');
  }
  of(id: string): Alarm | undefined {
    return [...this.engine.view.openAlarms(), ...this.engine.view.restingAlarms()].find((one) => one.deviceId === id);
  }
  do(command: Omit<AlarmCommand, 'alarmId'> & { readonly op: AlarmCommand['op'] }, by = 'wang', id = 'gd-1'): string {
    const alarmId = this.of(id)?.id ?? 'none';
    const outcome = this.command({ ...command, alarmId } as AlarmCommand, by).outcomes[0];
    return outcome === undefined || outcome.ok ? 'ok' : outcome.code;
  }
  shelve(minutes: number): string {
    return this.do({ op: 'shelve', minutes, reason: 'steam' } as never);
  }
  /** What was told of one device's alarms since the mark. */
  since(mark: number, id = 'gd-1'): string[] {
    return this.alarmEvents()
      .slice(mark)
      .filter(([alarm]) => alarm.deviceId === id)
      .map(([, event]) => said(event));
  }
  get mark(): number {
    return this.alarmEvents().length;
  }
  clock(ms: number): void {
    this.offset += ms;
  }
  killAndRestart(ms: number): void {
    this.engine = restoreEngine(this.engine.serialise());
    this.restart(ms);
  }
}

function said(event: AlarmEvent): string {
  return event.cause === undefined ? event.type : `${event.type} ${event.cause}`;
}
