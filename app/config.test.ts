import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, keptDays, loadConfig } from './config.ts';

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

describe('a size', () => {
  const size = (text: string) => loadConfig({ BEACON_JOURNAL_MAX: text }).config.journalMax;

  it.each([
    ['1073741824', 1_073_741_824],
    ['512MB', 512_000_000],
    ['1.5 GB', 1_500_000_000],
    ['20G', 20_000_000_000],
    ['500m', 500_000_000],
    ['2GiB', 2_147_483_648],
    ['1gib', 1_073_741_824],
    ['1TB', 1_000_000_000_000],
  ])('%s is %d bytes', (text, bytes) => {
    expect(size(text)).toBe(bytes);
  });

  it.each(['lots', '-5', '50%', '1GBi', '1i', '1iB', '5kB', 'GB'])('%s is none', (text) => {
    expect(() => size(text)).toThrow(/^BEACON_JOURNAL_MAX="[^"]+": not allowed; allowed: a size of at least 1MB/);
  });
});

describe('an address that is none is refused in one line, and not shown: it may hold a secret', () => {
  it.each(['BEACON_WEBHOOK_URL', 'BEACON_DEADMAN_URL', 'BEACON_UPSTREAM_URL'])('%s', (name) => {
    const scheme = name === 'BEACON_UPSTREAM_URL' ? 'mqtt' : 'https';
    for (const value of ['x', 'not an address', `${scheme}://`, 'ftp://host', `${scheme}://somebody:secret@host`]) {
      expect(() => loadConfig({ [name]: value }), value).toThrow(ConfigError);
      expect(() => loadConfig({ [name]: value }), value).toThrow(new RegExp(`^${name}=\\(hidden\\): not allowed; allowed: an [^\\n]+$`));
    }
  });

  it.each(['mqtt', 'mqtts', 'ws', 'wss'])('%s:// with a host is one', (scheme) => {
    expect(loadConfig({ BEACON_UPSTREAM_URL: `${scheme}://broker:1884` }).config.upstreamUrl).toBe(`${scheme}://broker:1884`);
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

describe('a file that the parser gives up on', () => {
  const bomb = [
    'a: &a [x,x,x,x,x,x,x,x,x,x]',
    ...'bcdefg'.split('').map((name, i) => {
      const before = `*${'abcdef'[i]}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => before).join(',')}]`;
    }),
  ].join('\n');

  it.each([
    ['aliases that multiply', bomb],
    ['an alias of nothing', 'httpPort: *nothing\n'],
    ['nesting without end', `host: ${'['.repeat(100_000)}`],
    ['an open bracket', 'host: [\n'],
  ])('%s is one line that names the file', (_what, text) => {
    const path = written(text);
    const load = () => loadConfig({ BEACON_CONFIG: path });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/^BEACON_CONFIG=.*beacon\.yaml( line \d+)?: not YAML \([^\n]+\); allowed: "name: value" lines$/);
  });
});

describe('settings that go together', () => {
  it.each(['BEACON_TLS_CERT', 'BEACON_TLS_KEY', 'BEACON_TLS_CA'])('%s without the port is refused, not passed over', (name) => {
    expect(() => loadConfig({ [name]: '/nope' })).toThrow(
      new ConfigError(`${name}=/nope: needs BEACON_MQTTS_PORT; allowed: port, certificate and key, or none of them`),
    );
  });

  it.each([
    ['BEACON_INFLUX_USERNAME', '"x"', 'BEACON_INFLUX_PASSWORD'],
    ['BEACON_INFLUX_PASSWORD', '(hidden)', 'BEACON_INFLUX_USERNAME'],
  ])('%s alone is refused', (name, value, other) => {
    expect(() => loadConfig({ [name]: 'x' })).toThrow(new ConfigError(`${name}=${value}: needs ${other}; allowed: both or neither`));
  });

  it.each([
    [{}, [90, 400, 3_660], []],
    [{ BEACON_RAW_DAYS: '400' }, [400, 400, 3_660], []],
    [
      { BEACON_RAW_DAYS: '500' },
      [500, 500, 3_660],
      ['BEACON_MINUTE_DAYS=400: less than BEACON_RAW_DAYS=500; minutes are kept for 500 days'],
    ],
    [
      { BEACON_HOUR_DAYS: '1' },
      [90, 400, 400],
      ['BEACON_HOUR_DAYS=1: less than the 400 days that minutes are kept; hours are kept for 400 days'],
    ],
  ])('days of %j are each at least as long as the one before, and lengthening is said', (env, days, warnings) => {
    const loaded = loadConfig(env);
    expect(Object.values(keptDays(loaded.config))).toEqual(days);
    expect(loaded.warnings).toEqual(warnings);
  });
});
