import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { Backtest } from '../../model/backtest.ts';
import type { JointLimit } from '../../model/engine.ts';
import { type Api, eventually, makeDevices, signIn } from '../harness/api.ts';
import { type Board, openBoard } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from '../harness/platform-process.ts';

const GAS = 'gas.combustible.point.industrial';
const IDS = ['GD-1', 'GD-2', 'GD-3'];
const VOTE = {
  id: 'two-of-three',
  scope: 'hazard-source',
  scopeId: 'tank',
  code: 'LEAK',
  joint: { vote: { atLeast: 2, of: { profileId: GAS, measurement: 'lel' }, when: { limit: 'L1' } } },
  parts: { level: 'red', basis: 'plan 5' },
};
const EXPRESSION = {
  id: 'spread',
  scope: 'hazard-source',
  scopeId: 'tank',
  code: 'SPREAD',
  joint: { expression: 'value("GD-1", "lel") + value("GD-2", "lel") > asset.sum_limit && !on("GD-3", "lel", "L2")' },
  parts: { level: 'orange', basis: 'plan 6' },
};

async function finished(api: Api, body: object): Promise<Backtest> {
  const { id } = await api.post<Backtest>('/backtests', body);
  return eventually('the backtest', 180_000, async () => {
    const now = await api.get<Backtest>(`/backtests/${id}`);
    return now.state === 'done' || now.state === 'failed' ? now : null;
  });
}

/** What an alarm says but its place in the numbering of another engine. */
function essence({ seq: _seq, ruleRevision: _revision, ...rest }: Alarm): object {
  return rest;
}

