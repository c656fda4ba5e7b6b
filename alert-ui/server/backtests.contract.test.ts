import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) served.platform.enterprise(id);
  await served.account('admin', 'admin');
  await served.account('olga', 'operator', ['a']);
  await served.account('otto', 'operator', ['b']);
  await served.account('vera', 'viewer', ['a']);
});
afterEach(async () => {
  await served.close();
});

const PERIOD = { from: 1_000, to: 2_000 };

describe('backtests', () => {
  it("tell a bound account the alarms of its own enterprises alone, and take no other's", async () => {
    const olga = await served.as('olga');
    expect((await olga.send('POST', '/backtests', PERIOD)).status).toBe(202);
    expect(served.platform.backtestList[0]?.request).toEqual({ ...PERIOD, changes: [], enterprises: ['a'] });
    expect((await olga.send('POST', '/backtests', { ...PERIOD, enterprise: 'b' })).status).toBe(404);
    expect((await (await served.as('vera')).send('POST', '/backtests', PERIOD)).status).toBe(403);
  });

  it('are seen and ended by who started them, and by whoever watches everything', async () => {
    const [olga, otto, admin] = [await served.as('olga'), await served.as('otto'), await served.as('admin')];
    await olga.send('POST', '/backtests', PERIOD);
    const seen = async (who: typeof olga): Promise<readonly unknown[]> => {
      const list = (await who.get('/backtests')).body as unknown as { items: readonly unknown[] };
      return [list.items.length, (await who.get('/backtests/bt-0')).status];
    };
    expect([await seen(olga), await seen(otto), await seen(admin)]).toEqual([
      [1, 200],
      [0, 404],
      [1, 200],
    ]);
    const ended = (who: typeof olga) => who.send('DELETE', '/backtests/bt-0');
    expect([(await ended(otto)).status, (await ended(olga)).status, (await ended(admin)).status]).toEqual([404, 204, 404]);
  });

  it('take times as ISO 8601 too', async () => {
    const admin = await served.as('admin');
    const asked = await admin.send('POST', '/backtests', { from: '1970-01-01T08:00:01+08:00', to: '1970-01-01T00:00:02Z' });
    expect([asked.status, asked.body]).toMatchObject([202, PERIOD]);
  });

  it('wait in a bounded number', async () => {
    const admin = await served.as('admin');
    for (let n = 0; n < 10; n += 1) expect((await admin.send('POST', '/backtests', PERIOD)).status).toBe(202);
    const over = await admin.send('POST', '/backtests', PERIOD);
    expect([over.status, (over.body as { code: string }).code]).toEqual([429, 'too-many-backtests']);
  });
});
