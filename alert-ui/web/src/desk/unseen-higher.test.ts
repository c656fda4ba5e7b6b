import { describe, expect, it } from 'vitest';
import type { AlarmEventType } from '../../../../model/alarm.ts';
import type { Level } from '../../../../model/level.ts';
import { unseenHigher } from './unseen-higher.ts';

const events = (...list: readonly [AlarmEventType, number, Level?][]) =>
  list.map(([type, at, level]) => (level === undefined ? { type, at } : { type, at, level }));

describe('a level that nobody saw', () => {
  it.each([
    ['it has had one level', 'orange', events(['raised', 1, 'orange']), null],
    ['it rose', 'red', events(['raised', 1, 'orange'], ['level-raised', 2, 'red']), null],
    ['it fell back', 'orange', events(['raised', 1, 'red'], ['level-lowered', 5, 'orange']), { level: 'red', until: 5 }],
    [
      'it fell back twice: the worst, until the last time',
      'blue',
      events(
        ['raised', 1, 'red'],
        ['level-lowered', 2, 'orange'],
        ['level-raised', 3, 'red'],
        ['level-lowered', 4, 'orange'],
        ['silenced', 5],
        ['level-lowered', 6, 'blue'],
      ),
      { level: 'red', until: 4 },
    ],
    ['it is as high again', 'red', events(['raised', 1, 'red'], ['level-lowered', 2, 'orange'], ['level-raised', 3, 'red']), null],
    [
      'it returned, and came again milder: until it returned',
      'orange',
      events(['raised', 1, 'red'], ['returned', 7, 'red'], ['re-announced', 9, 'orange']),
      { level: 'red', until: 7 },
    ],
    ['somebody had it before it fell', 'orange', events(['raised', 1, 'red'], ['acknowledged', 2], ['level-lowered', 3, 'orange']), null],
    ['somebody had it after it fell', 'orange', events(['raised', 1, 'red'], ['level-lowered', 2, 'orange'], ['acknowledged', 3]), null],
    ['a reset lets fall what somebody had', 'blue', events(['raised', 1, 'red'], ['acknowledged', 2, 'red'], ['reset', 3, 'blue']), null],
    [
      'it was taken, taken back, and fell',
      'orange',
      events(['raised', 1, 'red'], ['acknowledged', 2, 'red'], ['withdrawn', 3, 'red'], ['level-lowered', 4, 'orange']),
      { level: 'red', until: 4 },
    ],
    [
      'only what came after the acknowledgement is unseen',
      'blue',
      events(
        ['raised', 1, 'orange'],
        ['acknowledged', 2, 'orange'],
        ['level-raised', 3, 'red'],
        ['level-lowered', 4, 'orange'],
        ['level-lowered', 5, 'blue'],
      ),
      { level: 'red', until: 4 },
    ],
  ] as const)('%s', (_name, level, list, found) => {
    expect(unseenHigher(level, list)).toEqual(found);
  });
});
