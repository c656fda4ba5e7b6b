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

/** So many turns without another question: turns, not time, of which a busy machine may give this process none. */
const QUIET_TURNS = 15;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** Pages asked for, once there come no more. */
async function settled(asked: readonly unknown[]): Promise<number> {
  for (let quiet = 0, before = -1; quiet < QUIET_TURNS; await turn()) {
    quiet = asked.length === before ? quiet + 1 : 0;
    before = asked.length;
  }
  return asked.length;
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
    expect(await settled(served.platform.asked)).toBeLessThan(1_500);
    leaving.abort();
    const before = await settled(served.platform.asked);
    expect(await settled(served.platform.asked)).toBe(before);
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

  it('cost little where there is nothing, and nothing once the reader is gone', async () => {
    const admin = await served.as('admin');
    const asked: string[] = [];
    const rollUps = served.platform.readings.rollUps.bind(served.platform.readings);
    served.platform.readings.rollUps = async (query) => {
      asked.push(query.unit);
      await new Promise((resolve) => setTimeout(resolve, 1));
      return rollUps(query);
    };
    const everything = `${PATH.replace(/from=\d+&to=\d+/, 'from=0&to=999999999999999')}&source=minute`;
    expect((await admin.get(everything)).status).toBe(200);
    expect(asked.length).toBeLessThan(1_000);
    asked.length = 0;
    const leaving = new AbortController();
    const left = fetch(`${served.url}/api/v1${everything}`, { headers: { cookie: admin.cookie }, signal: leaving.signal });
    while (asked.length < 5) await new Promise((resolve) => setTimeout(resolve, 1));
    leaving.abort();
    await expect(left.then((answer) => answer.text())).rejects.toThrow();
    const after = await settled(asked);
    expect(await settled(asked)).toBe(after);
  });

  it('are a few at a time for each account; those that were left make room', async () => {
    const anna = await served.as('anna');
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const begun: unknown[] = [];
    const range = served.platform.readings.range.bind(served.platform.readings);
    served.platform.readings.range = async (query) => {
      begun.push(query);
      await held;
      return range(query);
    };
    const leaving = new AbortController();
    const three = [1, 2, 3].map(() => fetch(`${served.url}/api/v1${PATH}`, { headers: { cookie: anna.cookie }, signal: leaving.signal }));
    while (begun.length < 3) await turn();
    const fourth = await anna.get(PATH);
    expect([fourth.status, JSON.parse(fourth.text)['code']]).toEqual([429, 'too-many-exports']);
    leaving.abort();
    await Promise.allSettled(three);
    answer();
    await expect.poll(async () => (await anna.get(PATH)).status).toBe(200);
  });

  it('leave room also where the reader is gone before it is known who he is', async () => {
    const anna = await served.as('anna');
    for (let ms = 0; ms < 12; ms += 1) {
      const leaving = new AbortController();
      const left = fetch(`${served.url}/api/v1${PATH}`, { headers: { cookie: anna.cookie }, signal: leaving.signal });
      await new Promise((resolve) => setTimeout(resolve, ms / 2));
      leaving.abort();
      await left.then((answer) => answer.text()).catch(() => undefined);
    }
    await expect.poll(async () => (await anna.get(PATH)).status).toBe(200);
  });

  it('say that a store that is away is unavailable', async () => {
    served.platform.readings.range = () => Promise.reject(Object.assign(new Error('nobody answers'), { name: 'StoreFailure' }));
    const admin = await served.as('admin');
    for (const path of [PATH, PATH.replace('.csv', '')]) {
      const answer = await admin.get(path);
      expect([path, answer.status, JSON.parse(answer.text)['code']]).toEqual([path, 503, 'unavailable']);
    }
  });
});
