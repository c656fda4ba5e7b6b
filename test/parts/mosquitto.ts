/** A real Mosquitto on a free port of the loopback, with its own configuration and folder. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '../harness/platform-process.ts';
import { freePort } from './free-port.ts';

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: as a power failure. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder, after `kill`. */
  restart(): Promise<void>;
  /** Stops its process without ending it, as a network that swallows everything; `thaw` lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

const START_PATIENCE_MS = 120_000;

/** Why there is no Mosquitto to test with, or null when there is. */
export function mosquittoMissing(): string | null {
  return spawnSync('mosquitto', ['-h'], { encoding: 'utf8' }).error === undefined
    ? null
    : 'mosquitto is not on the PATH: `apt-get install mosquitto` gets it';
}

/** Open to everybody, with the persistence that docs/operations.md asks for; `extra` lines come last. */
function openConfig(port: number, folder: string, extra: readonly string[]): string {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence true',
    `persistence_location ${folder}/`,
    'autosave_on_changes true',
    'autosave_interval 1',
    'max_queued_messages 100000',
    'max_inflight_messages 1000',
    'set_tcp_nodelay true',
    'log_dest stderr',
    ...extra,
    '',
  ].join('\n');
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/**
 * The configuration and access list of docs/mosquitto as they stand there, but for port and paths. `passwords`: by user name.
 */
function documentedConfig(port: number, folder: string, passwords: Readonly<Record<string, string>>): string {
  const folderOfDocs = join(repositoryRoot, 'docs', 'mosquitto');
  copyFileSync(join(folderOfDocs, 'acl'), join(folder, 'acl'));
  const file = join(folder, 'passwords');
  writeFileSync(file, '');
  for (const [user, password] of Object.entries(passwords)) {
    const made = spawnSync('mosquitto_passwd', ['-b', file, user, password], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`mosquitto_passwd: ${made.stderr}`);
  }
  for (const one of [file, join(folder, 'acl')]) chmodSync(one, 0o644);
  return readFileSync(join(folderOfDocs, 'mosquitto.conf'), 'utf8')
    .replace('listener 1883', `listener ${port} 127.0.0.1`)
    .replace('/mosquitto/data/', `${folder}/`)
    .replaceAll('/mosquitto/config/', `${folder}/`);
}

/** @param settings lines beside the open configuration, or the passwords of the documented one */
export async function startMosquitto(
  settings: readonly string[] | { readonly passwords: Readonly<Record<string, string>> } = [],
): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'beacon-mosquitto-'));
  // Started as root it gives its rights up and still has to write here.
  chmodSync(folder, 0o777);
  const port = await freePort();
  const config = join(folder, 'mosquitto.conf');
  writeFileSync(config, 'passwords' in settings ? documentedConfig(port, folder, settings.passwords) : openConfig(port, folder, settings));
  const log = join(folder, 'mosquitto.log');
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const out = openSync(log, 'a');
    const started = spawn('mosquitto', ['-c', config], { stdio: ['ignore', out, out] });
    closeSync(out);
    child = started;
    const deadline = Date.now() + START_PATIENCE_MS;
    while (!(await answers(port))) {
      if (started.exitCode !== null || Date.now() > deadline) {
        throw new Error(`mosquitto did not start:\n${readFileSync(log, 'utf8').slice(-2_000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
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

  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    kill: end,
    restart: start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
