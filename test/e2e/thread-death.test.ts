import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder('thread-death');
});
afterEach(() => folder.remove());

/** A platform that cannot write down an alarm, or let anybody in, must not look alive: whoever watches over it is to start it again. */
describe('a thread the platform cannot do without ends', () => {
  it.each([
    ['journal', 'test/mutants/journal-dies.js', "journal: the journal's thread ended: the thread ends (ordered by a test)"],
    ['records', 'test/mutants/records-die.js', 'records: the thread ended with code 1'],
  ])('%s: the process says so and ends with code 1; the next start has everything', async (_thread, program, said) => {
    const broken = await startPlatform({ dataDir: folder.path, program });
    expect(await broken.exited).toBe(1);
    expect(broken.stderr()).toContain(said);
    const next = await startPlatform({ dataDir: folder.path });
    expect((await fetch(`${next.httpBase}/readyz`)).status).toBe(200);
    // The account that was made before is in the records.
    expect((await signIn(next.httpBase)).token).toMatch(/^bt_/);
    expect(await next.stop()).toBe(0);
  });
});
