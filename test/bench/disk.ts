import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../harness/platform-process.ts';
import { percentile } from './statistics.ts';

/** fdatasync after a 4 kB write, ms: what a commit cannot be faster than on this disk. */
export function measureFdatasync(times: number): { readonly p50: number; readonly p99: number } {
  const folder = temporaryFolder('disk');
  const file = openSync(join(folder.path, 'probe'), 'w');
  const block = Buffer.alloc(4_096, 1);
  const took: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const begun = performance.now();
    writeSync(file, block);
    fdatasyncSync(file);
    took.push(performance.now() - begun);
  }
  closeSync(file);
  folder.remove();
  return { p50: percentile(took, 0.5), p99: percentile(took, 0.99) };
}
