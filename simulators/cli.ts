/** `npm run simulate -- <what> …`: the simulators' command line. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { endOnClosedPipe } from '../model/closed-pipe.ts';
import type { Profile } from '../model/profile.ts';
import { underFreshName } from './load/fresh-name.ts';
import type { LoadPlan, LoadResult } from './load/plan.ts';
import { FLEET_NAME, provisionFleet } from './load/provision-fleet.ts';
import { LOAD_NAME, provisionLoad } from './load/provision-load.ts';
import { runLoad } from './load/run-load.ts';
import { progressLine, resultLines } from './load/told.ts';
import { connectPlatform, type PlatformClient, type SignIn, Unanswered } from './platform-client.ts';
import { provision } from './provision.ts';
import { parseMapping } from './replay/mapping.ts';
import { playReplay } from './replay/play-replay.ts';
import { readRecording } from './replay/recording.ts';
import { type MeasuredRange, outsideRange, reportOf } from './replay/report.ts';
import { misfits } from './scenario-file/misfits.ts';
import { ScenarioError } from './scenario-file/parse.ts';
import { playReal } from './scenario-file/play-real.ts';
import { readScenarios } from './scenario-file/read-files.ts';
import { startPlay } from './scenario-file/start-play.ts';
import { verdictOf } from './scenario-file/verdict.ts';
import { verdictTable } from './scenario-file/verdict-table.ts';
import { playDistrict } from './scenario/play-district.ts';

const HELP = `npm run simulate -- <run | district | replay | fleet | load> [options]

run        plays scenario files and says whether every expected alarm came in its time and no other did
           run FILE… | NAME…   a path, or a name of simulators/scenarios; docs/scenarios.md tells how to write one
           on virtual time (default): a whole platform of its own in this process's stead, an hour in about a second
           --real              at the speed of life against the platform at --http and --mqtt
           --json              one line of JSON for each scenario, with everything that was heard
           exit code 0: as expected, 1: not, 2: a file or an option that cannot be used, or no platform answers
district   plays the demo district: 41 devices of three enterprises, with their stories
           --seed N (2026)  --speed N (1)
replay     plays a CSV recording as devices, times shifted to now
           --csv FILE  --mapping FILE (YAML or JSON)  --enterprise ID (replay)
           --profile ID (fire.heat.point)  --speed N (1)
           ends with what was recorded, sent, acknowledged and lost. A sample is one time of one device with all its values; a
           message is one PUBLISH: samples that waited for their connection go out as one array, so messages may be fewer.
           Stamps never run ahead of the clock, at any speed. Values outside the profile's range (told at the start) are kept and
           judged, with quality uncertain and flag out-of-range: that is what <key>_q in InfluxDB then says. Soon after a restart
           of the platform <key>_q may also say plain "good", which marks nothing.
fleet      N calm devices of the usual kinds, each reporting in its turn whatever the answers do (open loop); progress every second,
           at the end acknowledged, lost and latency percentiles from the scheduled moment; exit code 1 when anything was lost
           --devices N (100)  --every N (seconds between two reports of a device, 10)  --seconds N (10)
           --rate N (messages/s of them all, instead of --every)
load       closed or open loop load over raw sockets, progress every second, result as JSON
           --devices N (100)  --window N (20)  --seconds N (10)  --rate N (messages/s; absent = closed loop)

all        --http URL (http://127.0.0.1:3000)  --mqtt URL (mqtt://127.0.0.1:1883)
           --token TOKEN, or --user NAME (admin) and the password in BEACON_ADMIN_PASSWORD
           --help

mapping    time: { column: Time, unit: s }        (ms, s, min, h, unix-s, unix-ms, iso)
           columns:
             - { column: Ceiling A, device: room1-a, measurement: temp }   (channel, scale, offset if wanted)
`;

/** What the person at the keyboard can mend; told in one line. */
class UsageError extends Error {}

