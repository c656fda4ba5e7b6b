import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { argumentsAsked } from '../../app/help.ts';
import { endOnClosedPipe } from '../../model/closed-pipe.ts';
import { repositoryRoot } from '../harness/platform-process.ts';
import { influxdMissing, startInfluxd } from '../parts/influxd.ts';
import { playBatteryCell, playCalmDays, playCompartments, playSmokeAlarms } from './fires.ts';
import { everyFirePage, falseChannel, missedChannel } from './fires-page.ts';
import { playProcess } from './process.ts';
import { processPage } from './process-page.ts';
import { FIRES, playFires, type FiresRun } from './first-fires.ts';
import { firesPage, missed } from './first-fires-page.ts';

/**
 * `npm run evidence -- first-fires --recordings FOLDER [--speed N] [--store embedded|influx|both] [--write]`: four fires over TCP.
 * `npm run evidence -- fires --recordings FOLDER [--write]`: every recording, and calm days, on virtual time.
 * `npm run evidence -- process --recordings FOLDER [--write]`: a chemical reactor with nine faults, on virtual time.
 */
const USAGE =
  'usage: npm run evidence -- first-fires --recordings FOLDER [--speed 1] [--store embedded|influx|both] [--write]\n' +
  '       npm run evidence -- fires --recordings FOLDER [--write]\n' +
  '       npm run evidence -- process --recordings FOLDER [--write]\n';
endOnClosedPipe(process);
const { values, positionals } = argumentsAsked(USAGE, {
  allowPositionals: true,
  options: {
    recordings: { type: 'string' },
    speed: { type: 'string', default: '1' },
    store: { type: 'string', default: 'both' },
    write: { type: 'boolean', default: false },
  },
});
const folder = values.recordings ?? process.env['BEACON_RECORDINGS'];
const speed = Number(values.speed);
const what = positionals[0];
if ((what !== 'first-fires' && what !== 'fires' && what !== 'process') || folder === undefined || !(speed > 0)) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const fires = existsSync(join(folder, 'fsri_compartments_visible')) ? join(folder, 'fsri_compartments_visible') : folder;
const log = (line: string): void => void process.stderr.write(`${line}\n`);

async function withInflux(): Promise<FiresRun> {
  const influx = await startInfluxd();
  try {
    return await playFires(fires, FIRES, speed, influx.url, log);
  } finally {
    await influx.stop();
  }
}
function tell(page: string, file: string): void {
  process.stdout.write(`${page}\n`);
  if (!values.write) return;
  mkdirSync(join(repositoryRoot, 'docs/evidence'), { recursive: true });
  writeFileSync(join(repositoryRoot, 'docs/evidence', file), page);
}

async function firstFires(): Promise<boolean> {
  const wanted: Promise<FiresRun>[] = [];
  if (values.store !== 'influx') wanted.push(playFires(fires, FIRES, speed, null, log));
  if (values.store !== 'embedded') {
    const missing = influxdMissing();
    if (missing !== null) throw new Error(missing);
    wanted.push(withInflux());
  }
  const runs = await Promise.all(wanted);
  const page = firesPage(runs, new Date().toISOString().slice(0, 10));
  tell(page, 'first-fires.md');
  const bad = runs.some(
    (run) => run.results.some((r) => missed(r) || r.early > 0) || run.acknowledged !== run.sent || run.stored !== run.sent,
  );
  return !bad;
}

async function everyFire(recordings: string): Promise<boolean> {
  const of = (name: string): string => join(recordings, name);
  const compartments = await playCompartments(of('fsri_compartments_visible'));
  log(`${compartments.fires.length} compartment fires: ${compartments.acknowledged} of ${compartments.sent} acknowledged`);
  const smokeAlarms = await playSmokeAlarms(of('nist_smoke_alarms'));
  log(`smoke alarms: ${smokeAlarms.acknowledged} of ${smokeAlarms.sent} acknowledged`);
  const cell = await playBatteryCell(of('fsri_lib_cell'));
  log(`battery cell: ${cell.acknowledged} of ${cell.sent} acknowledged`);
  const days = await playCalmDays(pathToFileURL(join(repositoryRoot, 'test/evidence/nuisance/')));
  tell(everyFirePage(new Date().toISOString().slice(0, 10), { compartments, smokeAlarms, cell, days }), 'fires.md');
  const channels = compartments.fires.flatMap((one) => one.channels);
  return (
    !channels.some((one) => missedChannel(one) || falseChannel(one)) &&
    !smokeAlarms.places.some(({ reachedS, heatS }) => reachedS !== null && heatS === null) &&
    days.every(({ verdict }) => verdict.ok) &&
    [compartments, smokeAlarms, cell].every(({ sent, acknowledged }) => sent === acknowledged)
  );
}

async function processExample(recordings: string): Promise<boolean> {
  const run = await playProcess(join(recordings, 'tep_visible'));
  tell(processPage(new Date().toISOString().slice(0, 10), run), 'process.md');
  return run.sent === run.acknowledged && run.runs.every(({ falseAlarms }) => falseAlarms === 0);
}

const runs = { 'first-fires': firstFires, fires: () => everyFire(folder), process: () => processExample(folder) };
process.exit((await runs[what]()) ? 0 : 1);
