import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { makeDevices, signIn } from '../harness/api.ts';
import { cleanEnv, repositoryRoot, runToEnd, startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

/** The process as whoever runs the server meets it: settings, doors, folder, signals. */

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});
function folder(name: string): string {
  const made = temporaryFolder(name);
  undo.push(() => made.remove());
  return made.path;
}
async function platform(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<PlatformProcess> {
  const started = await startPlatform({ dataDir, env });
  undo.push(() => started.kill());
  return started;
}

describe('a wrong start is one line that says what to do', () => {
  it.each([
    ['a port out of range', { BEACON_HTTP_PORT: '70000' }, /BEACON_HTTP_PORT="70000": .*0 to 65535/],
    ['a port that is no number', { BEACON_MQTT_PORT: 'mqtt' }, /BEACON_MQTT_PORT="mqtt"/],
    ['an unknown time zone', { BEACON_TIME_ZONE: 'Mars/Olympus' }, /BEACON_TIME_ZONE="Mars\/Olympus"/],
    ['a journal size that is none', { BEACON_JOURNAL_MAX: 'lots' }, /BEACON_JOURNAL_MAX="lots"/],
    ['a TLS door without its key', { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/x' }, /BEACON_MQTTS_PORT=0/],
    ['a settings file that is not there', { BEACON_CONFIG: '/nowhere/beacon.yaml' }, /BEACON_CONFIG=\/nowhere\/beacon\.yaml/],
  ])('%s', async (_name, env, line) => {
    const ended = await runToEnd({ BEACON_DATA_DIR: folder('wrong'), ...env });
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(line);
    expect(ended.stdout).not.toContain('ready');
  });

  it('names a half-written settings file, and a key that does not exist', async () => {
    const dir = folder('yaml');
    writeFileSync(join(dir, 'half.yaml'), 'httpPort: 0\nmqttPort: "18');
    writeFileSync(join(dir, 'unknown.yaml'), 'htpPort: 0\n');
    const half = await runToEnd({ BEACON_DATA_DIR: dir, BEACON_CONFIG: join(dir, 'half.yaml') });
    expect(half.code).toBe(1);
    expect(half.stderr).toMatch(/half\.yaml line \d+: not YAML/);
    const unknown = await runToEnd({ BEACON_DATA_DIR: dir, BEACON_CONFIG: join(dir, 'unknown.yaml') });
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toMatch(/htpPort .*no such setting/);
  });

  it('never prints a secret that is not allowed', async () => {
    const ended = await runToEnd({ BEACON_DATA_DIR: folder('secret'), BEACON_ADMIN_PASSWORD: 'secret-'.repeat(50) });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('BEACON_ADMIN_PASSWORD=(hidden)');
    expect(ended.stderr).not.toContain('secret-');
  });

  it('a taken port is an error by name', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    undo.push(() => void server.close());
    const address = server.address();
    const port = String(typeof address === 'object' && address !== null ? address.port : 0);
    for (const name of ['BEACON_HTTP_PORT', 'BEACON_MQTT_PORT']) {
      const ended = await runToEnd({ BEACON_DATA_DIR: folder('port'), [name]: port });
      expect(ended.code).toBe(1);
      expect(ended.stderr).toContain(`${name}=${port}: the port is taken`);
      expect(ended.stdout).not.toContain('ready');
    }
  });

  it('a folder that cannot be used, and one in use', async () => {
    const dir = folder('folder');
    writeFileSync(join(dir, 'file'), 'not a folder');
    const file = await runToEnd({ BEACON_DATA_DIR: join(dir, 'file') });
    expect(file.code).toBe(1);
    expect(file.stderr).toMatch(/BEACON_DATA_DIR=.*not writable/);
    const used = join(dir, 'used');
    mkdirSync(used);
    chmodSync(used, 0o700);
    const first = await platform(used);
    const second = await runToEnd({ BEACON_DATA_DIR: used });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/BEACON_DATA_DIR=.*in use/);
    // kill -9 leaves no stale lock.
    await first.kill();
    const third = await platform(used);
    expect(third.httpBase).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});

describe('a folder that is not whole', () => {
  function change(file: string, sql: string): void {
    const db = new Database(file);
    db.exec(sql);
    db.close();
  }
  const only = (dir: string, ending: string): string => join(dir, readdirSync(dir).find((name) => name.endsWith(ending)) ?? ending);

  it('is told in one line that names the file, and nothing starts empty', async () => {
    const whole = folder('whole');
    const first = await platform(whole);
    const api = await signIn(first.httpBase);
    const [made] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', ['GD-07']);
    const client = await mqtt.connectAsync(first.mqttUrl, { username: made?.username ?? '', password: made?.password ?? '' });
    await client.publishAsync('beacon/v1/haida/GD-07/telemetry', '{"lel":60}', { qos: 1 });
    await client.endAsync();
    process.kill(first.pid, 'SIGTERM');
    expect(await first.exited).toBe(0);

    const damages: readonly (readonly [string, (dir: string) => void, RegExp])[] = [
      [
        'a segment of another format',
        (dir) => change(only(join(dir, 'journal'), '.seg'), 'UPDATE header SET format = 99'),
        /\.seg has format 99/,
      ],
      ['a segment that is none', (dir) => writeFileSync(only(join(dir, 'journal'), '.seg'), 'x'.repeat(9_000)), /\.seg: not readable/],
      [
        'a snapshot of another format',
        (dir) => {
          for (const name of readdirSync(join(dir, 'snapshots'))) {
            const path = join(dir, 'snapshots', name);
            writeFileSync(path, readFileSync(path, 'utf8').replace('"format":1', '"format":8'));
          }
        },
        /\.snap has format 8/,
      ],
      ['records of another format', (dir) => change(join(dir, 'records.db'), 'PRAGMA user_version = 99'), /records\.db has format 99/],
      ['records that are none', (dir) => writeFileSync(join(dir, 'records.db'), 'x'.repeat(9_000)), /records\.db: /],
      ['no records', (dir) => rmSync(join(dir, 'records.db')), /records\.db no account/],
      [
        'no journal and no snapshots',
        (dir) => {
          for (const name of ['journal', 'snapshots']) rmSync(join(dir, name), { recursive: true });
        },
        /records\.db holds events up to \d+, but journal\/ .* only up to 0/,
      ],
      [
        'readings of another format',
        (dir) => change(join(dir, 'readings', 'position.db'), 'PRAGMA user_version = 99'),
        /position\.db has format 99/,
      ],
    ];
    for (const [what, damage, line] of damages) {
      const dir = folder('damaged');
      cpSync(whole, dir, { recursive: true });
      damage(dir);
      const ended = await runToEnd({ BEACON_DATA_DIR: dir });
      expect([what, ended.code, ended.stdout]).toEqual([what, 1, '']);
      expect([what, ended.stderr.trim().split('\n')]).toEqual([what, [expect.stringMatching(line)]]);
    }
  });
});

describe('signals', () => {
  it('keeps what it writes from everybody else on the machine', async () => {
    const dir = folder('modes');
    await platform(dir);
    const open = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
  });

  it('stops cleanly on SIGTERM and on SIGINT, twice changes nothing, and the state is there at the next start', async () => {
    const dir = folder('signals');
    const first = await platform(dir);
    const api = await signIn(first.httpBase);
    await makeDevices(api, 'haida', 'gas.combustible.point.industrial', ['GD-07']);
    process.kill(first.pid, 'SIGTERM');
    process.kill(first.pid, 'SIGTERM');
    expect(await first.exited).toBe(0);
    const second = await platform(dir);
    const again = await signIn(second.httpBase);
    const device = await again.get<{ id: string }>('/devices/GD-07');
    expect(device.id).toBe('GD-07');
    process.kill(second.pid, 'SIGINT');
    expect(await second.exited).toBe(0);
  });

  it('ends with 0 and makes nothing when the signal comes while its parts are still being loaded', async () => {
    const dir = folder('early');
    const preload = join(dir, 'preload.mjs');
    const data = join(dir, 'data');
    // The signal follows the first handler for it at once: nothing that is loaded after it can be there in time.
    writeFileSync(
      preload,
      `process.on('newListener', (name) => {
        if (name === 'SIGTERM') setImmediate(() => process.kill(process.pid, name));
      });`,
    );
    const ended = await runToEnd({ BEACON_DATA_DIR: data, BEACON_LOG_LEVEL: 'info', NODE_OPTIONS: `--import=${preload}` });
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readdirSync(dir)).toEqual(['preload.mjs']);
  });

  it('npm start passes a signal on and ends with 0, whether it goes to npm or to the process group', async () => {
    for (const group of [false, true]) {
      const dir = folder('npm');
      const child = spawn('npm', ['start', '--silent'], {
        cwd: repositoryRoot,
        detached: true,
        env: cleanEnv({ BEACON_HTTP_PORT: '0', BEACON_MQTT_PORT: '0', BEACON_DATA_DIR: dir, BEACON_LOG_LEVEL: 'warn' }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      await new Promise<void>((resolve, reject) => {
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          stdout += text;
          if (/^ready /m.test(stdout)) resolve();
        });
        child.once('close', (code) => reject(new Error(`ended with ${code}: ${stdout}`)));
      });
      // No BEACON_ADMIN_PASSWORD: a random one is printed, once.
      expect(stdout).toMatch(/as admin with password \S+/);
      const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
      const pid = child.pid ?? 0;
      process.kill(group ? -pid : pid, 'SIGTERM');
      expect(await ended).toBe(0);
    }
  });
});
