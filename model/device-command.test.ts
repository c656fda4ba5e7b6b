import { describe, expect, it } from 'vitest';
import { ANSWER_WITHIN_MS, commandsOf, DEVICE_COMMANDS, type DeviceCommand, deviceCommandAt, needsReason } from './device-command.ts';
import type { MeasurementDef } from './profile.ts';

const measurement = (key: string): MeasurementDef => ({
  key,
  zh: key,
  en: key,
  ucum: '1',
  range: [0, 1],
  resolution: 1,
  valueType: 'boolean',
  limits: [],
});
const sent: DeviceCommand = {
  id: 'c',
  deviceId: 'd',
  enterpriseId: 'e',
  command: 'silence',
  comment: null,
  by: 'li',
  at: 1_000,
  state: 'sent',
  reason: null,
  answeredAt: null,
  detail: null,
};

describe('the commands a kind of device knows', () => {
  it.each([
    ['gas.combustible.household', ['lel', 'co'], ['silence', 'self-test']],
    ['gas.combustible.commercial', ['lel', 'valve_open'], ['silence', 'self-test', 'close-valve']],
    ['gas.combustible.point.industrial', ['lel'], ['self-test']],
    ['gas.portable.multi', ['lel'], []],
    ['of.another.catalogue', ['valve_open'], ['close-valve']],
    ['reservoir.dam', ['level'], []],
  ])('%s with %j: %j', (id, keys, known) => {
    expect(commandsOf({ id, measurements: keys.map(measurement) })).toEqual(known);
  });

  it('what the profile says is done on site is never one, whatever it is called', () => {
    const of = (name: string, remote: boolean) => commandsOf({ id: 'v', measurements: [], commands: [{ name, remote }] });
    expect(of('close', true)).toEqual(['close-valve']);
    for (const name of ['close', 'open', 'open-valve', 'close-valve', 'toString']) expect([name, of(name, false)]).toEqual([name, []]);
    for (const name of ['open', 'open-valve', 'toString', '__proto__']) expect([name, of(name, true)]).toEqual([name, []]);
  });

  it('closing a valve alone wants to be told why', () => {
    expect(DEVICE_COMMANDS.filter(needsReason)).toEqual(['close-valve']);
  });
});

describe('a command that was sent', () => {
  it('is unanswered from the 30th second on, and not before', () => {
    expect(deviceCommandAt(sent, 1_000 + ANSWER_WITHIN_MS - 1).state).toBe('sent');
    expect(deviceCommandAt(sent, 1_000 + ANSWER_WITHIN_MS).state).toBe('unanswered');
  });

  it.each(['done', 'failed'] as const)('stays %s however late it is', (state) => {
    expect(deviceCommandAt({ ...sent, state, answeredAt: 2_000 }, 9e12).state).toBe(state);
  });
});
