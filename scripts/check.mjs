// `npm run check`: everything a developer wants to know in under a minute. Each step names what to do when it fails.
import { spawnSync } from 'node:child_process';

const steps = [
  ['types', ['tsc', '-b', 'tsconfig.json'], 'mend the types; a wrong import direction shows here as TS6307'],
  ['types of tests', ['tsc', '-p', 'tsconfig.tests.json'], 'mend the types of the tests'],
  ['types of the web app', ['vue-tsc', '--noEmit', '-p', 'alert-ui/web/tsconfig.json'], 'mend the types of the web app'],
  ['lint', ['oxlint', '--quiet'], 'npx oxlint shows the places'],
  ['format', ['biome', 'format', '.'], 'npm run format'],
  ['dead code', ['knip', '--no-progress'], 'delete what nothing uses, or say in knip.json why it stays'],
  ['unit tests', ['vitest', 'run', '--project', 'unit', '--reporter', 'dot'], 'npx vitest --project unit'],
];
// A dot for each test, coloured, would fill what is shown, and what failed stands at the end.
const SHOWN = 20_000;
const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
let failed = 0;
for (const [name, args, remedy] of steps) {
  const begun = Date.now();
  const result = spawnSync('npx', ['--no-install', ...args], { encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024 });
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (result.status === 0) {
    console.log(`ok    ${name} (${seconds} s)`);
    continue;
  }
  failed += 1;
  console.log(`FAIL  ${name} (${seconds} s): ${remedy}`);
  console.log(`${result.stdout}\n${result.stderr}`.trim().slice(-SHOWN));
}
process.exit(failed === 0 ? 0 : 1);
