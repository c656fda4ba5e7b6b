import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm, AlarmEvent, AlarmStateName } from '../../../../model/alarm.ts';
import type { Level } from '../../../../model/level.ts';
import type { AlarmMessage, SnapshotEvent } from '../../../protocol/live.ts';
import { makeAlarm } from '../testing/alarms.ts';
import {
  applyAlarm,
  applyDevice,
  applySnapshot,
  checkHeartbeat,
  countAlarms,
  emptyPicture,
  fillPresence,
  mergePage,
  type Picture,
} from './fold.ts';

function event(seq: number, type: AlarmEvent['type'] = 'raised'): AlarmEvent {
  return { seq, type, at: seq * 1000, by: null, entry: seq };
}
function message(seq: number, prev: number, alarm: Partial<Alarm>, type: AlarmEvent['type'] = 'raised'): AlarmMessage {
  return { seq, prev, alarm: makeAlarm({ ...alarm, seq }), event: event(seq, type) };
}
function snapshot(seq: number, alarms: readonly Alarm[], more: Partial<SnapshotEvent> = {}): SnapshotEvent {
  return { epoch: 'e1', seq, counts: countAlarms(alarms), alarms, devices: { online: 3, offline: 1, total: 4, inhibited: 1 }, ...more };
}
function at(seq: number, alarms: readonly Alarm[] = [], more: Partial<SnapshotEvent> = {}): Picture {
  const picture = emptyPicture();
  applySnapshot(picture, snapshot(seq, alarms, more));
  return picture;
}

