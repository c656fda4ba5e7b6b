import { run } from './run.ts';

/** Production start (`npm start`). */
await run({ env: process.env, demo: false });
