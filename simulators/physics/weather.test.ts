import { describe, expect, it } from 'vitest';
import { airC, hourlyWind, windAt, windAtHeight } from './weather.ts';

const H = 3_600;
const day = { maximumC: 33, rangeK: 10 };

describe('temperature of a day', () => {
  it('is ASHRAE’s: coldest at five, warmest at three, 87 % and 56 % of the range below at one and ten', () => {
    expect(airC(day, 5 * H)).toBeCloseTo(23, 9);
    expect(airC(day, 15 * H)).toBeCloseTo(33, 9);
    expect(airC(day, 1 * H)).toBeCloseTo(33 - 8.7, 9);
    expect(airC(day, 10 * H)).toBeCloseTo(33 - 5.6, 9);
  });

  it('is a line between the hours, and every day the same', () => {
    expect(airC(day, 10.5 * H)).toBeCloseTo(33 - (5.6 + 3.9) / 2, 9);
    expect(airC(day, 23.5 * H)).toBeCloseTo(33 - (7.6 + 8.2) / 2, 9);
    expect(airC(day, 34 * H)).toBeCloseTo(airC(day, 10 * H), 9);
    expect(airC(day, -14 * H)).toBeCloseTo(airC(day, 10 * H), 9);
  });
});

describe('wind', () => {
  const wind = { meanMPerS: 5, dailyShare: 0.4, turbulence: 0.15, fromDeg: 350 };
  const seconds = Array.from({ length: 20_000 }, (_, i) => 12 * H + i * 0.7);

  it('is strongest in the afternoon', () => {
    expect(hourlyWind(wind, 15 * H)).toBeCloseTo(7, 9);
    expect(hourlyWind(wind, 3 * H)).toBeCloseTo(3, 9);
  });

  it('gusts with the given turbulence about the mean of the hour', () => {
    const relative = seconds.map((t) => windAt(wind, 7, t).speedMPerS / hourlyWind(wind, t) - 1);
    const mean = relative.reduce((sum, x) => sum + x, 0) / relative.length;
    const deviation = Math.sqrt(relative.reduce((sum, x) => sum + (x - mean) ** 2, 0) / relative.length);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(deviation).toBeCloseTo(0.15, 1);
    expect(Math.abs(deviation - 0.15)).toBeLessThan(0.015);
  });

  it('is the same for the same seed, another for another, and stays on the compass', () => {
    expect(seconds.slice(0, 50).map((t) => windAt(wind, 7, t))).toEqual(seconds.slice(0, 50).map((t) => windAt(wind, 7, t)));
    expect(windAt(wind, 7, 1_234)).not.toEqual(windAt(wind, 8, 1_234));
    const from = seconds.map((t) => windAt(wind, 7, t).fromDeg);
    expect(from.every((deg) => deg >= 0 && deg < 360)).toBe(true);
    expect(from.some((deg) => deg < 10) && from.some((deg) => deg > 340)).toBe(true);
  });

  it('grows with height: 5 m/s at 10 m are 6.94 at 100 m', () => {
    expect(windAtHeight(5, 10, 100)).toBeCloseTo(6.947, 2);
  });
});