describe('the browser folds live events', () => {
  it('shows nothing before the first snapshot, whatever comes', () => {
    const picture = emptyPicture();
    expect(applyAlarm(picture, message(5, 4, { id: 'a' }))).toBe('resume');
    expect(picture.alarms.size).toBe(0);
  });

  it('applies events that follow and moves the counts', () => {
    const picture = at(10);
    expect(applyAlarm(picture, message(11, 10, { id: 'a', level: 'red' }))).toBe('applied');
    expect(picture.counts.unacknowledged.red).toBe(1);
    expect(applyAlarm(picture, message(12, 11, { id: 'a', level: 'red', state: 'ACKED' }, 'acknowledged'))).toBe('applied');
    expect(picture.counts).toMatchObject({ open: { red: 1 }, unacknowledged: { red: 0 } });
  });

  it('leaves an event that came before alone', () => {
    const picture = at(10);
    applyAlarm(picture, message(12, 10, { id: 'a', state: 'ACKED' }));
    expect(applyAlarm(picture, message(12, 10, { id: 'a', state: 'UNACK' }))).toBe('duplicate');
    expect(applyAlarm(picture, message(11, 10, { id: 'b' }))).toBe('duplicate');
    expect([...picture.alarms.values()].map((a) => [a.id, a.state])).toEqual([['a', 'ACKED']]);
  });

  it('asks to resume when something is missing before an event, and applies nothing', () => {
    const picture = at(10);
    applyAlarm(picture, message(11, 10, { id: 'a' }));
    expect(applyAlarm(picture, message(15, 13, { id: 'b' }))).toBe('resume');
    expect(picture.seq).toBe(11);
    expect(picture.alarms.has('b')).toBe(false);
    expect(applyAlarm(picture, message(13, 11, { id: 'c' }))).toBe('applied');
    expect(applyAlarm(picture, message(15, 13, { id: 'b' }))).toBe('applied');
  });

  it('asks to resume when what the server says came before is not what is here, even if it is less', () => {
    const picture = at(10);
    applyAlarm(picture, message(20, 10, { id: 'a' }));
    expect(applyAlarm(picture, message(21, 15, { id: 'b' }))).toBe('resume');
  });

  it('follows a snapshot whose number is ahead of the last event this viewer was entitled to', () => {
    const picture = at(100);
    expect(applyAlarm(picture, message(105, 42, { id: 'a' }))).toBe('applied');
  });

  it('takes a heartbeat of another process or with a later event as a reason to resume', () => {
    const picture = at(10);
    const beat = { epoch: 'e1', seq: 90, prev: 10, at: 0, health: [] };
    expect(checkHeartbeat(picture, beat)).toBe('whole');
    expect(checkHeartbeat(picture, { ...beat, prev: 11 })).toBe('resume');
    expect(checkHeartbeat(picture, { ...beat, epoch: 'e2' })).toBe('resume');
  });

  it('closes an alarm and keeps it for "last"', () => {
    const picture = at(10, [makeAlarm({ id: 'a', seq: 9 })]);
    applyAlarm(picture, message(11, 10, { id: 'a', state: 'NORM' }, 'closed'));
    expect(picture.alarms.size).toBe(0);
    expect([...picture.closed.keys()]).toEqual(['a']);
    expect(picture.counts.open).toEqual({ red: 0, orange: 0, yellow: 0, blue: 0 });
  });

  it('keeps a closed alarm whose identity is still suppressed until its next occurrence takes its place', () => {
    const picture = at(10);
    applyAlarm(picture, message(11, 10, { id: 'a', state: 'NORM', suppressedBy: ['shelved'] }, 'returned'));
    expect([picture.alarms.size, [...picture.resting.keys()], picture.counts.suppressed.shelved]).toEqual([0, ['a'], 1]);
    applyAlarm(picture, message(12, 11, { id: 'b', suppressedBy: ['shelved'] }));
    expect([[...picture.alarms.keys()], picture.resting.size, picture.counts.suppressed.shelved]).toEqual([['b'], 0, 1]);
    expect(picture.counts.open).toEqual({ red: 0, orange: 0, yellow: 0, blue: 0 });
  });

  it('counts neither test nor suppressed alarms', () => {
    const list = [
      makeAlarm({ id: 'a', test: true }),
      makeAlarm({ id: 'b', suppressedBy: ['shelved'] }),
      makeAlarm({ id: 'c', level: 'orange' }),
    ];
    expect(countAlarms(list)).toEqual({
      open: { red: 0, orange: 1, yellow: 0, blue: 0 },
      unacknowledged: { red: 0, orange: 1, yellow: 0, blue: 0 },
      suppressed: { shelved: 1, 'by-design': 0, 'out-of-service': 0 },
    });
  });

  it('a late page brings back nothing that closed and overwrites nothing newer', () => {
    const picture = at(10, [], {
      next: 'more',
      counts: countAlarms([makeAlarm({ id: 'x' }), makeAlarm({ id: 'y' }), makeAlarm({ id: 'z' })]),
    });
    applyAlarm(picture, message(11, 10, { id: 'x', state: 'NORM' }, 'closed'));
    applyAlarm(picture, message(12, 11, { id: 'y', state: 'ACKED' }, 'acknowledged'));
    mergePage(picture, [makeAlarm({ id: 'x', seq: 5 }), makeAlarm({ id: 'y', seq: 6 }), makeAlarm({ id: 'z', seq: 7 })], null);
    expect([...picture.alarms.values()].map((a) => [a.id, a.state]).sort()).toEqual([
      ['y', 'ACKED'],
      ['z', 'UNACK'],
    ]);
    expect(picture.counts).toEqual(countAlarms(picture.alarms.values()));
  });

  it('keeps the presence counts as known devices come and go', () => {
    const picture = at(10);
    fillPresence(picture, 'd1', { online: true, health: [], lastSeenAt: 5 });
    applyDevice(picture, { seq: 11, prev: 10, id: 'd1', online: false, health: ['silent'], lastSeenAt: 6 });
    expect(picture.devices).toEqual({ online: 2, offline: 2, total: 4, inhibited: 1 });
    fillPresence(picture, 'd1', { online: true, health: [], lastSeenAt: 5 });
    expect(picture.presence.get('d1')?.online).toBe(false);
  });

  it('keeps the count of those that are worked on', () => {
    const picture = at(11);
    fillPresence(picture, 'd1', { online: false, health: [], lastSeenAt: 5 });
    applyDevice(picture, { seq: 12, prev: 11, id: 'd1', online: true, health: ['inhibited', 'F16'], lastSeenAt: 7 });
    expect(picture.devices).toEqual({ online: 4, offline: 0, total: 4, inhibited: 2 });
    applyDevice(picture, { seq: 13, prev: 12, id: 'd1', online: true, health: ['F16'], lastSeenAt: 8 });
    // Not known before: the next heartbeat has the count.
    applyDevice(picture, { seq: 14, prev: 13, id: 'd2', online: true, health: ['inhibited'], lastSeenAt: 8 });
    expect(picture.devices).toEqual({ online: 4, offline: 0, total: 4, inhibited: 1 });
  });

  it('never differs from the truth once every event has come, however they are lost, doubled and resumed', () => {
    const step = fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      state: fc.constantFrom<AlarmStateName>('UNACK', 'ACKED', 'RTNUN', 'NORM', 'LACK'),
      level: fc.constantFrom<Level>('red', 'blue'),
    });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.array(fc.constantFrom('ok', 'lost', 'twice'), { minLength: 30, maxLength: 30 }),
        (steps, fates) => {
          const sent = steps.map((s, i) => message(11 + i, 10 + i, s, 'level-raised'));
          const picture = at(10);
          sent.forEach((m, i) => {
            if (fates[i] === 'lost') return;
            const times = fates[i] === 'twice' ? 2 : 1;
            for (let n = 0; n < times; n += 1)
              if (applyAlarm(picture, m) === 'resume') for (const missing of sent.slice(0, i + 1)) applyAlarm(picture, missing);
          });
          for (const m of sent) applyAlarm(picture, m);
          const truth = new Map<string, Alarm>();
          for (const m of sent)
            if (m.alarm.state === 'NORM') truth.delete(m.alarm.id);
            else truth.set(m.alarm.id, m.alarm);
          expect(new Map([...picture.alarms].sort())).toEqual(new Map([...truth].sort()));
          expect(picture.counts).toEqual(countAlarms(truth.values()));
        },
      ),
    );
  });
});
