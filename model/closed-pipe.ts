/**
 * What a command line prints may be read by a program that has seen enough (`… | head`). Node then raises an error on the stream, which ends
 * the program with a stack trace; every other program of a shell is ended by SIGPIPE, without a word.
 */

/** 128 and the number of SIGPIPE, as a shell tells it. */
export const CLOSED_PIPE_EXIT = 141;

interface Written {
  on(event: 'error', listener: (error: Error & { readonly code?: string }) => void): unknown;
}
/** As much of Node's `process` as is needed; this folder knows nothing of Node. */
export interface CommandLine {
  readonly stdout: Written;
  readonly stderr: Written;
  exit(code: number): unknown;
}

/**
 * Ends the program quietly when nobody reads it any more. Called first by every command line that does one thing and ends; a platform that runs
 * goes on, whoever reads what it says. Another failure of the stream is thrown, as it would be without this.
 */
export function endOnClosedPipe(commandLine: CommandLine): void {
  for (const stream of [commandLine.stdout, commandLine.stderr])
    stream.on('error', (error) => {
      if (error.code !== 'EPIPE') throw error;
      commandLine.exit(CLOSED_PIPE_EXIT);
    });
}
