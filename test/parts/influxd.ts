/** A real InfluxDB 1.x server on a free port of the loopback, with its own folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface Influxd {
  readonly url: string;
  /** SIGKILL: as a power failure. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, after `kill`; `environment` holds settings as in `startInfluxd`. */
  restart(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 120_000;

/** Why there is no influxd to test with, or null when there is. */
export function influxdMissing(): string | null {
  const found = spawnSync('influxd', ['version'], { encoding: 'utf8' });
  return found.error === undefined && found.status === 0
    ? null
    : 'influxd (InfluxDB 1.x) is not on the PATH: `apt-get install influxdb` gets it';
}

/** @param environment influxd's settings by environment, such as `INFLUXDB_DATA_MAX_SERIES_PER_DATABASE`, for this start only */
export async function startInfluxd(environment: Readonly<Record<string, string>> = {}): Promise<Influxd> {
  const folder = mkdtempSync(join(tmpdir(), 'beacon-influxd-'));
  const httpPort = await freePort();
  const rpcPort = await freePort();
  const config = join(folder, 'influxdb.conf');
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[monitor]
  store-enabled = false
`,
  );
  const url = `http://127.0.0.1:${httpPort}`;
  const log = join(folder, 'influxd.log');
  let child: ChildProcess | null = null;

  async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    const out = openSync(log, 'a');
    const started = spawn('influxd', ['-config', config], { stdio: ['ignore', out, out], env: { ...process.env, ...settings } });
    closeSync(out);
    child = started;
    const deadline = Date.now() + START_PATIENCE_MS;
    for (;;) {
      const answered = await fetch(`${url}/ping`).then(
        (response) => response.ok,
        () => false,
      );
      if (answered) return;
      if (started.exitCode !== null || Date.now() > deadline) {
        throw new Error(`influxd did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function end(): Promise<void> {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await ended;
  }

  await start(environment);
  return {
    url,
    kill: end,
    restart: start,
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
