import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { chromiumPath } from '../harness/browser.ts';
import { influxdMissing } from '../parts/influxd.ts';
import { repositoryRoot } from '../harness/platform-process.ts';

/** The bench runs small in the test suite, so that it never rots; its figures mean nothing here. */
it('the quick bench ends with every table and no unanswered PUBLISH or alarm', { timeout: 900_000 }, async () => {
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/test/bench/main.js'), '--quick'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  for (const row of [
    '| 20 | ',
    '| 1 | ',
    ' of 500 | ',
    '| before | ',
    'hostile msg/s | ',
    '| PUBACK of others | ',
    'thousand values/s',
    '| a year, buckets | ',
    '| 2 | 200 of 200 | ',
    '## 300 messages/s with InfluxDB on the same cores',
    'to the last of 5: ',
    '## 2000 devices of three points registered',
    '| a broker that always has more | ',
    '## The desk in Chromium with 60 devices',
    '| points of the plant | ',
    '## Backtest of stored history, one core',
    'A page of 2000 raw readings keeps the thread',
    '## The collector of young memory: the engine alone, 2000 devices',
  ])
    expect(stdout).toContain(row);
  expect(stdout).not.toMatch(/NaN|Infinity|undefined/);
  expect(stdout).toContain('Unanswered over everything: 0.');
  if (chromiumPath() !== null) expect(stdout).toContain("different from the API's: **0**");
  if (influxdMissing() === null) {
    expect(stdout).toContain('| back, catching up | ');
    const equal = /equal for \*\*(\d+) of (\d+)\*\* devices/.exec(stdout);
    expect(equal?.[1], stdout).toBe(equal?.[2]);
  }
});
