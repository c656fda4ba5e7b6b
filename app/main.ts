import { argumentsAsked } from './help.ts';
import { run } from './run.ts';

/** Production start (`npm start`). */
argumentsAsked('usage: npm start   (what can be set comes from the environment and BEACON_CONFIG: docs/operations.md)', {});
await run({ env: process.env, demo: false });
