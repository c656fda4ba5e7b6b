import { describe, expect, it } from 'vitest';
import { type Heard, verdictOf } from './verdict.ts';

const heard: readonly Heard[] = [
  { atS: 60, type: 'raised', device: 'gas-1', measurement: 'lel', code: 'L1', kind: 'process', level: 'orange' },
  { atS: 90, type: 'level-raised', device: 'gas-1', measurement: 'lel', code: 'L2', kind: 'process', level: 'red' },
  { atS: 300, type: 'returned', device: 'gas-1', measurement: 'lel', code: 'L2', kind: 'process', level: 'red' },
];
const L1 = { device: 'gas-1', code: 'L1', event: 'raised', fromS: 50, toS: 70 } as const;
const L2 = { device: 'gas-1', code: 'L2', event: 'level-raised', fromS: 80, toS: 100 } as const;
const plan = { expect: [L1, L2], never: [], others: 'forbidden' } as const;

describe('verdict', () => {
  it('is good where everything came in its window and nothing else', () => {
    expect(verdictOf({ ...plan, expect: [L1, L2], never: [{ device: 'gas-2' }] }, heard)).toMatchObject({ ok: true });
  });

  it('is bad where an alarm comes too early, too late or never, and says when it came', () => {
    for (const [window, when] of [
      [{ fromS: 61, toS: 70 }, /came at 60\.0 s/],
      [{ fromS: 50, toS: 59.9 }, /came at 60\.0 s/],
      [{ fromS: 50, toS: 70, level: 'red' }, /never came/],
      [{ measurement: 'co' }, /never came/],
    ] as const) {
      const verdict = verdictOf({ ...plan, expect: [{ ...L1, ...window }, L2], never: [] }, heard);
      expect(verdict.ok).toBe(false);
      expect(verdict.lines[0]?.ok).toBe(false);
      expect(verdict.lines[0]?.finding).toBe('missing');
      expect(verdict.lines[0]?.found).toMatch(when);
    }
  });

  it('is bad where what nobody expected rings, unless others are allowed', () => {
    const surprised = verdictOf({ expect: [L1], never: [], others: 'forbidden' }, heard);
    expect(surprised.lines.filter((line) => !line.ok)).toEqual([
      { ok: false, finding: 'unexpected', about: 'gas-1 lel process L2 red level-raised', wanted: '', found: 'came at 90.0 s' },
    ]);
    expect(verdictOf({ expect: [L1], never: [], others: 'allowed' }, heard).ok).toBe(true);
  });

  it('is bad where what must not come does, within its time', () => {
    expect(verdictOf({ ...plan, expect: [L1, L2], never: [{ level: 'red' }] }, heard).ok).toBe(false);
    expect(verdictOf({ ...plan, expect: [L1, L2], never: [{ level: 'red', toS: 89 }] }, heard).ok).toBe(true);
    expect(verdictOf({ ...plan, expect: [L1, L2], never: [{ event: 'returned', fromS: 200 }] }, heard).ok).toBe(false);
  });

  it('counts where it is told to', () => {
    const twice = [...heard, { ...heard[0], atS: 65 } as Heard];
    expect(verdictOf({ ...plan, expect: [{ ...L1, times: 1 }, L2], never: [] }, twice).ok).toBe(false);
    expect(verdictOf({ ...plan, expect: [{ ...L1, times: 2 }, L2], never: [] }, twice).ok).toBe(true);
  });

  it('is bad where something went wrong beside the alarms', () => {
    const verdict = verdictOf({ ...plan, expect: [L1, L2], never: [] }, heard, ['the operator found no alarm']);
    expect(verdict.ok).toBe(false);
    expect(verdict.lines[0]).toMatchObject({ finding: 'trouble', about: 'the operator found no alarm' });
  });

  it('that expects nothing is bad as soon as anything rings', () => {
    expect(verdictOf({ expect: [], never: [], others: 'forbidden' }, heard).ok).toBe(false);
    expect(verdictOf({ expect: [], never: [], others: 'forbidden' }, []).ok).toBe(true);
  });
});
