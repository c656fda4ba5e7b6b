import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Suppression } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import { type Answered, type Person, Served } from './testing/served.ts';

/** Hiding by hand what is red or can become red: who may alone, who has to ask, who may agree, and for how long. */

const MIN = 60_000;
const HOUR = 60 * MIN;
const DAY = 24 * HOUR;
const PEOPLE = {
  admin: ['admin', null],
  manager: ['admin', ['works']],
  watch: ['operator', null],
  engineer: ['operator', ['works']],
  mate: ['operator', ['works']],
  miller: ['operator', ['mill']],
  guest: ['viewer', null],
} as const;
type Name = keyof typeof PEOPLE;

describe('an alarm that can become red', () => {
  let served: Served;
  const people = new Map<Name, Person>();
  /** Signs in whom a test needs, on first use. */
  const as = async (name: Name): Promise<Person> => {
    const known = people.get(name);
    if (known !== undefined) return known;
    const [role, enterprises] = PEOPLE[name];
    await served.account(name, role, enterprises);
    const person = await served.as(name);
    people.set(name, person);
    return person;
  };

  beforeEach(async () => {
    served = await Served.open();
    const { platform } = served;
    for (const id of ['works', 'mill']) platform.enterprise(id);
    platform.device('gd-1', 'works');
    platform.view.moreLimits = [{ code: 'L3', level: 'red', setPoint: 80 }];
    raise('yellow');
    people.clear();
  });
  afterEach(() => served.close());

  function raise(level: Level, id = 'a'): void {
    const { platform } = served;
    platform.raise(platform.alarm(id, 'works', { level, deviceId: 'gd-1', measurement: 'lel', channel: null, ladder: 'hi' }));
  }
  const suppress = async (who: Name, body: object = {}): Promise<Answered> =>
    (await as(who)).send('POST', '/alarms/a/suppress', { reason: 'pump is off', ...body });
  const takeOut = async (who: Name, body: object = {}): Promise<Answered> =>
    (await as(who)).send('POST', '/alarms/a/out-of-service', { permit: 'P-7', reason: 'work', until: now() + DAY, ...body });
  const decide = async (who: Name, { body }: Answered, how = 'approve'): Promise<Answered> =>
    (await as(who)).send('POST', `/approvals/${String(body['id'])}/${how}`, {});
  const now = (): number => served.platform.clock.now();
  const hidden = (): readonly Suppression[] => served.platform.view.openAlarm('a')?.suppressions ?? [];
  const audited = () => served.platform.records.auditRows.at(-1);
  const ACTS = [
    ['suppress', suppress, { flag: 'by-design' }],
    ['out-of-service', takeOut, { flag: 'out-of-service', permit: 'P-7' }],
  ] as const;

  it.each(ACTS)('%s: the plant asks, an outsider agrees, both are named', async (name, act, told) => {
    const asked = await act('engineer');
    expect([asked.status, asked.body]).toMatchObject([
      202,
      {
        kind: `alarm.${name}`,
        state: 'pending',
        resource: 'alarms/a',
        enterpriseId: 'works',
        requestedBy: 'engineer',
        expiresAt: now() + HOUR,
        request: { alarmId: 'a', level: 'yellow', ...(name === 'suppress' ? { minutes: 480 } : { permit: 'P-7', until: now() + DAY }) },
      },
    ]);
    expect([hidden(), (await act('engineer')).body['id']]).toEqual([[], asked.body['id']]);
    expect(audited()).toMatchObject({ by: 'engineer', action: `alarm.${name}`, detail: `approval ${String(asked.body['id'])}` });
    const until = name === 'suppress' ? 480 * MIN : DAY;
    served.platform.clock.advance(10 * MIN);
    expect((await decide('watch', asked)).body).toMatchObject({ state: 'approved', outcome: 'done', decidedBy: 'watch' });
    const from = name === 'suppress' ? now() : now() - 10 * MIN;
    expect(hidden()).toEqual([
      { since: now(), until: from + until, by: 'engineer', approvedBy: 'watch', reason: expect.any(String), ...told },
    ]);
  });

  it.each(ACTS)('%s: that what guards a red limit is bad is hidden by two people as well', async (_, act) => {
    served.platform.raise(
      served.platform.alarm('a', 'works', { level: 'yellow', kind: 'instrument', deviceId: 'gd-1', measurement: 'lel', ladder: 'BAD' }),
    );
    expect((await act('engineer')).status).toBe(202);
    expect(hidden()).toEqual([]);
  });

  it.each(ACTS)('%s: so is what red elsewhere rests on: a vote, a group, a point that red is compared with', async (_, act) => {
    served.platform.view.moreLimits = [];
    served.platform.view.guarding.add('gd-1');
    expect((await act('engineer')).status).toBe(202);
    served.platform.view.guarding.clear();
    expect((await act('engineer')).status).toBe(200);
  });

  it.each(ACTS)('%s: who asks does not agree, nor does the same plant, nor who only looks; a neighbour sees nothing', async (_, act) => {
    const asked = await act('engineer');
    for (const [who, code] of [
      ['engineer', 'not-allowed'],
      ['mate', 'not-allowed'],
      ['manager', 'not-allowed'],
      ['guest', 'not-allowed'],
      ['miller', 'not-found'],
    ] as const)
      expect([who, (await decide(who, asked)).body['code']]).toEqual([who, code]);
    expect(hidden()).toEqual([]);
    expect((await decide('engineer', asked, 'refuse')).body['state']).toBe('refused');
    expect((await decide('watch', asked)).body['code']).toBe('already-decided');
  });

  it.each(ACTS.flatMap(([name, act]) => (['admin', 'watch'] as const).map((who) => [name, who, act] as const)))(
    '%s: %s agrees',
    async (_name, who, act) => {
      expect((await decide(who, await act('engineer'))).body['outcome']).toBe('done');
      expect(hidden()).toMatchObject([{ by: 'engineer', approvedBy: who }]);
    },
  );

  it.each(ACTS)('%s: who asked as an operator and was made administrator since is still no second person', async (_, act) => {
    const asked = await act('engineer');
    await (await as('admin')).send('PATCH', '/users/engineer', { role: 'admin', enterprises: null });
    people.set('engineer', await served.as('engineer'));
    expect((await decide('engineer', asked)).body['code']).toBe('same-person');
  });

  it.each(ACTS)('%s: waits an hour and no longer', async (_, act) => {
    const asked = await act('engineer');
    served.platform.clock.advance(HOUR);
    expect([(await decide('watch', asked)).body['code'], hidden()]).toEqual(['too-late', []]);
    // Nor when our clock is set back afterwards: it has run out for good.
    served.platform.clock.step(-HOUR / 2);
    expect([(await decide('watch', asked)).body['code'], hidden()]).toEqual(['too-late', []]);
  });

  it.each(ACTS)('%s: fails where it no longer fits: it is worse than what was asked for, or over', async (_, act) => {
    const worse = await act('engineer');
    raise('red');
    expect((await decide('watch', worse)).body['code']).toBe('alarm-changed');
    expect((await (await as('watch')).get(`/approvals/${String(worse.body['id'])}`)).body).toMatchObject({
      state: 'failed',
      outcome: 'alarm-changed',
    });
    // Told once, with what it came to.
    const told = served.platform.records.auditRows.filter(({ action }) => action === 'approval.approve');
    expect(told.map(({ by, outcome, resource }) => [by, outcome, resource])).toEqual([
      ['watch', 'alarm-changed', `approvals/${String(worse.body['id'])}/approve`],
    ]);
    const over = await act('engineer');
    expect(over.body['request']).toMatchObject({ level: 'red' });
    served.platform.raise({ ...served.platform.alarm('a', 'works'), state: 'NORM' });
    expect((await decide('watch', over)).body['code']).toBe('not-found');
    expect(await served.platform.records.approvals.get(String(over.body['id']))).toMatchObject({ state: 'failed', outcome: 'not-found' });
  });

  it.each(ACTS)('%s: is done at once for an administrator, and the audit says that nobody else was asked', async (_, act, told) => {
    const done = await act('admin');
    expect([done.status, done.body['id']]).toEqual([200, 'a']);
    expect(hidden().at(-1)).toMatchObject({ by: 'admin', ...told });
    expect(hidden().at(-1)).not.toHaveProperty('belowRed');
    expect(audited()?.detail).toMatch(/; it can become red, nobody else was asked$/);
    raise('red');
    expect((await act('admin')).status).toBe(200);
    expect(audited()?.detail).toMatch(/; it is red, nobody else was asked$/);
  });

  it.each(ACTS)('%s: the administrator of the plant asks as its operators do', async (_, act) => {
    const asked = await act('manager');
    expect([asked.status, hidden()]).toEqual([202, []]);
    expect((await decide('watch', asked)).body['outcome']).toBe('done');
    expect(hidden()).toMatchObject([{ by: 'manager', approvedBy: 'watch' }]);
  });

  it('is what it is: red now, a red limit of its own ladder that is armed; nothing else of its device', async () => {
    const { view } = served.platform;
    const asks = async (limits: typeof view.moreLimits, level: Level = 'yellow'): Promise<number> => {
      view.moreLimits = limits;
      raise(level);
      return (await suppress('engineer')).status;
    };
    expect(await asks([], 'red')).toBe(202);
    expect(await asks([{ code: 'L1_AREA', level: 'red', dir: 'follows' }])).toBe(202);
    expect(await asks([{ level: 'red', armed: false }])).toBe(200);
    expect(await asks([{ level: 'red', ladder: 'lo' }])).toBe(200);
    expect(await asks([{ level: 'red', channel: 2 }])).toBe(200);
    expect(await asks([{ level: 'red', measurement: 'temp' }])).toBe(200);
    expect(await asks([{ level: 'orange' }])).toBe(200);
  });

  it.each(ACTS)('%s: what cannot become red one person hides, and it hides no red', async (_, act) => {
    served.platform.view.moreLimits = [{ level: 'orange' }];
    expect((await act('engineer')).status).toBe(200);
    expect(hidden()).toMatchObject([{ by: 'engineer', belowRed: true }]);
    expect(audited()?.detail).not.toMatch(/nobody else/);
  });

  it('is suppressed for 8 h at most, less where that is said, and out of service without an end only by an administrator', async () => {
    expect((await suppress('admin', { minutes: 481 })).status).toBe(400);
    expect((await suppress('admin', { minutes: 0 })).status).toBe(400);
    await suppress('admin', { minutes: 30 });
    expect(hidden()[0]?.until).toBe(now() + 30 * MIN);
    for (const until of [undefined, now() + 7 * DAY + 1]) {
      const refused = await takeOut('engineer', { until });
      expect([refused.status, refused.body['code'], refused.body['errors']]).toMatchObject([
        422,
        'permit-end-required',
        [{ path: 'body.until' }],
      ]);
    }
    expect((await takeOut('engineer', { until: now() - 1 })).body['code']).toBe('invalid-request');
    expect((await takeOut('engineer', { until: now() + 7 * DAY })).status).toBe(202);
    expect((await takeOut('admin', { until: undefined })).status).toBe(200);
    expect(hidden().at(-1)?.until).toBe(null);
    served.platform.view.moreLimits = [];
    raise('yellow');
    expect((await takeOut('engineer', { until: undefined })).status).toBe(200);
  });

  it('is not for who may not: an operator of everything runs no plant', async () => {
    for (const [, act] of ACTS)
      for (const [who, status] of [
        ['watch', 403],
        ['guest', 403],
        ['miller', 404],
      ] as const)
        expect([who, (await act(who)).status]).toEqual([who, status]);
  });

  it('is not asked for where it is closed or the system’s own: that is refused at once', async () => {
    const { platform } = served;
    platform.view.resting.set('rests', platform.alarm('rests', 'works', { level: 'red', state: 'NORM', deviceId: 'gd-1' }));
    const refused = await (await as('engineer')).send('POST', '/alarms/rests/suppress', { reason: 'x' });
    expect([refused.status, refused.body['code']]).toEqual([409, 'state-not-allowed']);
    expect((await platform.records.approvals.list({ now: now(), limit: 10 })).items).toEqual([]);
  });
});
