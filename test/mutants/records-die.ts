import type { Worker } from 'node:worker_threads';
import { run } from '../../app/run.ts';

/** The records are the first thread that is started; the test reads by name which one it was. */
let records: Worker | null = null;
process.on('worker', (worker: Worker) => {
  records ??= worker;
});

/** A deliberately wrong platform: once it is ready, the records' thread ends, as one does that runs out of memory. */
await run({
  env: process.env,
  demo: false,
  afterStart() {
    // Not before the ready line is out.
    setTimeout(() => void records?.terminate(), 100);
    return Promise.resolve({ stop: () => Promise.resolve() });
  },
});
