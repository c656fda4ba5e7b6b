import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answered, type Person, Served } from './testing/served.ts';

const SITE = `beacon-site: 1
enterprises:
  - {id: works, name: Works}
devices:
  - {id: gd-1, enterpriseId: works, profileId: gas}
  - {id: gd-2, enterpriseId: works, profileId: gas, name: second}
rules:
  - {id: r, scope: device, scopeId: gd-2, measurement: lel, code: L1, parts: {setPoint: 20}, reason: why}
`;

describe('a site as a file', () => {
  let served: Served;
  let admin: Person;
  let engineer: Person;

  beforeEach(async () => {
    served = await Served.open();
    served.platform.enterprise('works', { name: 'Works' });
    served.platform.enterprise('other');
    served.platform.device('gd-1', 'works');
    served.platform.device('gd-9', 'other');
    await served.account('admin', 'admin');
    await served.account('engineer', 'operator', ['works']);
    admin = await served.as('admin');
    engineer = await served.as('engineer');
  });
  afterEach(() => served.close());

  const take = (who: Person, raw: string, query = ''): Promise<Answered> =>
    served.request('POST', `/api/v1/site-file${query}`, {
      raw,
      headers: { cookie: who.cookie, 'x-csrf-token': who.csrf, 'content-type': 'application/yaml' },
    });
  const outcomes = (answer: Answered): readonly string[] =>
    (answer.body['items'] as { what: string; id: string; outcome: string | null }[]).map(
      ({ what, id, outcome }) => `${what} ${id} ${outcome ?? '-'}`,
    );
  const problems = (answer: Answered): unknown => answer.body['problems'];

  it('says what differs and does nothing in a dry run', async () => {
    const tried = await take(admin, SITE.replace('Works}', 'New name}'), '?dryRun=true');
    expect([tried.status, tried.body['written'], outcomes(tried)]).toEqual([
      200,
      false,
      ['change works -', 'same gd-1 -', 'create gd-2 -', 'create r -'],
    ]);
    expect((tried.body['items'] as { fields: string[] }[])[0]?.fields).toEqual(['name']);
    expect(served.platform.view.assets('device').has('gd-2')).toBe(false);
    expect(served.platform.secrets.size).toBe(0);
  });

  it('is made so, each new device gets its secret once, and a second time there is nothing left to do', async () => {
    const done = await take(admin, SITE);
    expect([done.status, outcomes(done)]).toEqual([200, ['same works -', 'same gd-1 -', 'create gd-2 done', 'create r done']]);
    expect(done.body['credentials']).toEqual([{ username: 'gd-2', password: served.platform.secrets.get('gd-2') }]);
    expect(served.platform.view.assets('rule').get('r')).toMatchObject({ profileId: 'gas', parts: { setPoint: 20 }, revision: 1 });
    const again = await take(admin, SITE);
    expect([again.body['credentials'], new Set(outcomes(again).map((line) => line.split(' ')[0]))]).toEqual([[], new Set(['same'])]);
  });

  it('with one thing that is not sound writes nothing at all, and says the line', async () => {
    const broken = await take(
      admin,
      `${SITE}  - {id: r-2, scope: device, scopeId: gd-2, measurement: lel, code: L1, parts: {setpoint: 3}}\n`,
    );
    expect([broken.status, broken.body['code'], broken.body['errors']]).toEqual([
      422,
      'invalid',
      [{ path: 'line 9: rules[1].parts.setpoint', message: 'is not known here' }],
    ]);
    served.platform.view.trial = { outcome: { ok: false, code: 'invalid', detail: 'limits.L1: no' } };
    const unsound = await take(admin, SITE, '?dryRun=true');
    expect(problems(unsound)).toEqual([
      { line: 6, path: 'devices[1]', message: 'gd-2: invalid: limits.L1: no' },
      { line: 8, path: 'rules[0]', message: 'r: invalid: limits.L1: no' },
    ]);
    expect((await take(admin, SITE)).status).toBe(422);
    expect([served.platform.view.assets('device').has('gd-2'), served.platform.secrets.size]).toEqual([false, 0]);
  });

  it('takes for each thing the right that it takes by itself', async () => {
    expect((await take(engineer, SITE)).status).toBe(200);
    const foreign = await take(
      engineer,
      SITE.replaceAll('works', 'other').replace('gd-1', 'gd-3').replaceAll('gd-2', 'gd-4'),
      '?dryRun=true',
    );
    expect(problems(foreign)).toMatchObject([
      { line: 3, message: 'other: not-allowed: needs the right config.write' },
      { line: 5, message: 'gd-3: not-allowed: needs the right device.write' },
      { line: 6, message: 'gd-4: not-allowed: needs the right device.write' },
      { line: 8, message: 'r: not-allowed: needs the right rule.write' },
    ]);
    const moved = await take(
      admin,
      SITE.replace('enterpriseId: works, profileId: gas}', 'enterpriseId: other, profileId: gas}'),
      '?dryRun=true',
    );
    expect(problems(moved)).toMatchObject([
      { line: 5, message: 'gd-1: enterprise-fixed: what has a credential stays with its enterprise' },
    ]);
    const test = await take(engineer, SITE.replace('profileId: gas}', 'profileId: gas, mode: test}'), '?dryRun=true');
    expect(problems(test)).toMatchObject([{ line: 5, message: 'gd-1: not-allowed: needs the right device.mode' }]);
  });

  it('a rule that softens a mandatory limit waits for a second person, the rest is done', async () => {
    const softened = {
      profileId: 'gas',
      variant: null,
      measurement: 'lel',
      code: 'L1',
      parts: ['setPoint' as const],
      mandatory: true,
      basis: 'GB',
      device: null,
    };
    served.platform.view.trial = { softened: [softened] };
    const done = await take(admin, SITE);
    expect(outcomes(done)).toEqual(['same works -', 'same gd-1 -', 'create gd-2 done', 'create r waits']);
    expect(served.platform.view.assets('rule').has('r')).toBe(false);
    const waiting = await admin.get('/approvals?state=pending');
    expect(waiting.body['items']).toMatchObject([{ kind: 'rule.change', resource: 'rules/r', reason: 'why', enterpriseId: 'works' }]);
    const bare = await take(admin, SITE.replace(', reason: why', '').replaceAll('id: r,', 'id: r-2,'), '?dryRun=true');
    expect(problems(bare)).toMatchObject([{ line: 8, message: 'r-2: reason: wanted where a limit becomes less strict' }]);
  });

  it('what hides behind a change that waits is judged without it, and waits too', async () => {
    const chain = ['wide', 'narrow', 'narrowest', 'apart'];
    const softened = {
      profileId: 'gas',
      variant: null,
      measurement: 'lel',
      code: 'L1',
      parts: ['setPoint' as const],
      mandatory: true,
      basis: 'GB',
      device: null,
    };
    // Each of the first three is as soft as the one before it: softer than what stands only where that one is not done.
    served.platform.rehearse = (changes) =>
      changes.map((change, i) => ({
        outcome: { ok: true, changed: true },
        softened: i === 0 && change.op === 'put' && change.value.id !== 'apart' ? [softened] : [],
        silenced: [],
        turn: i,
      }));
    const rules = chain.map(
      (id, i) => `  - {id: ${id}, scope: device, scopeId: gd-1, measurement: lel, code: L${i}, parts: {setPoint: 20}, reason: why}\n`,
    );
    const done = await take(engineer, `beacon-site: 1\nrules:\n${rules.join('')}`);
    expect(outcomes(done)).toEqual(['create wide waits', 'create narrow waits', 'create narrowest waits', 'create apart done']);
    expect([...served.platform.view.assets('rule').keys()]).toEqual(['apart']);
  });

  it('goes out as it came in, without a secret, and one sees no more of it than elsewhere', async () => {
    await take(admin, SITE);
    const out = await admin.get('/site-file?enterprise=works');
    expect([out.status, out.headers.get('content-type')]).toEqual([200, 'application/yaml; charset=utf-8']);
    expect(out.text).toContain('id: gd-2');
    expect(out.text).not.toContain('gd-9');
    for (const secret of served.platform.secrets.values()) expect(out.text).not.toContain(secret);
    const back = await take(admin, out.text, '?dryRun=true');
    expect([problems(back), outcomes(back).every((line) => line.startsWith('same '))]).toEqual([[], true]);
    const own = await engineer.get('/site-file');
    expect([own.text.includes('gd-9'), own.text.includes('gd-1')]).toEqual([false, true]);
    expect((await engineer.get('/site-file?enterprise=other')).status).toBe(404);
  });

  it('is the same text whatever way its things were made', async () => {
    await take(admin, SITE);
    const imported = (await admin.get('/site-file?enterprise=works')).text;
    await admin.send('DELETE', '/rules/r');
    const rule = { parts: { setPoint: 20 }, code: 'L1', measurement: 'lel', scopeId: 'gd-2', scope: 'device', name: 'r', reason: 'why' };
    expect((await admin.send('POST', '/rules', { ...rule, id: 's' })).status).toBe(201);
    const made = (await admin.get('/site-file?enterprise=works')).text;
    expect(made.slice(made.indexOf('rules:'))).toBe(imported.slice(imported.indexOf('rules:')).replace('id: r\n', 'id: s\n'));
  });

  it('is a text: JSON is not taken', async () => {
    const answer = await admin.send('POST', '/site-file', { any: 1 });
    expect([answer.status, answer.body['code']]).toEqual([415, 'unsupported-media-type']);
  });
});
