import { describe, expect, it } from 'vitest';
import type { AlarmPolicy, AlarmSelector, CauseLine } from '../model/asset.ts';
import type { AlarmCommand } from '../model/entry.ts';
import { DAY, Life, MIN } from './testing/life.ts';
import { device, enterprise, limit, measurement, Plant, profile } from './testing/plant.ts';

/** Suppression, silence, due times and verification of one gas alarm, told like an incident report. */

describe('shelving', () => {
  it('keeps it from ringing for the time, warns 5 min before the end, and rings anew when it is still true', () => {
    const one = new Life();
    one.lel(30);
    const mark = one.mark;
    expect(one.shelve(30)).toBe('ok');
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: ['shelved'], suppressedUntil: one.now + 30 * MIN, dueAt: null });
    expect(one.gas?.suppressions).toMatchObject([{ flag: 'shelved', by: 'wang', reason: 'steam' }]);
    expect(one.engine.view.counts()).toMatchObject({ open: { yellow: 0 }, unacknowledged: { yellow: 0 }, suppressed: { shelved: 1 } });
    one.do({ op: 'acknowledge' });
    one.pass(25 * MIN - 1_000);
    expect(one.since(mark)).toEqual(['shelved', 'acknowledged']);
    one.pass(2_000);
    expect(one.since(mark)).toEqual(['shelved', 'acknowledged', 'shelved ends-soon']);
    one.pass(5 * MIN);
    expect(one.since(mark)).toEqual(['shelved', 'acknowledged', 'shelved ends-soon', 'unshelved expired', 're-announced unsuppressed']);
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: [], acknowledgedBy: null });
    expect(one.engine.view.counts()).toMatchObject({ open: { yellow: 1 }, unacknowledged: { yellow: 1 }, suppressed: { shelved: 0 } });
  });

  it('belongs to the identity: a closed alarm stays listed, and the next occurrence is born shelved', () => {
    const one = new Life();
    one.lel(30);
    one.shelve(60);
    one.lel(0);
    one.do({ op: 'acknowledge' });
    expect([...one.engine.view.openAlarms()]).toEqual([]);
    expect(one.gas).toMatchObject({ state: 'NORM', suppressedBy: ['shelved'] });
    const first = one.gas?.id;
    one.pass(MIN);
    one.lel(30);
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: ['shelved'], occurrence: 2, dueAt: null });
    expect(one.gas?.id).not.toBe(first);
    expect([...one.engine.view.restingAlarms()]).toEqual([]);
    one.lel(0);
    one.do({ op: 'acknowledge' });
    expect(one.do({ op: 'unshelve' })).toBe('ok');
    expect(one.engine.view.counts().suppressed.shelved).toBe(0);
    one.lel(30);
    expect(one.gas).toMatchObject({ suppressedBy: [], state: 'UNACK' });
  });

  it('is refused for red, asks for a second person for orange, never takes the same one, and never an alarm of the system', () => {
    const one = new Life();
    one.lel(60);
    expect(one.shelve(30)).toBe('approval-required');
    expect(one.do({ op: 'shelve', minutes: 30, reason: 'x', approvedBy: 'wang' } as never)).toBe('same-person');
    expect(one.do({ op: 'shelve', minutes: 30, reason: 'x', approvedBy: 'li' } as never)).toBe('ok');
    expect(one.gas?.suppressions).toMatchObject([{ by: 'wang', approvedBy: 'li' }]);
    one.lel(90);
    expect(one.gas).toMatchObject({ level: 'red', suppressedBy: [] });
    expect(one.shelve(30)).toBe('red-not-shelvable');
    one.apply({ kind: 'system', code: 'disk-full', active: true, level: 'yellow' });
    const alarmId = one.alarm('disk-full')?.id ?? '';
    const outcomes = (['shelve', 'suppress', 'out-of-service'] as const).map(
      (op) => one.command({ op, alarmId, minutes: 1, reason: 'x', permit: 'p' } as AlarmCommand).outcomes[0],
    );
    expect(outcomes.map((one) => one?.ok === false && one.code)).toEqual(Array(3).fill('state-not-allowed'));
    expect(one.command({ op: 'silence', alarmId }).outcomes[0]?.ok).toBe(true);
  });

  it('hides no level that was not there when it began', () => {
    const one = new Life();
    one.lel(30);
    one.shelve(60);
    const mark = one.mark;
    one.lel(60);
    expect(one.since(mark)).toEqual(['level-raised', 'unshelved level-raised', 're-announced unsuppressed']);
    expect(one.gas).toMatchObject({ level: 'orange', state: 'UNACK', suppressedBy: [] });
  });

  it('once: ends when it next returns, and after 8 h at the latest', () => {
    const one = new Life();
    one.lel(30);
    one.do({ op: 'shelve', oneShot: true, reason: 'x' } as never);
    const mark = one.mark;
    one.lel(0);
    expect(one.since(mark)).toEqual(['returned', 'unshelved returned']);
    one.lel(30);
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: [] });
    one.do({ op: 'shelve', oneShot: true, reason: 'x' } as never);
    expect(one.gas?.suppressedUntil).toBe(one.now + 480 * MIN);
  });

  it.each([
    ['nothing happens', (): void => undefined, 60 * MIN, 'yes'],
    ['we are killed and come back before its end', (one: Life): void => one.killAndRestart(10 * MIN), 49 * MIN, 'yes'],
    ['our clock is set a day on', (one: Life): void => one.clock(DAY), 0, 'at once'],
    ['our clock is set an hour back', (one: Life): void => one.clock(-60 * MIN), 120 * MIN, 'yes'],
  ] as const)('ends by wall time when %s', (_what, happen, afterMs, expected) => {
    const one = new Life();
    one.lel(30);
    one.shelve(60);
    happen(one);
    one.apply({ kind: 'tick' });
    if (expected === 'yes') {
      one.pass(afterMs - 10_000);
      expect(one.gas?.suppressedBy).toEqual(['shelved']);
    }
    one.pass(2 * MIN);
    expect(one.gas).toMatchObject({ state: 'UNACK', suppressedBy: [] });
    expect(one.told('hi').at(-1)).toBe('hi re-announced');
  });

  it('that ran out while we were dead ends with the first entry of the new start', () => {
    const one = new Life();
    one.lel(30);
    one.shelve(30);
    const mark = one.mark;
    one.killAndRestart(60 * MIN);
    expect(one.since(mark)).toEqual(['unshelved expired', 're-announced unsuppressed']);
  });

  it('lasts until the time that was said, 8 h at most, and not into the past', () => {
    const one = new Life();
    one.lel(30);
    const until = (ms: number): string => one.do({ op: 'shelve', until: one.now + ms, reason: 'end of shift' } as never);
    expect([until(0), until(-1)]).toEqual(['too-late', 'too-late']);
    expect(until(90 * MIN + 7)).toBe('ok');
    expect(one.gas?.suppressedUntil).toBe(one.now + 90 * MIN + 7);
    one.pass(90 * MIN);
    expect(one.gas?.suppressedBy).toEqual(['shelved']);
    one.pass(1_000);
    expect(one.gas?.suppressedBy).toEqual([]);
    expect(until(9 * 60 * MIN)).toBe('ok');
    expect(one.gas?.suppressedUntil).toBe(one.now + 8 * 60 * MIN);
  });

  it('lasts 8 h at most, however often our clock is set back', () => {
    const one = new Life();
    one.lel(30);
    one.shelve(480);
    for (let n = 0; n < 8; n += 1) {
      one.pass(59 * MIN);
      one.offset -= 60 * MIN;
    }
    expect(one.gas?.suppressedBy).toEqual(['shelved']);
    one.pass(10 * MIN);
    expect(one.gas?.suppressedBy).toEqual([]);
  });
});

