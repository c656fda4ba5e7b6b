import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
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

describe('signals', () => {
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
        child.once('exit', (code) => reject(new Error(`ended with ${code}: ${stdout}`)));
      });
      // No BEACON_ADMIN_PASSWORD: a random one is printed, once.
      expect(stdout).toMatch(/as admin with password \S+/);
      const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
      const pid = child.pid ?? 0;
      process.kill(group ? -pid : pid, 'SIGTERM');
      expect(await ended).toBe(0);
    }
  });
});
