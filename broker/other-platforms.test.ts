import { describe, expect, it } from 'vitest';
import { isHarmlessWord } from './other-platforms.ts';

describe('a topic of another platform', () => {
  it.each([
    'v1/devices/me/attributes',
    'v1/devices/me/attributes/request/1',
    'v1/devices/me/rpc/response/7',
    'v1/devices/me/claim',
    'v1/gateway/connect',
    'v1/gateway/disconnect',
    'v1/gateway/attributes',
    'v2/fw/request/1/chunk/0',
  ])('%s ends no connection', (topic) => {
    expect([isHarmlessWord(topic, 'device'), isHarmlessWord(topic, 'gateway')]).toEqual([true, true]);
  });
  it.each([
    'beacon/v1/e/d2/telemetry',
    '$SYS/x',
    'v1/devices/other/attributes',
    'v1/devices/me',
    'v1/devices/me/attributesx',
    'xv1/gateway/connect',
    '',
  ])('%s is none of them', (topic) => {
    expect([isHarmlessWord(topic, 'device'), isHarmlessWord(topic, 'gateway')]).toEqual([false, false]);
  });
  it('lets a gateway report its own telemetry, and no device that of others', () => {
    expect(isHarmlessWord('v1/devices/me/telemetry', 'gateway')).toBe(true);
    expect(isHarmlessWord('v1/gateway/telemetry', 'device')).toBe(false);
  });
});
