import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SoftenedLimit } from '../../model/engine.ts';
import type { RuleContent } from '../../model/rule.ts';
import { type Person, Served } from './testing/served.ts';

const L1: SoftenedLimit = {
  profileId: 'gas',
  variant: null,
  measurement: 'lel',
  code: 'L1',
  parts: ['setPoint'],
  mandatory: true,
  basis: 'GB 1',
  device: null,
};
const NEW = {
  id: 'r',
  scope: 'enterprise',
  scopeId: 'works',
  profileId: 'gas',
  measurement: 'lel',
  code: 'L1',
  parts: { setPoint: 20 },
} as const;

describe('rules, over HTTP', () => {
  let served: Served;
  let admin: Person;
  let engineer: Person;
  let watch: Person;

  beforeEach(async () => {
    served = await Served.open();
    const { platform } = served;
    platform.enterprise('works');
    platform.enterprise('other');
    platform.device('gd-1', 'works');
    platform.device('gd-9', 'other');
    await served.account('admin', 'admin');
    await served.account('engineer', 'operator', ['works']);
    await served.account('watch', 'operator');
    admin = await served.as('admin');
    engineer = await served.as('engineer');
    watch = await served.as('watch');
  });
  afterEach(() => served.close());

  const softens = (...softened: readonly SoftenedLimit[]): void => {
    served.platform.view.trial = { softened };
  };
  const standing = (): RuleContent | undefined => served.platform.view.assets('rule').get('r');

  it('an engineer tightens a limit of his own enterprise at once, and not one of another or of the whole system', async () => {
    const made = await engineer.send('POST', `/rules`, NEW);
    expect([made.status, made.headers.get('etag'), made.body['enterpriseId'], made.body['approvedBy']]).toEqual([
      201,
      '"1"',
      'works',
      null,
    ]);
    expect((await engineer.get(`/rules/r`)).body).toMatchObject({ parts: { setPoint: 20 }, revision: 1 });
    expect((await engineer.send('POST', `/rules`, { ...NEW, id: 'r-2', scopeId: 'other' })).status).toBe(404);
    expect((await engineer.send('POST', `/rules`, { ...NEW, id: 'r-3', scope: 'device', scopeId: 'gd-9' })).status).toBe(404);
    expect((await engineer.send('POST', `/rules`, { ...NEW, id: 'r-4', scope: 'profile', scopeId: 'gas' })).body['code']).toBe(
      'not-allowed',
    );
    expect((await watch.send('POST', `/rules`, { ...NEW, id: 'r-5' })).body['code']).toBe('not-allowed');
    expect((await admin.send('POST', `/rules`, { ...NEW, id: 'r-6', scope: 'profile', scopeId: 'gas', profileId: undefined })).status).toBe(
      201,
    );
  });

  it('those of a whole profile are everybody’s to read, those of another enterprise nobody else’s', async () => {
    await admin.send('POST', `/rules`, { ...NEW, id: 'all', scope: 'profile', scopeId: 'gas' });
    await admin.send('POST', `/rules`, { ...NEW, id: 'theirs', scopeId: 'other' });
    await admin.send('POST', `/rules`, NEW);
    const ids = async (query: string): Promise<unknown> =>
      ((await engineer.get(`/rules${query}`)).body['items'] as { id: string }[]).map(({ id }) => id);
    expect(await ids('')).toEqual(['all', 'r']);
    expect(await ids('?scope=enterprise')).toEqual(['r']);
    expect(await ids('?enterprise=other')).toEqual([]);
    expect((await engineer.get(`/rules/theirs`)).status).toBe(404);
    expect((await engineer.get(`/rules/theirs/versions`)).status).toBe(404);
  });

  it('a change is made on the revision that was seen: another one is refused with what stands now', async () => {
    await admin.send('POST', `/rules`, NEW);
    const changed = await admin.send('PATCH', `/rules/r`, { parts: { setPoint: 19 } }, { 'if-match': '"1"' });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    const late = await admin.send('PATCH', `/rules/r`, { parts: { setPoint: 18 } }, { 'if-match': '"1"' });
    expect([late.status, late.body['code'], (late.body['current'] as { revision: number }).revision]).toEqual([
      412,
      'revision-conflict',
      2,
    ]);
    expect((await admin.send('DELETE', `/rules/r`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await admin.send('DELETE', `/rules/r`, undefined, { 'if-match': '"2"' })).status).toBe(204);
    expect((await admin.send('PATCH', `/rules/r`, { name: 'x' })).body['code']).toBe('id-retired');
    expect((await admin.send('POST', `/rules`, NEW)).body['code']).toBe('id-retired');
  });

  it('a place holds so many limits of its own and rules over several points, and no more', async () => {
    const { all } = served.platform.view;
    all['hazard-source'].set('farm', {
      id: 'farm',
      name: 'Farm',
      revision: 1,
      createdAt: 0,
      updatedAt: 0,
      retiredAt: null,
      enterpriseId: 'works',
      siteId: null,
      attributes: {},
    });
    const own = (n: number) => ({ ...NEW, id: `own-${n}`, code: `OWN${n}`, adds: 'roc_hi' });
    const vote = (n: number) => ({
      id: `vote-${n}`,
      scope: 'hazard-source',
      scopeId: 'farm',
      code: `V${n}`,
      parts: { level: 'red', basis: 'b' },
      joint: { expression: 'value("gd-1", "lel") > 1.0' },
    });
    const stored = (id: string): void => {
      const one = all.rule.get(id);
      if (one === undefined) throw new Error(id);
      for (let n = 2; n <= (one.joint === undefined ? 20 : 100); n += 1) all.rule.set(`${id}-${n}`, { ...one, id: `${id}-${n}` });
    };
    for (const first of [own(1), vote(1)]) {
      expect((await engineer.send('POST', '/rules', first)).status).toBe(201);
      stored(first.id);
    }
    const over = await engineer.send('POST', '/rules', own(2));
    expect([over.status, over.body['errors']]).toEqual([
      422,
      [{ path: 'adds', message: "at most 20 limits of one's own for one measurement in one scope" }],
    ]);
    expect((await engineer.send('POST', '/rules', vote(2))).body['detail']).toBe(
      'a hazard source has at most 100 rules over several points',
    );
    const yaml = `beacon-site: 1
rules:
  - {id: own-2, scope: enterprise, scopeId: works, profileId: gas, measurement: lel, code: OWN2, adds: roc_hi, parts: {setPoint: 1}}
  - {id: own-3, scope: device, scopeId: gd-1, profileId: gas, measurement: lel, code: OWN3, adds: roc_hi, parts: {setPoint: 1}}
`;
    const file = await served.request('POST', '/api/v1/site-file?dryRun=true', {
      raw: yaml,
      headers: { cookie: engineer.cookie, 'x-csrf-token': engineer.csrf, 'content-type': 'application/yaml' },
    });
    expect(file.body['problems']).toEqual([
      { line: 3, path: 'rules[0]', message: "own-2: at most 20 limits of one's own for one measurement in one scope" },
    ]);
    // What changes a limit there is has room, and so has one that comes where another went.
    expect((await engineer.send('POST', '/rules', { ...NEW, scope: 'device', scopeId: 'gd-1' })).status).toBe(201);
    expect((await engineer.send('DELETE', '/rules/own-1')).status).toBe(204);
    expect((await engineer.send('POST', '/rules', own(2))).status).toBe(201);
  });

  it('a mandatory limit becomes less strict by two people, with a reason', async () => {
    softens(L1);
    const bare = await engineer.send('POST', `/rules`, NEW);
    expect([bare.status, bare.body['code'], bare.body['errors']]).toEqual([
      422,
      'invalid',
      [{ path: 'reason', message: 'wanted where a limit becomes less strict' }],
    ]);
    const asked = await engineer.send('POST', `/rules`, { ...NEW, reason: 'steam' });
    expect([asked.status, asked.body]).toMatchObject([
      202,
      { kind: 'rule.change', state: 'pending', requestedBy: 'engineer', reason: 'steam', resource: 'rules/r' },
    ]);
    expect(standing()).toBeUndefined();
    const again = await engineer.send('POST', `/rules`, { ...NEW, reason: 'steam' });
    expect(again.body['id']).toBe(asked.body['id']);
    const path = `/approvals/${String(asked.body['id'])}`;
    expect((await engineer.send('POST', `${path}/approve`, {})).body['code']).toBe('not-allowed');
    const agreed = await watch.send('POST', `${path}/approve`, {});
    expect([agreed.status, agreed.body['state'], agreed.body['outcome']]).toEqual([200, 'approved', 'done']);
    expect(standing()).toMatchObject({ parts: { setPoint: 20 }, approvedBy: 'watch', reason: 'steam' });
  });

  it('one that would be active at once is told before it is saved, and the audit says so; nobody is asked', async () => {
    const point = { device: 'gd-1', measurement: 'lel', channel: 2, value: 5, level: 'red' } as const;
    served.platform.view.trial = { activeNow: { devices: 1, points: [point] } };
    const tried = await engineer.send('POST', `/rules?dryRun=true`, NEW);
    expect(tried.body).toMatchObject({ ok: true, needsApproval: false, activeNow: { devices: 1, points: [point] } });
    expect((await engineer.send('POST', `/rules`, { ...NEW, reason: 'tighter' })).status).toBe(201);
    expect(served.platform.records.auditRows.at(-1)?.detail).toBe('tighter; active at once by the last values at 1 devices: gd-1 lel.2 5');
  });

  it('not by the same person twice, not even an administrator', async () => {
    softens(L1);
    const asked = await admin.send('POST', `/rules`, { ...NEW, reason: 'steam' });
    expect(asked.status).toBe(202);
    expect((await admin.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {})).body['code']).toBe('same-person');
    expect((await watch.send('POST', `/approvals/${String(asked.body['id'])}/refuse`, { comment: 'no' })).body['state']).toBe('refused');
    expect(standing()).toBeUndefined();
  });

  it('an administrator softens what no standard stands behind alone, an engineer asks', async () => {
    softens({ ...L1, mandatory: false });
    expect((await admin.send('POST', `/rules`, NEW)).status).toBe(201);
    expect((await engineer.send('PATCH', `/rules/r`, { parts: { setPoint: 30 }, reason: 'x' })).status).toBe(202);
  });

  it('what was agreed to is made on the revision it was asked for: a rule that moved meanwhile fails', async () => {
    await admin.send('POST', `/rules`, NEW);
    softens(L1);
    const asked = await engineer.send('PATCH', `/rules/r`, { parts: { setPoint: 30 }, reason: 'x' });
    softens();
    await admin.send('PATCH', `/rules/r`, { parts: { setPoint: 10 } });
    const late = await watch.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {});
    expect([late.status, late.body['code']]).toEqual([412, 'revision-conflict']);
    expect((await watch.get(`/approvals/${String(asked.body['id'])}`)).body).toMatchObject({
      state: 'failed',
      outcome: 'revision-conflict',
    });
    expect(standing()?.parts).toEqual({ setPoint: 10 });
  });

  it.each<readonly [string, readonly SoftenedLimit[], number, boolean]>([
    ['the same', [L1], 1, true],
    ['less', [], 1, true],
    ['more', [L1, { ...L1, variant: 'kitchen' }], 1, false],
    ['the same from another number', [{ ...L1, from: { setPoint: 10 } }], 1, false],
    ['the same of a device that came under it since', [L1], 2, false],
    ['the same of a device that was registered since', [L1], 3, true],
  ])('what was agreed to is judged again when it is carried out: it softens %s', async (_what, softened, devices, done) => {
    const { platform } = served;
    platform.view.trial = { softened: [L1], devices: 1 };
    const asked = await engineer.send('POST', `/rules`, { ...NEW, reason: 'steam' });
    platform.view.trial = { softened, devices };
    platform.clock.advance(1);
    if (devices === 3)
      for (const id of ['new-1', 'new-2']) platform.device(id, 'works', { profileId: 'gas', createdAt: platform.clock.now() });
    const path = `/approvals/${String(asked.body['id'])}`;
    const decided = await watch.send('POST', `${path}/approve`, {});
    expect([decided.status, decided.body['code']]).toEqual(done ? [200, undefined] : [409, 'approval-outdated']);
    expect(standing()?.parts).toEqual(done ? { setPoint: 20 } : undefined);
    expect((await engineer.get(path)).body['outcome']).toBe(done ? 'done' : 'approval-outdated');
  });

  it('taking a rule back may need a second person as well', async () => {
    await admin.send('POST', `/rules`, NEW);
    softens(L1);
    expect((await admin.send('DELETE', `/rules/r`)).body['code']).toBe('invalid');
    const asked = await admin.send('DELETE', `/rules/r?reason=old`);
    expect(asked.status).toBe(202);
    await watch.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {});
    expect(served.platform.view.assets('rule').get('r')?.retiredAt).not.toBeNull();
  });

  it('what is not sound is refused with every place, and a dry run says so without doing anything', async () => {
    const problems = [{ path: 'limits.L1', message: 'yellow at 60 lies behind L2' }];
    served.platform.view.trial = {
      outcome: { ok: false, code: 'invalid', detail: 'limits.L1: yellow at 60 lies behind L2' },
      problems,
      devices: 3,
    };
    const refused = await admin.send('POST', `/rules`, NEW);
    expect([refused.status, refused.body['code'], refused.body['errors']]).toEqual([422, 'invalid', problems]);
    const tried = await admin.send('POST', `/rules?dryRun=true`, NEW);
    expect([tried.status, tried.body]).toEqual([
      200,
      {
        ok: false,
        code: 'invalid',
        detail: 'limits.L1: yellow at 60 lies behind L2',
        problems,
        softened: [],
        devices: 3,
        needsApproval: false,
      },
    ]);
    softens(L1);
    expect((await admin.send('POST', `/rules?dryRun=true`, NEW)).body).toMatchObject({
      ok: true,
      needsApproval: true,
      softened: [{ code: 'L1' }],
    });
    expect(standing()).toBeUndefined();
  });

  it('a number in another unit is refused, and so is a field nobody knows', async () => {
    expect((await admin.send('POST', `/rules`, { ...NEW, unit: 'mg/m3' })).body).toMatchObject({
      code: 'invalid',
      errors: [{ path: 'unit' }],
    });
    expect((await admin.send('POST', `/rules`, { ...NEW, unit: '%{LEL}' })).status).toBe(201);
    expect((await admin.send('POST', `/rules`, { ...NEW, id: 'x', parts: { setpoint: 3 } })).body).toMatchObject({
      code: 'invalid-request',
      errors: [{ path: 'parts.setpoint' }],
    });
  });

  it('revisions come a page at a time, each told apart from the one before, also over the edge of a page', async () => {
    await admin.send('POST', '/rules', NEW);
    const { records, view } = served.platform;
    const one = view.all.rule.get('r');
    if (one === undefined) throw new Error('no rule');
    const revisions = Array.from({ length: 120 }, (_, i) => ({ ...one, revision: i + 1, parts: { setPoint: 20 - i / 10 } }));
    await records.rules.put(revisions.map((rule) => ({ rule, by: 'li', at: 1, entry: rule.revision })));
    const pages: Record<string, unknown>[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await admin.get(`/rules/r/versions${cursor}`);
      pages.push(body);
      if (body['next'] === undefined) break;
      cursor = `?cursor=${String(body['next'])}`;
    }
    const items = pages.flatMap(({ items: some }) => some as { revision: number; changes: { path: string; from: unknown }[] }[]);
    expect(pages.map(({ items: some }) => (some as unknown[]).length)).toEqual([50, 50, 20]);
    expect(items.map(({ revision }) => revision)).toEqual(revisions.map(({ revision }) => revision).toReversed());
    expect(items[49]?.changes).toEqual([{ path: 'parts.setPoint', from: 13.1, to: 13 }]);
    expect((await admin.get('/rules/r/versions?cursor=W10')).status).toBe(400);
    expect((await admin.send('POST', '/rules/r/roll-back', { revision: 121, reason: 'x' })).status).toBe(404);
  });

  it('every revision is kept with what changed, and an old one comes back as a new one', async () => {
    const { platform } = served;
    const note = async (by: string): Promise<void> => {
      const rule = platform.view.assets('rule').get('r');
      if (rule !== undefined) await platform.records.rules.put([{ rule, by, at: platform.clock.now(), entry: rule.revision }]);
    };
    await admin.send('POST', `/rules`, { ...NEW, name: 'gas' });
    await note('admin');
    await engineer.send('PATCH', `/rules/r`, { parts: { setPoint: 18, latching: true } });
    await note('engineer');
    const versions = (await engineer.get(`/rules/r/versions`)).body['items'];
    expect(versions).toMatchObject([
      {
        revision: 2,
        by: 'engineer',
        changes: [
          { path: 'parts.setPoint', from: 20, to: 18 },
          { path: 'parts.latching', from: null, to: true },
        ],
      },
      {
        revision: 1,
        by: 'admin',
        changes: [
          { path: 'name', from: null, to: 'gas' },
          { path: 'parts.setPoint', from: null, to: 20 },
          { path: 'retired', from: null, to: false },
        ],
      },
    ]);
    expect((await admin.send('POST', `/rules/r/roll-back`, { revision: 7 })).status).toBe(404);
    const back = await admin.send('POST', `/rules/r/roll-back`, { revision: 1 });
    expect([back.status, back.body]).toMatchObject([200, { revision: 3, parts: { setPoint: 20 } }]);
    softens(L1);
    expect((await admin.send('POST', `/rules/r/roll-back`, { revision: 2, reason: 'too many' })).status).toBe(202);
  });

  it('what people did to rules is in the audit, the request and the agreement too', async () => {
    softens(L1);
    const asked = await engineer.send('POST', `/rules`, { ...NEW, reason: 'steam' });
    await watch.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {});
    const { items } = await served.platform.records.audit.list({ limit: 100 });
    const done = items.map(({ by, action, resource, outcome }) => [by, action, resource, outcome].join(' '));
    expect(done).toContain('engineer rule.create rules/r ok');
    expect(done).toContain(`watch approval.approve approvals/${String(asked.body['id'])}/approve ok`);
  });
});
