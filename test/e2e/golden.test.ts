import { cpSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { signIn } from '../harness/api.ts';
import { repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { goldenAnswers } from '../golden/answers.ts';

const root = join(repositoryRoot, 'test/golden');
const formats = readdirSync(root).filter((name) => existsSync(join(root, name, 'answers.json')));

/** A data folder of every released format, kept for ever: this version starts from each and says the same. */
describe('golden data folders', () => {
  it('there is one for every released format', () => {
    expect(formats.length).toBeGreaterThan(0);
  });

  it.each(formats)('%s', async (format) => {
    const folder = temporaryFolder('golden');
    const data = join(folder.path, 'data');
    cpSync(join(root, format, 'data'), data, { recursive: true });
    expect(statSync(data).isDirectory()).toBe(true);
    const platform = await startPlatform({ dataDir: data });
    try {
      const expected: unknown = JSON.parse(readFileSync(join(root, format, 'answers.json'), 'utf8'));
      expect(await goldenAnswers(await signIn(platform.httpBase))).toEqual(expected);
    } finally {
      await platform.kill();
      folder.remove();
    }
  });
});
