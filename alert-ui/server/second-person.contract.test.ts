import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SoftenedLimit } from '../../model/engine.ts';
import { type Answered, PASSWORD, type Person, Served } from './testing/served.ts';

/** Mandatory limits that would be less strict without a rule being touched; and who is a second person. What softens is the engine's to find. */

const H: SoftenedLimit = {
  profileId: 'gas',
  variant: null,
  measurement: 'level',
  code: 'H',
  parts: ['setPoint'],
  mandatory: true,
  basis: 'GB 1',
  device: 'gd-1',
};

describe('a second person', () => {
  let served: Served;
  let admin: Person;
  let engineer: Person;
  let watch: Person;

  beforeEach(async () => {
    served = await Served.open();
    const { platform } = served;
    platform.enterprise('works');
    platform.device('gd-1', 'works', { attributes: { h: 10, colour: 'red' } });
    const head = { name: 'Farm', revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, enterpriseId: 'works', siteId: null };
    platform.view.all['hazard-source'].set('farm', { id: 'farm', attributes: { h: 9 }, ...head });
    await served.account('admin', 'admin');
    await served.account('engineer', 'operator', ['works']);
    await served.account('watch', 'operator');
    admin = await served.as('admin');
    engineer = await served.as('engineer');
    watch = await served.as('watch');
    platform.view.trial = { softened: [H] };
  });
  afterEach(() => served.close());

  const heightOf = (): unknown => served.platform.view.assets('device').get('gd-1')?.attributes['h'];
  const soften = (who: Person, body: object = {}) =>
    who.send('PATCH', '/devices/gd-1', { attributes: { h: 12, colour: 'red' }, reason: 'the roof was raised', ...body });
  const decide = (who: Person, { body }: Answered, how = 'approve') => who.send('POST', `/approvals/${String(body['id'])}/${how}`, {});
  const take = (who: Person, raw: string, query = ''): Promise<Answered> =>
    served.request('POST', `/api/v1/site-file${query}`, {
      raw,
      headers: { cookie: who.cookie, 'x-csrf-token': who.csrf, 'content-type': 'application/yaml' },
    });

  it('agrees to an attribute a mandatory limit follows; until then it stays what it is', async () => {
    const bare = await soften(engineer, { reason: undefined });
    expect([bare.status, bare.body['code'], bare.body['errors']]).toEqual([
      422,
      'invalid',
      [{ path: 'reason', message: 'wanted where a limit becomes less strict' }],
    ]);
    const asked = await soften(engineer);
    expect([asked.status, asked.body]).toMatchObject([
      202,
      {
        kind: 'device.change',
        state: 'pending',
        resource: 'devices/gd-1',
        enterpriseId: 'works',
        requestedBy: 'engineer',
        reason: 'the roof was raised',
        request: { id: 'gd-1', base: 1, from: { attributes: { h: 10 } }, to: { attributes: { h: 12 } } },
      },
    ]);
    expect([heightOf(), (await soften(engineer)).body['id']]).toEqual([10, asked.body['id']]);
    expect([(await decide(engineer, asked)).body['code'], (await decide(await served.as('engineer'), asked)).status]).toEqual([
      'not-allowed',
      403,
    ]);
    expect((await decide(watch, asked)).body).toMatchObject({ state: 'approved', outcome: 'done', decidedBy: 'watch' });
    expect(served.platform.view.assets('device').get('gd-1')).toMatchObject({ attributes: { h: 12, colour: 'red' }, revision: 2 });
  });

  it('agrees to the hazard source’s attribute as well', async () => {
    const asked = await admin.send('PATCH', '/hazard-sources/farm', { attributes: {}, reason: 'a new tank' });
    expect([asked.status, asked.body['kind'], asked.body['request']]).toEqual([
      202,
      'hazard-source.change',
      { id: 'farm', base: 1, from: { attributes: { h: 9 } }, to: { attributes: {} }, softens: [H] },
    ]);
    expect((await decide(admin, asked)).body['code']).toBe('same-person');
    expect((await decide(watch, asked)).body['outcome']).toBe('done');
    expect(served.platform.view.assets('hazard-source').get('farm')).toMatchObject({ attributes: {}, name: 'Farm', revision: 2 });
    expect('reason' in (served.platform.view.assets('hazard-source').get('farm') ?? {})).toBe(false);
  });

  it.each<readonly [string, readonly SoftenedLimit[], boolean]>([
    ['the same', [H], true],
    ['nothing any more', [], true],
    ['another limit as well', [H, { ...H, code: 'HH' }], false],
    ['another part of it', [{ ...H, parts: ['setPoint', 'latching'] }], false],
    ['it from another number', [{ ...H, from: { setPoint: 8 } }], false],
    ['it where it is red by now', [{ ...H, red: true }], false],
    ['it at another device', [{ ...H, device: 'gd-2' }], false],
  ])('agrees to what was shown: where it softens %s by then', async (_what, softened, done) => {
    const asked = await soften(engineer);
    served.platform.view.trial = { softened };
    const decided = await decide(watch, asked);
    expect([decided.status, decided.body['code'], heightOf()]).toEqual(done ? [200, undefined, 12] : [409, 'approval-outdated', 10]);
    const shown = await engineer.get(`/approvals/${String(asked.body['id'])}`);
    expect([shown.body['state'], shown.body['outcome']]).toEqual(done ? ['approved', 'done'] : ['failed', 'approval-outdated']);
    if (done) return;
    const line = served.platform.records.auditRows.at(-1);
    expect([line?.by, line?.action, line?.outcome]).toEqual(['watch', 'approval.approve', 'approval-outdated']);
    expect(line?.detail).toMatch(/asked for by engineer; it softens more, or otherwise, than was asked for: level /);
    // Asked for anew, as it stands, it is another request, and is done.
    const again = await soften(engineer);
    expect(again.body['id']).not.toBe(asked.body['id']);
    expect((await decide(watch, again)).body['outcome']).toBe('done');
  });

  it('is asked by a site file too, with the reason of the import; the rest of the file is done', async () => {
    const file = (name: string, h: number): string => `beacon-site: 1
enterprises:
  - {id: works, name: ${name}}
hazard-sources:
  - {id: farm, name: Farm, enterpriseId: works, attributes: {h: 8}}
devices:
  - {id: gd-1, enterpriseId: works, profileId: gas, attributes: {h: ${h}, colour: red}}
  - {id: gd-2, enterpriseId: works, profileId: gas, attributes: {h: 1000}}
`;
    const bare = await take(admin, file('Works', 12));
    expect([bare.status, bare.body['errors']]).toEqual([
      422,
      [
        { path: 'line 5: hazard-sources[0]', message: 'farm: reason: wanted where a limit becomes less strict' },
        { path: 'line 7: devices[0]', message: 'gd-1: reason: wanted where a limit becomes less strict' },
      ],
    ]);
    const done = await take(admin, file('Works', 12), '?reason=as%20built');
    const items = done.body['items'] as { id: string; outcome: string | null; needsApproval: boolean; approval?: string }[];
    expect(items.map(({ id, outcome, needsApproval }) => [id, outcome, needsApproval])).toEqual([
      ['works', 'done', false],
      ['farm', 'waits', true],
      ['gd-1', 'waits', true],
      ['gd-2', 'done', false],
    ]);
    expect([heightOf(), served.platform.view.assets('device').has('gd-2')]).toEqual([10, true]);
    const asked = await watch.get(`/approvals/${items[2]?.approval ?? ''}`);
    expect(asked.body).toMatchObject({ kind: 'device.change', reason: 'as built', request: { to: { attributes: { h: 12 } } } });
    await decide(watch, asked);
    expect(heightOf()).toBe(12);
  });

  it('is asked for nothing that no standard stands behind, nor for what is stricter or new', async () => {
    served.platform.view.trial = {};
    expect((await soften(engineer, { reason: undefined })).status).toBe(200);
    served.platform.view.trial = { softened: [H] };
    const fresh = { enterpriseId: 'works', profileId: 'gas', attributes: { h: 1_000 } };
    expect((await engineer.send('POST', '/devices', { id: 'gd-3', ...fresh })).status).toBe(201);
    const bulk = await engineer.send('POST', '/devices/bulk', [
      { id: 'gd-4', ...fresh },
      { id: 'gd-1', ...fresh },
    ]);
    expect((bulk.body['items'] as { status: number; code?: string }[]).map(({ status, code }) => code ?? status)).toEqual([
      201,
      'id-taken',
    ]);
    expect(heightOf()).toBe(12);
  });

  it('agrees to what was asked for: on another revision, or without the rights of then, it fails', async () => {
    const asked = await soften(engineer);
    served.platform.view.trial = {};
    await admin.send('PATCH', '/devices/gd-1', { name: 'moved on' });
    expect((await decide(watch, asked)).body['code']).toBe('revision-conflict');
    served.platform.view.trial = { softened: [H] };
    expect((await soften(engineer, { mode: 'test' })).body['code']).toBe('not-allowed');
    const again = await soften(engineer);
    await admin.send('PATCH', '/users/engineer', { role: 'viewer' });
    expect((await decide(watch, again)).body['code']).toBe('not-allowed');
    expect(heightOf()).toBe(10);
  });

  /** A disk that takes a moment, as real ones do: what comes meanwhile finds the change under way. */
  const slowly = (): void => {
    const { platform } = served;
    const configure = platform.configure.bind(platform);
    platform.configure = async (...asked) => {
      await new Promise((resolve) => void setTimeout(resolve, 150));
      return configure(...asked);
    };
  };

  it('is asked by one of two changes at once of which neither softens alone', async () => {
    const { view } = served.platform;
    view.trial = {};
    const rule = { id: 'own', scope: 'device', scopeId: 'gd-1', measurement: 'level', code: 'H', parts: { setPoint: 8 } };
    await admin.send('PATCH', '/devices/gd-1', { hazardSourceId: 'farm' });
    expect((await engineer.send('POST', '/rules', rule)).status).toBe(201);
    // The rule of the device and the place where it stands say the same number: either may go, not both.
    const softened = (yes: boolean) => ({ outcome: { ok: true } as const, softened: yes ? [H] : [] });
    view.tryRule = () => ({ ...softened(view.assets('device').get('gd-1')?.hazardSourceId === null), problems: [], devices: 1 });
    view.tryAsset = () => softened(view.assets('rule').get('own')?.retiredAt !== null);
    slowly();
    const answers = await Promise.all([
      engineer.send('DELETE', '/rules/own?reason=x'),
      engineer.send('PATCH', '/devices/gd-1', { hazardSourceId: null, reason: 'x' }),
    ]);
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  });

  it('who agrees twice at once has agreed once, and what was done is not said to have failed', async () => {
    const asked = await soften(engineer);
    slowly();
    const answers = await Promise.all([1, 2, 3].map(() => decide(watch, asked)));
    expect(answers.map(({ status, body }) => [status, body['outcome'] ?? body['code']]).sort()).toEqual([
      [200, 'done'],
      [409, 'already-decided'],
      [409, 'already-decided'],
    ]);
    expect((await watch.get(`/approvals/${String(asked.body['id'])}`)).body).toMatchObject({ state: 'approved', outcome: 'done' });
    expect(heightOf()).toBe(12);
    await served.platform.records.approvals.settle(String(asked.body['id']), 'failed', 'revision-conflict');
    expect((await watch.get(`/approvals/${String(asked.body['id'])}`)).body).toMatchObject({ state: 'approved', outcome: 'done' });
  });

  it.each(['approve', 'refuse'])(
    'who sends %s again with its key is answered as the first time, also where that answer was lost',
    async (how) => {
      const { records } = served.platform;
      // The process ended after it was carried out, before its answer was kept.
      records.idempotency.put = async () => undefined;
      const asked = await soften(engineer);
      const send = (who: Person, key?: string) =>
        who.send('POST', `/approvals/${String(asked.body['id'])}/${how}`, {}, key === undefined ? {} : { 'idempotency-key': key });
      const lines = () => records.auditRows.filter(({ action }) => action === `approval.${how}`).length;
      const first = await send(watch, 'k-1');
      const again = await send(watch, 'k-1');
      expect([again.status, again.body, lines()]).toEqual([200, first.body, 1]);
      // Twice without one is twice, and another's decision is his.
      expect((await send(watch)).body['code']).toBe('already-decided');
      await served.account('other', 'operator');
      expect((await send(await served.as('other'), 'k-1')).body['code']).toBe('already-decided');
    },
  );

  it.each(['comment', 'reason'])('who refuses may say why as %s', async (word) => {
    const asked = await soften(engineer);
    const answer = await watch.send('POST', `/approvals/${String(asked.body['id'])}/refuse`, { [word]: 'too hot already' });
    expect([answer.status, answer.body['state'], answer.body['comment'], heightOf()]).toEqual([200, 'refused', 'too hot already', 10]);
  });

  it('who sends what failed again with its key is told the same', async () => {
    const { records } = served.platform;
    records.idempotency.put = async () => undefined;
    const asked = await soften(engineer);
    served.platform.view.trial = {};
    await admin.send('PATCH', '/devices/gd-1', { name: 'moved on' });
    const send = () => watch.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {}, { 'idempotency-key': 'k-1' });
    expect([(await send()).body['code'], (await send()).body['code']]).toEqual(['revision-conflict', 'revision-conflict']);
    expect(records.auditRows.filter(({ action }) => action === 'approval.approve')).toHaveLength(1);
  });

  it('is not buried: two hundred requests of one account wait, and no more; others may ask', async () => {
    const first = await soften(engineer, { attributes: { h: 20 } });
    const { approvals } = served.platform.records;
    const one = await approvals.get(String(first.body['id']));
    if (one === null) throw new Error('no request');
    for (let n = 1; n < 200; n += 1) await approvals.add({ ...one, id: `more-${n}`, request: { n } });
    const over = await soften(engineer);
    expect([over.status, over.body['code']]).toEqual([429, 'too-many-approvals']);
    expect((await soften(engineer, { attributes: { h: 20 } })).status).toBe(202);
    expect((await soften(admin)).status).toBe(202);
    // In a site file it is told of the thing it is about; the rest of the file is done, its secrets are told.
    const file = `beacon-site: 1
devices:
  - {id: gd-1, enterpriseId: works, profileId: gas, attributes: {h: 999, colour: red}}
  - {id: gd-8, enterpriseId: works, profileId: gas}
`;
    const done = await take(engineer, file, '?reason=x');
    expect([done.status, done.body['items'], done.body['credentials']]).toMatchObject([
      200,
      [
        { id: 'gd-1', outcome: 'too-many-approvals' },
        { id: 'gd-8', outcome: 'done' },
      ],
      [{ username: 'gd-8' }],
    ]);
  });

  describe('is somebody else', () => {
    const own = 'known to wang alone';
    async function wang(): Promise<Person> {
      const first = await served.as('wang', PASSWORD);
      expect((await first.send('POST', '/session/password', { currentPassword: PASSWORD, newPassword: own })).status).toBe(200);
      return served.as('wang', own);
    }
    const add = () => admin.send('POST', '/users', { name: 'wang', password: PASSWORD, role: 'operator', enterprises: null });
    const minutes = (n: number): void => void served.platform.clock.advance(n * 60_000);
    const lastAudit = () => served.platform.records.auditRows.at(-1);

    it('one whom he added before may agree, and the audit says whose hand that account came from', async () => {
      await add();
      const person = await wang();
      minutes(1);
      const asked = await soften(admin);
      expect((await decide(person, asked)).body['outcome']).toBe('done');
      expect(lastAudit()).toMatchObject({ action: 'approval.approve', by: 'wang', outcome: 'ok' });
      expect(lastAudit()?.detail).toMatch(
        /^device\.change of devices\/gd-1, asked for by admin; admin made or changed the account wang at \d{4}-/,
      );
      // What lies further back than a month is not told.
      const { records, clock } = served.platform;
      const line = { at: clock.now() - 31 * 86_400_000, by: 'admin', action: 'account.change', resource: 'accounts/watch' } as const;
      await records.audit.append({ ...line, outcome: 'ok', address: null });
      await decide(watch, await soften(admin, { attributes: { h: 13 } }));
      expect(lastAudit()?.detail).toBe('device.change of devices/gd-1, asked for by admin');
    });

    it('one whom he adds, or gives a password or rights, after asking may not', async () => {
      const asked = await soften(admin);
      minutes(1);
      await add();
      const person = await wang();
      expect([(await decide(person, asked)).body['code'], heightOf()]).toEqual(['same-person', 10]);
      expect(lastAudit()).toMatchObject({ action: 'approval.approve', by: 'wang', outcome: 'same-person' });
      const next = await soften(admin, { attributes: { h: 13 } });
      minutes(1);
      await admin.send('PATCH', '/users/watch', { role: 'admin' });
      expect((await decide(watch, next)).body['code']).toBe('same-person');
      // To say no is no agreement.
      expect((await decide(watch, next, 'refuse')).body['state']).toBe('refused');
    });

    it('whoever has not changed the password he was given agrees to nothing', async () => {
      await add();
      const asked = await soften(admin);
      expect((await decide(await served.as('wang', PASSWORD), asked)).body['code']).toBe('password-change-required');
    });
  });
});
