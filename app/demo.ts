import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createAccount } from '../alert-ui/server/accounts.ts';
import { playDistrict } from '../simulators/scenario/play-district.ts';
import type { Running } from './build.ts';
import { freePortFrom } from './free-port.ts';
import { argumentsAsked } from './help.ts';
import { run } from './run.ts';
import type { Config } from './config.ts';

/**
 * `npm run demo`: everything in one process on the embedded store, with a demo district and simulators. Its own folder is made anew
 * each time (`-- --keep` keeps it); passwords are random and printed at every start.
 */
const FOLDER = './data-demo';
const { values } = argumentsAsked(
  `usage: npm run demo -- [--keep]
  --keep   goes on with the folder of the last demo (${FOLDER}) instead of beginning anew`,
  { options: { keep: { type: 'boolean', default: false } } },
);
const { keep } = values;
const adminPassword = process.env['BEACON_ADMIN_PASSWORD'] || randomBytes(9).toString('base64url');

async function adjust(config: Config): Promise<Config> {
  const dataDir = process.env['BEACON_DATA_DIR'] || FOLDER;
  // Only a folder of our own making is ever deleted: one named by the user is kept.
  if (!keep && dataDir === FOLDER) rmSync(FOLDER, { recursive: true, force: true });
  return {
    ...config,
    dataDir,
    adminPassword,
    httpPort: await freePortFrom(config.host, config.httpPort),
    mqttPort: await freePortFrom(config.host, config.mqttPort),
  };
}

async function play(running: Running): Promise<{ stop(): Promise<void> }> {
  const operatorPassword = randomBytes(9).toString('base64url');
  await createAccount(
    running.records,
    { name: 'admin', password: adminPassword, role: 'admin', enterprises: null, mustChangePassword: false },
    running.platform.clock,
  );
  await createAccount(
    running.records,
    { name: 'operator', password: operatorPassword, role: 'operator', enterprises: null, mustChangePassword: false },
    running.platform.clock,
  );
  const district = await playDistrict({
    httpBase: running.httpUrl,
    mqttUrl: running.mqttUrl,
    username: 'admin',
    password: adminPassword,
    seed: 2026,
    speed: 1,
    log: (line: string) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(
    [
      '',
      '  Beacon Tower 烽火台: demo district',
      `  open      ${running.httpUrl}`,
      `  sign in   operator / ${operatorPassword}      (watches and acknowledges 值班员)`,
      `            admin / ${adminPassword}      (configures 管理员)`,
      '  within half a minute gas builds up in a kitchen of the restaurant street and an alarm rings 半分钟内后厨燃气报警',
      '',
      '',
    ].join('\n'),
  );
  return district;
}

await run({ env: process.env, demo: true, adjust, afterStart: play });
