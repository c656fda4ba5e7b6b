/**
 * `--help` of a command: its usage on stdout, exit code 0. A command called wrongly says the same on stderr and ends otherwise, so that
 * a script can tell a question from a mistake.
 */
export function helpAsked(usage: string): void {
  if (!process.argv.slice(2).some((one) => one === '--help' || one === '-h')) return;
  process.stdout.write(`${usage.trimEnd()}\n`);
  process.exit(0);
}
