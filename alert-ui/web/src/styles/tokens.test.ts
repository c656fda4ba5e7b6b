import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LEVELS } from '../../../../model/level.ts';

const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8');

/** The colour that a token stands for, `#rrggbb`. */
function colour(token: string): string {
  const hex = new RegExp(`--${token}: (#[0-9a-f]{6});`).exec(css)?.[1];
  if (hex === undefined) throw new Error(`tokens.css has no colour --${token}`);
  return hex;
}
/** Relative luminance, 0…1 (WCAG 2.2). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
/** Contrast ratio of two tokens, 1…21 (WCAG 2.2, success criteria 1.4.3 and 1.4.11). */
function contrast(one: string, other: string): number {
  const [a, b] = [luminance(colour(one)), luminance(colour(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const GROUNDS = ['page', 'surface', 'raised', 'selected'];

describe('the colours', () => {
  it('are measured as WCAG measures them', () => {
    expect(luminance('#ffffff')).toBeCloseTo(1, 6);
    expect(luminance('#000000')).toBe(0);
    expect(contrast('text', 'raised')).toBeCloseTo(17.8, 1);
    expect(contrast('red', 'on-red')).toBeCloseTo(5.9, 1);
  });

  it.each(GROUNDS.flatMap((ground) => ['text', 'text-2', 'muted'].map((text) => [text, ground] as const)))(
    'let %s be read on %s',
    (text, ground) => {
      expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['text', 'text-2'])('let %s be read in the row of a red alarm, chosen or not', (text) => {
    expect(contrast(text, 'red-tint')).toBeGreaterThanOrEqual(4.5);
    expect(contrast(text, 'red-tint-selected')).toBeGreaterThanOrEqual(4.5);
  });

  it.each(LEVELS)('let what is written on %s be read', (level) => {
    expect(contrast(`on-${level}`, level)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(GROUNDS)(
    'show on %s where a control begins, which one has the focus, and the outline that carries the shape of a level',
    (ground) => {
      expect(contrast('control', ground)).toBeGreaterThanOrEqual(3);
      // Focus and the outline of every glyph are drawn in the colour of text.
      expect(contrast('text', ground)).toBeGreaterThanOrEqual(3);
    },
  );

  it('let the words of the main button be read', () => {
    expect(contrast('on-primary', 'primary')).toBeGreaterThanOrEqual(4.5);
  });
});
