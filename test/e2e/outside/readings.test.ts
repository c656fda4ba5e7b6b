import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../harness/api.ts';
import { Outside } from '../../harness/outside.ts';

/** What devices sent: stored readings, the ledger of what came of it, and what they answer when something is asked of them. */

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

describe('readings and the ledger', () => {
  it('readings come raw in pages and in buckets, with the place up to which they are complete', async () => {
    const made = await outside.device('GD-08');
    const client = await outside.connected(made);
    const t0 = Date.now() - 10_000;
    await client.telemetry([1, 2, 3, 4].map((n) => ({ ts: t0 + n * 1_000, values: { lel: n } })));
    const query = `measurement=lel&from=${t0}&to=${t0 + 5_000}`;
    interface Readings {
      readonly unit: string;
      readonly points: readonly (readonly (number | string)[])[];
      readonly through: number;
      readonly next?: number;
    }
    const all = await eventually('the readings', 30_000, async () => {
      const got = await outside.api.get<Readings>(`/devices/GD-08/readings?${query}`);
      return got.points.length === 4 && got;
    });
    expect(all).toMatchObject({
      unit: '%{LEL}',
      points: [1, 2, 3, 4].map((n) => [t0 + n * 1_000, n, 'good']),
      through: expect.any(Number),
    });
    const first = await outside.api.get<Readings>(`/devices/GD-08/readings?${query}&limit=3`);
    const rest = await outside.api.get<Readings>(`/devices/GD-08/readings?${query}&limit=3&cursor=${first.next}`);
    expect([...first.points, ...rest.points]).toEqual(all.points);
    expect(rest.next).toBeUndefined();
    const buckets = await outside.api.get<Readings>(`/devices/GD-08/readings?${query}&maxPoints=1`);
    expect(buckets.points.map((point) => point.slice(1))).toEqual([[1, 4, 2.5, 4]]);
    for (const bad of [
      '',
      'measurement=no_such',
      'measurement=lel&maxPoints=0',
      'measurement=lel&maxPoints=x',
      'measurement=lel&from=2&to=1',
      'measurement=lel&from=x',
      'measurement=lel&channel=x',
      'measurement=lel&channel=1',
    ])
      expect(await outside.refusal('GET', `/devices/GD-08/readings?${bad}`), bad).toEqual([400, 'invalid-request']);
    expect(await outside.refusal('GET', '/devices/no-such/readings?measurement=lel')).toEqual([404, 'not-found']);
    expect((await outside.api.request('GET', '/devices/GD-08/readings?measurement=lel&channel=&from=&to=&maxPoints=')).status).toBe(200);
  });

  it('a measurement of several channels without one named is its first, as in a payload', async () => {
    const made = await outside.device('EL-1', 'fire.electrical');
    const client = await outside.connected(made);
    await client.telemetry({ cable_temp: 21, 'cable_temp.2': 22 });
    const values = async (channel: string): Promise<unknown> =>
      (
        await outside.api.get<{ points: readonly (readonly unknown[])[] }>(`/devices/EL-1/readings?measurement=cable_temp${channel}`)
      ).points.map((point) => point[1]);
    await eventually('the readings', 30_000, async () => JSON.stringify(await values('&channel=2')) === '[22]');
    expect([await values(''), await values('&channel=1'), await values('&channel=3')]).toEqual([[21], [21], []]);
    expect(await outside.refusal('GET', '/devices/EL-1/readings?measurement=cable_temp&channel=9')).toEqual([400, 'invalid-request']);
  });

  it('what was not understood is in the ledger with what to do, and nothing else is lost with it', async () => {
    const made = await outside.device('GD-09');
    const client = await outside.connected(made);
    await client.publish('beacon/v1/haida/GD-09/telemetry', '{"lel": ');
    await client.telemetry({ lel: 3, lle: 4 });
    interface Line {
      readonly verdict: string;
      readonly reason: string;
      readonly topic: string;
      readonly head: string;
      readonly advice: unknown;
    }
    const lines = async (query: string): Promise<Line[]> =>
      (await outside.api.get<{ items: Line[] }>(`/ledger?device=GD-09${query}`)).items;
    const items = await eventually('both refusals', 30_000, async () => {
      const refused = await lines('&verdict=refused');
      return refused.length === 2 ? refused : null;
    });
    expect(items.map((line) => line.reason)).toEqual(['UNKNOWN_MEASUREMENT', 'NOT_JSON']);
    expect(items[1]).toMatchObject({
      topic: 'beacon/v1/haida/GD-09/telemetry',
      head: '{"lel": ',
      advice: { en: expect.any(String), 'zh-CN': expect.any(String) },
    });
    await eventually('the accepted one', 30_000, async () => (await lines('')).some((line) => line.verdict === 'accepted'));
    expect(await lines(`&from=${Date.now() + 60_000}`)).toEqual([]);
    await expect
      .poll(async () =>
        (await outside.api.get<{ points: { value: number }[] }>('/devices/GD-09/latest')).points.map((point) => point.value),
      )
      .toEqual([3]);
    expect(await outside.refusal('GET', '/ledger?verdict=weird')).toEqual([400, 'invalid-request']);
  });
});

