import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import { type Api, eventually, type MadeDevice, makeDevices, signIn, withToken } from '../harness/api.ts';
import { type Board, openBoard } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import {
  ADMIN_PASSWORD,
  cleanEnv,
  type PlatformProcess,
  repositoryRoot,
  startPlatform,
  temporaryFolder,
} from '../harness/platform-process.ts';

/** The outside of the built platform, as somebody who has only its description meets it: settings, HTTP, live events, MQTT doors. */

const GAS = 'gas.combustible.point.industrial';
const PIT = 'construction.foundation_pit';
const OPENSSL = '/usr/bin/openssl';

const undo: (() => void | Promise<void>)[] = [];
function folder(name: string): string {
  const made = temporaryFolder(name);
  undo.push(() => made.remove());
  return made.path;
}
async function start(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<PlatformProcess> {
  const started = await startPlatform({ dataDir, env });
  undo.push(() => started.kill());
  return started;
}

let dataDir: string;
let platform: PlatformProcess;
let api: Api;

beforeAll(async () => {
  dataDir = folder('outside');
  platform = await start(dataDir);
  api = await signIn(platform.httpBase);
  await api.post('/areas', { id: 'district', name: 'District' });
  await api.post('/areas', { id: 'street', name: 'Street', parentId: 'district' });
  await api.post('/enterprises', { id: 'haida', name: 'Haida', sector: 'chemical', kind: 'real', areaId: 'street', lon: 121.5, lat: 31.2 });
  await api.post('/enterprises', { id: 'other', name: 'Other' });
});
afterAll(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly errors?: readonly { readonly path: string }[];
}
async function refusal(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
): Promise<readonly [number, string]> {
  const answer = await api.request(method, path, body, headers);
  expect(answer.headers.get('content-type'), `${method} ${path}: ${JSON.stringify(answer.body)}`).toContain('application/problem+json');
  const problem = answer.body as Problem;
  expect(problem.status).toBe(answer.status);
  return [answer.status, problem.code];
}
async function device(id: string, profile = GAS, enterprise = 'haida', extra: Readonly<Record<string, unknown>> = {}): Promise<MadeDevice> {
  const [made] = await makeDevices(api, enterprise, profile, [id], extra);
  if (made === undefined) throw new Error('no device');
  return made;
}
async function connected(made: MadeDevice, url = platform.mqttUrl, options: mqtt.IClientOptions = {}): Promise<DeviceClient> {
  const client = await connectDevice(url, made, options);
  undo.push(() => client.close().catch(() => undefined));
  return client;
}
async function board(): Promise<Board> {
  const opened = await openBoard(api);
  undo.push(() => opened.close());
  return opened;
}
/** `prev>seq` of everything a board was told, in the order of the numbers. */
function chain(of: Board): string[] {
  return [...of.alarms, ...of.devices].sort((a, b) => a.seq - b.seq).map((message) => `${message.prev}>${message.seq}`);
}
function refusedConnection(options: Parameters<typeof io>[1]): Promise<string> {
  const socket: Socket = io(platform.httpBase, { reconnection: false, ...options });
  return new Promise((resolve) => {
    socket.once('connect_error', (error) => resolve(error.message));
    socket.once('connect', () => resolve('connected'));
  }).finally(() => socket.close()) as Promise<string>;
}

describe('who is asking', () => {
  it('a cookie needs the CSRF token and an own Origin to change something; a bearer token wins and needs neither', async () => {
    const call = (path: string, init: RequestInit): Promise<Response> => fetch(`${platform.httpBase}/api/v1${path}`, init);
    const json = { 'content-type': 'application/json' };
    const signed = await call('/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password: ADMIN_PASSWORD }),
    });
    expect(signed.status).toBe(200);
    const { user, csrfToken } = (await signed.json()) as {
      user: { name: string; role: string; mustChangePassword: boolean };
      csrfToken: string;
    };
    expect(user).toMatchObject({ name: 'admin', role: 'admin', mustChangePassword: false });
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const body = JSON.stringify({ name: 'by cookie' });
    const status = async (headers: Readonly<Record<string, string>>): Promise<readonly [number, unknown]> => {
      const answer = await call('/tokens', { method: 'POST', headers: { ...json, ...headers }, body });
      return [answer.status, ((await answer.json()) as { code?: string }).code];
    };
    expect(await status({})).toEqual([401, 'not-signed-in']);
    expect(await status({ cookie })).toEqual([403, 'csrf']);
    expect(await status({ cookie, 'x-csrf-token': `${csrfToken}x` })).toEqual([403, 'csrf']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: 'http://evil.example' })).toEqual([403, 'origin-not-allowed']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: 'null' })).toEqual([403, 'origin-not-allowed']);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, origin: platform.httpBase })).toEqual([201, undefined]);
    expect(await status({ cookie, authorization: `Bearer ${api.token}` })).toEqual([201, undefined]);
    expect(await status({ cookie, 'x-csrf-token': csrfToken, authorization: 'Bearer bt_this-token-is-not-known-here' })).toEqual([
      401,
      'not-signed-in',
    ]);
    // The cookie is worth nothing after signing out.
    expect((await call('/session', { method: 'DELETE', headers: { cookie, 'x-csrf-token': csrfToken } })).status).toBe(204);
    expect((await call('/session', { headers: { cookie } })).status).toBe(401);
    const wrong = await call('/session', {
      method: 'POST',
      headers: json,
      body: JSON.stringify({ username: 'admin', password: 'wrong one' }),
    });
    expect([wrong.status, ((await wrong.json()) as Problem).code]).toEqual([401, 'sign-in-failed']);
  });

  it('twenty boards of one account may sign in at once; ten wrong passwords end the trying', async () => {
    const attempt = (username: string, password: string): Promise<number> =>
      fetch(`${platform.httpBase}/api/v1/session`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username, password }),
      }).then((answer) => answer.status);
    const together = await Promise.all(Array.from({ length: 20 }, () => attempt('admin', ADMIN_PASSWORD)));
    expect(together).toEqual(Array.from({ length: 20 }, () => 200));
    for (let n = 0; n < 10; n += 1) expect(await attempt('somebody', 'a wrong password')).toBe(401);
    expect(await attempt('somebody', 'a wrong password')).toBe(429);
    expect(await attempt('admin', ADMIN_PASSWORD)).toBe(200);
  });

  it('an API token is shown once, and its end ends what is connected with it', async () => {
    const made = (await api.post('/tokens', { name: 'short-lived' })) as { id: string; token: string };
    const listed = await api.get<{ items: Record<string, unknown>[] }>('/tokens');
    expect(listed.items.some((row) => row['id'] === made.id)).toBe(true);
    expect(JSON.stringify(listed)).not.toContain(made.token);
    const live = await openBoard(withToken(platform.httpBase, made.token));
    const ended = new Promise<void>((resolve) => live.socket.once('disconnect', () => resolve()));
    expect((await api.request('DELETE', `/tokens/${made.id}`)).status).toBe(204);
    await ended;
    expect((await withToken(platform.httpBase, made.token).request('GET', '/session')).status).toBe(401);
    expect(await refusal('POST', '/tokens', { name: 'past', expiresAt: 1 })).toEqual([400, 'invalid-request']);
  });
});

