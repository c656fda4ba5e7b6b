import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { Engine } from '../../model/engine.ts';
import { createEngine, restoreEngine } from '../../rules/engine.ts';
import { alarmsAtTheEnd, swapped } from './commute.ts';
import { holdAgainst, seedsFrom, storyOf, watch } from './check.ts';
import type { EngineMaker } from './play.ts';
import { worldOf } from './world.ts';

const engine: EngineMaker = { createEngine, restoreEngine };

describe('the simulated world', () => {
  it('and its auditor agree with the engine after every entry', () => {
    holdAgainst(seedsFrom(1, 120), engine);
  });

  it('has the same alarms when two neighbouring messages of different devices change places', () => {
    let pairs = 0;
    for (const seed of seedsFrom(1, 60)) {
      const script = worldOf(seed);
      for (const other of swapped(script)) {
        pairs += 1;
        expect(alarmsAtTheEnd(other, engine), `seed ${seed}`).toBe(alarmsAtTheEnd(script, engine));
      }
    }
    expect(pairs).toBeGreaterThan(20);
  });

  it('is the same world for the same seed', () => {
    expect(worldOf(7)).toEqual(worldOf(7));
    expect(watch(worldOf(7), engine).entries).toEqual(watch(worldOf(7), engine).entries);
  });

  it('tells a failure as a short history in words', () => {
    // An engine that is right, and yet stamps every event of a level orange as if it were blue.
    const liar: EngineMaker = {
      createEngine: () => colourBlind(createEngine()),
      restoreEngine: (text) => colourBlind(restoreEngine(text)),
    };
    const failing = [...seedsFrom(1, 30)].map((seed) => worldOf(seed)).find((script) => watch(script, liar).disagreement !== null);
    if (failing === undefined) throw new Error('nothing orange in 30 worlds');
    const story = storyOf(failing, liar);
    expect(story).toContain(`seed ${failing.seed}`);
    expect(story).toMatch(/there is [a-e], a \S+/);
    expect(story.split('\n').length).toBeLessThan(30);
  });
});

function colourBlind(honest: Engine): Engine {
  const seen = (alarm: Alarm): Alarm => (alarm.level === 'orange' ? { ...alarm, level: 'blue' } : alarm);
  const view = overlay(honest.view, {
    openAlarms: () => [...honest.view.openAlarms()].map(seen),
  });
  return overlay(honest, { view });
}

/** An object with some members of its own, and all else from another. */
function overlay<T extends object>(under: T, own: Partial<T>): T {
  return new Proxy(under, {
    get(target, key) {
      const value: unknown = key in own ? own[key as keyof T] : Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
