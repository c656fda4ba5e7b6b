import { run } from '../../app/run.ts';
import { createEngine } from '../../rules/engine.ts';

/** A deliberately wrong platform: it forgets the state of the alarms at every start. */
await run({
  env: process.env,
  demo: false,
  seams: {
    recover: () => Promise.resolve({ engine: createEngine(), snapshotSeq: 0, fellBack: false, replayed: 0, resends: [] }),
  },
});
