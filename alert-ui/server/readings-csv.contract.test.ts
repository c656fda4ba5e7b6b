import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    served.platform.device(`${id}-gas-1`, id);
  }
  await served.account('admin', 'admin');
  await served.account('anna', 'viewer', ['a']);
});
afterEach(async () => {
  await served.close();
});

const PATH = `/devices/a-gas-1/readings.csv?measurement=lel&from=${NOON}&to=${NOON + 86_400_000}`;

/** Pages asked for, once there come no more. */
async function settled(): Promise<number> {
  for (let before = -1; ; ) {
    const now = served.platform.asked.length;
    if (now === before) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

describe('readings as CSV', () => {
  it('come whole, page by page, oldest first, with keys or words in the head', async () => {
    served.platform.pageMax = 100;
    served.platform.stored = Array.from({ length: 1_234 }, (_, n) => [NOON + n * 1_000, n / 4, n % 9 === 0 ? 'bad' : 'good'] as const);
    const admin = await served.as('admin');
    const plain = await admin.get(PATH);
    expect(plain.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(plain.headers.get('content-disposition')).toBe('attachment; filename="a-gas-1-lel.csv"');
    const lines = plain.text.split('\r\n');
    expect(lines[0]).toBe('time,device,measurement,channel,value,unit,quality');
    expect(lines[2]).toMatch(/^2026-11-23T12:00:01\.000Z,a-gas-1,lel,,0\.25,[^,]*,good$/);
    expect(lines).toHaveLength(1_236);
    expect(lines.at(-1)).toBe('');
    const chinese = await fetch(`${served.url}/api/v1${PATH}&lang=zh-CN`, { headers: { cookie: admin.cookie } });
    const bytes = Buffer.from(await chinese.arrayBuffer());
    expect(bytes.toString('utf8').startsWith('\uFEFF时间（UTC）,设备,')).toBe(true);
  });

  it('are taken no faster than they are read', async () => {
    served.platform.pageMax = 1;
    const long = 'x'.repeat(100_000);
    served.platform.stored = Array.from({ length: 3_000 }, (_, n) => [NOON + n, long, 'good'] as const);
    const admin = await served.as('admin');
    const leaving = new AbortController();
    const answer = await fetch(`${served.url}/api/v1${PATH}`, { headers: { cookie: admin.cookie }, signal: leaving.signal });
    await answer.body?.getReader().read();
    // Nobody reads on: once the sockets are full no page is asked for, and none after the reader has gone.
    expect(await settled()).toBeLessThan(1_500);
    leaving.abort();
    const before = await settled();
    expect(await settled()).toBe(before);
  });

  it('run no formula in a spreadsheet', async () => {
    served.platform.stored = [[NOON, '=HYPERLINK("http://x","y")', 'good']];
    const { text } = await (await served.as('admin')).get(PATH);
    expect(text.split('\r\n')[1]).toContain(`,"'=HYPERLINK(""http://x"",""y"")",`);
  });

  it('give roll-ups', async () => {
    const { text } = await (await served.as('admin')).get(`${PATH.replace(/to=\d+/, `to=${NOON + 3_600_000}`)}&source=hour`);
    expect(text).toMatch(
      /^time,device,measurement,channel,min,max,mean,count,bad,last,unit,quality\r\n2026-11-23T12:00:00.000Z,a-gas-1,lel,,1,3,2,4,1,2,[^,]*,good\r\n$/,
    );
  });

  it('are for those who may see the device', async () => {
    const anna = await served.as('anna');
    expect((await anna.get(PATH)).status).toBe(200);
    expect((await anna.get(PATH.replace('a-gas-1', 'b-gas-1'))).status).toBe(404);
    expect((await served.request('GET', `/api/v1${PATH}`)).status).toBe(401);
    expect((await anna.get(`${PATH}&source=day`)).status).toBe(400);
  });
});
