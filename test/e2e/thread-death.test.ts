import { afterAll, describe, expect, it } from 'vitest';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';

const folder = temporaryFolder('thread-death');
afterAll(() => folder.remove());

/** A platform that cannot write down an alarm any more must not look alive: whoever watches over it is to start it again. */
describe('a thread the platform cannot do without ends', () => {
  it('the process says so and ends with code 1; the next start has everything', async () => {
    const broken = await startPlatform({ dataDir: folder.path, program: 'test/mutants/journal-dies.js' });
    expect(await broken.exited).toBe(1);
    expect(broken.stderr()).toContain("journal: the journal's thread ended: the thread ends (ordered by a test)");
    const next = await startPlatform({ dataDir: folder.path });
    expect((await fetch(`${next.httpBase}/readyz`)).status).toBe(200);
    expect(await next.stop()).toBe(0);
  });
});
