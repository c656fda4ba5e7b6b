import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

const DAY = 86_400_000;
let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) served.platform.enterprise(id);
  await served.account('admin', 'admin');
  await served.account('anna', 'viewer', ['a']);
});
afterEach(async () => {
  await served.close();
});

describe('performance figures', () => {
  it('are of the last 30 days where nothing is said, and of what was asked about', async () => {
    const admin = await served.as('admin');
    expect((await admin.get('/kpi')).status).toBe(200);
    const now = served.platform.clock.now();
    expect(served.platform.figuresAsked.at(-1)).toEqual({ from: now - 30 * DAY, to: now });
    await admin.get(`/kpi?from=1&to=${DAY}&enterprise=a,b&area=nowhere`);
    expect(served.platform.figuresAsked.at(-1)).toEqual({ from: 1, to: DAY, enterprises: ['a', 'b'], areas: ['nowhere'] });
  });

  it("are of one's own enterprises alone, whatever is asked for", async () => {
    const anna = await served.as('anna');
    await anna.get('/kpi');
    await anna.get('/kpi?enterprise=b');
    await anna.get('/kpi.csv?enterprise=a,b');
    expect(served.platform.figuresAsked.map((query) => query.enterprises)).toEqual([['a'], [], ['a']]);
  });

  it.each(['from=9&to=9', 'from=9&to=8', `from=0&to=${401 * DAY}`, 'from=yesterday'])('%s is not a period', async (query) => {
    const admin = await served.as('admin');
    const answer = await admin.get(`/kpi?${query}`);
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([400, 'invalid-request']);
  });

  it('as a table have a line for each measure, and no formula from a name', async () => {
    const admin = await served.as('admin');
    const answer = await admin.get('/kpi.csv');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = answer.text.split('\r\n');
    expect(lines[0]).toBe('from,to,area,measure,value,target,manageable,met');
    expect(lines.filter((line) => line.includes(',perHour,'))).toHaveLength(2);
    expect(lines.find((line) => line.includes('worst '))).toMatch(/,worst =d lel hi,1,,,$/);
    expect(lines.find((line) => line.includes('shelvedMs '))).toMatch(/,shelvedMs =d lel hi,2592000000,,,$/);
    expect(lines.find((line) => line.includes('outOfServiceCount'))).toMatch(/,outOfServiceCount,0,,,$/);
    expect(lines.find((line) => line.includes(',,perHour,'))).toMatch(/,,perHour,0\.5,6,12,yes$/);
    expect(lines.find((line) => line.includes('toReturn.p50'))).toMatch(/toReturn\.p50,,,,$/);
  });
});
