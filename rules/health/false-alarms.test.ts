import { describe, expect, it } from 'vitest';
import { newDrift, stepDrift } from './drift.ts';
import { newFlat, stepFlat } from './flat.ts';
import type { FlatSpec } from './spec.ts';
import { stepUnder, underFound } from './under-range.ts';

/** How often the detectors ring for nothing in calm years; on recordings: test/contract/health-recordings.test.ts. */

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Seeded numbers: 32-bit xorshift, normal by the sum of twelve. */
class Dice {
  private state: number;
  constructor(seed: number) {
    this.state = (seed * 2_654_435_761) | 1;
  }
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) / 2 ** 32;
  }
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i += 1) sum += this.next();
    return sum;
  }
}

const round = (value: number, step: number): number => Math.round(value / step) * step;
const SIGNAL: FlatSpec = { within: 0.05, zero: [-1, 1], ends: [-50, 200], restless: Infinity };

function flatRings(ms: number, everyMs: number, value: (ms: number) => number): number {
  const flat = newFlat(value(0));
  let found = false;
  let rings = 0;
  for (let at = 0; at < ms; at += everyMs) {
    const now = stepFlat(flat, SIGNAL, value(at), everyMs, found);
    if (now && !found) rings += 1;
    found = now;
  }
  return rings;
}

function driftRings(ms: number, everyMs: number, value: (ms: number) => number): number {
  const drift = newDrift(0);
  let found = false;
  let rings = 0;
  for (let at = 0; at < ms; at += everyMs) {
    const now = stepDrift(drift, 1, value(at), at, found);
    if (now && !found) rings += 1;
    found = now;
  }
  return rings;
}

describe('calm years', () => {
  it('F21: restless signals of every roughness, with and without a day’s wave', () => {
    let rings = 0;
    for (const [n, deviation] of [0.05, 0.08, 0.1, 0.2, 0.3].entries()) {
      for (const wave of [0, 5]) {
        const dice = new Dice(n * 7 + wave + 1);
        rings += flatRings(4 * YEAR, 10 * MINUTE, (ms) =>
          round(25 + wave * Math.sin((2 * Math.PI * ms) / DAY) + deviation * dice.normal(), 0.1),
        );
      }
    }
    expect(rings).toBe(0);
  });

  it('F21: batch processes that move for hours and rest for days', () => {
    let rings = 0;
    for (let seed = 1; seed <= 20; seed += 1) {
      const dice = new Dice(seed);
      let until = 0;
      let moving = false;
      let value = 60;
      let by = 0;
      rings += flatRings(YEAR, 10 * MINUTE, (ms) => {
        if (ms >= until) {
          moving = !moving;
          until = ms + (moving ? 4 * HOUR : 6 * HOUR + dice.next() * 60 * HOUR);
          by = value > 60 ? -0.7 : 0.7;
        }
        if (moving) value += by;
        return round(value, 0.1);
      });
    }
    expect(rings).toBe(0);
  });

  it('F05: zero noise of 1 % of the span', () => {
    const dice = new Dice(3);
    let low = 0;
    let on = false;
    let rings = 0;
    for (let ms = 0; ms < 20 * YEAR; ms += 5 * MINUTE) {
      low = stepUnder(low, dice.normal(), { enter: -5, leave: -4 });
      const now = underFound(low, on);
      if (now && !on) rings += 1;
      on = now;
    }
    expect(rings).toBe(0);
  });

  it('DRIFT: zero noise, day waves, slow humidity and weekly releases', () => {
    let rings = 0;
    for (let seed = 1; seed <= 10; seed += 1) {
      const dice = new Dice(seed);
      const keeps = Math.exp((-10 * MINUTE) / DAY);
      let humidity = 0;
      rings += driftRings(4 * YEAR, 10 * MINUTE, (ms) => {
        humidity = humidity * keeps + 0.3 * Math.sqrt(1 - keeps * keeps) * dice.normal();
        const release = ms % (7 * DAY) < 3 * HOUR && ms > 7 * DAY ? 30 : 0;
        return humidity + Math.sin((2 * Math.PI * ms) / DAY) + 0.3 * dice.normal() + release;
      });
    }
    expect(rings).toBe(0);
  });
});
