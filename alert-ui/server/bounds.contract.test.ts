import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Person, Served } from './testing/served.ts';

let served: Served;
let admin: Person;
beforeEach(async () => {
  served = await Served.open();
  served.platform.enterprise('a');
  served.platform.device('a-1', 'a');
  await served.account('admin', 'admin');
  admin = await served.as('admin');
});
afterEach(async () => {
  await served.close();
});

interface Described {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<Record<string, { requestBody?: { 'x-max-bytes': number; description: string; content: Readonly<Record<string, unknown>> } }>>
    >
  >;
}

describe('a body', () => {
  it('one byte longer than the document says is too large, on every route; one that is as long is read', async () => {
    const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as Described;
    const bodies = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).flatMap(([method, { requestBody }]) => (requestBody === undefined ? [] : [{ path, method, requestBody }])),
    );
    expect(bodies.length).toBeGreaterThan(20);
    for (const { path, method, requestBody } of bodies) {
      const most = requestBody['x-max-bytes'];
      const type = Object.keys(requestBody.content)[0] ?? '';
      const headers = { cookie: admin.cookie, 'x-csrf-token': admin.csrf, 'content-type': type };
      expect(requestBody.description).toContain(`${most / 1_024} kB`);
      const of = async (bytes: number): Promise<readonly [string, number, unknown]> => {
        const raw = `{"unknown":"${'x'.repeat(bytes - 14)}"}`;
        expect(raw).toHaveLength(bytes);
        const answer = await served.request(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'a-1'), { raw, headers });
        return [path, answer.status, answer.body['code']];
      };
      expect(await of(most + 1)).toEqual([path, 413, 'too-large']);
      expect(await of(most)).toEqual(type === 'application/json' ? [path, 400, 'invalid-request'] : [path, 422, 'invalid']);
    }
  });

  it('of somebody who is not signed in yet is a few kB, and of one who need not send any, too', async () => {
    const long = await served.request('POST', '/api/v1/session', { raw: `{"username":"admin","password":"${'x'.repeat(4_096)}"}` });
    expect([long.status, long.body['code']]).toEqual([413, 'too-large']);
    const needless = await admin.send('DELETE', '/devices/a-1', { padding: 'x'.repeat(4_096) });
    expect([needless.status, needless.body['code']]).toEqual([413, 'too-large']);
  });

  it('is measured unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const packed = gzipSync(JSON.stringify({ username: 'admin', password: 'x'.repeat(1_000_000) }));
    const answer = await fetch(`${served.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: packed,
    });
    expect([packed.length < 4_096, answer.status]).toEqual([true, 413]);
  });
});

describe('a map people fill in', () => {
  const keys = (count: number, value: unknown): Record<string, unknown> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`key_${n}`, value]));

  it.each([
    ['attributes', 1],
    ['conditions', true],
    ['units', 'Cel'],
  ])('%s of a device has at most 64 keys, created or changed, one by one or in bulk', async (field, value) => {
    const few = { [field]: keys(64, value) };
    const many = { [field]: keys(65, value) };
    const body = { enterpriseId: 'a', profileId: 'gas' };
    const wrong = await admin.send('POST', '/devices', { id: 'x', ...body, ...many });
    expect([wrong.status, wrong.body['code'], wrong.body['errors']]).toEqual([
      400,
      'invalid-request',
      [{ path: field, message: 'at most 64 keys' }],
    ]);
    expect((await admin.send('PATCH', '/devices/a-1', many)).status).toBe(400);
    const bulk = await admin.send('POST', '/devices/bulk', { items: [{ id: 'y', ...body, ...many }] });
    expect(bulk.body['items']).toMatchObject([{ id: 'y', status: 400, code: 'invalid-request' }]);
    expect((await admin.send('POST', '/devices', { id: 'z', ...body, ...few })).status).toBe(201);
  });

  it('attributes of a hazard source, too', async () => {
    const body = { id: 'x', name: 'x', enterpriseId: 'a' };
    expect((await admin.send('POST', '/hazard-sources', { ...body, attributes: keys(65, 1) })).status).toBe(400);
    expect((await admin.send('POST', '/hazard-sources', { ...body, attributes: keys(64, 1) })).status).toBe(201);
    expect((await admin.send('PATCH', '/hazard-sources/x', { attributes: keys(65, 1) })).status).toBe(400);
  });

  it.each(['__proto__', 'constructor.prototype', '', 'a b', '1st', 'x'.repeat(65)])('has no key %j', async (key) => {
    for (const [field, value] of [
      ['attributes', 1],
      ['conditions', true],
      ['units', 'Cel'],
    ] as const) {
      const raw = `{"${field}":{${JSON.stringify(key)}:${JSON.stringify(value)}}}`;
      const answer = await served.request('PATCH', '/api/v1/devices/a-1', {
        raw,
        headers: { cookie: admin.cookie, 'x-csrf-token': admin.csrf },
      });
      const stored = served.platform.view.assets('device').get('a-1')?.[field] ?? {};
      expect([field, Object.keys(stored)]).toEqual([field, []]);
      if (key !== '__proto__') expect([field, answer.status]).toEqual([field, 400]);
    }
  });
});
