import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../../model/alarm.ts';
import { makeAlarm } from '../testing/alarms.ts';
import { beginMute, beginnings, CHIME, CHIME_MS, chimeAt, isMuted, MUTE_MAX_MS, PATTERNS, soundPlan, startsAnew } from './plan.ts';

const sounds = (ringing: readonly Alarm[], blind = false, muted = false): string[] =>
  soundPlan(ringing, blind, muted).voices.map((v) => v.sound);
const red = makeAlarm({ id: 'r' });
const orange = makeAlarm({ id: 'o', level: 'orange' });

describe('what the desk sounds', () => {
  it('only the highest level plays', () => {
    expect(sounds([])).toEqual([]);
    expect(sounds([orange, red])).toEqual(['red']);
    expect(sounds([orange])).toEqual(['orange']);
  });
  it('an instrument fault keeps its own ear unless something else of its level rings', () => {
    const fault = makeAlarm({ id: 'f', kind: 'instrument', level: 'orange' });
    expect(sounds([fault])).toEqual(['instrument']);
    expect(sounds([fault, orange])).toEqual(['orange']);
  });
  it('losing the link never hushes a red: it goes on with the blind tone in its gaps', () => {
    expect(sounds([red], true)).toEqual(['red', 'blind']);
    expect(sounds([], true)).toEqual(['blind']);
    const [ring, blind] = soundPlan([red], true, false).voices;
    const end = Math.max(...PATTERNS.red.map((tone) => tone.atMs + tone.lengthMs));
    const from = (blind?.offsetMs ?? 0) % (ring?.repeatMs ?? 1);
    expect(from).toBeGreaterThanOrEqual(end);
    expect(from + 600).toBeLessThanOrEqual(ring?.repeatMs ?? 0);
  });
  it('begins again for a new or risen alarm, never because one was taken', () => {
    const one = soundPlan([red], false, false);
    const two = soundPlan([red, makeAlarm({ id: 'r2' })], false, false);
    expect(startsAnew(one, two)).toBe(true);
    expect(startsAnew(two, one)).toBe(false);
    expect(startsAnew(one, soundPlan([{ ...red, recurrences: 1 }], false, false))).toBe(true);
    expect(startsAnew(soundPlan([orange], false, false), one)).toBe(true);
  });
  it('repeats red every 2 s and blue never', () => {
    const [ring] = soundPlan([red], false, false).voices;
    const [calm] = soundPlan([makeAlarm({ level: 'blue' })], false, false).voices;
    expect(ring === undefined ? [] : beginnings(ring, 0, 6_000)).toEqual([0, 2_000, 4_000]);
    expect(ring === undefined ? [] : beginnings(ring, 6_000, 8_001)).toEqual([6_000, 8_000]);
    expect(calm === undefined ? [] : [...beginnings(calm, 0, 60_000), ...beginnings(calm, 60_000, 120_000)]).toEqual([0]);
  });
});

describe('the chime of a warning', () => {
  it('is one sound with an end, 20 % and more above every alarm', () => {
    expect(Math.max(...CHIME.map((tone) => tone.atMs + tone.lengthMs))).toBe(CHIME_MS);
    const alarms = Object.values(PATTERNS).flatMap((tones) => tones.flatMap((tone) => [tone.fromHz, tone.toHz]));
    for (const { fromHz } of CHIME) expect(fromHz).toBeGreaterThan(1.2 * Math.max(...alarms));
  });
  it('sounds at once while nothing rings, else in the next gap: it covers no tone of an alarm', () => {
    expect(chimeAt(soundPlan([], false, false), 12_345)).toBe(12_345);
    const calm = makeAlarm({ id: 'b', level: 'blue' });
    const yellow = makeAlarm({ id: 'y', level: 'yellow' });
    const fault = makeAlarm({ id: 'f', kind: 'instrument', level: 'orange' });
    for (const ringing of [[red], [orange], [yellow], [calm], [fault], [red, fault]]) {
      for (const blind of [false, true]) {
        const plan = soundPlan(ringing, blind, false);
        const tones = plan.voices.flatMap((voice) =>
          beginnings(voice, 0, 80_000).flatMap((begin) =>
            PATTERNS[voice.sound].map(({ atMs, lengthMs }) => [begin + atMs, lengthMs] as const),
          ),
        );
        const wrong: number[] = [];
        for (let from = 0; from < 64_000; from += 93) {
          const at = chimeAt(plan, from);
          const covered = tones.some(([begin, lengthMs]) => begin < at + CHIME_MS && begin + lengthMs > at);
          if (at < from || at >= from + 5_000 || covered) wrong.push(from);
        }
        expect(wrong).toEqual([]);
      }
    }
  });
});

describe('local mute', () => {
  it('silences what rings, for ten minutes at most', () => {
    const mute = beginMute([red, orange], 0);
    expect(isMuted(mute, [red, orange], 1)).toBe(true);
    expect(isMuted(mute, [red], MUTE_MAX_MS)).toBe(false);
    expect(sounds([red], true, true)).toEqual([]);
  });
  it('is broken by any new red: another alarm, one that rises to red, one that rings again', () => {
    const mute = beginMute([red, orange], 0);
    expect(isMuted(mute, [red, makeAlarm({ id: 'r2' })], 1)).toBe(false);
    expect(isMuted(mute, [red, { ...orange, level: 'red' }], 1)).toBe(false);
    expect(isMuted(mute, [{ ...red, recurrences: 1 }], 1)).toBe(false);
    expect(isMuted(mute, [red, makeAlarm({ id: 'o2', level: 'orange' })], 1)).toBe(true);
  });
});
