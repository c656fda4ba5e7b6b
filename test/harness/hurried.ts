import { run } from '../../app/run.ts';

/** The platform with a journal that is cut into small files and trimmed every few seconds, as a big one is every quarter of an hour. */
await run({
  env: process.env,
  demo: false,
  seams: { segmentBytes: 400_000, snapshotPace: { everyMs: 2_000, everyEntries: 5_000, checkMs: 100 } },
});
