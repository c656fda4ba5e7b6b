import { join } from 'node:path';
import { run } from '../../app/run.ts';
import { watchSnapshots } from './snapshot-delay.ts';

/** The platform as it is, but it tells how late its main thread is while it cuts a snapshot. */
await run({
  env: process.env,
  demo: false,
  afterStart() {
    watchSnapshots(join(process.env['BEACON_DATA_DIR'] ?? '', 'snapshots'));
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
