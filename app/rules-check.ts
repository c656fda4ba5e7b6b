import { readFileSync } from 'node:fs';
import { endOnClosedPipe } from '../model/closed-pipe.ts';
import { helpAsked } from './help.ts';
import { checkSite } from './site/check.ts';

/**
 * `npm run rules:check -- <site file> …`: reads site files, says what is wrong with them line by line, and runs the rule tests in them.
 * Exit code 0: all sound and every test passed; 1: something is not; 2: a file could not be read.
 */
const USAGE = 'usage: npm run rules:check -- <site file> …\n';
endOnClosedPipe(process);
helpAsked(USAGE);
const files = process.argv.slice(2).filter((one) => one !== '--');
if (files.length === 0 || files.some((one) => one.startsWith('-'))) {
  process.stderr.write(USAGE);
  process.exit(2);
}

let worst = 0;
for (const file of files) worst = Math.max(worst, check(file));
process.exitCode = worst;

function check(file: string): number {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    process.stderr.write(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 2;
  }
  const { counts, problems, notes, tests } = checkSite(text);
  if (counts !== '') say(`${file}: ${counts}`);
  const at = ({ line, path, message }: { line: number; path: string; message: string }): string =>
    `${file}:${line}: ${path === '' ? '' : `${path}: `}${message}`;
  for (const problem of problems) say(at(problem));
  for (const note of notes) say(`${at(note)} (note)`);
  if (problems.length > 0) {
    say(`${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}; the tests were not run`);
    return 1;
  }
  let passed = 0;
  for (const { name, line, faults } of tests) {
    if (faults.length === 0) passed += 1;
    say(faults.length === 0 ? `ok    ${name}` : `FAIL  ${name} (${file}:${line})`);
    for (const fault of faults) say(`      ${file}:${fault.line}: ${fault.message}`);
  }
  say(tests.length === 0 ? 'sound; there are no tests in it' : `${passed} of ${tests.length} tests passed`);
  return passed === tests.length ? 0 : 1;
}
