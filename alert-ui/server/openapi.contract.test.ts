import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import en from '../protocol/locales/en.json' with { type: 'json' };
import zh from '../protocol/locales/zh-CN.json' with { type: 'json' };
import { exampleWarning } from '../../model/testing/example-warning.ts';
import { describeLive } from './describe/asyncapi.ts';
import { PASSWORD, Served } from './testing/served.ts';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>>;
}
interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: object;
}

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
});

/** Every `$ref` inside, as a pointer. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === '$ref' && typeof inner === 'string' ? [inner] : references(inner)));
}
function at(document: unknown, pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .reduce<unknown>(
      (value, part) =>
        typeof value === 'object' && value !== null
          ? (value as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
          : undefined,
      document,
    );
}

it('every route answers at least once as the document says', async () => {
  const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as OpenApi;
  expect(document.openapi).toBe('3.1.0');
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': true } });
  ajv.addSchema({ $id: 'openapi', ...document });
  const left = new Set(Object.values(document.paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId)));

  const admin = await served.as('admin');
  const { platform } = served;
  /** Asks, finds what the document says about the answer, and holds it against that. */
  const ask = async (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    template: string,
    ids: Record<string, string>,
    expected: number,
    body?: unknown,
    query = '',
  ) => {
    const path = template.replaceAll(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? '');
    const operation = document.paths[template]?.[method.toLowerCase()];
    if (operation === undefined) throw new Error(`${method} ${template} is not described`);
    const answer = await served.request(method, `${path}${query}`, {
      ...(body === undefined ? {} : { body }),
      headers: { cookie: admin.cookie, 'x-csrf-token': admin.csrf },
    });
    expect([operation.operationId, answer.status, answer.status === expected ? '' : answer.text]).toEqual([
      operation.operationId,
      expected,
      '',
    ]);
    const described = operation.responses[String(answer.status)];
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
    const content = described?.content?.[type];
    if (described?.content === undefined) expect(answer.text).toBe('');
    else {
      if (content === undefined) throw new Error(`${operation.operationId}: ${answer.status} as ${type} is not described`);
      const pointer = `openapi#/paths/${template.replaceAll('/', '~1').replaceAll('{', '%7B').replaceAll('}', '%7D')}/${method.toLowerCase()}/responses/${answer.status}/content/${type.replaceAll('/', '~1').replaceAll('+', '%2B')}/schema`;
      const validate = ajv.compile({ $ref: pointer });
      const fits = validate(type.includes('json') ? JSON.parse(answer.text) : answer.text);
      expect([operation.operationId, fits, validate.errors]).toEqual([operation.operationId, true, null]);
    }
    left.delete(operation.operationId);
    return answer;
  };
  const api = '/api/v1';

  await ask('GET', `${api}/info`, {}, 200);
  await ask('GET', `${api}/session`, {}, 200);
  await ask('GET', '/healthz', {}, 200);
  await ask('GET', '/readyz', {}, 200);
  await ask('GET', '/metrics', {}, 200);
  const token = await ask('POST', `${api}/tokens`, {}, 201, { name: 't' });
  await ask('GET', `${api}/tokens`, {}, 200);
  await ask('GET', `${api}/tokens/{id}`, { id: String(token.body['id']) }, 200);
  await ask('DELETE', `${api}/tokens/{id}`, { id: String(token.body['id']) }, 204);

  const bodies = [
    ['areas', { id: 'x', name: 'X' }],
    ['enterprises', { id: 'x', name: 'X', areaId: 'x', contacts: [{ name: 'Li', phone: '1' }] }],
    ['sites', { id: 'x', name: 'X', enterpriseId: 'x', lon: 121.5, lat: 31.2 }],
    ['hazard-sources', { id: 'x', name: 'X', enterpriseId: 'x', siteId: 'x', attributes: { volume: 3 } }],
  ] as const;
  for (const [kind, body] of bodies) {
    await ask('POST', `${api}/${kind}`, {}, 201, body);
    await ask('POST', `${api}/${kind}`, {}, 409, body);
    await ask('GET', `${api}/${kind}`, {}, 200);
    await ask('GET', `${api}/${kind}/{id}`, { id: 'x' }, 200);
    await ask('PATCH', `${api}/${kind}/{id}`, { id: 'x' }, 200, { name: 'Y' });
    await ask('GET', `${api}/${kind}/{id}`, { id: 'missing' }, 404);
  }
  const farm = { people: 60, substances: [{ substance: 'ammonia', designMaximumT: 40 }] };
  const person = { name: 'li', password: 'a long first password', role: 'operator', enterprises: ['x'] };
  await ask('POST', `${api}/users`, {}, 201, person);
  await ask('POST', `${api}/users`, {}, 409, person);
  await ask('GET', `${api}/users`, {}, 200);
  const open = await ask('GET', `${api}/sessions`, {}, 200, undefined, '?account=admin&limit=1');
  await ask('GET', `${api}/sessions/{id}`, { id: String((open.body['items'] as { id: string }[])[0]?.id) }, 200);
  await ask('GET', `${api}/sessions/{id}`, { id: 'missing' }, 404);
  await served.as('admin');
  const unused = ((await ask('GET', `${api}/sessions`, {}, 200)).body['items'] as { id: string; current: boolean }[]).find(
    (one) => !one.current,
  );
  await ask('DELETE', `${api}/sessions/{id}`, { id: String(unused?.id) }, 204);
  await ask('GET', `${api}/users/{id}`, { id: 'li' }, 200);
  await ask('GET', `${api}/users/{id}`, { id: 'missing' }, 404);
  await ask('PATCH', `${api}/users/{id}`, { id: 'li' }, 200, { disabled: true });
  await ask('PATCH', `${api}/users/{id}`, { id: 'admin' }, 409, { role: 'viewer' });
  await ask('GET', `${api}/audit`, {}, 200, undefined, '?limit=2');
  const password = PASSWORD;
  await ask('GET', `${api}/shifts/plan`, {}, 200);
  await ask('GET', `${api}/shifts/{id}`, { id: 'current' }, 200);
  await ask('POST', `${api}/shifts/sound-test`, {}, 409, { heard: true });
  await ask('POST', `${api}/shifts/handover`, {}, 400, {});
  await ask('POST', `${api}/shifts/handover`, {}, 200, { password });
  await ask('POST', `${api}/shifts/sound-test`, {}, 200, { heard: true });
  await ask('POST', `${api}/shifts/handover`, {}, 200, { sign: 'outgoing', notes: 'calm', password });
  await ask('POST', `${api}/shifts/handover`, {}, 409, { sign: 'incoming', password });
  await ask('GET', `${api}/shifts/{id}`, { id: '1' }, 200);
  await ask('GET', `${api}/shifts/{id}`, { id: '2' }, 404);
  await ask('GET', `${api}/shifts`, {}, 200);
  await ask('GET', `${api}/calculators/gb18218`, {}, 200);
  await ask('POST', `${api}/calculators/gb18218`, {}, 200, farm);
  await ask('POST', `${api}/calculators/gb18218`, {}, 422, { people: 0, substances: [{ cas: '7664-41-8', designMaximumT: 1 }] });
  await ask('POST', `${api}/hazard-sources/{id}/classification`, { id: 'x' }, 200, farm);
  await ask('GET', `${api}/hazard-sources/{id}`, { id: 'x' }, 200);
  await ask('DELETE', `${api}/hazard-sources/{id}/classification`, { id: 'x' }, 200);
  await ask('POST', `${api}/enterprises/{id}/gateways`, { id: 'x' }, 201, { id: 'gw' });
  await ask('GET', `${api}/enterprises/{id}/gateways`, { id: 'x' }, 200);
  await ask('GET', `${api}/gateways/{id}`, { id: 'gw' }, 200);
  await ask('PATCH', `${api}/gateways/{id}`, { id: 'gw' }, 200, { name: 'G' });
  await ask('POST', `${api}/gateways/{id}/credential`, { id: 'gw' }, 200, {});
  await ask('DELETE', `${api}/gateways/{id}`, { id: 'gw' }, 204);

  await ask('GET', `${api}/profiles`, {}, 200);
  await ask('POST', `${api}/devices`, {}, 201, { id: 'd', enterpriseId: 'x', profileId: 'gas', siteId: 'x', hazardSourceId: 'x' });
  await ask('POST', `${api}/devices/bulk`, {}, 200, { items: [{ id: 'e', enterpriseId: 'x', profileId: 'gas' }, {}] });
  await ask('GET', `${api}/devices`, {}, 200);
  await ask('GET', `${api}/devices/{id}`, { id: 'd' }, 200);
  await ask('PATCH', `${api}/devices/{id}`, { id: 'd' }, 200, { variant: 'v' });
  await ask('PATCH', `${api}/devices/{id}`, { id: 'd' }, 409, { enterpriseId: 'y' });
  await ask('PATCH', `${api}/devices/{id}`, { id: 'd' }, 400, { colour: 'red' });
  await ask('POST', `${api}/devices/{id}/credential`, { id: 'd' }, 200, {});
  platform.sample('d', 12.5);
  const line = {
    at: platform.clock.now(),
    device: 'd',
    enterprise: 'x',
    topic: 't',
    head: '{',
    size: 1,
    detail: null,
    address: '127.0.0.1',
    more: 0,
  };
  platform.connectionLines.set('d', [{ ...line, verdict: 'connect-refused', reason: 'CONNECT_WRONG_SECRET' }]);
  await platform.records.ledger.append([{ ...line, verdict: 'refused', reason: 'NOT_JSON' }], []);
  platform.view.waits.set('d', [{ measurement: 'lel', channel: null, expected: true, since: platform.clock.now() }]);
  await ask('GET', `${api}/devices/{id}/latest`, { id: 'd' }, 200);
  await ask('GET', `${api}/devices/{id}/limits`, { id: 'd' }, 200);
  await ask('GET', `${api}/hazard-sources/{id}/limits`, { id: 'x' }, 200);
  await ask('GET', `${api}/devices/{id}/connections`, { id: 'd' }, 200);
  const commands = `${api}/devices/{id}/commands`;
  await ask('POST', commands, { id: 'd' }, 422, { command: 'open-valve' });
  await ask('POST', commands, { id: 'd' }, 400, { command: 'close-valve' });
  await ask('POST', commands, { id: 'd' }, 409, { command: 'close-valve', comment: 'gas' });
  served.platform.listening.add('d');
  const sent = await ask('POST', commands, { id: 'd' }, 202, { command: 'close-valve', comment: 'gas' });
  await ask('GET', commands, { id: 'd' }, 200);
  await ask('GET', `${commands}/{commandId}`, { id: 'd', commandId: String(sent.body['id']) }, 200);
  await ask('GET', `${commands}/{commandId}`, { id: 'd', commandId: 'missing' }, 404);
  await ask('GET', `${api}/devices/{id}/readings`, { id: 'd' }, 200, undefined, '?measurement=lel');
  await ask(
    'GET',
    `${api}/devices/{id}/readings`,
    { id: 'd' },
    200,
    undefined,
    '?measurement=lel&maxPoints=10&from=2026-01-01T00:00:00Z&to=1800000000000',
  );
  await ask('GET', `${api}/devices/{id}/readings`, { id: 'd' }, 400, undefined, '?measurement=nonsense');
  await ask('GET', `${api}/devices/{id}/limit-proposals`, { id: 'd' }, 200, undefined, '?measurement=lel');
  await ask('GET', `${api}/devices/{id}/limit-proposals`, { id: 'd' }, 400, undefined, '?measurement=lel&from=0');
  await ask('GET', `${api}/devices/{id}/readings.csv`, { id: 'd' }, 200, undefined, '?measurement=lel');
  await ask('GET', `${api}/devices/{id}/readings.csv`, { id: 'd' }, 400, undefined, '?measurement=nonsense');
  await ask('GET', `${api}/ledger`, {}, 200, undefined, '?device=d&verdict=refused&from=1');

  const until = platform.clock.now() + 60_000;
  for (const [path, scope] of [
    ['hazard-sources', 'hazard-source'],
    ['enterprises', 'enterprise'],
    ['areas', 'area'],
  ] as const) {
    platform.warn(exampleWarning(scope, 'x', scope === 'area' ? null : 'x', { level: 'red', state: 'issued', ri: 90, occurrence: 1 }));
    await ask('PUT', `${api}/${path}/{id}/factors/{name}`, { id: 'x', name: 'weather' }, 200, { value: 1, until, comment: 'gale' });
    await ask('PUT', `${api}/${path}/{id}/factors/{name}`, { id: 'x', name: 'weather' }, 422, { value: 1, until: 1 });
    await ask('DELETE', `${api}/${path}/{id}/factors/{name}`, { id: 'x', name: 'weather' }, 200);
    await ask('GET', `${api}/warnings/{id}`, { id: `${scope}:x` }, 200);
  }
  await ask('GET', `${api}/warnings/{id}`, { id: 'area:missing' }, 404);
  await ask('GET', `${api}/warnings`, {}, 200, undefined, '?state=issued&level=red&scope=area&limit=1');
  platform.warn(exampleWarning('area', 'x', null, { occurrence: 1, liftedAt: platform.clock.now() }), 'lifted', 'red');
  await ask('GET', `${api}/warnings`, {}, 200, undefined, '?state=lifted');
  platform.raise(platform.alarm('1-0', 'x', { deviceId: 'd', latched: true }));
  platform.raise(platform.alarm('2-0', 'x'));
  await ask('GET', `${api}/alarms`, {}, 200, undefined, '?state=open&level=red,orange&kind=process&enterprise=x');
  await ask('GET', `${api}/alarms`, {}, 200);
  await ask('POST', `${api}/alarms/{id}/acknowledge`, { id: '1-0' }, 409, { seen: 0 });
  await ask('POST', `${api}/alarms/{id}/acknowledge`, { id: '1-0' }, 200, { seen: 1, comment: 'seen' });
  await ask('POST', `${api}/alarms/{id}/withdraw`, { id: '1-0' }, 200, {});
  await ask('POST', `${api}/alarms/{id}/comment`, { id: '1-0' }, 200, { comment: 'valve closed' });
  await ask('POST', `${api}/alarms/acknowledge`, {}, 200, { items: [{ id: '2-0', seen: 2 }, { id: 'missing' }] });
  await ask('GET', `${api}/alarms/{id}`, { id: '1-0' }, 200);
  await ask('POST', `${api}/alarms/{id}/reset`, { id: '1-0' }, 200, {});

  await ask('GET', `${api}/floods`, {}, 200);
  await ask('GET', `${api}/kpi`, {}, 200, undefined, '?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&enterprise=x');
  await ask('GET', `${api}/kpi`, {}, 400, undefined, '?from=2&to=1');
  await ask('GET', `${api}/kpi.csv`, {}, 200);
  const trip = { id: 'esd', cause: { device: 'd' }, hides: [{ device: 'e', ladder: 'lo' }] };
  await ask('PATCH', `${api}/enterprises/{id}`, { id: 'x' }, 200, { causes: [trip], alarmPolicy: { rearmMs: { red: 60_000 } } });
  await ask('PATCH', `${api}/hazard-sources/{id}`, { id: 'x' }, 200, { causes: [trip] });
  platform.raise(platform.alarm('3-0', 'x', { level: 'yellow' }));
  await ask('POST', `${api}/alarms/silence`, {}, 200, { items: [{ id: '3-0' }, { id: 'missing' }] });
  await ask('POST', `${api}/alarms/{id}/silence`, { id: '3-0' }, 200, {});
  await ask('POST', `${api}/alarms/{id}/verify`, { id: '3-0' }, 200, { as: 'false', note: 'steam' });
  await ask('POST', `${api}/alarms/{id}/shelve`, { id: '3-0' }, 200, { minutes: 30, reason: 'steam' });
  await ask('GET', `${api}/alarms`, {}, 200, undefined, '?suppressed=shelved');
  await ask('POST', `${api}/alarms/{id}/unshelve`, { id: '3-0' }, 200, {});
  await ask('POST', `${api}/alarms/{id}/unshelve`, { id: '3-0' }, 409, {});
  await ask('POST', `${api}/alarms/{id}/suppress`, { id: '3-0' }, 200, { reason: 'pump is off' });
  await ask('POST', `${api}/alarms/{id}/unsuppress`, { id: '3-0' }, 200, { reason: 'pump is on' });
  await ask('POST', `${api}/alarms/{id}/out-of-service`, { id: '3-0' }, 200, { permit: 'P-1', reason: 'work' });
  await ask('POST', `${api}/alarms/{id}/return-to-service`, { id: '3-0' }, 200, {});
  await ask('POST', `${api}/alarms/{id}/shelve`, { id: '2-0' }, 409, { minutes: 30, reason: 'red' });
  platform.raise(platform.alarm('4-0', 'x', { level: 'orange', deviceId: 'd' }));
  await served.account('other', 'admin');
  for (const [verb, minutes] of [
    ['approve', 30],
    ['refuse', 60],
  ] as const) {
    const asked = await ask('POST', `${api}/alarms/{id}/shelve`, { id: '4-0' }, 202, { minutes, reason: 'work' });
    const id = String(asked.body['id']);
    await ask('GET', `${api}/approvals/{id}`, { id }, 200);
    await ask('POST', `${api}/approvals/{id}/approve`, { id }, 409, {});
    if (verb === 'refuse') await ask('POST', `${api}/approvals/{id}/refuse`, { id }, 200, { comment: 'no' });
    else {
      const other = await served.as('other');
      const headers = { cookie: other.cookie, 'x-csrf-token': other.csrf };
      expect((await served.request('POST', `${api}/approvals/${id}/approve`, { headers, body: {} })).status).toBe(200);
      left.delete('approval.approve');
    }
  }
  await ask('GET', `${api}/approvals`, {}, 200, undefined, '?state=pending,approved');
  const tried = { scope: 'profile', scopeId: 'gas', profileId: 'gas', measurement: 'lel', code: 'L1', parts: { setPoint: 20 } };
  await ask('POST', `${api}/backtests`, {}, 202, { from: 1, to: 2, enterprise: 'x', rules: [{ id: 'r', ...tried }] });
  await ask('POST', `${api}/backtests`, {}, 400, { from: 2, to: 1 });
  await ask('GET', `${api}/backtests`, {}, 200);
  await ask('GET', `${api}/backtests/{id}`, { id: 'bt-0' }, 200);
  await ask('DELETE', `${api}/backtests/{id}`, { id: 'bt-0' }, 204);
  await ask('GET', `${api}/backtests/{id}`, { id: 'bt-0' }, 404);

  await ask('GET', `${api}/scenarios`, {}, 200);
  await ask('POST', `${api}/scenarios/{name}/runs`, { name: 'a-leak' }, 202, {});
  await ask('GET', `${api}/runs`, {}, 200);
  await ask('GET', `${api}/runs/{id}`, { id: 'run-0' }, 200);
  await ask('DELETE', `${api}/runs/{id}`, { id: 'run-0' }, 204);

  const rule = { id: 'r', scope: 'device', scopeId: 'd', measurement: 'lel', code: 'L1', parts: { setPoint: 20 } };
  await ask('POST', `${api}/rules`, {}, 200, rule, '?dryRun=true');
  await ask('POST', `${api}/rules`, {}, 201, rule);
  await ask('POST', `${api}/rules`, {}, 409, rule);
  await ask('GET', `${api}/rules`, {}, 200, undefined, '?scope=device');
  await ask('GET', `${api}/rules/{id}`, { id: 'r' }, 200);
  await ask('PATCH', `${api}/rules/{id}`, { id: 'r' }, 200, { parts: { setPoint: 19 } });
  const kept = platform.view.assets('rule').get('r');
  if (kept !== undefined) await platform.records.rules.put([{ rule: kept, by: 'admin', at: 1, entry: 2 }]);
  await ask('GET', `${api}/rules/{id}/versions`, { id: 'r' }, 200);
  await ask('POST', `${api}/rules/{id}/roll-back`, { id: 'r' }, 404, { revision: 9 });
  await ask('POST', `${api}/rules/{id}/roll-back`, { id: 'r' }, 200, { revision: 2 });
  const softer = {
    profileId: 'gas',
    variant: null,
    measurement: 'lel',
    code: 'L1',
    parts: ['setPoint' as const],
    mandatory: true,
    basis: 'x',
    device: null,
  };
  platform.view.trial = { softened: [softer] };
  await ask('PATCH', `${api}/rules/{id}`, { id: 'r' }, 202, { parts: { setPoint: 30 }, reason: 'why' });
  await ask('PATCH', `${api}/devices/{id}`, { id: 'd' }, 202, { attributes: { h: 3 }, reason: 'why' });
  await ask('PATCH', `${api}/devices/{id}`, { id: 'd' }, 422, { attributes: { h: 3 } });
  await ask('PATCH', `${api}/hazard-sources/{id}`, { id: 'x' }, 202, { attributes: { h: 3 }, reason: 'why' });
  platform.view.trial = {};
  await ask('GET', `${api}/audit`, {}, 200, undefined, '?action=device.&by=admin&outcome=ok&from=1&to=8000000000000');
  await ask('DELETE', `${api}/rules/{id}`, { id: 'r' }, 204);
  const site = await served.request('GET', `${api}/site-file?enterprise=x`, { headers: { cookie: admin.cookie } });
  expect([site.status, site.headers.get('content-type')]).toEqual([200, 'application/yaml; charset=utf-8']);
  left.delete('site.export');
  const yaml = { cookie: admin.cookie, 'x-csrf-token': admin.csrf, 'content-type': 'application/yaml' };
  const taken = await served.request('POST', `${api}/site-file?dryRun=true`, { headers: yaml, raw: site.text });
  const report = document.paths[`${api}/site-file`]?.['post']?.responses['200']?.content?.['application/json']?.schema;
  expect([taken.status, ajv.validate({ $ref: 'openapi#/components/schemas/SiteReport' }, taken.body), report]).toEqual([
    200,
    true,
    { $ref: '#/components/schemas/SiteReport' },
  ]);
  left.delete('site.import');

  await ask('DELETE', `${api}/enterprises/{id}`, { id: 'x' }, 409);
  for (const kind of ['devices', 'hazard-sources', 'sites', 'areas'])
    await ask('DELETE', `${api}/${kind}/{id}`, { id: kind === 'devices' ? 'd' : 'x' }, 204);
  await served.request('DELETE', `${api}/devices/e`, { headers: { cookie: admin.cookie, 'x-csrf-token': admin.csrf } });
  await ask('DELETE', `${api}/enterprises/{id}`, { id: 'x' }, 204);

  await ask('POST', `${api}/session`, {}, 401, { username: 'admin', password: 'wrong' });
  await ask('POST', `${api}/session`, {}, 200, { username: 'admin', password: 'correct horse battery staple' });
  const second = await served.as('admin');
  await served.request('DELETE', `${api}/session`, { headers: { cookie: second.cookie, 'x-csrf-token': second.csrf } });
  left.delete('session.sign-out');
  await ask('POST', `${api}/session/password`, {}, 401, { currentPassword: 'wrong', newPassword: 'another long password' });
  expect([...left]).toEqual([]);
});