const OPTIONS = {
  http: { type: 'string', default: 'http://127.0.0.1:3000' },
  mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
  token: { type: 'string' },
  user: { type: 'string', default: 'admin' },
  seed: { type: 'string', default: '2026' },
  speed: { type: 'string', default: '1' },
  csv: { type: 'string' },
  mapping: { type: 'string' },
  enterprise: { type: 'string', default: 'replay' },
  profile: { type: 'string', default: 'fire.heat.point' },
  devices: { type: 'string', default: '100' },
  window: { type: 'string', default: '20' },
  seconds: { type: 'string', default: '10' },
  rate: { type: 'string' },
  every: { type: 'string', default: '10' },
  real: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];
function parse(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new UsageError(`--${name} ${text}: a number above 0 is wanted`);
  return value;
}
function whole(name: string, text: string): number {
  const value = positive(name, text);
  if (!Number.isSafeInteger(value)) throw new UsageError(`--${name} ${text}: a whole number is wanted`);
  return value;
}
function signInOf(values: Values): SignIn {
  if (values.token !== undefined) return { token: values.token };
  const password = process.env['BEACON_ADMIN_PASSWORD'];
  if (password === undefined || password === '') throw new UsageError('--token, or the password in BEACON_ADMIN_PASSWORD, is wanted');
  return { username: values.user, password };
}
function fileText(name: string, path: string | undefined): string {
  if (path === undefined) throw new UsageError(`--${name} is wanted`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`--${name} ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const log = (line: string): void => void process.stderr.write(`${line}\n`);
/** Ends at the first SIGINT or SIGTERM. */
function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

async function district(values: Values): Promise<void> {
  const signal = interrupted();
  const play = await playDistrict({
    httpBase: values.http,
    mqttUrl: values.mqtt,
    ...signInOf(values),
    seed: whole('seed', values.seed),
    speed: positive('speed', values.speed),
    log,
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await play.stop();
  log(JSON.stringify(play.counts()));
}

async function replay(values: Values): Promise<void> {
  const signIn = signInOf(values);
  const recording = readRecording(fileText('csv', values.csv), parseMapping(fileText('mapping', values.mapping)));
  log(
    `${recording.rows} rows, ${recording.samples.length} samples of ${recording.devices.length} devices, ${recording.emptyCells} empty and ${recording.badCells} bad cells`,
  );
  const { enterprise: enterpriseId, profile: profileId } = values;
  const client = await connectPlatform(values.http, signIn);
  for (const line of outsideRange(recording, await measurementsOf(client, profileId))) log(line);
  const credentials = await provision(client, {
    areas: [],
    sites: [],
    hazardSources: [],
    enterprises: [{ id: enterpriseId, name: enterpriseId, kind: 'test' }],
    devices: recording.devices.map((id) => ({ id, name: id, enterpriseId, profileId })),
  });
  const playing = playReplay({
    mqttUrl: values.mqtt,
    enterpriseId,
    recording,
    credentials,
    speed: positive('speed', values.speed),
    signal: interrupted(),
    log,
  });
  process.stdout.write(`${JSON.stringify(reportOf(recording, await playing.finished))}\n`);
}

async function profilesOf(client: PlatformClient): Promise<readonly Profile[]> {
  return ((await client.get('/profiles')) as { readonly items: readonly Profile[] }).items;
}

/** Ranges of a profile's numbers, as the platform has them; none where it does not know the profile (it will say so itself). */
async function measurementsOf(client: PlatformClient, profileId: string): Promise<readonly MeasuredRange[]> {
  const items = await profilesOf(client);
  return items.find((one) => one.id === profileId)?.measurements ?? [];
}

async function load(values: Values): Promise<void> {
  const ratePerS = values.rate === undefined ? undefined : positive('rate', values.rate);
  const client = await connectPlatform(values.http, signInOf(values));
  const devices = whole('devices', values.devices);
  const connections = await underFreshName(LOAD_NAME, (name) => provisionLoad(client, devices, ratePerS, name), log);
  await runTold({
    ...brokerOf(values),
    connections,
    window: whole('window', values.window),
    seconds: positive('seconds', values.seconds),
    ...(ratePerS === undefined ? {} : { ratePerS }),
  });
}

async function fleet(values: Values): Promise<void> {
  const devices = whole('devices', values.devices);
  const everyS = values.rate === undefined ? positive('every', values.every) : devices / positive('rate', values.rate);
  const client = await connectPlatform(values.http, signInOf(values));
  const result = await runTold({
    ...brokerOf(values),
    connections: await underFreshName(FLEET_NAME, (name) => provisionFleet(client, devices, everyS, name), log),
    window: whole('window', values.window),
    seconds: positive('seconds', values.seconds),
    ratePerS: devices / everyS,
  });
  if (result.lost > 0 || result.broken > 0) process.exitCode = 1;
}

function brokerOf(values: Values): { readonly host: string; readonly port: number } {
  const url = new URL(values.mqtt);
  return { host: url.hostname, port: url.port === '' ? 1883 : Number(url.port) };
}

/** Progress and the result in words on stderr, the result as JSON on stdout. */
async function runTold(plan: LoadPlan): Promise<LoadResult> {
  log(`${plan.connections.length} devices are connecting`);
  const result = await runLoad(
    plan,
    () => undefined,
    (progress) => log(progressLine(progress)),
  );
  for (const line of resultLines(result)) log(line);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return result;
}

async function run(values: Values, names: readonly string[]): Promise<void> {
  if (names.length === 0) throw new UsageError('run: the scenario files (or names) are wanted');
  if (!values.real) {
    process.exitCode = await playVirtually(values.json ? ['--json', ...names] : names);
    return;
  }
  const scenarios = readScenarios(names);
  const client = await connectPlatform(values.http, signInOf(values));
  const profiles = await profilesOf(client);
  const faults = scenarios.flatMap((scenario) => [...misfits(scenario, profiles)].map((fault) => `${scenario.name}: ${fault}`));
  if (faults.length > 0) throw new ScenarioError(faults);
  const signal = interrupted();
  for (const scenario of scenarios) {
    log(`${scenario.name}: ${scenario.lastsS} s against ${values.http}`);
    const runId = `scenario-${Date.now().toString(36)}`;
    const played = await playReal(scenario, { client, mqttUrl: values.mqtt, runId, signal, log });
    const verdict = verdictOf(scenario, played.heard, played.troubles);
    const { name } = scenario;
    const said = values.json
      ? JSON.stringify({ name, ...verdict, heard: played.heard, messages: played.messages })
      : verdictTable(name, played, verdict, `in ${scenario.lastsS} s`);
    process.stdout.write(`${said}\n`);
    if (!verdict.ok) process.exitCode = 1;
  }
}

/** Gives back the exit code. Signals of the terminal reach both. */
function playVirtually(args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = startPlay(args, { stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const COMMANDS: Readonly<Record<string, (values: Values, more: readonly string[]) => Promise<void>>> = {
  run,
  district,
  replay,
  fleet,
  load,
};

endOnClosedPipe(process);
try {
  const { values, positionals } = parse();
  const [what, ...more] = positionals;
  if (values.help) {
    process.stdout.write(HELP);
  } else {
    const command = what !== undefined && Object.hasOwn(COMMANDS, what) ? COMMANDS[what] : undefined;
    if (command === undefined || (more.length > 0 && command !== run))
      throw new UsageError(`run, district, replay, fleet or load is wanted, not "${positionals.join(' ')}" (--help tells more)`);
    await command(values, more);
  }
} catch (error) {
  const advice = error instanceof Unanswered ? '; --http says where it is' : '';
  process.stderr.write(`simulate: ${error instanceof Error ? error.message : String(error)}${advice}\n`);
  process.exitCode = [UsageError, ScenarioError, Unanswered].some((kind) => error instanceof kind) ? 2 : 1;
}
