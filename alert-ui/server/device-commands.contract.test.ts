import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANSWER_WITHIN_MS } from '../../model/device-command.ts';
import type { Role } from '../../model/actor.ts';
import type { Profile } from '../../model/profile.ts';
import { CATALOGUE, FakePlatform } from './testing/fake-platform.ts';
import { MemoryRecords } from './testing/memory-records.ts';
import { type Answered, type Person, Served } from './testing/served.ts';

const [gas] = CATALOGUE.profiles;
if (gas === undefined) throw new Error('the catalogue of tests has a profile');
/** A shop's detector with a sounder and a valve, and something that takes no commands. */
const SHOP: Profile = {
  ...gas,
  id: 'gas.combustible.household',
  commands: [
    { name: 'close', remote: true },
    { name: 'open', remote: false },
  ],
};
const SAFE: Profile = { ...gas, id: 'weather', commands: [] };

let served: Served;
async function open(records?: MemoryRecords): Promise<Served> {
  const platform = new FakePlatform('epoch-1', records);
  platform.view.catalogue = { ...CATALOGUE, profiles: [SAFE, SHOP] };
  for (const id of ['a', 'b']) {
    platform.enterprise(id);
    platform.device(`${id}-1`, id, { profileId: SHOP.id });
    platform.device(`${id}-2`, id, { profileId: SAFE.id });
    platform.listening.add(`${id}-1`);
  }
  return Served.open(platform);
}
beforeEach(async () => {
  served = await open();
});
afterEach(async () => {
  await served.close();
});

const ROLES: Readonly<Record<string, readonly [Role, readonly string[] | null]>> = {
  admin: ['admin', null],
  olga: ['operator', null],
  alice: ['operator', ['a']],
  vera: ['viewer', null],
};
/** Signs in, with an account that is made when it is first needed. */
async function as(name: string): Promise<Person> {
  const [role, enterprises] = ROLES[name] ?? ['viewer', []];
  if ((await served.platform.records.accounts.get(name)) === null) await served.account(name, role, enterprises);
  return served.as(name);
}
const ask = (who: Person, device: string, body: object, key?: string): Promise<Answered> =>
  served.request('POST', `/api/v1/devices/${device}/commands`, {
    body,
    headers: { cookie: who.cookie, 'x-csrf-token': who.csrf, ...(key === undefined ? {} : { 'idempotency-key': key }) },
  });
const lastAudit = () => served.platform.records.auditRows.at(-1);
const payloads = (): unknown[] => served.platform.sentCommands.map(({ payload }) => JSON.parse(payload));