describe('the cause-and-effect table', () => {
  const LINE: CauseLine = { id: 'esd', cause: { device: 'gd-1', ladder: 'hi' }, hides: [{ device: 'gd-2', ladder: 'hi' }] };
  const tables = (one: Life, ...causes: readonly CauseLine[]): string => {
    const base = one.engine.view.assets('enterprise').get('works')?.revision ?? 0;
    const outcome = one.config({ op: 'put', asset: 'enterprise', base, value: enterprise('works', { causes }) }).outcomes[0];
    return outcome === undefined || outcome.ok ? 'ok' : outcome.code;
  };

  it('hides the consequences of a tripped cause, whichever came first, and shows them again when it ends', () => {
    for (const order of [
      ['gd-1', 'gd-2'],
      ['gd-2', 'gd-1'],
    ]) {
      const one = new Life();
      expect(tables(one, LINE)).toBe('ok');
      for (const id of order) one.lel(30, id);
      expect([order, one.of('gd-1')?.suppressedBy, one.of('gd-2')?.suppressedBy]).toEqual([order, [], ['by-design']]);
      expect(one.of('gd-2')?.suppressions).toMatchObject([{ by: null, causes: ['works/esd'] }]);
      expect(one.do({ op: 'unsuppress' }, 'wang', 'gd-2')).toBe('state-not-allowed');
      const mark = one.mark;
      one.lel(0, 'gd-1');
      expect(one.since(mark, 'gd-2')).toEqual(['unsuppressed cause-and-effect', 're-announced unsuppressed']);
      expect(one.of('gd-2')).toMatchObject({ state: 'UNACK', suppressedBy: [] });
    }
  });

  it('hides nothing by a cause that nobody is shown', () => {
    const one = new Life();
    tables(one, LINE);
    one.lel(30, 'gd-1');
    one.lel(30, 'gd-2');
    one.shelve(10);
    expect(one.of('gd-2')?.suppressedBy).toEqual([]);
    one.pass(11 * MIN);
    expect([one.of('gd-1')?.suppressedBy, one.of('gd-2')?.suppressedBy]).toEqual([[], ['by-design']]);
  });

  it('lets nothing be heard between two causes, of which the first had hidden the second', () => {
    const one = new Life();
    one.put(device('gd-3', 'gas', { heartbeatMs: DAY }));
    const hi = (id: string): AlarmSelector => ({ device: id, ladder: 'hi' });
    const first = { id: 'first', cause: hi('gd-1'), hides: [hi('gd-3'), hi('gd-2')] };
    expect(tables(one, first, { id: 'second', cause: hi('gd-2'), hides: [hi('gd-3')] })).toBe('ok');
    for (const id of ['gd-1', 'gd-2', 'gd-3']) one.lel(30, id);
    expect(one.do({ op: 'acknowledge' }, 'wang', 'gd-3')).toBe('ok');
    const mark = one.mark;
    one.lel(0, 'gd-1');
    expect(one.of('gd-2')?.suppressedBy).toEqual([]);
    expect(one.of('gd-3')).toMatchObject({ state: 'ACKED', suppressedBy: ['by-design'] });
    expect(one.since(mark, 'gd-3').filter((event) => event.startsWith('re-announced'))).toEqual([]);
  });

  it('takes hold and lets go when it is changed, and is refused with a circle or a stranger in it', () => {
    const one = new Life();
    one.lel(30, 'gd-1');
    one.lel(30, 'gd-2');
    tables(one, LINE);
    expect(one.of('gd-2')?.suppressedBy).toEqual(['by-design']);
    expect(tables(one, LINE, { id: 'back', cause: { device: 'gd-2' }, hides: [{ device: 'gd-1' }] })).toBe('invalid');
    expect(tables(one, { id: 'x', cause: { device: 'gd-1' }, hides: [{ device: 'nobody' }] })).toBe('unknown-reference');
    expect(tables(one, LINE, LINE)).toBe('invalid');
    expect(one.of('gd-2')?.suppressedBy).toEqual(['by-design']);
    tables(one);
    expect(one.of('gd-2')).toMatchObject({ suppressedBy: [], state: 'UNACK' });
  });

  it('does not stand in the way of other changes of the enterprise when a device it names has gone', () => {
    const one = new Life();
    one.put(device('gd-3', 'gas', { heartbeatMs: DAY }));
    const other = { id: 'other', cause: { device: 'gd-1' }, hides: [{ device: 'gd-3' }] };
    expect(tables(one, LINE, other)).toBe('ok');
    one.config({ op: 'retire', asset: 'device', id: 'gd-3', base: null });
    // As it stands, beside a change of anything else; a line that is new or was changed names only what is there.
    expect(tables(one, LINE, other)).toBe('ok');
    expect(tables(one, LINE, { ...other, id: 'new' })).toBe('unknown-reference');
    expect(tables(one, LINE, { ...other, hides: [{ device: 'gd-3', ladder: 'hi' }] })).toBe('unknown-reference');
    expect(tables(one, LINE)).toBe('ok');
    expect(tables(one, LINE, other)).toBe('unknown-reference');
  });
});

