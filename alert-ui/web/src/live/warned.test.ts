import { describe, expect, it } from 'vitest';
import type { Level } from '../../../../model/level.ts';
import { exampleWarning } from '../../../../model/testing/example-warning.ts';
import type { Warning, WarningScope } from '../../../../model/warning.ts';
import type { WarningMessage } from '../../../protocol/live.ts';
import { levelSince, noWarnings, risenWarning, takePicture, takeWarning, worstWarning } from './warned.ts';

const of = (scope: WarningScope, id: string, level: Level, ri = 50): Warning =>
  exampleWarning(scope, id, 'a', { level, ri, state: level === 'blue' ? 'resting' : 'issued' });
const message = (seq: number, prev: number, warning: Warning): WarningMessage => ({
  seq,
  prev,
  warning,
  event: { seq, type: 'updated', at: 1, by: null, previous: 'blue', level: warning.level, ri: warning.ri, entry: 1 },
});

describe('warnings in the browser', () => {
  it('follow events that follow, drop what is known, and ask where one is missing', () => {
    const warned = noWarnings();
    expect(takeWarning(warned, message(1, 0, of('area', 'x', 'red')))).toBe('duplicate');
    takePicture(warned, { epoch: 'e', seq: 4, items: [of('area', 'x', 'yellow')] });
    expect(takeWarning(warned, message(4, 3, of('area', 'x', 'red')))).toBe('duplicate');
    expect(takeWarning(warned, message(6, 4, of('area', 'x', 'red')))).toBe('applied');
    expect(takeWarning(warned, message(9, 8, of('area', 'x', 'blue')))).toBe('resume');
    expect(worstWarning(warned)?.level).toBe('red');
    expect(takeWarning(warned, message(7, 6, of('area', 'x', 'blue')))).toBe('applied');
    expect([worstWarning(warned), warned.issued.size, warned.seq]).toEqual([null, 0, 7]);
  });

  it('are news when issued or risen, also those missed meanwhile, never when they fall or were there at the beginning', () => {
    const issued = (...items: Warning[]): ReadonlyMap<string, Warning> => new Map(items.map((one) => [one.id, one]));
    const known = new Map<string, Level>([
      ['area:x', 'orange'],
      ['enterprise:e', 'red'],
    ]);
    expect(risenWarning(null, issued(of('area', 'x', 'red')))).toBeNull();
    expect(risenWarning(known, issued(of('area', 'x', 'orange'), of('enterprise', 'e', 'yellow')))).toBeNull();
    expect(risenWarning(known, issued())).toBeNull();
    expect(risenWarning(known, issued(of('area', 'x', 'red')))?.id).toBe('area:x');
    expect(risenWarning(known, issued(of('area', 'x', 'orange'), of('hazard-source', 's', 'yellow')))?.id).toBe('hazard-source:s');
    expect(risenWarning(known, issued(of('hazard-source', 's', 'red'), of('area', 'x', 'red')))?.id).toBe('area:x');
  });

  it('show the worst; of several alike the widest, then the highest index', () => {
    const warned = noWarnings();
    const worst = (...items: Warning[]): string | undefined => {
      takePicture(warned, { epoch: 'e', seq: 1, items });
      return worstWarning(warned)?.id;
    };
    expect(worst(of('area', 'x', 'yellow'), of('hazard-source', 's', 'red'))).toBe('hazard-source:s');
    expect(worst(of('hazard-source', 's', 'red', 99), of('enterprise', 'e', 'red'), of('area', 'x', 'red'))).toBe('area:x');
    expect(worst(of('enterprise', 'e', 'red', 90), of('enterprise', 'f', 'red', 91))).toBe('enterprise:f');
  });

  it.each([
    ['it was never issued', { issuedAt: null, updatedAt: null }, null],
    ['it has the level it was issued with', { issuedAt: 5, updatedAt: 5 }, null],
    ['it rose or fell since', { issuedAt: 5, updatedAt: 9 }, 9],
    ['a hand-over of an earlier build does not say', { issuedAt: 5 }, null],
  ] as const)('say since when they have had their level: %s', (_name, warning, since) => {
    expect(levelSince(warning)).toBe(since);
  });
});
