import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository, found from source and from dist/ alike. */
export const repositoryRoot = ((): string => {
  const here = dirname(fileURLToPath(import.meta.url));
  return here.includes(`${join('dist', 'test')}`) ? join(here, '..', '..', '..') : join(here, '..', '..');
})();

export const ADMIN_PASSWORD = 'correct horse battery staple';

/** A start takes two seconds of a core; where ten processes want each core it takes a minute and more. */
const START_PATIENCE_MS = 180_000;

/** The built platform as a process of its own, on free ports. */
export interface PlatformProcess {
  readonly httpBase: string;
  readonly mqttUrl: string;
  /** Null while no TLS door is open. */
  readonly mqttsUrl: string | null;
  readonly dataDir: string;
  readonly pid: number;
  readonly stderr: () => string;
  readonly stdout: () => string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** kill -9. */
  kill(): Promise<void>;
  readonly exited: Promise<number | null>;
}

export interface PlatformOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Program below dist/; default the product's own. */
  readonly program?: string;
  readonly httpPort?: number;
  readonly mqttPort?: number;
  readonly startTimeoutMs?: number;
}

/** Environment without anything of ours that the surroundings may have set. */
export function cleanEnv(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(process.env)) if (!name.startsWith('BEACON_') && !name.startsWith('VITEST')) env[name] = value;
  return { ...env, ...extra };
}

/** What `npm start` gives Node. */
export function nodeOptionsOfStart(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  return scripts.start.match(/--max-[\w-]+=\d+/g) ?? [];
}

export async function startPlatform(options: PlatformOptions): Promise<PlatformProcess> {
  const program = join(repositoryRoot, 'dist', options.program ?? 'app/main.js');
  // It runs in its data folder, as one that a site made; a folder that is missing would look like a missing program.
  mkdirSync(options.dataDir, { recursive: true });
  const child: ChildProcess = spawn(process.execPath, [...nodeOptionsOfStart(), program], {
    cwd: options.dataDir,
    env: cleanEnv({
      BEACON_HTTP_PORT: String(options.httpPort ?? 0),
      BEACON_MQTT_PORT: String(options.mqttPort ?? 0),
      BEACON_DATA_DIR: options.dataDir,
      BEACON_ADMIN_PASSWORD: ADMIN_PASSWORD,
      BEACON_LOG_LEVEL: 'warn',
      ...options.env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-200_000);
  });
  // Not `exit`, which may come before the last of what it said has been read.
  const exited = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const ready = await new Promise<RegExpExecArray>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`not ready in time\n${stdout}\n${stderr}`));
    }, options.startTimeoutMs ?? START_PATIENCE_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const match = /^ready http=(\S+) mqtt=(\S+)(?: mqtts=(\S+))?\n/m.exec(stdout);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    void exited.then((code) => {
      clearTimeout(timer);
      reject(new Error(`ended with ${code} before it was ready\n${stdout}\n${stderr}`));
    });
  });
  return {
    httpBase: ready[1] ?? '',
    mqttUrl: ready[2] ?? '',
    mqttsUrl: ready[3] ?? null,
    dataDir: options.dataDir,
    pid: child.pid ?? -1,
    stderr: () => stderr,
    stdout: () => stdout,
    exited,
    async stop() {
      child.kill('SIGTERM');
      return exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs the product until it ends by itself. */
export function runToEnd(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(repositoryRoot, 'dist/app/main.js')], {
      env: cleanEnv({ BEACON_HTTP_PORT: '0', BEACON_MQTT_PORT: '0', BEACON_LOG_LEVEL: 'warn', ...env }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** A folder of its own for one test; `remove` when done. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `beacon-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