describe('assets', () => {
  it('a change names the revision it is based on; a stale one is told the present one', async () => {
    const first = await api.request('POST', '/sites', { id: 'yard', name: 'Yard', enterpriseId: 'haida' });
    expect([first.status, first.headers.get('etag')]).toEqual([201, '"1"']);
    const second = await api.request('PATCH', '/sites/yard', { name: 'North yard' }, { 'if-match': '"1"' });
    expect([second.status, second.headers.get('etag')]).toEqual([200, '"2"']);
    const stale = await api.request('PATCH', '/sites/yard', { name: 'South yard' }, { 'if-match': '"1"' });
    expect(stale.status).toBe(412);
    expect(stale.body).toMatchObject({ code: 'revision-conflict', current: { revision: 2, name: 'North yard' } });
    expect(await refusal('PATCH', '/sites/yard', { name: 'x' }, { 'if-match': 'abc' })).toEqual([400, 'invalid-request']);
    expect((await api.request('DELETE', '/sites/yard')).status).toBe(204);
    expect(await refusal('POST', '/sites', { id: 'yard', name: 'Again', enterpriseId: 'haida' })).toEqual([409, 'id-retired']);
  });

  it('a list comes in pages, each thing once', async () => {
    for (const id of ['p1', 'p2', 'p3']) await api.post('/areas', { id, name: id });
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await api.get<{ items: { id: string }[]; next?: string }>(`/areas?limit=2&cursor=${cursor}`);
      seen.push(...page.items.map((item) => item.id));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['district', 'p1', 'p2', 'p3', 'street']);
    expect(await refusal('GET', '/areas?cursor=nonsense')).toEqual([400, 'invalid-request']);
  });

  it('a device is made once under one Idempotency-Key, with the same secret in both answers', async () => {
    const key = { 'idempotency-key': 'order-4711' };
    const body = { id: 'once', enterpriseId: 'haida', profileId: GAS, name: 'once' };
    const [a, b] = await Promise.all([api.request('POST', '/devices', body, key), api.request('POST', '/devices', body, key)]);
    expect([a.status, b.status]).toEqual([201, 201]);
    expect(b.body).toEqual(a.body);
    expect(a.body).toMatchObject({
      device: { id: 'once', revision: 1 },
      credential: { username: 'once', password: expect.stringMatching(/^.{20,}$/) },
    });
    expect(await refusal('POST', '/devices', { ...body, id: 'twice' }, key)).toEqual([422, 'idempotency-key-reused']);
    expect(await refusal('POST', '/devices', body)).toEqual([409, 'id-taken']);
  });

  it('what no reading could ever be judged by is refused where it is configured', async () => {
    const body = { id: 'wrong', enterpriseId: 'haida', profileId: GAS, name: 'wrong' };
    expect(await refusal('POST', '/devices', { ...body, units: { lel: 'kg' } })).toEqual([422, 'invalid']);
    expect(await refusal('POST', '/devices', { ...body, units: { lle: '%{LEL}' } })).toEqual([422, 'invalid']);
    expect(await refusal('POST', '/devices', { ...body, variant: 'no-such' })).toEqual([422, 'unknown-reference']);
    expect(await refusal('POST', '/devices', { ...body, profileId: 'no-such' })).toEqual([422, 'unknown-reference']);
    expect(await refusal('POST', '/devices', { ...body, enterpriseId: 'no-such' })).toEqual([422, 'unknown-reference']);
    // Nothing of it is left: neither the device nor its credential.
    expect(await refusal('GET', '/devices/wrong')).toEqual([404, 'not-found']);
    await device('right');
    expect(await refusal('PATCH', '/devices/right', { units: { lel: 'kg' } })).toEqual([422, 'invalid']);
    expect((await api.get<{ revision: number }>('/devices/right')).revision).toBe(1);
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
    const mixed = await api.post<Answer>('/devices/bulk', {
      items: [line('k1'), line('k1'), line('k2', { units: { lel: 'kg' } }), { id: 'k3' }, 7],
    });
    expect(mixed.items.map((item) => [item.id, item.status, item.code ?? null, item.credential?.username ?? null])).toEqual([
      ['k1', 201, null, 'k1'],
      ['k1', 409, 'id-taken', null],
      ['k2', 422, 'invalid', null],
      ['k3', 400, 'invalid-request', null],
      [null, 400, 'invalid-request', null],
    ]);
    expect((await api.post<Answer>('/devices/bulk', [line('k4')])).items.map((item) => item.status)).toEqual([201]);
    expect((await api.post<Answer>('/devices/bulk', { devices: [line('k5')] })).items.map((item) => item.status)).toEqual([201]);
    expect(await refusal('POST', '/devices/bulk', { items: Array.from({ length: 1_001 }, (_, n) => line(`m${n}`)) })).toEqual([
      400,
      'invalid-request',
    ]);
    expect(await refusal('POST', '/devices/bulk', { items: [], devices: [] })).toEqual([400, 'invalid-request']);
  });

  it('a gateway speaks for the devices of its enterprise, and for no others', async () => {
    interface Made {
      readonly gateway: { readonly id: string; readonly enterpriseId: string };
      readonly credential: { readonly username: string; readonly password: string };
    }
    const unnamed = await api.request('POST', '/enterprises/haida/gateways');
    expect(unnamed.status).toBe(201);
    const { gateway, credential } = unnamed.body as Made;
    expect(gateway).toMatchObject({ id: credential.username, enterpriseId: 'haida' });
    expect((await api.post<Made>('/enterprises/haida/gateways', { id: 'gw-a', name: 'A' })).credential.username).toBe('gw-a');
    expect(await refusal('POST', '/enterprises/no-such/gateways', {})).toEqual([404, 'not-found']);
    await device('behind');
    await device('elsewhere', GAS, 'other');
    const client = await mqtt.connectAsync(platform.mqttUrl, { ...credential, reconnectPeriod: 0 });
    undo.push(() => client.endAsync(true));
    await client.publishAsync(
      'v1/gateway/telemetry',
      JSON.stringify({ behind: [{ ts: Date.now(), values: { lel: 7 } }], elsewhere: [{ ts: Date.now(), values: { lel: 8 } }] }),
      { qos: 1 },
    );
    const points = await eventually('a point', 5_000, async () => {
      const latest = await api.get<{ points: { value: number }[] }>('/devices/behind/latest');
      return latest.points.length > 0 && latest.points;
    });
    expect(points[0]?.value).toBe(7);
    expect((await api.get<{ points: unknown[] }>('/devices/elsewhere/latest')).points).toEqual([]);
  });

  it('the profiles have their ids and keys; a new secret ends the old one', async () => {
    const profiles = await api.get<{ items: { id: string; measurements: { key: string }[] }[] }>('/profiles');
    expect(profiles.items).toHaveLength(39);
    expect(profiles.items.find((profile) => profile.id === GAS)?.measurements.map((one) => one.key)).toContain('lel');
    const made = await device('renewed');
    const client = await connected(made);
    const closed = new Promise<void>((resolve) => client.client.once('close', () => resolve()));
    const fresh = await api.post<{ credential: { username: string; password: string } }>('/devices/renewed/credential', {});
    await closed;
    await expect(connectDevice(platform.mqttUrl, made)).rejects.toThrow();
    await connected({ ...made, ...fresh.credential });
    // The secret alone as user name.
    await connected({ ...made, username: fresh.credential.password, password: '' });
    const lines = await eventually('the refused attempt', 5_000, async () => {
      const { items } = await api.get<{
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

const ALARM_FIELDS = [
  'id',
  'ladder',
  'code',
  'kind',
  'enterpriseId',
  'areaId',
  'hazardSourceId',
  'deviceId',
  'measurement',
  'channel',
  'level',
  'state',
  'active',
  'latched',
  'suppressedBy',
  'suppressedUntil',
  'silencedUntil',
  'fault',
  'value',
  'limit',
  'unit',
  'quality',
  'peak',
  'raisedAt',
  'returnedAt',
  'acknowledgedAt',
  'acknowledgedBy',
  'acknowledgedLevel',
  'dueAt',
  'occurrence',
  'recurrences',
  'firstOut',
  'groupId',
  'test',
  'ruleRevision',
  'seq',
];

describe('an alarm, from the gas to the end', () => {
  it('rises, is acknowledged as it was seen, returns, and is history', async () => {
    const made = await device('GD-07');
    const gas = await connected(made);
    const [one, two] = [await board(), await board()];
    await gas.telemetry({ lel: 30 });
    const raised = await one.alarm('the alarm', (m) => m.alarm.deviceId === 'GD-07' && m.event.type === 'raised');
    expect(Object.keys(raised.alarm)).toEqual(expect.arrayContaining(ALARM_FIELDS));
    expect(raised.alarm).toMatchObject({
      ladder: 'hi',
      code: 'L1',
      kind: 'process',
      enterpriseId: 'haida',
      areaId: 'street',
      hazardSourceId: null,
      measurement: 'lel',
      channel: null,
      level: 'yellow',
      state: 'UNACK',
      active: true,
      latched: false,
      suppressedBy: [],
      value: 30,
      limit: 25,
      quality: 'good',
      occurrence: 1,
      recurrences: 0,
      test: false,
      seq: raised.seq,
    });
    expect(raised.event).toMatchObject({ seq: raised.seq, by: null, entry: expect.any(Number), at: expect.any(Number) });
    await gas.telemetry({ lel: 60 });
    const risen = await one.alarm(
      'the rise',
      (m) => m.alarm.id === raised.alarm.id && m.event.type === 'level-raised' && m.alarm.level === 'red',
    );

    const path = `/alarms/${raised.alarm.id}`;
    const stale = await api.request('POST', `${path}/acknowledge`, { seen: raised.alarm.seq });
    expect(stale.status).toBe(409);
    expect(stale.body).toMatchObject({ code: 'alarm-changed', alarm: { id: raised.alarm.id, level: 'red', state: 'UNACK' } });
    expect(await refusal('POST', `${path}/reset`, {})).toEqual([409, 'state-not-allowed']);
    expect(await refusal('POST', `${path}/acknowledge`, { seen: 'it' })).toEqual([400, 'invalid-request']);
    expect(await refusal('POST', '/alarms/nothing/acknowledge', {})).toEqual([404, 'not-found']);

    const acknowledged = await api.post<Alarm>(`${path}/acknowledge`, { seen: risen.alarm.seq, comment: 'on my way' });
    expect(acknowledged).toMatchObject({ state: 'ACKED', acknowledgedBy: 'admin', acknowledgedLevel: 'red' });
    // Its history is there with the answer, not some time later.
    const detail = await api.get<Alarm & { events: AlarmEvent[] }>(path);
    expect(detail.events.map((event) => event.type)).toEqual(['raised', 'level-raised', 'acknowledged']);
    expect(detail.events.at(-1)).toMatchObject({ by: 'admin', comment: 'on my way' });
    // Acknowledged already: unchanged, whoever asks and whatever he saw.
    expect(await api.post(`${path}/acknowledge`, { seen: risen.alarm.seq })).toEqual(acknowledged);
    expect(await api.post<Alarm>(`${path}/withdraw`, {})).toMatchObject({ state: 'UNACK', acknowledgedBy: null });
    const seen = (await api.get<Alarm>(path)).seq;
    interface Group {
      readonly items: readonly { readonly id: string; readonly status: number; readonly code?: string; readonly alarm?: Alarm }[];
    }
    const early = await api.post<Group>('/alarms/acknowledge', {
      items: [
        { id: raised.alarm.id, seen: raised.alarm.seq },
        { id: 'nothing', seen: 1 },
      ],
    });
    expect(early.items.map((item) => [item.id, item.status, item.code])).toEqual([
      [raised.alarm.id, 409, 'alarm-changed'],
      ['nothing', 404, 'not-found'],
    ]);
    const group = await api.post<Group>('/alarms/acknowledge', { items: [{ id: raised.alarm.id, seen }], comment: 'all of them' });
    expect(group.items[0]).toMatchObject({ status: 200, alarm: { state: 'ACKED' } });

    const last = (await api.get<Alarm>(path)).seq;
    await one.alarm('the last event', (m) => m.seq === last);
    await two.alarm('the last event', (m) => m.seq === last);
    for (const viewer of [one, two]) {
      const { seq } = viewer.snapshots[0] ?? { seq: -1 };
      const links = chain(viewer);
      expect(links[0]).toMatch(new RegExp(`^${seq}>`));
      for (const [index, link] of links.entries()) if (index > 0) expect(link.split('>')[0]).toBe(links[index - 1]?.split('>')[1]);
    }
    expect(chain(two)).toEqual(chain(one).slice(-chain(two).length));
  });

  it('closes by an acknowledgement after its return, and by the removal of its device', async () => {
    const made = await device('PIT-1', PIT);
    const pit = await connected(made);
    const watching = await board();
    await pit.telemetry({ wall_top_h: 22 });
    const raised = await watching.alarm('the alarm', (m) => m.alarm.deviceId === 'PIT-1' && m.event.type === 'raised');
    await pit.telemetry({ wall_top_h: 5 });
    const returned = await watching.alarm('its return', (m) => m.alarm.id === raised.alarm.id && m.event.type === 'returned');
    expect(returned.alarm).toMatchObject({ state: 'RTNUN', active: false, returnedAt: expect.any(Number) });
    const closed = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: returned.alarm.seq });
    expect(closed.state).toBe('NORM');
    const again = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: returned.alarm.seq });
    expect([again.state, again.acknowledgedAt]).toEqual(['NORM', closed.acknowledgedAt]);
    expect(await refusal('POST', `/alarms/${raised.alarm.id}/reset`, {})).toEqual([409, 'state-not-allowed']);

    await pit.telemetry({ wall_top_h: 23 });
    const second = await watching.alarm('the next occurrence', (m) => m.alarm.deviceId === 'PIT-1' && m.alarm.id !== raised.alarm.id);
    expect(second.alarm.occurrence).toBe(2);
    expect((await api.request('DELETE', '/devices/PIT-1')).status).toBe(204);
    const removed = await api.get<Alarm & { events: AlarmEvent[] }>(`/alarms/${second.alarm.id}`);
    expect(removed.state).toBe('NORM');
    expect(removed.events.at(-1)).toMatchObject({ type: 'closed', cause: 'removed' });
    await expect(connectDevice(platform.mqttUrl, made)).rejects.toThrow();
  });

  it('is found by every filter, open and in history, and by no wrong one', async () => {
    const here = { state: 'ACKED', level: 'red', area: 'district', enterprise: 'haida', device: 'GD-07', kind: 'process', from: '0' };
    const elsewhere = {
      state: 'RTNUN',
      level: 'blue',
      area: 'p1',
      enterprise: 'other',
      device: 'right',
      kind: 'fire',
      from: String(Date.now() + 60_000),
    };
    const found = async (query: Readonly<Record<string, string>>): Promise<number> => {
      const { items } = await api.get<{ items: Alarm[] }>(`/alarms?${new URLSearchParams(query).toString()}`);
      return items.filter((alarm) => alarm.deviceId === 'GD-07').length;
    };
    expect(await found(here)).toBe(1);
    expect(await found({ ...here, state: 'open' })).toBe(1);
    expect(await found({ ...here, state: '' })).toBe(1);
    for (const [name, value] of Object.entries(elsewhere)) {
      expect(await found({ ...here, [name]: value }), name).toBe(0);
      if (name !== 'state') expect(await found({ ...here, state: '', [name]: value }), `${name} in history`).toBe(0);
    }
    // Blank parameters are none; history goes back in pages, newest first, and holds what is closed.
    const all = (await api.get<{ items: Alarm[] }>('/alarms?state=&level=&area=&enterprise=&device=&kind=&from=&cursor=')).items;
    expect(all.map((alarm) => alarm.state)).toContain('NORM');
    const paged: Alarm[] = [];
    let cursor = '';
    do {
      const page = await api.get<{ items: Alarm[]; next?: string }>(`/alarms?limit=1&cursor=${cursor}`);
      paged.push(...page.items);
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(paged.map((alarm) => alarm.id)).toEqual(all.map((alarm) => alarm.id));
    for (const bad of [
      'state=weird',
      'level=purple',
      'kind=weather',
      'from=yesterday',
      'colour=red',
      'cursor=zzz',
      'state=open&cursor=zzz',
    ])
      expect(await refusal('GET', `/alarms?${bad}`), bad).toEqual([400, 'invalid-request']);
  });
});

describe('readings and the ledger', () => {
  it('readings come raw in pages and in buckets, with the place up to which they are complete', async () => {
    const made = await device('GD-08');
    const client = await connected(made);
    const t0 = Date.now() - 10_000;
    await client.telemetry([1, 2, 3, 4].map((n) => ({ ts: t0 + n * 1_000, values: { lel: n } })));
    const query = `measurement=lel&from=${t0}&to=${t0 + 5_000}`;
    interface Readings {
      readonly unit: string;
      readonly points: readonly (readonly (number | string)[])[];
      readonly through: number;
      readonly next?: number;
    }
    const all = await eventually('the readings', 10_000, async () => {
      const got = await api.get<Readings>(`/devices/GD-08/readings?${query}`);
      return got.points.length === 4 && got;
    });
    expect(all).toMatchObject({
      unit: '%{LEL}',
      points: [1, 2, 3, 4].map((n) => [t0 + n * 1_000, n, 'good']),
      through: expect.any(Number),
    });
    const first = await api.get<Readings>(`/devices/GD-08/readings?${query}&limit=3`);
    const rest = await api.get<Readings>(`/devices/GD-08/readings?${query}&limit=3&cursor=${first.next}`);
    expect([...first.points, ...rest.points]).toEqual(all.points);
    expect(rest.next).toBeUndefined();
    const buckets = await api.get<Readings>(`/devices/GD-08/readings?${query}&maxPoints=1`);
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
      expect(await refusal('GET', `/devices/GD-08/readings?${bad}`), bad).toEqual([400, 'invalid-request']);
    expect(await refusal('GET', '/devices/no-such/readings?measurement=lel')).toEqual([404, 'not-found']);
    expect((await api.request('GET', '/devices/GD-08/readings?measurement=lel&channel=&from=&to=&maxPoints=')).status).toBe(200);
  });

  it('a measurement of several channels without one named is its first, as in a payload', async () => {
    const made = await device('EL-1', 'fire.electrical');
    const client = await connected(made);
    await client.telemetry({ cable_temp: 21, 'cable_temp.2': 22 });
    const values = async (channel: string): Promise<unknown> =>
      (await api.get<{ points: readonly (readonly unknown[])[] }>(`/devices/EL-1/readings?measurement=cable_temp${channel}`)).points.map(
        (point) => point[1],
      );
    await eventually('the readings', 10_000, async () => JSON.stringify(await values('&channel=2')) === '[22]');
    expect([await values(''), await values('&channel=1'), await values('&channel=3')]).toEqual([[21], [21], []]);
    expect(await refusal('GET', '/devices/EL-1/readings?measurement=cable_temp&channel=9')).toEqual([400, 'invalid-request']);
  });

  it('what was not understood is in the ledger with what to do, and nothing else is lost with it', async () => {
    const made = await device('GD-09');
    const client = await connected(made);
    await client.publish('beacon/v1/haida/GD-09/telemetry', '{"lel": ');
    await client.telemetry({ lel: 3, lle: 4 });
    interface Line {
      readonly verdict: string;
      readonly reason: string;
      readonly topic: string;
      readonly head: string;
      readonly advice: unknown;
    }
    const { items } = await api.get<{ items: Line[] }>('/ledger?device=GD-09&verdict=refused');
    expect(items.map((line) => line.reason)).toEqual(['UNKNOWN_MEASUREMENT', 'NOT_JSON']);
    expect(items[1]).toMatchObject({
      topic: 'beacon/v1/haida/GD-09/telemetry',
      head: '{"lel": ',
      advice: { en: expect.any(String), 'zh-CN': expect.any(String) },
    });
    expect((await api.get<{ items: Line[] }>('/ledger?device=GD-09')).items.map((line) => line.verdict)).toContain('accepted');
    expect((await api.get<{ items: Line[] }>(`/ledger?device=GD-09&from=${Date.now() + 60_000}`)).items).toEqual([]);
    expect((await api.get<{ points: { value: number }[] }>('/devices/GD-09/latest')).points.map((point) => point.value)).toEqual([3]);
    expect(await refusal('GET', '/ledger?verdict=weird')).toEqual([400, 'invalid-request']);
  });
});

describe('live', () => {
  it('latest values of what was subscribed to, and of nothing else', async () => {
    const made = await device('GD-10');
    const client = await connected(made);
    const [watching, idle] = [await board(), await board()];
    watching.socket.emit('subscribe', { devices: ['GD-10'] });
    await client.telemetry({ lel: 11 });
    const item = await eventually('the value', 5_000, () =>
      Promise.resolve(watching.readings.flatMap((message) => message.items).find((one) => one[4] === 11)),
    );
    expect([item[0], item[1], item[2], item[5]]).toEqual(['GD-10', 'lel', null, 'good']);
    expect(idle.readings).toEqual([]);
    const beat = await eventually('a heartbeat', 10_000, () => Promise.resolve(watching.heartbeats.at(-1)));
    expect(beat).toMatchObject({
      epoch: watching.snapshots[0]?.epoch,
      seq: expect.any(Number),
      prev: expect.any(Number),
      at: expect.any(Number),
      health: [],
    });
  });

  it('long polling works; a wrong token, no token and another Origin do not', async () => {
    expect(await refusedConnection({ transports: ['polling'], auth: { token: api.token } })).toBe('connected');
    expect(await refusedConnection({ transports: ['websocket'], auth: { token: 'bt_this-token-is-not-known-here' } })).toBe(
      'not-signed-in',
    );
    expect(await refusedConnection({ transports: ['websocket'] })).toBe('not-signed-in');
    expect(
      await refusedConnection({ transports: ['websocket'], auth: { token: api.token }, extraHeaders: { origin: 'http://evil.example' } }),
    ).not.toBe('connected');
  });

  it('an upgrade that nobody takes is answered, not held', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upgrade = httpRequest(`${platform.httpBase}/elsewhere`, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      upgrade.once('response', (response) => resolve(response.statusCode));
      upgrade.once('error', reject);
      upgrade.end();
    });
    expect(status).toBe(404);
  });

  it('MQTT over WebSocket is at /mqtt of the HTTP port', async () => {
    const made = await device('WS-1');
    const client = await connected(made, `${platform.httpBase.replace('http', 'ws')}/mqtt`);
    await client.telemetry({ lel: 2 });
    expect((await api.get<{ status: { online: boolean } }>('/devices/WS-1/latest')).status.online).toBe(true);
  });

  it.each(['SIGTERM', 'kill -9'])('after a %s a viewer is told exactly what it missed, and everything stands as before', async (how) => {
    const before = await board();
    const id = how === 'SIGTERM' ? 'R-1' : 'R-2';
    const client = await connected(await device(id));
    const { epoch, seq } = before.snapshots[0] ?? { epoch: '', seq: -1 };
    await client.telemetry({ lel: 60 });
    const raised = await before.alarm('the alarm', (m) => m.alarm.deviceId === id && m.event.type === 'raised');
    const acknowledged = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: raised.alarm.seq });
    await before.alarm('the acknowledgement', (m) => m.seq === acknowledged.seq);
    const told = chain(before).filter((link) => Number(link.split('>')[1]) <= acknowledged.seq);
    if (how === 'SIGTERM') expect(await platform.stop()).toBe(0);
    else await platform.kill();
    platform = await start(dataDir);
    api = withToken(platform.httpBase, api.token);
    const after = await board();
    expect(after.snapshots[0]?.epoch).not.toBe(epoch);
    expect(after.snapshots[0]?.seq).toBeGreaterThanOrEqual(acknowledged.seq);
    after.socket.emit('resume', { epoch, seq });
    await after.alarm('the acknowledgement', (m) => m.seq === acknowledged.seq);
    expect(after.snapshots).toHaveLength(1);
    expect(chain(after).filter((link) => Number(link.split('>')[1]) <= acknowledged.seq)).toEqual(told);
    expect(await api.get<Alarm>(`/alarms/${raised.alarm.id}`)).toMatchObject(acknowledged);
    // Another installation's epoch, and a place that is still to come, get the whole picture.
    after.socket.emit('resume', { epoch: 'no-such-epoch', seq });
    await eventually('a snapshot', 5_000, () => Promise.resolve(after.snapshots.length === 2));
    after.socket.emit('resume', { epoch, seq: 1e9 });
    await eventually('a snapshot', 5_000, () => Promise.resolve(after.snapshots.length === 3));
  });
});

