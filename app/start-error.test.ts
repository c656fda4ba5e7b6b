import { describe, expect, it } from 'vitest';
import { RecordsError } from '../store/records/records-error.ts';
import { fullDisk, startLine } from './start-error.ts';

describe('a start that found not a byte', () => {
  it.each([
    ['the records, in words of SQLite', new RecordsError('open-failed', 'database or disk is full')],
    ['SQLite itself', Object.assign(new Error('full'), { code: 'SQLITE_FULL' })],
    ['the system', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })],
    ['a quota', Object.assign(new Error('write'), { code: 'EDQUOT' })],
  ])('is one line with the folder and what to free, whoever said it: %s', (_who, error) => {
    const line = startLine(fullDisk(error, '/data/beacon'));
    expect(line).toMatch(
      /^BEACON_DATA_DIR=\/data\/beacon: the disk of this folder is full and the reserve used up \([^\n]+\); free at least 80 MB/,
    );
  });

  it('is told by the disk where SQLite found no room for its shared memory and calls that an I/O error', () => {
    const error = new RecordsError('open-failed', '/data/beacon/records.db: disk I/O error');
    expect(fullDisk(error, '/data/beacon', () => 0)?.message).toMatch(/^BEACON_DATA_DIR=\/data\/beacon: the disk of this folder is full/);
    expect(fullDisk(error, '/data/beacon', () => 1e9)).toBeNull();
  });

  it('is nothing else', () => {
    expect(fullDisk(new RecordsError('open-failed', 'file is not a database'), '/data/beacon')).toBeNull();
    expect(fullDisk('ENOSPC', '/data/beacon')).toBeNull();
  });
});
