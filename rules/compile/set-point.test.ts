import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSetPoint } from './set-point.ts';

const evaluate = (text: string, asset: Record<string, number | string | boolean>) =>
  compileSetPoint(text).evaluate((name) => (Object.hasOwn(asset, name) ? asset[name] : undefined));

describe('a set point that follows from attributes', () => {
  it.each([
    ['asset.temp_h', { temp_h: 120 }, 120],
    ['asset.design_level*0.9', { design_level: 3 }, 2.7],
    ['min(asset.design_pressure*0.8, asset.psv_set*0.95)', { design_pressure: 2, psv_set: 1.5 }, 1.425],
    ['min(asset.design_pressure*0.8, asset.psv_set*0.95)', { design_pressure: 1, psv_set: 1.5 }, 0.8],
    ['min(asset.temp_normal_max*1.25, asset.flash_point-5)', { temp_normal_max: 40, flash_point: 45 }, 40],
    ['max(1.5*asset.standby_kw_p95, asset.standby_kw_p95+0.05*asset.contract_kw)', { standby_kw_p95: 10, contract_kw: 200 }, 20],
    ['asset.rated_current*1.0', { rated_current: 63 }, 63],
  ])('%s of %o is %d', (text, asset, setPoint) => {
    expect(evaluate(text, asset as Record<string, number>)).toEqual({ ok: true, setPoint });
  });

  it('names every attribute that is not filled in, and one that is no number', () => {
    expect(evaluate('min(asset.a*0.8, asset.b*0.95)', {})).toEqual({ ok: false, code: 'attribute-missing', detail: 'a, b' });
    expect(evaluate('min(asset.a*0.8, asset.b*0.95)', { a: 1, b: '1.5' })).toEqual({
      ok: false,
      code: 'attribute-missing',
      detail: 'b (not a number)',
    });
    expect(evaluate('asset.a', { a: Number.NaN })).toMatchObject({ ok: false, code: 'attribute-missing' });
  });

  it.each(['asset.a +', '"text"', 'asset', 'asset.a > 1.0', 'process.exit()', 'asset.constructor.constructor("return 1")()', ''])(
    'a wrong expression %j gives no set point and never throws',
    (text) => {
      expect(evaluate(text, { a: 1, constructor: 1 })).toMatchObject({ ok: false, code: 'no-set-point' });
    },
  );

  it.each([
    ['min(asset.a*2, asset.b*3) + x*4', '1:29 ', 'near "x'],
    ['2 * 3 +\n  maxx(asset.a, 5)', '2:3 ', 'near "maxx'],
    ['asset.a > 1', '1:1 gives bool', 'near "asset.a > 1"'],
  ])('the fault of %j is told with its place in the text as it was written', (text, begins, near) => {
    const { error } = compileSetPoint(text);
    expect(error?.startsWith(begins), error ?? 'none').toBe(true);
    expect(error).toContain(near);
  });
  it('whatever the text, the place lies in it', () => {
    const token = fc.constantFrom('asset.a', '1', '22', '0.5', '+', '*', '(', ')', ',', 'min', 'x', '"t"', ' ', '\n', '>', '?');
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        const text = tokens.join(' ');
        const { error } = compileSetPoint(text);
        if (error === null) return;
        const [line, column] = error.split(' ', 1)[0]?.split(':').map(Number) ?? [];
        expect(text.split('\n')[(line ?? 0) - 1]?.length ?? -1).toBeGreaterThanOrEqual((column ?? 0) - 1);
      }),
      { numRuns: 300 },
    );
  });

  it('a division by nothing gives no set point', () => {
    expect(evaluate('asset.a/asset.b', { a: 1, b: 0 })).toMatchObject({ ok: false, code: 'no-set-point' });
  });

  it('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string(), fc.double(), (text, a) => {
        const outcome = evaluate(text, { a });
        expect(typeof outcome.ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
