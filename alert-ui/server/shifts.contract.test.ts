import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Shift, ShiftPicture } from '../../model/shift.ts';
import { exampleWarning } from '../../model/testing/example-warning.ts';
import { type Answered, PASSWORD, type Person, Served } from './testing/served.ts';

const MIN = 60_000;
const HOUR = 60 * MIN;

let served: Served;
let li: Person;
let wang: Person;
beforeEach(async () => {
  served = await Served.open();
  const { platform } = served;
  platform.enterprise('x');
  platform.device('=d', 'x');
  for (const [name, role] of [
    ['admin', 'admin'],
    ['li', 'operator'],
    ['wang', 'operator'],
    ['zhao', 'operator'],
    ['vera', 'viewer'],
  ] as const)
    await served.account(name, role);
  await served.account('chen', 'operator', ['x']);
  await served.account('adam', 'admin', ['x']);
  [li, wang] = [await served.as('li'), await served.as('wang')];
});
afterEach(async () => {
  expect(JSON.stringify(served.logged) + served.platform.records.dump()).not.toContain(PASSWORD);
  await served.close();
});

const code = ({ status, body }: Answered): readonly [number, unknown] => [status, body['code']];
const sign = (who: Person, body: object = {}, headers: Record<string, string> = {}): Promise<Answered> =>
  who.send('POST', '/shifts/handover', { password: PASSWORD, ...body }, headers);
/** Takes over as the page does: names the first signature that stands, if one does. */
const takes = async (who: Person, body: object = {}): Promise<Answered> => {
  const seen = ((await who.get('/shifts/current')).body['shift'] as Shift | null)?.signature?.digest;
  return sign(who, { sign: 'incoming', ...(seen === undefined ? {} : { seen }), ...body });
};
const shiftOf = ({ body, status, text }: Answered): Shift => {
  if (status !== 200) throw new Error(text);
  return body['shift'] as Shift;
};
const pictureOf = ({ body }: Answered): ShiftPicture => body['picture'] as ShiftPicture;
const onWatch = async (): Promise<string | null> => ((await wang.get('/shifts')).body['current'] as Shift | null)?.by ?? null;
const lastLine = () => served.platform.records.auditRows.at(-1);

