import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDevice } from '../../harness/device-client.ts';
import { eventually } from '../../harness/api.ts';
import { GAS, Outside } from '../../harness/outside.ts';

/** Areas, sites, enterprises, devices, gateways and their credentials. */

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

describe('assets', () => {
  it('a change names the revision it is based on; a stale one is told the present one', async () => {
    const first = await outside.api.request('POST', '/sites', { id: 'yard', name: 'Yard', enterpriseId: 'haida' });
    expect([first.status, first.headers.get('etag')]).toEqual([201, '"1"']);
    const second = await outside.api.request('PATCH', '/sites/yard', { name: 'North yard' }, { 'if-match': '"1"' });
    expect([second.status, second.headers.get('etag')]).toEqual([200, '"2"']);
    const stale = await outside.api.request('PATCH', '/sites/yard', { name: 'South yard' }, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'revision-conflict', current: { revision: 2, name: 'North yard' } });
    expect(await outside.refusal('PATCH', '/sites/yard', { name: 'x' }, { 'if-match': 'abc' })).toEqual([400, 'invalid-request']);
    expect((await outside.api.request('DELETE', '/sites/yard')).status).toBe(204);
    expect(await outside.refusal('POST', '/sites', { id: 'yard', name: 'Again', enterpriseId: 'haida' })).toEqual([409, 'id-retired']);
  });

  it('a list comes in pages, each thing once', async () => {
    for (const id of ['p1', 'p2', 'p3']) await outside.api.post('/areas', { id, name: id });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await outside.api.get<{ items: { id: string }[]; next?: string }>(`/areas?limit=2&cursor=${cursor}`);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['district', 'p1', 'p2', 'p3', 'street']);
    expect(await outside.refusal('GET', '/areas?cursor=nonsense')).toEqual([400, 'invalid-request']);
  });

  it('a device is made once under one Idempotency-Key, with the same secret in both answers', async () => {
    const key = { 'idempotency-key': 'order-4711' };
    const body = { id: 'once', enterpriseId: 'haida', profileId: GAS, name: 'once' };
    const [a, b] = await Promise.all([
      outside.api.request('POST', '/devices', body, key),
      outside.api.request('POST', '/devices', body, key),
    ]);
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(b.body).toEqual(a.body);
    expect(a.body).toMatchObject({
      device: { id: 'once', revision: 1 },
      credential: { username: 'once', password: expect.stringMatching(/^.{20,}$/) },
    });
    expect(await outside.refusal('POST', '/devices', { ...body, id: 'twice' }, key)).toEqual([422, 'idempotency-key-reused']);
    expect(await outside.refusal('POST', '/devices', body)).toEqual([409, 'id-taken']);
  });

  it('what no reading could ever be judged by is refused where it is configured', async () => {
    const body = { id: 'wrong', enterpriseId: 'haida', profileId: GAS, name: 'wrong' };
    expect(await outside.refusal('POST', '/devices', { ...body, units: { lel: 'kg' } })).toEqual([422, 'invalid']);
    expect(await outside.refusal('POST', '/devices', { ...body, units: { lle: '%{LEL}' } })).toEqual([422, 'invalid']);
    expect(await outside.refusal('POST', '/devices', { ...body, variant: 'no-such' })).toEqual([422, 'unknown-reference']);
    expect(await outside.refusal('POST', '/devices', { ...body, profileId: 'no-such' })).toEqual([422, 'unknown-reference']);
    expect(await outside.refusal('POST', '/devices', { ...body, enterpriseId: 'no-such' })).toEqual([422, 'unknown-reference']);
    // Nothing of it is left: neither the device nor its credential.
    expect(await outside.refusal('GET', '/devices/wrong')).toEqual([404, 'not-found']);
    await outside.device('right');
    expect(await outside.refusal('PATCH', '/devices/right', { units: { lel: 'kg' } })).toEqual([422, 'invalid']);
    expect((await outside.api.get<{ revision: number }>('/devices/right')).revision).toBe(1);
  });

  it('devices come in bulk under any of three shapes, each line with its own result', async () => {
    const line = (id: string, extra = {}): object => ({ id, enterpriseId: 'haida', profileId: GAS, name: id, ...extra });
    interface Answer {
      readonly items: readonly {
        readonly id: string | null;
        readonly status: number;
        readonly code?: string;
        readonly credential?: { readonly username: string };
      }[];
    }
    const mixed = await outside.api.post<Answer>('/devices/bulk', {
      items: [line('k1'), line('k1'), line('k2', { units: { lel: 'kg' } }), { id: 'k3' }, 7],
    });
    expect(mixed.items.map((item) => [item.id, item.status, item.code ?? null, item.credential?.username ?? null])).toEqual([
      ['k1', 201, null, 'k1'],
      ['k1', 409, 'id-taken', null],
      ['k2', 422, 'invalid', null],
      ['k3', 400, 'invalid-request', null],
      [null, 400, 'invalid-request', null],
    ]);
    expect((await outside.api.post<Answer>('/devices/bulk', [line('k4')])).items.map((item) => item.status)).toEqual([201]);
    expect((await outside.api.post<Answer>('/devices/bulk', { devices: [line('k5')] })).items.map((item) => item.status)).toEqual([201]);
    expect(await outside.refusal('POST', '/devices/bulk', { items: Array.from({ length: 1_001 }, (_, n) => line(`m${n}`)) })).toEqual([
      400,
      'invalid-request',
    ]);
    expect(await outside.refusal('POST', '/devices/bulk', { items: [], devices: [] })).toEqual([400, 'invalid-request']);
  });

  it('a gateway speaks for the devices of its enterprise, and for no others', async () => {
    interface Made {
      readonly gateway: { readonly id: string; readonly enterpriseId: string };
      readonly credential: { readonly username: string; readonly password: string };
    }
    const unnamed = await outside.api.request('POST', '/enterprises/haida/gateways');
    expect(unnamed.status).toBe(201);
    const { gateway, credential } = unnamed.body as Made;
    expect(gateway).toMatchObject({ id: credential.username, enterpriseId: 'haida' });
    expect((await outside.api.post<Made>('/enterprises/haida/gateways', { id: 'gw-a', name: 'A' })).credential.username).toBe('gw-a');
    expect(await outside.refusal('POST', '/enterprises/no-such/gateways', {})).toEqual([404, 'not-found']);
    await outside.device('behind');
    await outside.device('elsewhere', GAS, 'other');
    const client = await mqtt.connectAsync(outside.platform.mqttUrl, { ...credential, reconnectPeriod: 0 });
    outside.leftovers.add(() => client.endAsync(true));
    await client.publishAsync(
      'v1/gateway/telemetry',
      JSON.stringify({ behind: [{ ts: Date.now(), values: { lel: 7 } }], elsewhere: [{ ts: Date.now(), values: { lel: 8 } }] }),
      { qos: 1 },
    );
    const points = await eventually('a point', 30_000, async () => {
      const latest = await outside.api.get<{ points: { value: number }[] }>('/devices/behind/latest');
      return latest.points.length > 0 && latest.points;
    });
    expect(points[0]?.value).toBe(7);
    expect((await outside.api.get<{ points: unknown[] }>('/devices/elsewhere/latest')).points).toEqual([]);
  });

  it('the profiles have their ids and keys; a new secret ends the old one', async () => {
    const profiles = await outside.api.get<{ items: { id: string; measurements: { key: string }[] }[] }>('/profiles');
    expect(profiles.items).toHaveLength(39);
    expect(profiles.items.find((profile) => profile.id === GAS)?.measurements.map((one) => one.key)).toContain('lel');
    const made = await outside.device('renewed');
    const client = await outside.connected(made);
    const closed = new Promise<void>((resolve) => client.client.once('close', () => resolve()));
    const fresh = await outside.api.post<{ credential: { username: string; password: string } }>('/devices/renewed/credential', {});
    await closed;
    await expect(connectDevice(outside.platform.mqttUrl, made)).rejects.toThrow();
    await outside.connected({ ...made, ...fresh.credential });
    // The secret alone as user name.
    await outside.connected({ ...made, username: fresh.credential.password, password: '' });
    const lines = await eventually('the refused attempt', 30_000, async () => {
      const { items } = await outside.api.get<{
        items: { verdict: string; reason: string | null; advice: { en: string; 'zh-CN': string } | null }[];
      }>('/devices/renewed/connections');
      return items.some((one) => one.verdict === 'connect-refused') && items;
    });
    expect(lines.find((one) => one.verdict === 'connect-refused')).toMatchObject({
      reason: 'CONNECT_WRONG_SECRET',
      advice: { en: expect.any(String), 'zh-CN': expect.any(String) },
    });
  });
});
