import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  served.platform.enterprise('a');
  await served.account('admin', 'admin');
  await served.account('anna', 'admin', ['a']);
  await served.account('olga', 'operator');
});
afterEach(async () => {
  await served.close();
});

describe('scenario runs', () => {
  it('are for whoever administers everything', async () => {
    const [admin, anna, olga] = [await served.as('admin'), await served.as('anna'), await served.as('olga')];
    const run = (who: typeof admin) => who.send('POST', '/scenarios/a-leak/runs', {});
    expect([(await run(anna)).status, (await run(olga)).status, served.platform.runList]).toEqual([403, 403, []]);
    expect((await run(admin)).status).toBe(202);
    for (const path of ['/scenarios', '/runs', '/runs/run-0'])
      expect([path, (await admin.get(path)).status, (await anna.get(path)).status, (await olga.get(path)).status]).toEqual([
        path,
        200,
        403,
        403,
      ]);
    expect((await olga.send('DELETE', '/runs/run-0')).status).toBe(403);
    expect((await admin.send('DELETE', '/runs/run-0')).status).toBe(204);
    expect((await admin.get('/runs/run-0')).status).toBe(404);
  });

  it('are of the library alone, and wait in a bounded number', async () => {
    const admin = await served.as('admin');
    for (const name of ['nothing', '..%2f..%2fetc%2fpasswd', '--json'])
      expect([name, (await admin.send('POST', `/scenarios/${name}/runs`, {})).status]).toEqual([name, 404]);
    for (let n = 0; n < 10; n += 1) expect((await admin.send('POST', '/scenarios/a-leak/runs', {})).status).toBe(202);
    const over = await admin.send('POST', '/scenarios/a-leak/runs', {});
    expect([over.status, (over.body as { code: string }).code]).toEqual([429, 'too-many-runs']);
  });
});