describe('a command to a device', () => {
  it('is written down, sent to its topic with an id and an end, and shown with what it knows', async () => {
    const alice = await as('alice');
    const { status, body } = await ask(alice, 'a-1', { command: 'silence' });
    const at = served.platform.clock.now();
    expect([status, body]).toEqual([
      202,
      {
        id: expect.stringMatching(/^[\w-]{16}$/),
        deviceId: 'a-1',
        enterpriseId: 'a',
        command: 'silence',
        comment: null,
        by: 'alice',
        at,
        state: 'sent',
        reason: null,
        answeredAt: null,
        detail: null,
      },
    ]);
    expect(served.platform.sentCommands.map(({ topic }) => topic)).toEqual(['beacon/v1/a/a-1/command']);
    expect(payloads()).toEqual([{ id: body['id'], command: 'silence', expiresAt: at + ANSWER_WITHIN_MS }]);
    expect(lastAudit()).toMatchObject({
      by: 'alice',
      action: 'device-command.send',
      resource: `devices/a-1/commands/${String(body['id'])}`,
      outcome: 'ok',
      detail: 'silence',
    });
    expect((await alice.get('/devices/a-1/commands')).body).toEqual({ items: [body], knows: ['silence', 'self-test', 'close-valve'] });
    expect((await alice.get(`/devices/a-1/commands/${String(body['id'])}`)).body).toEqual(body);
    expect((await alice.get('/devices/a-2/commands')).body).toEqual({ items: [], knows: [] });
  });

  it('is for operators and administrators, each where they may see', async () => {
    for (const [who, device, status, code] of [
      ['admin', 'b-1', 202, undefined],
      ['olga', 'b-1', 202, undefined],
      ['alice', 'a-1', 202, undefined],
      ['alice', 'b-1', 404, 'not-found'],
      ['vera', 'a-1', 403, 'not-allowed'],
    ] as const) {
      const before = served.platform.sentCommands.length;
      const answer = await ask(await as(who), device, { command: 'self-test' });
      const sent = served.platform.sentCommands.length - before;
      expect([who, answer.status, answer.body['code'], sent]).toEqual([who, status, code, code === undefined ? 1 : 0]);
    }
  });

  it('is looked at by whoever sees the device, and found under no other device', async () => {
    const { body } = await ask(await as('alice'), 'a-1', { command: 'silence' });
    const vera = await as('vera');
    expect((await vera.get('/devices/a-1/commands')).status).toBe(200);
    expect((await vera.get(`/devices/b-1/commands/${String(body['id'])}`)).status).toBe(404);
  });

  it('is none that the profile does not know, whatever the catalogue or the language calls so; opening a valve least of all', async () => {
    const admin = await as('admin');
    for (const [command, device] of [
      ['silence', 'a-2'],
      ['open-valve', 'a-1'],
      ['open', 'a-1'],
      ['reboot', 'a-1'],
      ['toString', 'a-1'],
    ] as const) {
      const answer = await ask(admin, device, { command, comment: 'x' });
      expect([command, answer.status, answer.body['code']]).toEqual([command, 422, 'unknown-command']);
      expect([command, String(answer.body['detail']).includes('on site')]).toEqual([command, command.startsWith('open')]);
    }
    expect([served.platform.sentCommands, served.platform.records.commandRows]).toEqual([[], []]);
  });

  it('that closes a valve says why', async () => {
    const olga = await as('olga');
    for (const body of [{ command: 'close-valve' }, { command: 'close-valve', comment: '  ' }]) {
      const answer = await ask(olga, 'a-1', body);
      expect([answer.status, answer.body['code'], answer.body['errors']]).toMatchObject([400, 'invalid-request', [{ path: 'comment' }]]);
    }
    expect((await ask(olga, 'a-1', { command: 'close-valve', comment: 'gas in the kitchen' })).status).toBe(202);
    expect(lastAudit()).toMatchObject({ outcome: 'ok', detail: 'close-valve: gas in the kitchen' });
    expect(payloads()).toMatchObject([{ command: 'close-valve' }]);
  });

  it.each([
    ['ahead', -300_000, 300_000],
    ['behind', 300_000, 0],
    ['not known', null, 0],
  ])('ends by the clock of the device where that is ahead: %s', async (_what, clockErrorMs, laterMs) => {
    const { clock, view } = served.platform;
    view.statuses.set('a-1', { online: true, health: [], lastSeenAt: clock.now(), clockErrorMs });
    expect((await ask(await as('olga'), 'a-1', { command: 'silence' })).status).toBe(202);
    expect(payloads()).toMatchObject([{ expiresAt: clock.now() + ANSWER_WITHIN_MS + laterMs }]);
  });

  it('that nobody listens to went nowhere: 409, said in the audit and the list', async () => {
    const olga = await as('olga');
    served.platform.listening.clear();
    const answer = await ask(olga, 'a-1', { command: 'silence' });
    expect([answer.status, answer.body['code'], answer.headers.get('content-type')]).toEqual([
      409,
      'device-offline',
      'application/problem+json',
    ]);
    expect(lastAudit()).toMatchObject({ action: 'device-command.send', outcome: 'device-offline', detail: 'silence' });
    served.platform.listening.add('a-1');
    const { items } = (await olga.get('/devices/a-1/commands')).body as { items: object[] };
    expect(items).toMatchObject([{ state: 'failed', reason: 'device-offline', answeredAt: null }]);
    expect(served.platform.sentCommands).toEqual([]);
  });

  it('that nobody listened to do not keep anybody from closing the valve once the device is back', async () => {
    const olga = await as('olga');
    const close = async (): Promise<unknown> => (await ask(olga, 'a-1', { command: 'close-valve', comment: 'gas' })).body['code'] ?? 'sent';
    served.platform.listening.clear();
    for (let n = 0; n < 7; n += 1) expect(await close()).toBe('device-offline');
    served.platform.listening.add('a-1');
    expect(await close()).toBe('sent');
  });

  it('is refused for a device that was removed', async () => {
    served.platform.device('a-1', 'a', { profileId: SHOP.id, retiredAt: 1 });
    const answer = await ask(await as('olga'), 'a-1', { command: 'silence' });
    expect([answer.status, answer.body['code']]).toEqual([409, 'id-retired']);
  });

  it('is bounded by kind: many tests keep nobody from closing the valve', async () => {
    const olga = await as('olga');
    const test = async (): Promise<number> => (await ask(olga, 'a-1', { command: 'self-test' })).status;
    for (let n = 0; n < 5; n += 1) expect(await test()).toBe(202);
    const over = await ask(olga, 'a-1', { command: 'self-test' });
    expect([over.status, over.body['code']]).toEqual([429, 'too-many-commands']);
    expect((await ask(olga, 'a-1', { command: 'close-valve', comment: 'x' })).status).toBe(202);
    expect((await ask(olga, 'b-1', { command: 'self-test' })).status).toBe(202);
    served.platform.clock.advance(60_000);
    expect(await test()).toBe(202);
  });
});

