import { stopsWhileLoading } from './early-stop.ts';

/** Production start (`npm start`). */
const signalsTaken = stopsWhileLoading();
// Loaded from here, not above: what is imported above a line has been loaded before it runs.
const { argumentsAsked } = await import('./help.ts');
const { run } = await import('./run.ts');
argumentsAsked('usage: npm start   (what can be set comes from the environment and BEACON_CONFIG: docs/operations.md)', {});
await run({ env: process.env, demo: false, signalsTaken });