it('feedback that comes after the duty leader was told ends what was overdue, and of a red alarm it is wanted again', () => {
  for (const [lel, due] of [
    [30, null],
    [90, 30 * MIN],
  ] as const) {
    const one = new Life();
    one.lel(lel);
    one.do({ op: 'acknowledge' });
    one.pass(48 * 60 * MIN);
    expect(one.gas?.escalatedTo).toBe('duty-leader');
    one.do({ op: 'comment', comment: 'valve closed' } as never);
    expect(one.gas?.escalatedTo).toBeUndefined();
    expect(one.gas?.dueAt).toBe(due === null ? null : one.now + due);
  }
});

describe('silence', () => {
  it.each([
    [12, 480],
    [30, 30],
    [60, 5],
    [90, 1],
  ])('of %d %%LEL lasts %d min and is broken by nothing but news', (lel, minutes) => {
    const one = new Life();
    one.lel(lel);
    const mark = one.mark;
    expect(one.do({ op: 'silence' })).toBe('ok');
    expect(one.gas).toMatchObject({ state: 'UNACK', silencedUntil: one.now + minutes * MIN });
    one.pass(minutes * MIN + 50);
    expect(one.since(mark).filter((type) => type !== 're-announced escalated')).toEqual(['silenced', 're-announced silence-ended']);
    expect(one.gas?.silencedUntil).toBe(null);
  });

  it('ends at once when it rises, comes again or is acknowledged; what does not sound cannot be silenced', () => {
    for (const news of ['rise', 'again', 'acknowledge'] as const) {
      const one = new Life();
      one.lel(30);
      one.do({ op: 'silence' });
      if (news === 'rise') one.lel(60);
      if (news === 'again') {
        one.lel(0);
        one.lel(30);
      }
      if (news === 'acknowledge') one.do({ op: 'acknowledge' });
      expect([news, one.gas?.silencedUntil]).toEqual([news, null]);
      if (news === 'acknowledge') expect(one.do({ op: 'silence' })).toBe('state-not-allowed');
    }
    const one = new Life();
    one.lel(30);
    one.shelve(10);
    expect(one.do({ op: 'silence' })).toBe('state-not-allowed');
  });

  it('is not made longer by a clock that is set back', () => {
    const one = new Life();
    one.lel(90);
    one.do({ op: 'silence' });
    one.offset -= 60 * MIN;
    one.pass(61_000);
    expect(one.gas?.silencedUntil).toBe(null);
  });
});

