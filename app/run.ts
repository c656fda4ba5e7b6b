import pino from 'pino';
import { buildPlatform, type Running, type Seams } from './build.ts';
import { systemClock } from './clock.ts';
import { loadConfig, type Config } from './config.ts';
import { startLine } from './start-error.ts';
import { webRoot } from './web-root.ts';

/** A clean stop takes at most this long; then the process ends all the same, loudly. */
const STOP_WITHIN_MS = 9_500;
/** When something inside has ended, being watched over again soon counts for more than a tidy stop: what is durable needs none. */
const BROKEN_STOP_WITHIN_MS = 2_000;

export interface RunOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly demo: boolean;
  /** Changes to the settings of the environment (the demo has its own folder and ports). */
  readonly adjust?: (config: Config) => Config | Promise<Config>;
  /** Runs when every door is open, before the ready line; what it returns is closed first at the stop. */
  readonly afterStart?: (running: Running) => Promise<{ stop(): Promise<void> }>;
  readonly seams?: Seams;
  /** Called when the signals are answered here, for whoever did so until now. */
  readonly signalsTaken?: () => void;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The life of one process: settings, start, the ready line, signals, stop. */
export async function run(options: RunOptions): Promise<void> {
  // What is kept (readings, hashes, the key of the secrets) is nobody else's on this machine.
  process.umask(0o077);
  let config: Config;
  let warnings: readonly string[];
  try {
    const loaded = loadConfig(options.env);
    warnings = loaded.warnings;
    config = options.adjust === undefined ? loaded.config : await options.adjust(loaded.config);
  } catch (error) {
    const line = startLine(error);
    if (line !== null) fail(line);
    throw error;
  }
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  for (const warning of warnings) log.warn({}, warning);

  let running: Running | null = null;
  let stopping: Promise<void> | null = null;
  let aside: { stop(): Promise<void> } | null = null;
  let wantsStop = false;

  async function stop(reason: string, code: number, withinMs = STOP_WITHIN_MS): Promise<void> {
    log.info({ reason }, 'stopping');
    const timer = setTimeout(() => {
      log.error({}, 'the stop took too long; what is durable stays so');
      process.exit(1);
    }, withinMs);
    try {
      await aside?.stop();
      const troubles = (await running?.stop()) ?? [];
      for (const trouble of troubles) log.error(trouble, 'a closing step failed');
    } finally {
      clearTimeout(timer);
    }
    process.exit(code);
  }
  function onSignal(signal: string): void {
    wantsStop = true;
    // A second signal during the stop changes nothing: npm passes on the one the process group got already.
    if (running !== null) stopping ??= stop(signal, 0);
  }
  process.on('SIGTERM', () => onSignal('SIGTERM'));
  process.on('SIGINT', () => onSignal('SIGINT'));
  options.signalsTaken?.();

  try {
    running = await buildPlatform(config, {
      clock: systemClock(),
      log,
      webRoot: webRoot(),
      demo: options.demo,
      seams: options.seams ?? {},
      onBroken(what) {
        log.fatal({ what }, 'a part the platform cannot do without has ended');
        wantsStop = true;
        stopping ??= stop(what, 1, BROKEN_STOP_WITHIN_MS);
      },
    });
  } catch (error) {
    const line = startLine(error);
    if (line !== null) fail(line);
    throw error;
  }
  if (wantsStop) {
    stopping ??= stop('signal during the start', 0);
    return;
  }
  if (running.generatedPassword !== null && !options.demo) {
    process.stdout.write(
      `first start: sign in at ${running.httpUrl} as admin with password ${running.generatedPassword} (shown once, to be changed)\n`,
    );
  }
  if (options.afterStart !== undefined) aside = await options.afterStart(running);
  if (stopping !== null) return;
  const mqtts = running.mqttsUrl === null ? '' : ` mqtts=${running.mqttsUrl}`;
  process.stdout.write(`ready http=${running.httpUrl} mqtt=${running.mqttUrl}${mqtts}\n`);
}