describe('what became of it', () => {
  it('is what the device said, unanswered after 30 s, and still what it said when that comes late', async () => {
    const olga = await as('olga');
    const { records, clock } = served.platform;
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push(String((await ask(olga, 'a-1', { command: 'self-test' })).body['id']));
    const [first = '', second = '', third = ''] = ids;
    await records.commands.answer({ device: 'a-1', id: first, ok: true, detail: null }, clock.now());
    await records.commands.answer({ device: 'a-1', id: second, ok: false, detail: 'lamp 3 is dark' }, clock.now());
    const states = async (): Promise<unknown> => {
      const { items } = (await olga.get('/devices/a-1/commands')).body as { items: { state: string; detail: string | null }[] };
      return items.map(({ state, detail }) => [state, detail]);
    };
    expect(await states()).toEqual([
      ['sent', null],
      ['failed', 'lamp 3 is dark'],
      ['done', null],
    ]);
    clock.advance(ANSWER_WITHIN_MS);
    expect(await states()).toEqual([
      ['unanswered', null],
      ['failed', 'lamp 3 is dark'],
      ['done', null],
    ]);
    await records.commands.answer({ device: 'a-1', id: third, ok: true, detail: null }, clock.now());
    expect((await olga.get(`/devices/a-1/commands/${third}`)).body).toMatchObject({ state: 'done', answeredAt: clock.now() });
  });

  it('is read page by page', async () => {
    const olga = await as('olga');
    const ids = [];
    for (let n = 0; n < 3; n += 1) ids.push((await ask(olga, 'a-1', { command: 'silence' })).body['id']);
    const page = (await olga.get('/devices/a-1/commands?limit=2')).body as { items: { id: string }[]; next: string };
    const rest = (await olga.get(`/devices/a-1/commands?limit=2&cursor=${page.next}`)).body as { items: { id: string }[]; next?: string };
    expect([...page.items, ...rest.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(rest.next).toBeUndefined();
  });
});

describe('the same Idempotency-Key', () => {
  it('sends once, and is refused for anything else', async () => {
    const olga = await as('olga');
    const first = await ask(olga, 'a-1', { command: 'silence' }, 'k-1');
    const again = await ask(olga, 'a-1', { command: 'silence' }, 'k-1');
    expect([again.status, again.body]).toEqual([202, first.body]);
    for (const [device, command] of [
      ['a-1', 'self-test'],
      ['b-1', 'silence'],
    ] as const) {
      const other = await ask(olga, device, { command }, 'k-1');
      expect([other.status, other.body['code']]).toEqual([422, 'idempotency-key-reused']);
    }
    expect(served.platform.sentCommands).toHaveLength(1);
  });

  it('is refused after a day: nobody is told of an old command as if it had just been sent', async () => {
    const olga = await as('olga');
    await ask(olga, 'a-1', { command: 'close-valve', comment: 'gas' }, 'k-1');
    served.platform.clock.advance(24 * 3_600_000);
    await served.platform.records.idempotency.removeBefore(served.platform.clock.now());
    const anew = await as('olga');
    const late = await ask(anew, 'a-1', { command: 'close-valve', comment: 'gas' }, 'k-1');
    expect([late.status, late.body['code'], served.platform.sentCommands]).toMatchObject([422, 'idempotency-key-reused', [{}]]);
    expect((await ask(anew, 'a-1', { command: 'close-valve', comment: 'gas' }, 'k-2')).status).toBe(202);
  });

  it('sends nothing again after a crash before its answer was kept, however it had ended', async () => {
    const { records } = served.platform;
    // The process ends after the command was written down: no answer of the request is kept.
    records.idempotency.put = async () => undefined;
    const olga = await as('olga');
    const first = await ask(olga, 'a-1', { command: 'close-valve', comment: 'gas' }, 'k-1');
    served.platform.listening.delete('b-1');
    await ask(olga, 'b-1', { command: 'silence' }, 'k-2');
    await served.server.stop();
    served = await open(records);
    const anew = await as('olga');
    const again = await ask(anew, 'a-1', { command: 'close-valve', comment: 'gas' }, 'k-1');
    expect([again.status, again.body['id'], served.platform.sentCommands]).toEqual([202, first.body['id'], []]);
    const offline = await ask(anew, 'b-1', { command: 'silence' }, 'k-2');
    expect([offline.status, offline.body['code'], served.platform.sentCommands]).toEqual([409, 'device-offline', []]);
    const other = await ask(anew, 'a-1', { command: 'silence' }, 'k-1');
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency-key-reused']);
  });
});