describe('rules over several points, from outside', () => {
  const folder = temporaryFolder('joint-rules');
  let platform: PlatformProcess;
  let api: Api;
  let board: Board;
  let clients: readonly DeviceClient[] = [];
  let began = 0;
  /** The rules stand from here on. */
  let ruled = 0;

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: folder.path });
    api = await signIn(platform.httpBase);
    board = await openBoard(api);
    began = Date.now();
    await api.post('/enterprises', { id: 'works', name: 'Works', sector: 'hazchem', kind: 'real' });
    await api.post('/hazard-sources', { id: 'tank', name: 'Tank', enterpriseId: 'works', attributes: { sum_limit: 40 } });
    const made = await makeDevices(api, 'works', GAS, IDS, { hazardSourceId: 'tank' });
    clients = await Promise.all(made.map((device) => connectDevice(platform.mqttUrl, device)));
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    board.close();
    await platform.kill();
    folder.remove();
  });

  const says = (n: number, payload: unknown): Promise<unknown> =>
    clients[n - 1]?.telemetry(payload) ?? Promise.reject(new Error('no device'));
  const told = (): string[] =>
    board.alarms.filter(({ alarm }) => alarm.deviceId === null).map(({ alarm, event }) => `${alarm.code} ${event.type}`);
  const standing = async (code: string): Promise<JointLimit> => {
    const { limits } = await api.get<{ limits: readonly JointLimit[] }>('/hazard-sources/tank/limits');
    const found = limits.find((limit) => limit.code === code);
    if (found === undefined) throw new Error(`no limit ${code}`);
    return found;
  };

  it('a text that does not compile is refused with the place of the mistake, and nothing of it is kept', async () => {
    const wrong = await api.request('POST', '/rules', { ...EXPRESSION, joint: { expression: 'value("GD-1", "lel") +> 4.0' } });
    expect(wrong.status).toBe(422);
    expect(JSON.stringify(wrong.body)).toContain('joint.expression');
    expect((await api.request('GET', '/rules/spread')).status).toBe(404);
  });

  it('votes and an expression ring at the source by what its devices send, and stand still on a bad voter', async () => {
    await api.post('/rules', VOTE);
    await api.post('/rules', EXPRESSION);
    ruled = Date.now();
    for (const n of [1, 2, 3]) await says(n, { lel: 1 });
    await eventually('three votes', 30_000, async () => {
      const { voters } = await standing('LEAK');
      return voters?.every(({ says: vote }) => vote === 'against') === true;
    });
    await says(1, { lel: 26 });
    await eventually('one vote', 30_000, async () => (await standing('LEAK')).value === 1);
    expect(told()).toEqual([]);
    await says(2, { lel: 27 });
    await board.alarm('the vote', ({ alarm, event }) => alarm.code === 'LEAK' && event.type === 'raised', 30_000);
    await board.alarm('the sum', ({ alarm, event }) => alarm.code === 'SPREAD' && event.type === 'raised', 30_000);
    const open = (await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items;
    expect(open.find(({ code }) => code === 'LEAK')).toMatchObject({
      hazardSourceId: 'tank',
      enterpriseId: 'works',
      deviceId: null,
      level: 'red',
      value: 2,
      limit: 2,
      active: true,
    });
    expect(open.find(({ code }) => code === 'SPREAD')).toMatchObject({
      hazardSourceId: 'tank',
      deviceId: null,
      level: 'orange',
      active: true,
    });
    // A voter that breaks while it votes for the alarm keeps its vote; the expression cannot be judged, and holds.
    await says(2, { lel: null });
    await eventually('the hold', 30_000, async () => (await standing('SPREAD')).holds?.reason === 'bad-quality');
    expect((await standing('LEAK')).voters).toMatchObject([{ says: 'for' }, { says: 'held' }, { says: 'against' }]);
    await says(1, { lel: 1 });
    expect(await standing('SPREAD')).toMatchObject({ on: true });
    await says(2, { lel: 2 });
    await board.alarm('the return', ({ alarm, event }) => alarm.code === 'SPREAD' && event.type === 'returned', 30_000);
    // The detectors' own L1 is on for its off-delay, and so are their votes.
    expect(told()).toEqual(expect.arrayContaining(['LEAK raised', 'SPREAD raised', 'SPREAD returned']));
    expect(told().filter((line) => line.startsWith('LEAK'))).toEqual(['LEAK raised']);
  });

  it('a backtest with unchanged rules gives exactly the alarms recorded, those of the source among them; one more vote asked for, and it rings not', async () => {
    await says(3, { lel: 61 });
    await board.alarm(
      'a red one',
      ({ alarm, event }) => alarm.deviceId === 'GD-3' && alarm.level === 'red' && event.type === 'raised',
      30_000,
    );
    const to = Date.now();
    const recorded = (await api.get<{ items: readonly Alarm[] }>(`/alarms?from=0&to=${to}&limit=1000`)).items;
    // Before the off-delays of what was sent last run out.
    const open = new Map((await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items.map((alarm) => [alarm.id, alarm]));
    const again = await finished(api, { from: began, to });
    expect(again.failure).toBeUndefined();
    expect(again.result).toMatchObject({ added: [], removed: [], changed: [], cut: false });
    const byId = (a: object, b: object): number => ((a as Alarm).id < (b as Alarm).id ? -1 : 1);
    const kept = recorded.map((alarm) => essence(open.get(alarm.id) ?? alarm)).sort(byId);
    expect((again.result?.alarms ?? []).map(({ alarm }) => essence(alarm)).sort(byId)).toEqual(kept);
    // Two detectors of one area at once: their L1 has risen by the catalogue's escalation.
    expect(kept.map((alarm) => (alarm as Alarm).code)).toEqual(expect.arrayContaining(['LEAK', 'SPREAD', 'L1_AREA', 'L2']));

    const three = { ...VOTE, joint: { vote: { ...VOTE.joint.vote, atLeast: 3 } } };
    const tried = await finished(api, { from: ruled, to, rules: [three] });
    expect(tried.failure).toBeUndefined();
    expect((tried.result?.removed ?? []).map(({ alarm }) => alarm.code)).toEqual(['LEAK']);
    expect((await standing('LEAK')).needed).toBe(2);
  });
});
