import { killNineRun } from './kill-nine.ts';

/** `node dist/test/harness/kill-nine-cli.js [program] [kills] [acknowledged]`: the kill -9 run by hand. */
const [program = 'app/main.js', kills = '3', acknowledged = '5000'] = process.argv.slice(2);
const begun = performance.now();
const result = await killNineRun({ program, kills: Number(kills), acknowledgedPerKill: Number(acknowledged), seed: 7 });
process.stdout.write(`${JSON.stringify(result, null, 1)}\n${((performance.now() - begun) / 1_000).toFixed(0)} s\n`);
