import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distance, nearest } from './nearest.ts';

const SETTINGS = ['HTTP_PORT', 'MQTT_PORT', 'MQTTS_PORT', 'DATA_DIR', 'JOURNAL_MAX'];

describe('the nearest name', () => {
  it.each([
    ['HTTP_PROT', 'HTTP_PORT'],
    ['HTPP_PORT', 'HTTP_PORT'],
    ['MQTTPORT', 'MQTT_PORT'],
    ['DATADIR', 'DATA_DIR'],
    ['JOURNAL_MAXIMUM', 'JOURNAL_MAX'],
  ])('of %s is %s', (name, wanted) => {
    expect(nearest(name, SETTINGS)).toBe(wanted);
  });

  it.each(['', 'X', 'COLOUR', 'SOMETHING_ELSE'])('of "%s" is none', (name) => {
    expect(nearest(name, SETTINGS)).toBeNull();
  });

  it('is as far one way as the other, nothing from itself, and one letter away with a letter more', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(), (a, b, at) => {
        const more = `${a.slice(0, at % (a.length + 1))}x${a.slice(at % (a.length + 1))}`;
        expect([distance(a, b), distance(a, a), distance(a, more)]).toEqual([distance(b, a), 0, 1]);
        expect(distance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
