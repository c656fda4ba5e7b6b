import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../harness/platform-process.ts';
import { influxdMissing, startInfluxd } from '../parts/influxd.ts';
import { FIRES, playFires, type FiresRun } from './first-fires.ts';
import { firesPage, missed } from './first-fires-page.ts';

/** `npm run evidence -- first-fires --recordings FOLDER [--speed N] [--store embedded|influx|both] [--write]` */
const { values, positionals } = parseArgs({
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
if (positionals[0] !== 'first-fires' || folder === undefined || !(speed > 0)) {
  process.stderr.write('usage: npm run evidence -- first-fires --recordings FOLDER [--speed 1] [--store embedded|influx|both] [--write]\n');
  process.exit(1);
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
const wanted: Promise<FiresRun>[] = [];
if (values.store !== 'influx') wanted.push(playFires(fires, FIRES, speed, null, log));
if (values.store !== 'embedded') {
  const missing = influxdMissing();
  if (missing !== null) throw new Error(missing);
  wanted.push(withInflux());
}
const runs = await Promise.all(wanted);
const page = firesPage(runs, new Date().toISOString().slice(0, 10));
process.stdout.write(`${page}\n`);
if (values.write) {
  mkdirSync(join(repositoryRoot, 'docs/evidence'), { recursive: true });
  writeFileSync(join(repositoryRoot, 'docs/evidence/first-fires.md'), page);
}
const bad = runs.some(
  (run) => run.results.some((r) => missed(r) || r.early > 0) || run.acknowledged !== run.sent || run.stored !== run.sent,
);
process.exit(bad ? 1 : 0);
