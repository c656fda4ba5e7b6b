// `npm test`: everything static and every test. Ends with one line `N passed, N failed`. With CI set a skipped test is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getParts } from './parts.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
process.chdir(root);
const { path } = getParts();
const env = { ...process.env, PATH: path };
const totals = { passed: 0, failed: 0, skipped: 0 };

function step(name, args) {
  const begun = Date.now();
  const result = spawnSync(process.execPath, args, { env, encoding: 'utf8', maxBuffer: 64e6 });
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (result.status === 0) {
    totals.passed += 1;
    console.log(`ok    ${name} (${seconds} s)`);
    return true;
  }
  totals.failed += 1;
  console.log(`FAIL  ${name} (${seconds} s)\n${`${result.stdout}\n${result.stderr}`.trim().slice(0, 20_000)}`);
  return false;
}
const bin = (file) => join(root, 'node_modules', file);

step('build', ['scripts/build.mjs']);
step('types of tests', [bin('typescript/bin/tsc'), '-p', 'tsconfig.tests.json']);
step('types of the web app', [bin('vue-tsc/bin/vue-tsc.js'), '--noEmit', '-p', 'alert-ui/web/tsconfig.json']);
step('lint', [bin('oxlint/bin/oxlint'), '--quiet']);
step('format', [bin('@biomejs/biome/bin/biome'), 'format', '.']);
step('dead code', [bin('knip/bin/knip.js'), '--no-progress']);

mkdirSync('.cache', { recursive: true });
for (const project of ['unit', 'contract', 'e2e', 'e2e-alone']) {
  const report = join(root, '.cache', `${project}.json`);
  rmSync(report, { force: true });
  const begun = Date.now();
  const result = spawnSync(
    process.execPath,
    [bin('vitest/vitest.mjs'), 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { env, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (!existsSync(report)) {
    totals.failed += 1;
    console.log(`FAIL  ${project} tests: the run ended without a report (exit ${result.status})`);
    continue;
  }
  const summary = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += summary.numPassedTests;
  totals.failed += summary.numFailedTests;
  for (const file of summary.testResults) {
    if (file.status === 'failed' && file.assertionResults.length === 0) {
      totals.failed += 1;
      console.log(`FAIL  ${file.name}: ${file.message}`);
    }
    for (const test of file.assertionResults) {
      if (test.status === 'passed' || test.status === 'failed') continue;
      console.log(`SKIPPED  ${test.fullName}`);
      // Recordings are data a user may not have; a missing program in CI is a mistake.
      if (!test.fullName.includes('needs BEACON_RECORDINGS')) totals.skipped += 1;
    }
  }
  if (result.status !== 0 && summary.numFailedTests === 0) {
    totals.failed += 1;
    console.log(`FAIL  ${project} tests: exit ${result.status} (an error outside a test)`);
  }
  console.log(`${project} tests took ${seconds} s`);
}
if (process.env.CI && totals.skipped > 0) {
  console.log(`${totals.skipped} skipped: a skip is a failure in CI`);
  totals.failed += totals.skipped;
}
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
