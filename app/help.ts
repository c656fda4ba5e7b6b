import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * `--help` of a command: its usage on stdout, exit code 0. A command called wrongly says the same on stderr and ends otherwise, so that
 * a script can tell a question from a mistake.
 */
export function helpAsked(usage: string): void {
  if (!process.argv.slice(2).some((one) => one === '--help' || one === '-h')) return;
  process.stdout.write(`${usage.trimEnd()}\n`);
  process.exit(0);
}

/**
 * What a command was given. `--help` is answered; an option or a word that it does not know is named, with the usage after it, on stderr,
 * exit code 2.
 */
export function argumentsAsked<T extends ParseArgsConfig>(usage: string, config: T): ReturnType<typeof parseArgs<T>> {
  helpAsked(usage);
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage.trimEnd()}\n`);
    process.exit(2);
  }
}