describe('commands to devices', () => {
  interface Command {
    readonly id: string;
    readonly state: string;
    readonly reason: string | null;
    readonly detail: string | null;
  }
  const path = '/devices/GK-1/commands';
  const commands = async (): Promise<readonly Command[]> => (await outside.api.get<{ items: readonly Command[] }>(path)).items;
  const standing = (id: string, state: string): Promise<Command> =>
    eventually(`${id} ${state}`, 30_000, async () => (await commands()).find((one) => one.id === id && one.state === state) ?? false);

  it('reach who listens, once for each key also after a restart, and are answered by their own device alone', async () => {
    const [kitchen, stranger] = [await outside.device('GK-1', 'gas.combustible.commercial'), await outside.device('GK-2')];
    const [client, other] = [await outside.connected(kitchen), await outside.connected(stranger)];
    expect(await outside.refusal('POST', path, { command: 'silence' })).toEqual([409, 'device-offline']);
    const heard: { id: string; command: string }[] = [];
    client.client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()) as { id: string; command: string }));
    await client.client.subscribeAsync('beacon/v1/haida/GK-1/command', { qos: 1 });
    const closing = { command: 'close-valve', comment: 'gas in the kitchen' };
    const key = { 'idempotency-key': 'once' };
    const sent = await outside.api.request('POST', path, closing, key);
    const { id, state } = sent.body as Command;
    expect([sent.status, state]).toEqual([202, 'sent']);
    await eventually('the command', 30_000, async () => heard.length > 0);
    expect(heard).toMatchObject([{ id, command: 'close-valve' }]);

    // In another's name, and of a command that is none: in the ledger by name, and nothing is changed by it.
    const answer = (of: typeof client, device: string, said: object): Promise<void> =>
      of.publish(`beacon/v1/haida/${device}/command/result`, JSON.stringify(said));
    await answer(other, 'GK-2', { id, ok: true });
    await eventually('the line in the ledger', 30_000, async () => {
      const { items } = await outside.api.get<{ items: { reason: string }[] }>('/ledger?device=GK-2&verdict=refused');
      return items.some((line) => line.reason === 'UNKNOWN_COMMAND');
    });
    expect((await commands()).map((one) => [one.state, one.reason])).toEqual([
      ['sent', null],
      ['failed', 'device-offline'],
    ]);
    await answer(client, 'GK-1', { id, ok: false, detail: 'the valve\nis stuck' });
    expect(await standing(id, 'failed')).toMatchObject({ reason: null, detail: 'the valve\\u000ais stuck' });
    const audit = await outside.api.get<{ items: { by: string; outcome: string }[] }>('/audit?action=device-command.answer');
    expect(audit.items).toMatchObject([{ by: 'device GK-1', outcome: 'failed' }]);
    expect((await outside.api.get<{ items: unknown[] }>('/alarms?device=GK-1')).items).toEqual([]);

    await outside.platform.kill();
    await outside.startAgain();
    const back = await outside.connected(kitchen);
    back.client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()) as { id: string; command: string }));
    await back.client.subscribeAsync('beacon/v1/haida/GK-1/command', { qos: 1 });
    expect((await outside.api.request('POST', path, closing, key)).body).toEqual(sent.body);
    const tested = (await outside.api.post<Command>(path, { command: 'self-test' })).id;
    await eventually('the next command', 30_000, async () => heard.some((one) => one.id === tested));
    expect(heard.map((one) => one.command)).toEqual(['close-valve', 'self-test']);
    await back.publish('beacon/v1/haida/GK-1/command/result', JSON.stringify({ id: tested, ok: true }));
    expect(await standing(tested, 'done')).toMatchObject({ detail: null });
    const metrics = await (await fetch(`${outside.platform.httpBase}/metrics`)).text();
    expect(metrics).toMatch(/^beacon_commands_sent_total 1$/m);
    expect(metrics).toMatch(/^beacon_command_answers_total 1$/m);
  });
});