it('the document holds together: references lead somewhere, parameters are declared, names are given once', async () => {
  const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as OpenApi;
  for (const pointer of references(document)) expect([pointer, typeof at(document, pointer)]).toEqual([pointer, 'object']);
  const names: string[] = [];
  for (const [path, operations] of Object.entries(document.paths)) {
    const wanted = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    for (const operation of Object.values(operations)) {
      names.push(operation.operationId);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name);
      expect([path, declared]).toEqual([path, wanted]);
    }
  }
  expect(new Set(names).size).toBe(names.length);
});

it('the description of live events and topics holds together', () => {
  const document = describeLive('1.0.0');
  expect(document['asyncapi']).toBe('3.0.0');
  const own = references(document).filter((pointer) => /^#\/(channels|servers|components)/.test(pointer));
  expect(own.length).toBeGreaterThan(20);
  for (const pointer of own) expect([pointer, typeof at(document, pointer)]).toEqual([pointer, 'object']);
});

it('the page of the API is served whole, from our own files', async () => {
  const page = await served.request('GET', '/docs');
  const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  expect(files).toHaveLength(4);
  for (const file of files) expect([file, (await served.request('GET', file)).status]).toEqual([file, 200]);
});

it('the document speaks proper English: no "a area"', async () => {
  const text = await (await fetch(`${served.url}/openapi.json`)).text();
  expect(text).toContain('Create an area');
  expect(text).toContain('Create a site');
  // Words that begin with a vowel sound; `one`, `user` and their like do not.
  expect(text.match(/\b[Aa] (?!one|once|uni|us|eu|a\b)[aeiou]\w*/g)).toBeNull();
  expect(text.match(/\b[Aa]n (?!hour|MQTT|X|SSE)[b-df-hj-np-tv-z]\w*/g)).toBeNull();
});

it('every change that stands in the audit has words in both languages', async () => {
  const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as OpenApi;
  const acts = Object.values(document.paths).flatMap((path) =>
    Object.entries(path).flatMap(([method, { operationId }]) => (method === 'get' ? [] : [operationId])),
  );
  expect(acts.length).toBeGreaterThan(60);
  const wordOf = (texts: object, act: string): unknown => at(texts, `#/accounts/audit/acts/${act.replaceAll('.', '/')}`);
  for (const act of [...acts, 'request'])
    for (const texts of [en, zh]) expect(typeof wordOf(texts, act), `accounts.audit.acts.${act}`).toBe('string');
});
