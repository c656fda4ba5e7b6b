import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../harness/backup-audit.ts';
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

  it.each(formats.flatMap((format) => ['as it is', 'through a backup'].map((way) => [format, way] as const)))(
    '%s, %s',
    async (format, way) => {
      const folder = temporaryFolder('golden');
      const original = join(folder.path, 'original');
      cpSync(join(root, format, 'data'), original, { recursive: true });
      let data = original;
      if (way === 'through a backup') {
        data = join(folder.path, 'restored');
        const backup = join(folder.path, 'backup');
        expect(await runProgram('app/backup-main.js', [backup], { BEACON_DATA_DIR: original })).toMatchObject({ code: 0, stderr: '' });
        expect(await runProgram('app/restore-main.js', [backup, data])).toMatchObject({ code: 0, stderr: '' });
      }
      const platform = await startPlatform({ dataDir: data });
      try {
        const expected: unknown = JSON.parse(readFileSync(join(root, format, 'answers.json'), 'utf8'));
        expect(await goldenAnswers(await signIn(platform.httpBase))).toEqual(expected);
      } finally {
        await platform.kill();
        folder.remove();
      }
    },
  );
});