describe('a hand-over', () => {
  it('is signed by whoever leaves and by whoever comes; until the second signature the watch stays', async () => {
    const { clock } = served.platform;
    const begun = clock.now();
    const first = shiftOf(await sign(li, { sign: 'incoming', heard: true }));
    // 2026-05-29 04:26:40 in Shanghai.
    expect(first).toMatchObject({ id: '1', name: 'night', by: 'li', startedAt: begun, takenFrom: null, soundTest: { heard: true } });
    expect(first.plannedTo - first.plannedFrom).toBe(8 * HOUR);
    clock.advance(3 * HOUR + 10 * MIN);
    served.platform.raise(served.platform.alarm('a-1', 'x', { level: 'yellow', state: 'UNACK' }));
    const leaving = await sign(li, { sign: 'outgoing', shift: '1', notes: 'pump 3 is noisy', todo: ['call Haida'], missed: 1 });
    const { signature } = shiftOf(leaving);
    expect(signature).toMatchObject({ by: 'li', at: clock.now(), notes: 'pump 3 is noisy', todo: ['call Haida'], missed: 1 });
    expect([await onWatch(), pictureOf(leaving).open.items.map(({ id }) => id)]).toEqual(['li', ['a-1']]);
    // What comes after the first signature changes nothing of what was signed.
    clock.advance(MIN);
    served.platform.raise(served.platform.alarm('a-2', 'x', { level: 'red' }));
    expect(pictureOf(await wang.get('/shifts/1'))).toEqual(pictureOf(leaving));
    const coming = await takes(wang, { shift: '1', heard: true });
    expect(shiftOf(coming)).toMatchObject({
      id: '2',
      // 07:37 is early for the day, which begins at eight.
      name: 'day',
      by: 'wang',
      takenFrom: 'li',
      startedAt: clock.now(),
      soundTest: { at: clock.now(), heard: true },
    });
    expect(pictureOf(coming)).toEqual(pictureOf(leaving));
    const listed = (await li.get('/shifts')).body as { items: Shift[]; current: Shift };
    expect([listed.current.by, listed.items.map(({ id }) => id)]).toEqual(['wang', ['2', '1']]);
    expect(listed.items[1]).toMatchObject({
      endedAt: clock.now(),
      takenBy: 'wang',
      unsignedReason: null,
      figures: { from: begun, to: clock.now(), raised: 1, acknowledgeMeanMs: 2_000, verified: { real: 1 } },
    });
  });

  it('holds what stands: what rings, what is suppressed and until when, warnings, silence, requests, floods', async () => {
    const { platform } = served;
    shiftOf(await sign(li));
    const { clock, view } = platform;
    clock.advance(HOUR);
    platform.raise(platform.alarm('quiet', 'x', { level: 'blue', state: 'ACKED' }));
    platform.raise(platform.alarm('worst', 'x', { level: 'red', state: 'UNACK' }));
    platform.raise(platform.alarm('tried', 'x', { test: true }));
    for (const [id, act, body] of [
      ['shelved', 'shelve', { minutes: 30, reason: 'steam' }],
      ['designed', 'suppress', { reason: 'pump off' }],
      ['out', 'out-of-service', { permit: 'P-1', reason: 'work' }],
    ] as const) {
      platform.raise(platform.alarm(id, 'x', { level: 'yellow' }));
      expect((await (await served.as('admin')).send('POST', `/alarms/${id}/${act}`, body)).status).toBe(200);
    }
    const permit = { flag: 'out-of-service', since: clock.now() - 8 * 24 * HOUR, until: null, by: 'li', reason: 'old' } as const;
    view.resting.set(
      'old',
      platform.alarm('old', 'x', { level: 'blue', state: 'NORM', suppressedBy: [permit.flag], suppressions: [permit] }),
    );
    view.resting.set('rests', platform.alarm('rests', 'x', { state: 'NORM', suppressedBy: ['shelved'] }));
    platform.raise(platform.alarm('mute', 'x', { level: 'yellow', kind: 'instrument', code: 'F01', deviceId: '=d' }));
    platform.raise(platform.alarm('spoke', 'x', { level: 'yellow', kind: 'instrument', code: 'F01', active: false, state: 'RTNUN' }));
    view.warnings.set('enterprise:x', { ...exampleWarning('enterprise', 'x', 'x'), level: 'orange', state: 'issued' });
    platform.raise(platform.alarm('orange', 'x', { level: 'orange' }));
    expect((await li.send('POST', '/alarms/orange/shelve', { minutes: 5, reason: 'known' })).status).toBe(202);
    const flood = { number: 4, since: clock.now() - MIN, endedAt: clock.now(), annunciated: 12, most: 11 };
    view.flood = { now: null, last: flood, inTenMinutes: 0 };

    const picture = pictureOf(await sign(li, { sign: 'outgoing', kept: ['shelved', 'worst', 'nowhere'] }));
    const ids = (list: { items: readonly { readonly id: string }[]; total: number }) => [list.total, ...list.items.map(({ id }) => id)];
    expect(ids(picture.open)).toEqual([5, 'worst', 'orange', 'mute', 'spoke', 'quiet']);
    expect([ids(picture.shelved), ids(picture.byDesign), ids(picture.outOfService)]).toEqual([
      [2, 'shelved', 'rests'],
      [1, 'designed'],
      // The oldest permit first: it is to be looked at again.
      [2, 'old', 'out'],
    ]);
    expect(picture.shelved.items[0]?.suppressions).toMatchObject([{ flag: 'shelved', by: 'admin', reason: 'steam' }]);
    expect(picture.outOfService.items[1]?.suppressions).toMatchObject([{ flag: 'out-of-service', reason: 'work' }]);
    expect([ids(picture.silent), ids(picture.warnings), picture.kept]).toEqual([[1, 'mute'], [1, 'enterprise:x'], ['shelved']]);
    expect(picture.approvals).toMatchObject({ total: 1, items: [{ kind: 'alarm.shelve', requestedBy: 'li', reason: 'known' }] });
    expect([picture.floods, picture.devices]).toEqual([[flood], view.deviceCounts()]);
    expect(picture.counts).toEqual(view.counts());
    expect([picture.at, picture.entry, picture.event]).toEqual([clock.now(), view.appliedSeq, view.eventSeq]);
  });

  it('lists who is being worked on, longest first, and since when; test devices in no hand-over', async () => {
    const { platform } = served;
    const { view, clock } = platform;
    shiftOf(await sign(li));
    const status = { online: true, health: ['inhibited'], lastSeenAt: clock.now(), clockErrorMs: null };
    const point = { value: 1, sampleAt: 5, receivedAt: 5, quality: 'maintenance', flags: [] } as const;
    for (const [id, since] of [
      ['w-late', 9],
      ['w-early', 7],
      ['w-tried', 3],
    ] as const) {
      platform.device(id, 'x', { mode: id === 'w-tried' ? 'commissioning' : 'live' });
      view.statuses.set(id, status);
      view.points.set(id, [
        { ...point, measurement: 'lel', channel: null, inhibitedSince: since + 1 },
        { ...point, measurement: 'temp', channel: 2, inhibitedSince: since },
        { ...point, measurement: 'co', channel: null, quality: 'good' },
      ]);
    }
    const { inhibited } = pictureOf(await sign(li, { sign: 'outgoing' }));
    expect(inhibited).toEqual({
      total: 2,
      items: [
        { id: 'w-early', enterpriseId: 'x', points: ['lel', 'temp.2'], since: 7 },
        { id: 'w-late', enterpriseId: 'x', points: ['lel', 'temp.2'], since: 9 },
      ],
    });
  });

  it('keeps the first two hundred of a list, worst first, and says how many there were', async () => {
    const { platform } = served;
    for (let n = 0; n < 250; n += 1) platform.raise(platform.alarm(`n-${n}`, 'x', { level: n === 249 ? 'red' : 'blue' }));
    const { open } = pictureOf(await li.get('/shifts/current'));
    expect([open.total, open.items.length, open.items[0]?.id]).toEqual([250, 200, 'n-249']);
  });

  it('is shown before anybody has signed, as it would be signed now', async () => {
    const nobody = await li.get('/shifts/current');
    expect([nobody.body['shift'], pictureOf(nobody).open.total]).toEqual([null, 0]);
    await sign(li);
    served.platform.raise(served.platform.alarm('a-1', 'x'));
    const standing = await wang.get('/shifts/current');
    expect([shiftOf(standing).by, shiftOf(standing).signature, pictureOf(standing).open.total]).toEqual(['li', null, 1]);
  });
});

