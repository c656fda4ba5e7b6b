/** A command that does one thing and ends: what is under way and the outcome are lines on stdout, a failure one line on stderr and exit 1. */
export interface Say {
  readonly progress: (line: string) => void;
  readonly done: (line: string) => void;
  /** Ends the command. */
  readonly wrong: (line: string) => never;
}

export async function commandLine(name: string, work: (say: Say) => Promise<void>): Promise<void> {
  // What it writes holds hashes of secrets: nobody else's to read.
  process.umask(0o077);
  const line = (text: string): void => void process.stdout.write(`${name}: ${text}\n`);
  const wrong = (text: string): never => {
    process.stderr.write(`${text.replaceAll('\n', ' ')}\n`);
    process.exit(1);
  };
  try {
    await work({ progress: line, done: line, wrong });
  } catch (error) {
    wrong(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
