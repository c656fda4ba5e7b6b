/** A start that cannot go on: one line for the person who typed the command, exit 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
