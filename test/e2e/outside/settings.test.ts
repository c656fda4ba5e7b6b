import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDevices, signIn } from '../../harness/api.ts';
import { connectDevice } from '../../harness/device-client.ts';
import { GAS, Leftovers, type Problem } from '../../harness/outside.ts';
import { ADMIN_PASSWORD, runToEnd } from '../../harness/platform-process.ts';
import { opensslMissing, selfSigned } from '../../parts/certificate.ts';

/** Settings of the environment and of a file, and the first start. */

const leftovers = new Leftovers();
afterAll(() => leftovers.clear());

describe('settings', () => {
  it.each([
    ['a port in another notation', { BEACON_HTTP_PORT: '0x1F' }, /^BEACON_HTTP_PORT="0x1F": not allowed; allowed: 0 to 65535/],
    ['an address of another machine', { BEACON_HOST: '192.0.2.1' }, /^BEACON_HOST=192\.0\.2\.1: not an address of this machine/],
    [
      'a host without an address',
      { BEACON_HOST: 'no-such-host.invalid' },
      /^BEACON_HOST=no-such-host\.invalid: not an address of this machine/,
    ],
    ['a port of blanks', { BEACON_MQTT_PORT: '  ' }, /^BEACON_MQTT_PORT=/],
    ['days that are none', { BEACON_RAW_DAYS: '1e3' }, /^BEACON_RAW_DAYS="1e3"/],
    [
      'a certificate that is not there',
      { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/nowhere/cert.pem', BEACON_TLS_KEY: '/nowhere/key.pem' },
      /^BEACON_TLS_CERT=\/nowhere\/cert\.pem: cannot be read/,
    ],
    [
      'a certificate that is none',
      { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/etc/hostname', BEACON_TLS_KEY: '/etc/hostname' },
      /^BEACON_TLS_CERT=\/etc\/hostname: cannot be used/,
    ],
    [
      'a folder no system makes',
      { BEACON_DATA_DIR: '/proc/no-such-folder/data' },
      /^BEACON_DATA_DIR=\/proc\/no-such-folder\/data: not writable/,
    ],
    ['a folder below a file', { BEACON_DATA_DIR: '/etc/hostname/data' }, /^BEACON_DATA_DIR=\/etc\/hostname\/data: not writable/],
  ])('%s is one line with the key, the value and what is allowed', async (_what, env, line) => {
    const folder = leftovers.folder('settings');
    const ended = await runToEnd({ BEACON_DATA_DIR: folder, ...env });
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(line);
    expect(ended.stdout).toBe('');
  });

  it('are looked at before anything is made, the files they name too: one line at every log level, and an empty folder', async () => {
    const folder = leftovers.folder('untouched');
    const tls = { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/nowhere/cert.pem', BEACON_TLS_KEY: '/nowhere/key.pem' };
    const upstream = { BEACON_UPSTREAM_URL: 'mqtts://127.0.0.1:1', BEACON_UPSTREAM_CA: '/nowhere/ca.pem' };
    const file = /^BEACON_[A-Z_]+=\/nowhere\/[a-z]+\.pem: cannot be read \(ENOENT\); allowed: a PEM file\n$/;
    const host = /^BEACON_HOST=192\.0\.2\.1: not an address of this machine \(EADDRNOTAVAIL\); allowed: [^\n]+\n$/;
    for (const [wrong, line] of [[tls, file] as const, [upstream, file] as const, [{ BEACON_HOST: '192.0.2.1' }, host] as const]) {
      const ended = await runToEnd({ BEACON_DATA_DIR: folder, BEACON_LOG_LEVEL: 'info', ...wrong });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toMatch(line);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it.skipIf(opensslMissing)(
    'come from a YAML file, the environment wins; TLS opens its door, a CA asks for client certificates',
    async () => {
      const dir = leftovers.folder('yaml');
      const { keyFile, certFile } = selfSigned(dir);
      const config = join(dir, 'beacon.yaml');
      writeFileSync(
        config,
        `rawDays: 7\nBEACON_TIME_ZONE: Europe/Berlin\nmqttsPort: 0\ntlsCert: ${certFile}\ntlsKey: ${keyFile}\ntlsCa: ${certFile}\nlogLevel: trace\n`,
      );
      const started = await leftovers.start(join(dir, 'data').replace(/\/data$/, ''), { BEACON_CONFIG: config, BEACON_LOG_LEVEL: 'warn' });
      const info = (await (await fetch(`${started.httpBase}/api/v1/info`)).json()) as { timeZone: string };
      expect(info.timeZone).toBe('Europe/Berlin');
      expect(started.stderr()).not.toContain('"level":30');
      expect(started.mqttsUrl).toMatch(/^mqtts:\/\/127\.0\.0\.1:\d+$/);
      const [made] = await makeDevices(await signIn(started.httpBase), 'haida', GAS, ['T-1']);
      if (made === undefined || started.mqttsUrl === null) throw new Error('no door');
      const ca = readFileSync(certFile);
      const client = await connectDevice(started.mqttsUrl, made, { ca, cert: ca, key: readFileSync(keyFile) });
      await client.telemetry({ lel: 1 });
      await client.close();
      await expect(connectDevice(started.mqttsUrl, made, { ca, connectTimeout: 5_000 })).rejects.toThrow();
      expect(await started.stop()).toBe(0);
    },
  );

  it('without BEACON_ADMIN_PASSWORD a random one is printed once and must be changed before anything else', async () => {
    const dir = leftovers.folder('first');
    const started = await leftovers.start(dir, { BEACON_ADMIN_PASSWORD: '' });
    const password = /as admin with password (\S+)/.exec(started.stdout())?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(12);
    const json = { 'content-type': 'application/json' };
    const call = (path: string, method: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<Response> =>
      fetch(`${started.httpBase}/api/v1${path}`, {
        method,
        headers: { ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const signed = await call('/session', 'POST', {}, { username: 'admin', password });
    const { csrfToken, user } = (await signed.json()) as { csrfToken: string; user: { mustChangePassword: boolean } };
    expect(user.mustChangePassword).toBe(true);
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    for (const path of ['/alarms', '/devices']) {
      const refused = await call(path, 'GET', { cookie });
      expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([403, 'password-change-required']);
    }
    const changed = await call(
      '/session/password',
      'POST',
      { cookie, 'x-csrf-token': csrfToken },
      { currentPassword: password, newPassword: ADMIN_PASSWORD },
    );
    expect(changed.status).toBe(200);
    expect((await signIn(started.httpBase)).token).toMatch(/^bt_/);
    expect(await started.stop()).toBe(0);
    const again = await leftovers.start(dir, { BEACON_ADMIN_PASSWORD: '' });
    expect(again.stdout()).not.toContain('password');
  });
});
