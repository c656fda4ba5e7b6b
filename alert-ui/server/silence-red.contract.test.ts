import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Silence, SoftenedLimit } from '../../model/engine.ts';
import type { Rule } from '../../model/asset.ts';
import { type Answered, type Person, Served } from './testing/served.ts';

/** No account bound to a plant keeps red from coming alone, by whatever route. What would be silent is the engine's to find (rules/scopes/silencing). */

const GONE: Silence = { how: 'retired', device: 'guard', red: ['lel L2'] };
const RED: SoftenedLimit = {
  profileId: 'gas',
  variant: null,
  measurement: 'lel',
  code: 'L2',
  parts: ['enabled'],
  mandatory: false,
  red: true,
  basis: 'ours',
  device: 'guard',
};
const PEOPLE = {
  engineer: ['operator', ['works']],
  manager: ['admin', ['works']],
  admin: ['admin', null],
  watch: ['operator', null],
} as const;
type Name = keyof typeof PEOPLE;
type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

const LINE = { id: 'esd', cause: { device: 'other' }, hides: [{ device: 'guard' }] };
const NEW_RULE = { id: 'new', scope: 'device', scopeId: 'guard', measurement: 'lel', code: 'L2', parts: { enabled: false }, reason: 'x' };

/** Statuses of the plant's engineer, its administrator, and an administrator of everything. */
type Row = readonly [string, Method, string, object | undefined, readonly [number, number, number]];
const SILENCING: readonly Row[] = [
  ['device.retire', 'DELETE', '/devices/guard?reason=x', undefined, [202, 202, 204]],
  ['device.change', 'PATCH', '/devices/guard', { heartbeatMs: 31 * 86_400_000, reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { reportMs: 31 * 86_400_000, reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { profileId: 'gas', variant: 'mild', reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { hazardSourceId: 'farm', reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { conditions: { manned: true }, reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { attributes: { h: 9 }, reason: 'x' }, [202, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { mode: 'test', reason: 'x' }, [403, 202, 200]],
  ['device.change', 'PATCH', '/devices/guard', { mode: 'commissioning', name: 'y', reason: 'x' }, [403, 202, 200]],
  ['enterprise.change', 'PATCH', '/enterprises/works', { causes: [LINE], reason: 'x' }, [403, 202, 200]],
  [
    'enterprise.change',
    'PATCH',
    '/enterprises/works',
    { businessHours: [{ days: [1], from: '00:00', to: '24:00' }], reason: 'x' },
    [403, 202, 200],
  ],
  ['enterprise.change', 'PATCH', '/enterprises/works', { kind: 'test', reason: 'x' }, [403, 403, 200]],
  ['hazard-source.change', 'PATCH', '/hazard-sources/farm', { causes: [LINE], reason: 'x' }, [403, 202, 200]],
  ['hazard-source.change', 'PATCH', '/hazard-sources/farm', { attributes: { h: 9 }, reason: 'x' }, [403, 202, 200]],
  ['rule.create', 'POST', '/rules', NEW_RULE, [202, 202, 201]],
  ['rule.change', 'PATCH', '/rules/own', { parts: { enabled: false }, reason: 'x' }, [202, 202, 200]],
  ['rule.retire', 'DELETE', '/rules/own?reason=x', undefined, [202, 202, 204]],
  ['alarm.suppress', 'POST', '/alarms/a/suppress', { reason: 'x' }, [202, 202, 200]],
  ['alarm.out-of-service', 'POST', '/alarms/a/out-of-service', { permit: 'P', reason: 'x', until: 8e15 }, [422, 422, 200]],
  ['alarm.shelve', 'POST', '/alarms/a/shelve', { minutes: 1, reason: 'x' }, [409, 409, 409]],
];

/** Operations that keep no red from coming, or only by somebody who is bound to nothing; why. */
const OTHERS: Readonly<Record<string, string>> = {
  'rule.rollBack': 'puts a rule by the same way as rule.change',
  'site.import': 'below',
  'device.create': 'what is new nobody relied on; an id that stands is refused',
  'device.bulk': 'as device.create',
  'device.credential': 'below: the old secret ends, the instrument falls silent, which is told',
  'gateway.credential': 'as device.credential',
  'gateway.retire': 'as device.credential, for all that speaks through it',
  'gateway.create': 'nothing waits for it',
  'gateway.change': 'its name alone',
  'device-command.send': 'asks something of the instrument; what it measures is judged all the same',
  'area.create': 'reaches no limit',
  'area.change': 'reaches no limit',
  'area.retire': 'reaches no limit',
  'site.create': 'reaches no limit',
  'site.change': 'reaches no limit',
  'site.retire': 'refused while a device stands in it',
  'enterprise.create': 'nothing is in it',
  'enterprise.retire': 'refused while anything is in it',
  'hazard-source.create': 'nothing is in it',
  'hazard-source.retire': 'refused while a device is in it, and a rule over several points asks devices in it alone',
  'hazard-source.classify': 'weighs warnings alone',
  'hazard-source.unclassify': 'weighs warnings alone',
  'hazard-source.factor.set': 'weighs warnings alone',
  'hazard-source.factor.clear': 'weighs warnings alone',
  'enterprise.factor.set': 'weighs warnings alone',
  'enterprise.factor.clear': 'weighs warnings alone',
  'area.factor.set': 'weighs warnings alone',
  'area.factor.clear': 'weighs warnings alone',
  'alarm.acknowledge': 'it was seen',
  'alarm.acknowledge-group': 'it was seen',
  'alarm.withdraw': 'it rings again',
  'alarm.reset': 'of what is true no more',
  'alarm.silence': 'the sound of one that was told, for a few minutes',
  'alarm.silence-group': 'as alarm.silence',
  'alarm.comment': 'a text',
  'alarm.verify': 'a word about what was told',
  'alarm.unshelve': 'ends a flag',
  'alarm.unsuppress': 'ends a flag',
  'alarm.return-to-service': 'ends a flag',
  'approval.approve': 'second-person and hide-red tests: from outside the plant',
  'approval.refuse': 'nothing is done',
};
/** Of the whole system, of oneself, or nothing that is kept: no limit, device or alarm is touched. */
const APART = /^(?:session|token|account|user|shift|backtest|scenario|run|gb18218|kpi)\b/;

let served: Served;
const people = new Map<Name, Person>();
const as = (name: Name): Person => {
  const person = people.get(name);
  if (person === undefined) throw new Error(name);
  return person;
};

beforeAll(async () => {
  served = await Served.open();
  for (const name of Object.keys(PEOPLE) as Name[]) {
    const [role, enterprises] = PEOPLE[name];
    await served.account(name, role, enterprises);
    people.set(name, await served.as(name));
  }
});
afterAll(() => served.close());

beforeEach(() => {
  const { platform } = served;
  platform.enterprise('works');
  platform.device('guard', 'works');
  platform.device('other', 'works');
  const head = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null };
  platform.view.all['hazard-source'].set('farm', {
    ...head,
    id: 'farm',
    name: 'Farm',
    enterpriseId: 'works',
    siteId: null,
    attributes: {},
  });
  const own: Rule = {
    ...head,
    ...NEW_RULE,
    id: 'own',
    name: 'own',
    scope: 'device',
    profileId: 'gas',
    adds: null,
    parts: {},
    approvedBy: null,
  };
  platform.view.all.rule.clear();
  platform.view.all.rule.set('own', own);
  platform.view.moreLimits = [{ code: 'L2', level: 'red', setPoint: 50 }];
  platform.view.alarms.clear();
  platform.raise(platform.alarm('a', 'works', { level: 'red', deviceId: 'guard', measurement: 'lel', channel: null, ladder: 'hi' }));
  platform.view.silences = [GONE];
  platform.view.trial = { softened: [RED] };
  platform.clock.advance(1);
});

const standing = (): string =>
  JSON.stringify([
    ...(['device', 'enterprise', 'hazard-source', 'rule'] as const).map((kind) => [...served.platform.view.assets(kind).values()]),
    served.platform.view.openAlarm('a'),
  ]);
const decide = (who: Name, { body }: Answered, how = 'approve') => as(who).send('POST', `/approvals/${String(body['id'])}/${how}`, {});
const audited = () => served.platform.records.auditRows.at(-1);

describe('what keeps red from coming', () => {
  const rows = SILENCING.flatMap(([operation, method, path, body, statuses]) =>
    (['engineer', 'manager', 'admin'] as const).map((who, i) => [operation, who, statuses[i] ?? 0, method, path, body] as const),
  );
  it.each(rows)('%s by %s: %i', async (_operation, who, status, method, path, body) => {
    const before = standing();
    const answer = await as(who).send(method, path, body);
    expect([answer.status, answer.status === status ? '' : answer.text]).toEqual([status, '']);
    if (who !== 'admin') expect(standing()).toBe(before);
    if (status !== 202) return;
    // Another of the same plant is no second person; who watches everything is.
    for (const other of ['engineer', 'manager'] as const) expect((await decide(other, answer)).status).toBe(403);
    expect(standing()).toBe(before);
    expect((await decide('watch', answer)).body).toMatchObject({ state: 'approved', outcome: 'done' });
    expect(standing()).not.toBe(before);
  });

  it('every changing operation stands in this table, or why it does not', async () => {
    const document = (await (await fetch(`${served.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const changing = Object.values(document.paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, { operationId }]) => (method === 'get' || APART.test(operationId) ? [] : [operationId])),
    );
    const known = [...new Set([...SILENCING.map(([operation]) => operation), ...Object.keys(OTHERS)])];
    expect(known.sort()).toEqual(changing.sort());
  });

  it('is free where nothing of it is red, and in a test enterprise', async () => {
    const at = async (): Promise<readonly number[]> => {
      const answers: number[] = [];
      for (const [operation, method, path, body] of SILENCING) {
        if (operation.startsWith('alarm.') || (body !== undefined && 'kind' in body)) continue;
        served.platform.device('guard', 'works');
        answers.push((await as('manager').send(method, path, body)).status);
      }
      return answers;
    };
    served.platform.enterprise('works', { kind: 'test' });
    expect(new Set(await at())).toEqual(new Set([200, 201, 204]));
    served.platform.enterprise('works');
    served.platform.view.all.rule.delete('new');
    const own = served.platform.view.all.rule.get('own');
    if (own !== undefined) served.platform.view.all.rule.set('own', { ...own, retiredAt: null });
    served.platform.view.silences = [];
    served.platform.view.trial = {};
    expect(new Set(await at())).toEqual(new Set([200, 201, 204]));
  });
});

describe('the request', () => {
  it('says what would be silent, wants a reason, and is the same when it is sent twice', async () => {
    const bare = await as('engineer').send('DELETE', '/devices/guard');
    expect([bare.status, bare.body['code'], bare.body['detail'], bare.body['errors']]).toEqual([
      422,
      'invalid',
      'guard retired: lel L2',
      [{ path: 'reason', message: 'wanted where red would be kept from coming' }],
    ]);
    const asked = await as('engineer').send('DELETE', '/devices/guard?reason=the%20tank%20is%20gone');
    expect([asked.status, asked.body]).toMatchObject([
      202,
      {
        kind: 'device.retire',
        enterpriseId: 'works',
        resource: 'devices/guard',
        reason: 'the tank is gone',
        requestedBy: 'engineer',
        request: { id: 'guard', base: 1, silences: [GONE] },
      },
    ]);
    expect(audited()).toMatchObject({ by: 'engineer', action: 'device.retire', resource: 'devices/guard', outcome: 'ok' });
    expect(audited()?.detail).toBe(`approval ${String(asked.body['id'])}: guard retired: lel L2`);
    expect((await as('engineer').send('DELETE', '/devices/guard?reason=again')).body['id']).toBe(asked.body['id']);
    served.platform.secrets.set('guard', 'secret');
    served.platform.disconnected.length = 0;
    await decide('watch', asked);
    // Its credential and its connections end as when one retires it alone.
    expect([served.platform.secrets.has('guard'), served.platform.disconnected]).toEqual([false, ['guard']]);
  });

  it('of a change holds what differs with what would be silent', async () => {
    served.platform.view.silences = [{ how: 'heartbeatMs', device: 'guard', red: ['lel L2'], from: 60_000, to: 3_600_000 }];
    const asked = await as('engineer').send('PATCH', '/devices/guard', { heartbeatMs: 3_600_000, reason: 'x' });
    expect(asked.body).toMatchObject({
      kind: 'device.change',
      request: { from: { heartbeatMs: null }, to: { heartbeatMs: 3_600_000 }, silences: served.platform.view.silences },
    });
    expect(audited()?.detail).toMatch(/guard heartbeatMs 60000 → 3600000: lel L2$/);
  });

  it('fails where more would be silent by now, or the device has moved on', async () => {
    const asked = await as('manager').send('PATCH', '/enterprises/works', { causes: [LINE], reason: 'x' });
    served.platform.view.silences = [GONE, { how: 'causes', device: 'other', line: 'esd', red: ['lel L2'] }];
    expect((await decide('watch', asked)).body['code']).toBe('approval-outdated');
    served.platform.view.silences = [{ how: 'heartbeatMs', device: 'guard', red: ['lel L2'], from: 60_000, to: 3_600_000 }];
    const longer = await as('engineer').send('PATCH', '/devices/guard', { heartbeatMs: 3_600_000, reason: 'x' });
    served.platform.view.silences = [{ how: 'heartbeatMs', device: 'guard', red: ['lel L2'], from: 10_000, to: 3_600_000 }];
    expect((await decide('watch', longer)).body['code']).toBe('approval-outdated');
    served.platform.view.silences = [GONE];
    const moved = await as('engineer').send('DELETE', '/devices/guard?reason=x');
    await as('admin').send('PATCH', '/devices/guard', { name: 'moved on' });
    expect((await decide('watch', moved)).body['code']).toBe('revision-conflict');
    expect(served.platform.view.assets('device').get('guard')?.retiredAt).toBe(null);
  });

  it('of an administrator of everything is none: it is done, and the audit says that nobody else was asked', async () => {
    expect((await as('admin').send('DELETE', '/devices/guard')).status).toBe(204);
    expect(audited()?.detail).toBe('keeps red from coming, nobody else was asked: guard retired: lel L2');
    served.platform.device('guard', 'works');
    expect((await as('watch').send('PATCH', '/devices/guard', { mode: 'test', reason: 'x' })).status).toBe(200);
    expect(audited()?.detail).toBe('mode live → test: x; keeps red from coming, nobody else was asked: guard retired: lel L2');
  });
});

it('a new secret for what guards red is one person’s, at night too: the old connection ends at once, and the audit says of what and why', async () => {
  const { platform } = served;
  const renew = (body: object) => as('engineer').send('POST', '/devices/guard/credential', body);
  platform.disconnected.length = 0;
  expect((await renew({ reason: 'replaced in the field' })).status).toBe(200);
  expect(platform.disconnected).toEqual(['guard']);
  expect(audited()).toMatchObject({ by: 'engineer', action: 'device.credential', outcome: 'ok' });
  expect(audited()?.detail).toBe('replaced in the field; from now on another secret speaks for what guards red: lel L2');
  platform.view.silences = [];
  expect((await renew({})).status).toBe(200);
  expect(audited()?.detail).toBeUndefined();
});

it('what is moved into a test enterprise is judged where it stands', async () => {
  served.platform.enterprise('lab', { kind: 'test' });
  await served.account('both', 'admin', ['works', 'lab']);
  const move = await (await served.as('both')).send('PATCH', '/hazard-sources/farm', { enterpriseId: 'lab', reason: 'x' });
  expect([move.status, move.body['enterpriseId'], move.body['request']]).toMatchObject([202, 'works', { to: { enterpriseId: 'lab' } }]);
  expect((await decide('watch', move)).body['outcome']).toBe('done');
});

it('a site file asks as well; the rest of it is done', async () => {
  const raw = `beacon-site: 1
devices:
  - {id: guard, enterpriseId: works, profileId: gas, heartbeatMs: 2678400000}
  - {id: fresh, enterpriseId: works, profileId: gas}
`;
  const take = async (who: Name): Promise<unknown> => {
    const { cookie, csrf } = as(who);
    const headers = { cookie, 'x-csrf-token': csrf, 'content-type': 'application/yaml' };
    const done = await served.request('POST', '/api/v1/site-file?reason=x', { raw, headers });
    return (done.body['items'] as { id: string; outcome: string | null }[]).map(({ id, outcome }) => [id, outcome]);
  };
  expect(await take('engineer')).toEqual([
    ['guard', 'waits'],
    ['fresh', 'done'],
  ]);
  expect(served.platform.view.assets('device').get('guard')?.heartbeatMs).toBe(null);
  expect(await take('admin')).toEqual([
    ['guard', 'done'],
    ['fresh', null],
  ]);
});
