import { describe, expect, it } from 'vitest';
import { makeAlarm } from '../testing/alarms.ts';
import { pointsBehind } from './gateway.ts';

describe('what stands behind an alarm', () => {
  const silent = makeAlarm({
    kind: 'instrument',
    code: 'F01',
    ladder: 'F01',
    deviceId: 'gw-1',
    measurement: null,
    channel: null,
    value: 28,
  });

  it('of a silent gateway are its points', () => {
    expect(pointsBehind(silent)).toBe(28);
    expect(pointsBehind({ ...silent, value: 0 })).toBe(0);
  });

  it.each([
    ['a silent device', { value: null }],
    ['a silent point', { measurement: 'lel' }],
    ['another fault of a device', { code: 'F12' }],
    ['a limit of a hazard source', { kind: 'process' as const, deviceId: null, code: 'LEAK', value: 2 }],
    ['the system', { kind: 'system' as const, deviceId: null, value: 3 }],
  ])('of %s is nothing', (_, change) => {
    expect(pointsBehind({ ...silent, ...change })).toBeNull();
  });
});
