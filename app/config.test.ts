import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const dir = mkdtempSync(join(tmpdir(), 'beacon-config-'));
afterAll(() => rmSync(dir, { recursive: true }));

function written(text: string): string {
  const path = join(dir, 'beacon.yaml');
  writeFileSync(path, text);
  return path;
}

describe('a setting that is not allowed is named as it was written', () => {
  it.each([
    ['by its short name in a file', 'httpPort: 99999\n', {}, /^httpPort=99999 in .*beacon\.yaml: not allowed; allowed: 0 to 65535/],
    ['by its long name in a file', 'BEACON_RAW_DAYS: 0\n', {}, /^BEACON_RAW_DAYS=0 in .*beacon\.yaml: not allowed; allowed: 1 to/],
    [
      'as a plan of shifts',
      'shifts: day=08:00,night=08:30\n',
      {},
      /^shifts="day=08:00,night=08:30" in .*beacon\.yaml: not allowed; allowed: 1 to 12 names, each with its start, an hour apart/,
    ],
    [
      'in the environment, which wins',
      'httpPort: 0\n',
      { BEACON_HTTP_PORT: 'x' },
      /^BEACON_HTTP_PORT="x": not allowed; allowed: 0 to 65535/,
    ],
  ])('%s', (_what, text, env, line) => {
    const path = written(text);
    expect(() => loadConfig({ BEACON_CONFIG: path, ...env })).toThrow(ConfigError);
    expect(() => loadConfig({ BEACON_CONFIG: path, ...env })).toThrow(line);
  });
});

describe('a name that is no setting', () => {
  const warned = (name: string): readonly string[] => loadConfig({ [name]: '1' }).warnings;

  it.each([
    ['BEACON_HTTP_PROT', 'BEACON_HTTP_PORT'],
    ['BEACON_MQTTPORT', 'BEACON_MQTT_PORT'],
    ['BEACON_INFLUXDB_URL', 'BEACON_INFLUX_URL'],
    ['BEACON_ADMIN_PASWORD', 'BEACON_ADMIN_PASSWORD'],
  ])('%s is ignored, and told what it is near to', (name, meant) => {
    expect(warned(name)).toEqual([`${name}: no such setting, ignored; did you mean ${meant}?`]);
  });

  it('is no guess where nothing is near, and none of other programs', () => {
    expect(warned('BEACON_FAVOURITE_COLOUR')).toEqual(['BEACON_FAVOURITE_COLOUR: no such setting, ignored']);
    expect(warned('HTTP_PROT')).toEqual([]);
  });
});
