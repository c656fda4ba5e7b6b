import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'beacon-make-folder-'));
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('making a folder', () => {
  it('makes what is missing above it, with the mode asked for, and is content where it exists', () => {
    const path = join(root, 'a/b/c');
    makeFolder(path, 0o700);
    makeFolder(path, 0o700);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('says why not, where a file is in the way', () => {
    makeFolder(root);
    writeFileSync(join(root, 'file'), '');
    expect(() => makeFolder(join(root, 'file/below'))).toThrow(/ENOTDIR|EEXIST/);
  });

  it.skipIf(process.platform !== 'linux')('comes back where the system lets nobody make one (it must not try for ever)', () => {
    expect(() => makeFolder('/proc/beacon/below')).toThrow(/ENOENT|EACCES|EPERM/);
  });
});
