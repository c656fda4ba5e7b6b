import { expect, it } from 'vitest';
import { Onlookers } from './onlookers.ts';

const all = (): boolean => true;

it('tells who looks at what, once for each person and alarm, until the connection ends', () => {
  const onlookers = new Onlookers();
  onlookers.say('c1', 'li', { looking: 'a' });
  onlookers.say('c2', 'li', { looking: 'a', audible: true });
  onlookers.say('c3', 'wang', { looking: 'b' });
  expect(onlookers.items(all, true)).toEqual([
    { by: 'li', looking: 'a', audible: true },
    { by: 'wang', looking: 'b', audible: false },
  ]);
  onlookers.forget('c2');
  onlookers.say('c3', 'wang', { looking: null });
  expect(onlookers.items(all, true)).toEqual([{ by: 'li', looking: 'a', audible: false }]);
});

it('keeps what is not said, and has changed only where something did', () => {
  const onlookers = new Onlookers();
  onlookers.forget('c1');
  expect(onlookers.changed).toBe(false);
  onlookers.say('c1', 'li', { audible: true });
  onlookers.changed = false;
  onlookers.say('c1', 'li', { audible: true, looking: null });
  onlookers.say('c1', 'li', {});
  expect(onlookers.changed).toBe(false);
  onlookers.say('c1', 'li', { looking: 'a' });
  expect([onlookers.changed, onlookers.items(all, true)]).toEqual([true, [{ by: 'li', looking: 'a', audible: true }]]);
});

it('tells nothing of alarms one may not see, and who can be heard only to those who see everything', () => {
  const onlookers = new Onlookers();
  onlookers.say('c1', 'li', { looking: 'a', audible: true });
  onlookers.say('c2', 'wang', { looking: 'b', audible: true });
  expect(onlookers.items((alarm) => alarm === 'b', false)).toEqual([{ by: 'wang', looking: 'b', audible: false }]);
});

it('tells two hundred at most', () => {
  const onlookers = new Onlookers();
  for (let n = 0; n < 300; n += 1) onlookers.say(`c${n}`, `p${n}`, { looking: 'a' });
  expect(onlookers.items(all, true)).toHaveLength(200);
});
