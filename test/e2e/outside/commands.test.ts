import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../harness/platform-process.ts';

/** The commands of package.json that do one thing and end: each says how it is called. */

const run = promisify(execFile);
const { scripts } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const program = /exec node (dist\/\S+\.js)$/.exec(script)?.[1];
  return program === undefined ? [] : [{ name, program: join(repositoryRoot, program) }];
});

const sourceOf = (program: string): string => program.replace('/dist/', '/').replace(/\.js$/, '.ts');

describe('a command of the repository', () => {
  it('is each of those the documents name', () => {
    expect(commands.map(({ name }) => name).sort()).toEqual(
      ['backtest', 'backup', 'bench', 'broker', 'evidence', 'restore', 'rules:check', 'simulate', 'site'].sort(),
    );
  });

  it.each(commands)('$name says with --help how it is called, on stdout, exit code 0', async ({ name, program }) => {
    const { stdout, stderr } = await run(process.execPath, [program, '--help']);
    expect(stdout).toContain(`npm run ${name} -- `);
    expect(stderr).toBe('');
  });

  it('names what it does not know, without a stack; one that stays does not start', async () => {
    const staying = ['main', 'demo'].map((name) => ({ name, program: join(repositoryRoot, `dist/app/${name}.js`) }));
    const asked = [...commands, ...staying].map(async ({ name, program }) => {
      const failed: unknown = await run(process.execPath, [program, '--no-such-option']).catch((error: unknown) => error);
      expect(failed, name).toMatchObject({ code: expect.any(Number), stdout: '', stderr: expect.stringMatching(/--no-such-option|usage/) });
      expect(failed, name).toMatchObject({ stderr: expect.not.stringMatching(/\n +at /) });
    });
    await Promise.all(asked);
  });

  it('site says where it looked for a platform and how to name another, exit code 2', async () => {
    const program = commands.find(({ name }) => name === 'site')?.program ?? '';
    const nobody = 'http://127.0.0.1:1';
    const failed = run(process.execPath, [program, 'export', '--url', nobody], { env: { ...process.env, BEACON_TOKEN: 'bt_x' } });
    await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringMatching(`^no platform answers at ${nobody} .*--url`) });
  });

  it.each([
    ['rules:check', [join(repositoryRoot, 'docs/examples/site.yaml')]],
    ['simulate', ['--help']],
  ])('%s ends as by SIGPIPE and without a word when nobody reads it any more', async (called, args) => {
    const program = commands.find(({ name }) => name === called)?.program ?? '';
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const said: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
    const [code] = (await once(child, 'close')) as [number | null];
    expect([code, said.join('')]).toEqual([141, '']);
  });

  it('ends so wherever it is one that does its work and ends', () => {
    const asked = commands.filter(({ name }) => name !== 'broker').map(({ program }) => sourceOf(program));
    // Started by `simulate`, on what it writes to.
    for (const source of [...asked, sourceOf(join(repositoryRoot, 'dist/app/virtual/play-files.js'))])
      expect(readFileSync(source, 'utf8'), source).toContain('endOnClosedPipe(process);');
  });
});