describe('the root', () => {
  it.each([
    ['/healthz', 'application/json', '"ok"'],
    ['/readyz', 'application/json', '"ready":true'],
    ['/metrics', 'text/plain', '# TYPE '],
    ['/openapi.json', 'application/json', '"openapi":"3.1'],
    ['/asyncapi.json', 'application/json', '"asyncapi":"3.0'],
    ['/docs', 'text/html', '<html'],
  ])('%s', async (path, type, holds) => {
    const answer = await fetch(`${platform.httpBase}${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(await answer.text()).toContain(holds);
  });
});

describe('settings', () => {
  function runToEnd(
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(repositoryRoot, 'dist/app/main.js')], {
        env: cleanEnv({ BEACON_HTTP_PORT: '0', BEACON_MQTT_PORT: '0', BEACON_LOG_LEVEL: 'warn', ...env }),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('exit', (code) => resolve({ code, stdout, stderr }));
    });
  }

  it.each([
    ['a port in another notation', { BEACON_HTTP_PORT: '0x1F' }, /^BEACON_HTTP_PORT="0x1F": not allowed; allowed: 0 to 65535/],
    ['an address of another machine', { BEACON_HOST: '192.0.2.1' }, /^BEACON_HOST=192\.0\.2\.1: not an address of this machine/],
    [
      'a host without an address',
      { BEACON_HOST: 'no-such-host.invalid' },
      /^BEACON_HOST=no-such-host\.invalid: not an address of this machine/,
    ],
    ['a port of blanks', { BEACON_MQTT_PORT: '  ' }, /^BEACON_MQTT_PORT=/],
    ['days that are none', { BEACON_RAW_DAYS: '1e3' }, /^BEACON_RAW_DAYS="1e3"/],
    [
      'a certificate that is not there',
      { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/nowhere/cert.pem', BEACON_TLS_KEY: '/nowhere/key.pem' },
      /^BEACON_TLS_CERT=\/nowhere\/cert\.pem: cannot be read/,
    ],
    [
      'a certificate that is none',
      { BEACON_MQTTS_PORT: '0', BEACON_TLS_CERT: '/etc/hostname', BEACON_TLS_KEY: '/etc/hostname' },
      /^BEACON_TLS_CERT=\/etc\/hostname: cannot be used/,
    ],
  ])('%s is one line with the key, the value and what is allowed', async (_what, env, line) => {
    const ended = await runToEnd({ BEACON_DATA_DIR: folder('settings'), ...env });
    expect(ended.code).toBe(1);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
    expect(ended.stderr).toMatch(line);
    expect(ended.stdout).toBe('');
  });

  it.skipIf(!existsSync(OPENSSL))(
    'come from a YAML file, the environment wins; TLS opens its door, a CA asks for client certificates',
    async () => {
      const dir = folder('yaml');
      const [key, cert, config] = [join(dir, 'key.pem'), join(dir, 'cert.pem'), join(dir, 'beacon.yaml')];
      execFileSync(
        OPENSSL,
        [
          'req',
          '-x509',
          '-newkey',
          'rsa:2048',
          '-nodes',
          '-days',
          '2',
          '-subj',
          '/CN=localhost',
          '-addext',
          'subjectAltName=IP:127.0.0.1',
          '-keyout',
          key,
          '-out',
          cert,
        ],
        { stdio: 'ignore' },
      );
      writeFileSync(
        config,
        `rawDays: 7\nBEACON_TIME_ZONE: Europe/Berlin\nmqttsPort: 0\ntlsCert: ${cert}\ntlsKey: ${key}\ntlsCa: ${cert}\nlogLevel: trace\n`,
      );
      const started = await start(join(dir, 'data').replace(/\/data$/, ''), { BEACON_CONFIG: config, BEACON_LOG_LEVEL: 'warn' });
      const info = (await (await fetch(`${started.httpBase}/api/v1/info`)).json()) as { timeZone: string };
      expect(info.timeZone).toBe('Europe/Berlin');
      expect(started.stderr()).not.toContain('"level":30');
      expect(started.mqttsUrl).toMatch(/^mqtts:\/\/127\.0\.0\.1:\d+$/);
      const [made] = await makeDevices(await signIn(started.httpBase), 'haida', GAS, ['T-1']);
      if (made === undefined || started.mqttsUrl === null) throw new Error('no door');
      const ca = readFileSync(cert);
      const client = await connectDevice(started.mqttsUrl, made, { ca, cert: ca, key: readFileSync(key) });
      await client.telemetry({ lel: 1 });
      await client.close();
      await expect(connectDevice(started.mqttsUrl, made, { ca, connectTimeout: 5_000 })).rejects.toThrow();
      expect(await started.stop()).toBe(0);
    },
  );

  it('without BEACON_ADMIN_PASSWORD a random one is printed once and must be changed before anything else', async () => {
    const dir = folder('first');
    const started = await start(dir, { BEACON_ADMIN_PASSWORD: '' });
    const password = /as admin with password (\S+)/.exec(started.stdout())?.[1] ?? '';
    expect(password.length).toBeGreaterThanOrEqual(12);
    const json = { 'content-type': 'application/json' };
    const call = (path: string, method: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<Response> =>
      fetch(`${started.httpBase}/api/v1${path}`, {
        method,
        headers: { ...json, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const signed = await call('/session', 'POST', {}, { username: 'admin', password });
    const { csrfToken, user } = (await signed.json()) as { csrfToken: string; user: { mustChangePassword: boolean } };
    expect(user.mustChangePassword).toBe(true);
    const cookie = signed.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    for (const path of ['/alarms', '/devices']) {
      const refused = await call(path, 'GET', { cookie });
      expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([403, 'password-change-required']);
    }
    const changed = await call(
      '/session/password',
      'POST',
      { cookie, 'x-csrf-token': csrfToken },
      { currentPassword: password, newPassword: ADMIN_PASSWORD },
    );
    expect(changed.status).toBe(200);
    expect((await signIn(started.httpBase)).token).toMatch(/^bt_/);
    expect(await started.stop()).toBe(0);
    const again = await start(dir, { BEACON_ADMIN_PASSWORD: '' });
    expect(again.stdout()).not.toContain('password');
  });
});
