import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CLOSED_PIPE_EXIT, endOnClosedPipe } from './closed-pipe.ts';

function commandLine() {
  const ended: number[] = [];
  const one = { stdout: new EventEmitter(), stderr: new EventEmitter(), exit: (code: number) => ended.push(code) };
  endOnClosedPipe(one);
  return { ...one, ended };
}
const trouble = (code: string): Error => Object.assign(new Error(`write ${code}`), { code });

describe('a command line that nobody reads any more', () => {
  it.each(['stdout', 'stderr'] as const)('ends as by SIGPIPE when %s is closed', (stream) => {
    const one = commandLine();
    one[stream].emit('error', trouble('EPIPE'));
    expect(one.ended).toEqual([CLOSED_PIPE_EXIT]);
  });
  it('fails loudly for any other reason', () => {
    const one = commandLine();
    expect(() => one.stdout.emit('error', trouble('ENOSPC'))).toThrow('ENOSPC');
    expect(one.ended).toEqual([]);
  });
});
