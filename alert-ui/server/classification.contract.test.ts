import { afterEach, beforeEach, expect, it } from 'vitest';
import { Served } from './testing/served.ts';

let served: Served;
beforeEach(async () => {
  served = await Served.open();
  for (const id of ['a', 'b']) {
    served.platform.enterprise(id);
    const head = { name: 'n', revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null, enterpriseId: id };
    served.platform.view.all['hazard-source'].set(`tank-${id}`, { id: `tank-${id}`, siteId: null, attributes: { volume: 3 }, ...head });
  }
  await served.account('admin', 'admin');
});
afterEach(async () => {
  await served.close();
});

const AMMONIA = { people: 50, substances: [{ substance: 'ammonia', designMaximumT: 40 }] };

it('the calculator answers anybody who is signed in, and keeps nothing', async () => {
  await served.account('vera', 'viewer', ['a']);
  const vera = await served.as('vera');
  const answer = await vera.send('POST', '/calculators/gb18218', AMMONIA);
  expect([answer.status, answer.body['alpha'], answer.body['s'], answer.body['r'], answer.body['class']]).toEqual([200, 1.5, 4, 12, 'III']);
  expect(served.platform.view.all['hazard-source'].get('tank-a')?.classification).toBeUndefined();
  expect((await served.request('POST', '/api/v1/calculators/gb18218', { body: AMMONIA })).status).toBe(401);
});

it('names the substance that is wrong and why', async () => {
  const admin = await served.as('admin');
  const wrong = await admin.send('POST', '/calculators/gb18218', {
    people: 0,
    substances: [...AMMONIA.substances, { cas: '7664-41-8', designMaximumT: 1 }],
  });
  expect([wrong.status, wrong.body['code'], wrong.body['errors']]).toEqual([
    422,
    'invalid',
    [{ path: 'substances.1', message: 'wrong-cas' }],
  ]);
});

it('the class of a source is kept with its working, by whom and when, through later changes, until it is taken back', async () => {
  const admin = await served.as('admin');
  const answer = await admin.send('POST', '/hazard-sources/tank-a/classification', AMMONIA);
  expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"2"']);
  const kept = answer.body['classification'] as Record<string, unknown>;
  expect(kept).toMatchObject({ class: 'III', r: 12, people: 50, by: 'admin', at: served.platform.clock.now() });
  expect(kept['substances']).toMatchObject([{ substance: 'ammonia', criticalT: 10, ratio: 4, beta: 2, weighted: 8 }]);
  const patched = await admin.send('PATCH', '/hazard-sources/tank-a', { name: 'renamed' });
  expect(patched.body).toMatchObject({ name: 'renamed', attributes: { volume: 3 }, classification: kept });
  const stale = await admin.send('POST', '/hazard-sources/tank-a/classification', AMMONIA, { 'if-match': '2' });
  expect([stale.status, stale.body['code']]).toEqual([412, 'revision-conflict']);
  const gone = await admin.send('DELETE', '/hazard-sources/tank-a/classification');
  expect([gone.status, gone.body['classification'], gone.body['revision']]).toEqual([200, undefined, 4]);
  // Taken back already: nothing changes.
  expect((await admin.send('DELETE', '/hazard-sources/tank-a/classification')).body['revision']).toBe(4);
});

it('is nothing a client can write in by a patch', async () => {
  const admin = await served.as('admin');
  const forged = await admin.send('PATCH', '/hazard-sources/tank-a', { classification: { class: 'IV' } });
  expect([forged.status, forged.body['code']]).toEqual([400, 'invalid-request']);
});

it.each([
  ['admin', ['a'], 200, 404],
  ['operator', null, 403, 403],
  ['operator', ['a'], 403, 404],
  ['viewer', ['a'], 403, 404],
] as const)('%s of %s: its own %i, another enterprise’s %i', async (role, enterprises, own, foreign) => {
  await served.account('alice', role, enterprises);
  const alice = await served.as('alice');
  expect((await alice.send('POST', '/hazard-sources/tank-a/classification', AMMONIA)).status).toBe(own);
  expect((await alice.send('POST', '/hazard-sources/tank-b/classification', AMMONIA)).status).toBe(foreign);
});