describe('due times', () => {
  it('of the first response go up to the supervisor, then to the duty leader, then nowhere', () => {
    const one = new Life();
    one.lel(60);
    expect(one.gas?.dueAt).toBe(one.now + 10 * MIN);
    one.pass(120 * MIN);
    const roles = one.alarmEvents('hi').flatMap(([, event]) => (event.cause === 'escalated' ? [[event.role, event.overdue]] : []));
    expect(roles).toEqual([
      ['supervisor', 'first-response'],
      ['duty-leader', 'first-response'],
    ]);
    expect(one.gas).toMatchObject({ state: 'UNACK', escalatedTo: 'duty-leader' });
    one.do({ op: 'acknowledge' });
    expect(one.gas).toMatchObject({ dueAt: one.now + 30 * MIN });
    expect(one.gas).not.toHaveProperty('escalatedTo');
  });

  it('of the feedback end with a comment or a verification; a red one wants it every 30 min', () => {
    const one = new Life();
    one.lel(90);
    one.do({ op: 'acknowledge' });
    expect(one.gas?.dueAt).toBe(one.now + 15 * MIN);
    one.pass(16 * MIN);
    expect(one.gas).toMatchObject({ state: 'ACKED', escalatedTo: 'supervisor' });
    one.do({ op: 'comment', comment: 'valve closed' } as never);
    expect(one.gas).toMatchObject({ dueAt: one.now + 30 * MIN });
    expect(one.gas).not.toHaveProperty('escalatedTo');
    const two = new Life();
    two.lel(30);
    two.do({ op: 'acknowledge' });
    two.do({ op: 'verify', as: 'false' } as never);
    expect(two.gas).toMatchObject({ dueAt: null, verifiedAs: 'false' });
  });

  it('call nobody while it is suppressed, and nobody for a test', () => {
    const one = new Life();
    one.lel(60);
    one.do({ op: 'out-of-service', permit: 'P-7', reason: 'work' } as never);
    one.put(device('gd-2', 'gas', { mode: 'test', heartbeatMs: DAY }));
    one.lel(60, 'gd-2');
    one.pass(120 * MIN);
    expect(one.alarmEvents('hi').filter(([, event]) => event.cause === 'escalated')).toEqual([]);
  });

  it('that pass while the plant is a test one are told once it is real again, and nothing in between', () => {
    const one = new Life();
    one.lel(90);
    const works = (kind: 'real' | 'test') => one.place('enterprise', enterprise('works', { kind }));
    const told = () => one.alarmEvents('hi').flatMap(([, event]) => (event.cause === 'escalated' ? [[event.role, event.overdue]] : []));
    one.pass(2 * MIN);
    works('test');
    one.pass(42 * MIN);
    expect(told()).toEqual([]);
    works('real');
    one.pass(5 * MIN);
    expect(told()).toEqual([['supervisor', 'first-response']]);
    one.pass(60 * MIN);
    expect(told()).toEqual([
      ['supervisor', 'first-response'],
      ['duty-leader', 'first-response'],
    ]);
    works('test');
    one.pass(24 * 60 * MIN);
    expect(told()).toHaveLength(2);
  });

  it('are those of the enterprise where it has its own, and so is the re-alarm timer', () => {
    const one = new Life();
    const base = one.engine.view.assets('enterprise').get('works')?.revision ?? 0;
    const alarmPolicy = { rearmMs: { yellow: 20_000 }, firstResponseMs: { yellow: 5 * MIN } };
    one.config({ op: 'put', asset: 'enterprise', base, value: enterprise('works', { alarmPolicy }) });
    one.lel(30);
    expect(one.gas?.dueAt).toBe(one.now + 5 * MIN);
    const mark = one.mark;
    one.pass(65_000);
    expect(one.since(mark)).toEqual(Array(3).fill('re-announced repeat'));
    one.do({ op: 'silence' });
    one.pass(MIN);
    one.do({ op: 'acknowledge' });
    one.pass(MIN);
    expect(one.since(mark).slice(3)).toEqual(['silenced', 'acknowledged']);
  });

  const rings = (one: Life, policy: AlarmPolicy | undefined): void => {
    const more = policy === undefined ? {} : { alarmPolicy: policy };
    one.place('enterprise', enterprise('works', more));
  };

  it('begin to repeat when the device moves under a re-alarm timer, from the move on, and cease when it moves away', () => {
    const one = new Life();
    one.config({ op: 'put', asset: 'enterprise', base: 0, value: enterprise('mill', { alarmPolicy: { rearmMs: { yellow: 20_000 } } }) });
    one.lel(30);
    one.pass(MIN);
    const due = one.gas?.dueAt;
    const mark = one.mark;
    one.put(device('gd-1', 'gas', { heartbeatMs: DAY, enterpriseId: 'mill' }));
    one.pass(19_000);
    expect(one.since(mark)).toEqual(['changed-by-config configuration']);
    one.killAndRestart(0);
    one.pass(2_000);
    expect(one.since(mark).slice(1)).toEqual(['re-announced repeat']);
    expect(one.gas?.dueAt).toBe(due);
    one.put(device('gd-1', 'gas', { heartbeatMs: DAY, enterpriseId: 'works' }));
    one.pass(MIN);
    expect(one.since(mark).slice(2)).toEqual(['changed-by-config configuration']);
  });

  it('follow a re-alarm timer that is set, moved and taken away where the alarm is, and no other change begins it anew', () => {
    const one = new Life();
    one.lel(30);
    const mark = one.mark;
    rings(one, { rearmMs: { yellow: 20_000 } });
    one.pass(15_000);
    rings(one, { rearmMs: { yellow: 20_000, red: 1_000 } });
    one.pass(5_500);
    expect(one.since(mark)).toEqual(['re-announced repeat']);
    rings(one, { rearmMs: { yellow: 90_000 } });
    one.pass(89_000);
    rings(one, undefined);
    one.pass(MIN);
    expect(one.since(mark)).toEqual(['re-announced repeat']);
  });

  it('leave what is silenced, seen or suppressed quiet when a re-alarm timer comes', () => {
    const one = new Life();
    one.lel(30);
    one.do({ op: 'acknowledge' });
    one.lel(30, 'gd-2');
    one.do({ op: 'silence' }, 'wang', 'gd-2');
    rings(one, { rearmMs: { yellow: 20_000 } });
    const mark = one.mark;
    one.pass(2 * MIN);
    expect([...one.since(mark), ...one.since(mark, 'gd-2')]).toEqual([]);
  });
});