describe('refused', () => {
  it('is a first signature of somebody who has not the watch, and a second one before the first', async () => {
    expect(code(await sign(li, { sign: 'outgoing' }))).toEqual([409, 'not-on-watch']);
    await sign(li);
    expect(code(await sign(wang, { sign: 'outgoing' }))).toEqual([409, 'not-on-watch']);
    const early = await sign(wang, { sign: 'incoming' });
    expect([code(early), early.body['current']]).toMatchObject([[409, 'handover-not-signed'], { id: '1', by: 'li' }]);
    // Who says nothing of which signature is meant gives the one he can give.
    expect(code(await sign(wang))).toEqual([409, 'handover-not-signed']);
    expect(await onWatch()).toBe('li');
  });

  it('is that one person gives both signatures', async () => {
    await sign(li);
    await sign(li, { sign: 'outgoing' });
    for (const body of [{ sign: 'incoming' }, { sign: 'incoming', shift: '1' }, { sign: 'unsigned', reason: 'x' }])
      expect(code(await sign(li, body))).toEqual([409, 'same-person']);
    expect(await onWatch()).toBe('li');
  });

  it('is a hand-over that was overtaken; of two who come at once one takes over', async () => {
    const zhao = await served.as('zhao');
    await sign(li);
    await sign(li, { sign: 'outgoing' });
    const both = await Promise.all([takes(wang, { shift: '1' }), takes(zhao, { shift: '1' })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const late = both.find(({ status }) => status === 409);
    expect([late?.body['code'], late?.body['current']]).toMatchObject(['shift-changed', { id: '2' }]);
    expect(code(await sign(li, { sign: 'outgoing', shift: '1' }))).toEqual([409, 'not-on-watch']);
    expect(code(await sign(li, { sign: 'incoming', shift: '7' }))).toEqual([409, 'shift-changed']);
  });

  it('is a second signature for what was not read: another text, another picture, or nothing named', async () => {
    await sign(li);
    await sign(li, { sign: 'outgoing', notes: 'all calm' });
    const seen = shiftOf(await wang.get('/shifts/current')).signature?.digest;
    // Between reading and signing the outgoing person writes something else.
    await sign(li, { sign: 'withdraw' });
    const rewritten = shiftOf(await sign(li, { sign: 'outgoing', notes: 'pump 3 is out, tank 2 leaks' }));
    for (const body of [{ seen }, {}, { sign: 'unsigned', reason: 'x', seen }, { seen: '0'.repeat(64) }]) {
      const refused = await sign(wang, { sign: 'incoming', shift: '1', ...body });
      expect([code(refused), refused.body['current']]).toMatchObject([
        [409, 'handover-changed'],
        { id: '1', signature: rewritten.signature },
      ]);
    }
    // The same words of another moment are another signature.
    served.platform.clock.advance(MIN);
    await sign(li, { sign: 'withdraw' });
    served.platform.raise(served.platform.alarm('a-1', 'x'));
    await sign(li, { sign: 'outgoing', notes: 'pump 3 is out, tank 2 leaks' });
    expect(code(await sign(wang, { sign: 'incoming', seen: rewritten.signature?.digest }))).toEqual([409, 'handover-changed']);
    expect(await onWatch()).toBe('li');
    expect(code(await sign(wang, { sign: 'incoming', seen: 'x' }))).toEqual([400, 'invalid-request']);
    expect(shiftOf(await takes(wang)).by).toBe('wang');
  });

  it('is one that is taken back while the second is being written down', async () => {
    await sign(li);
    const left = shiftOf(await sign(li, { sign: 'outgoing', notes: 'first' }));
    const { shifts } = served.platform.records;
    const begin = shifts.begin.bind(shifts);
    shifts.begin = async (next, after) => {
      shifts.begin = begin;
      await sign(li, { sign: 'withdraw' });
      await sign(li, { sign: 'outgoing', notes: 'second' });
      return begin(next, after);
    };
    const overtaken = await sign(wang, { sign: 'incoming', seen: left.signature?.digest });
    expect([code(overtaken), overtaken.body['current']]).toMatchObject([[409, 'handover-changed'], { signature: { notes: 'second' } }]);
    expect(await onWatch()).toBe('li');
  });

  it('is a signature without the password, or with a wrong one, which counts as a failed sign-in', async () => {
    expect(code(await li.send('POST', '/shifts/handover', {}))).toEqual([400, 'invalid-request']);
    expect(code(await sign(li, { password: 'not this one' }))).toEqual([401, 'sign-in-failed']);
    for (let n = 1; n < 10; n += 1) await sign(li, { password: 'not this one' });
    expect(code(await sign(li))).toEqual([429, 'too-many-attempts']);
    expect(await onWatch()).toBeNull();
  });

  it.each(['vera', 'chen', 'adam'])('is %s, who watches no desk of the centre', async (name) => {
    const who = await served.as(name);
    expect(code(await sign(who))).toEqual([403, 'not-allowed']);
    expect(code(await who.send('POST', '/shifts/sound-test', { heard: true }))).toEqual([403, 'not-allowed']);
    const sees = name === 'vera' ? 200 : 403;
    for (const path of ['/shifts', '/shifts/current']) expect((await who.get(path)).status).toBe(sees);
    expect((await who.get('/shifts/plan')).status).toBe(200);
    expect(await onWatch()).toBeNull();
  });

  it('is what does not fit the body', async () => {
    for (const body of [{ sign: 'both' }, { sign: 'unsigned' }, { todo: [''] }, { missed: -1 }, { notes: 'x'.repeat(4_001) }, { more: 1 }])
      expect(code(await sign(li, body))).toEqual([400, 'invalid-request']);
    expect(code(await li.get('/shifts/99'))).toEqual([404, 'not-found']);
  });
});

describe('signing again', () => {
  it('changes nothing, but for other words, which are another signature', async () => {
    const { clock } = served.platform;
    await sign(li, { sign: 'incoming' });
    expect(shiftOf(await sign(li, { sign: 'incoming' })).id).toBe('1');
    const first = await sign(li, { sign: 'outgoing', notes: 'calm' });
    clock.advance(MIN);
    const again = await sign(li, { sign: 'outgoing', notes: 'calm' });
    expect([shiftOf(again).signature, pictureOf(again)]).toEqual([shiftOf(first).signature, pictureOf(first)]);
    expect(code(await sign(li, { sign: 'outgoing', notes: 'not so calm' }))).toEqual([409, 'already-signed']);
    shiftOf(await takes(wang, { shift: '1' }));
    const taken = await sign(wang, { sign: 'incoming', shift: '1' });
    expect([shiftOf(taken).id, pictureOf(taken)]).toEqual(['2', pictureOf(first)]);
    expect((await li.get('/shifts')).body['items']).toHaveLength(2);
  });

  it('under one key is one signature', async () => {
    const key = { 'idempotency-key': 'k' };
    const [one, two] = [await sign(li, {}, key), await sign(li, {}, key)];
    expect([one.status, two.body, two.headers.get('idempotency-replayed')]).toEqual([200, one.body, 'true']);
    // Without `sign` the second would have been the outgoing signature.
    expect(shiftOf(await li.get('/shifts/current')).signature).toBeNull();
  });

  it('is possible after the signature was taken back, and only whoever has the watch takes it back', async () => {
    await sign(li);
    await sign(li, { sign: 'outgoing', notes: 'first' });
    expect(code(await sign(wang, { sign: 'withdraw' }))).toEqual([409, 'not-on-watch']);
    expect(shiftOf(await sign(li, { sign: 'withdraw', shift: '1' })).signature).toBeNull();
    expect(shiftOf(await sign(li, { sign: 'withdraw' })).signature).toBeNull();
    expect(code(await sign(wang, { sign: 'incoming' }))).toEqual([409, 'handover-not-signed']);
    expect(shiftOf(await sign(li, { sign: 'outgoing', notes: 'second' })).signature?.notes).toBe('second');
  });
});

describe('a watch whose holder is gone', () => {
  it('is taken over without his signature, for a reason, with what stands at that moment', async () => {
    await sign(li);
    served.platform.raise(served.platform.alarm('a-1', 'x'));
    const taken = await sign(wang, { sign: 'unsigned', shift: '1', reason: 'Li was taken ill' });
    expect([shiftOf(taken).by, pictureOf(taken).open.total]).toEqual(['wang', 1]);
    expect(shiftOf(await li.get('/shifts/1'))).toMatchObject({ signature: null, unsignedReason: 'Li was taken ill', takenBy: 'wang' });
    expect(lastLine()).toMatchObject({
      by: 'wang',
      action: 'shift.handover',
      resource: 'shifts/2',
      outcome: 'ok',
      detail: 'li → wang, ends shifts/1, unsigned: Li was taken ill',
    });
  });

  it('is no reproach where he had signed', async () => {
    await sign(li);
    await sign(li, { sign: 'outgoing' });
    const found = await sign(wang, { sign: 'unsigned', reason: 'nobody there' });
    expect([code(found), found.body['current']]).toMatchObject([[409, 'handover-changed'], { signature: { by: 'li' } }]);
    await takes(wang, { sign: 'unsigned', reason: 'nobody there' });
    expect(shiftOf(await li.get('/shifts/1'))).toMatchObject({ unsignedReason: null, takenBy: 'wang' });
  });
});

describe('the record', () => {
  it('is in the audit with a digest of all that was signed', async () => {
    await sign(li);
    const leaving = await sign(li, { sign: 'outgoing', notes: 'n', todo: ['t'] });
    const { signature, id, by, startedAt } = shiftOf(leaving);
    if (signature === null) throw new Error('not signed');
    const { digest, ...what } = signature;
    const expected = createHash('sha256')
      .update(JSON.stringify([{ id, by, startedAt }, what, pictureOf(leaving)]))
      .digest('hex');
    expect(digest).toBe(expected);
    expect(lastLine()).toMatchObject({ by: 'li', action: 'shift.handover', resource: 'shifts/1', outcome: 'ok' });
    expect(lastLine()?.detail).toBe(`outgoing li: 0 open, 0 shelved; sha256 ${digest}`);
    await takes(wang);
    expect(lastLine()?.detail).toBe('li → wang, ends shifts/1');
    await sign(li, { sign: 'outgoing' });
    expect(lastLine()).toMatchObject({ by: 'li', resource: 'shifts/handover', outcome: 'not-on-watch' });
  });

  it('holds whether the sound was heard, as whoever has the watch says last', async () => {
    const { clock } = served.platform;
    expect(code(await li.send('POST', '/shifts/sound-test', { heard: true }))).toEqual([409, 'not-on-watch']);
    await sign(li, { heard: false });
    clock.advance(MIN);
    expect((await li.send('POST', '/shifts/sound-test', { heard: true })).body['soundTest']).toEqual({ at: clock.now(), heard: true });
    expect(code(await wang.send('POST', '/shifts/sound-test', { heard: false }))).toEqual([409, 'not-on-watch']);
    expect(shiftOf(await li.get('/shifts/current')).soundTest).toEqual({ at: clock.now(), heard: true });
  });

  it('is listed a page at a time', async () => {
    await sign(li);
    for (let n = 0; n < 4; n += 1) await sign(n % 2 === 0 ? wang : li, { sign: 'unsigned', reason: 'x' });
    const first = (await li.get('/shifts?limit=3')).body as { items: Shift[]; next: string };
    const rest = (await li.get(`/shifts?limit=3&cursor=${first.next}`)).body as { items: Shift[]; next?: string };
    expect([...first.items, ...rest.items].map(({ id }) => id)).toEqual(['5', '4', '3', '2', '1']);
    expect(rest.next).toBeUndefined();
  });

  it('of an API token needs no password: it is a signature by itself', async () => {
    const authorization = `Bearer ${await li.token()}`;
    const answer = await served.request('POST', '/api/v1/shifts/handover', { body: {}, headers: { authorization } });
    expect(shiftOf(answer).by).toBe('li');
  });
});

describe('the plan', () => {
  it('is told with the shift of this moment', async () => {
    const { body } = await (await served.as('chen')).get('/shifts/plan');
    expect(body).toEqual({
      timeZone: 'Asia/Shanghai',
      shifts: [
        { name: 'night', start: '00:00' },
        { name: 'day', start: '08:00' },
        { name: 'evening', start: '16:00' },
      ],
      now: { name: 'night', from: Date.parse('2026-05-29T00:00+08:00'), to: Date.parse('2026-05-29T08:00+08:00') },
    });
  });

  it('ends shelving: until the end of the shift, by one person or by two', async () => {
    const { platform } = served;
    platform.raise(platform.alarm('y', 'x', { level: 'yellow' }));
    platform.raise(platform.alarm('o', 'x', { level: 'orange' }));
    const end = Date.parse('2026-05-29T08:00+08:00');
    const body = { endOfShift: true, reason: 'chattering' };
    const shelved = await li.send('POST', '/alarms/y/shelve', body);
    expect([shelved.status, shelved.body['suppressions']]).toMatchObject([200, [{ until: end }]]);
    const asked = await li.send('POST', '/alarms/o/shelve', body);
    expect([asked.status, asked.body['request']]).toEqual([202, { alarmId: 'o', until: end }]);
    expect((await wang.send('POST', `/approvals/${String(asked.body['id'])}/approve`, {})).body).toMatchObject({ outcome: 'done' });
    expect((await li.get('/alarms/o')).body['suppressions']).toMatchObject([{ until: end }]);
    for (const more of [{ minutes: 5 }, { oneShot: true }, { endOfShift: false }])
      expect(code(await li.send('POST', '/alarms/y/shelve', { ...body, ...more }))).toEqual([400, 'invalid-request']);
  });

  it('in a shift longer than 8 h ends shelving only towards its end', async () => {
    await served.close();
    const platform = served.platform;
    platform.shiftPlan = [{ name: 'all day', startMinute: 16 * 60 }];
    served = await Served.open(platform);
    li = await served.as('li');
    platform.raise(platform.alarm('y', 'x', { level: 'yellow' }));
    const body = { endOfShift: true, reason: 'r' };
    const far = await li.send('POST', '/alarms/y/shelve', body);
    expect([far.status, far.body['errors']]).toMatchObject([400, [{ path: 'body.endOfShift' }]]);
    platform.clock.advance(4 * HOUR);
    expect((await li.send('POST', '/alarms/y/shelve', body)).status).toBe(200);
  });
});
