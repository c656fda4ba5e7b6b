import { run } from '../../app/run.ts';
import { createFaults } from '../../store/journal/faults.ts';

const faults = createFaults();

/** A deliberately wrong platform: once it is ready, the journal's thread ends at the next commit. */
await run({
  env: process.env,
  demo: false,
  seams: { journalFaults: faults },
  afterStart() {
    // Not before the ready line is out.
    setTimeout(() => faults.die(), 100);
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