describe('a milder limit of the ladder that latches', () => {
  const LATCH = profile('gas', [
    measurement('lel', [limit('L1', 'yellow', 25, { latching: true, onDelayMs: 5_000 }), limit('L2', 'red', 50)]),
  ]);
  it('under a worse one tells that it takes a reset from now on, asks for no new acknowledgement, and is counted once', () => {
    const one = new Plant().setUp([LATCH], [device('gd-1', 'gas', { heartbeatMs: DAY })]);
    one.send('gd-1', 'lel', 60);
    const screen = one.alarm('hi');
    expect(screen).toMatchObject({ level: 'red', latched: false });
    one.pass(6_000);
    expect(one.told('hi')).toEqual(['hi raised', 'hi latched']);
    expect(one.alarmEvents('hi').at(-1)?.[0]).toEqual(one.alarm('hi'));
    expect(one.alarm('hi')).toMatchObject({ state: 'UNACK', level: 'red', latched: true });
    expect(one.command({ op: 'acknowledge', alarmId: screen?.id ?? '', seen: screen?.seq ?? 0 }).outcomes[0]).toMatchObject({ ok: true });
    one.send('gd-1', 'lel', 0);
    expect(one.alarm('hi')).toMatchObject({ state: 'LACK', level: 'yellow' });
    one.command({ op: 'reset', alarmId: screen?.id ?? '' });
    expect(one.told('hi').slice(2)).toEqual(['hi acknowledged', 'hi returned', 'hi reset']);
  });
});

describe('what closed', () => {
  it('by returning can still be verified, and its acknowledgement withdrawn within 10 s', () => {
    const one = new Life();
    one.lel(30);
    one.do({ op: 'acknowledge' });
    const alarmId = one.gas?.id ?? '';
    one.lel(0);
    expect(one.gas).toBeUndefined();
    expect(one.command({ op: 'verify', alarmId, as: 'false', comment: 'steam' }).outcomes[0]).toMatchObject({
      ok: true,
      alarm: { verifiedAs: 'false', state: 'NORM' },
    });
    expect(one.command({ op: 'withdraw', alarmId }).outcomes[0]).toMatchObject({ ok: true, alarm: { state: 'RTNUN' } });
  });

  it('with its device is under no flag any more', () => {
    const one = new Life();
    one.lel(30);
    one.shelve(60);
    one.lel(0);
    one.do({ op: 'acknowledge' });
    const mark = one.mark;
    one.config({ op: 'retire', asset: 'device', id: 'gd-1', base: null });
    expect(one.since(mark)).toEqual(['unshelved removed']);
    expect(one.engine.view.counts().suppressed.shelved).toBe(0);
  });
});
