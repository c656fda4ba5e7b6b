import { describe, expect, it } from 'vitest';
import { limit, measurement, profile } from '../testing/plant.ts';
import { compileText } from '../joint/text.ts';
import { compileExpression } from './expression.ts';
import { compileSetPoint } from './set-point.ts';

const GAS = profile('gas', [measurement('lel', [limit('L1', 'yellow', 20)], { ucum: '%{LEL}' })]);
const TEN = '[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]';

/** What each of the three compilers says of a truth value; null = it takes it. */
function problems(truth: string): readonly (string | null)[] {
  const condition = compileExpression(truth, GAS, 'bool');
  const joint = compileText(truth, 'bool');
  const number = compileSetPoint(`(${truth}) ? 24.0 : 25.0`);
  return [condition.ok ? null : condition.problem, joint.ok ? null : joint.problem, number.error];
}

describe('an expression that anybody with the right to write a rule may write', () => {
  it.each([
    ['a loop in a loop', `${TEN}.all(a, ${TEN}.exists(b, a > b))`, 'a loop in a loop'],
    ['twenty of them', nested(20), 'a loop in a loop'],
    ['a loop over what a loop made', `${TEN}.map(a, a + 1.0).all(b, b > 0.0)`, 'a loop in a loop'],
    ['a loop behind the list of a loop', `[${TEN}.exists(a, a > 1.0)].all(b, b)`, 'a loop in a loop'],
    ['a filter in a map', `${TEN}.map(a, ${TEN}.filter(b, b > a)).size() > 0`, 'a loop in a loop'],
    ['a name bound to what doubles', 'cel.bind(x, "ab", cel.bind(y, x + x, y + y == "")) ', 'names are not bound'],
    [
      'an expression that goes back and back',
      '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab".matches("(a+)+$")',
      'regular expressions are not taken',
    ],
  ])('is refused for %s, with its place, before anything is worked out', (_, text, what) => {
    for (const problem of problems(text)) expect(problem).toMatch(new RegExp(`^\\d+:\\d+ ${what}`));
  });

  it.each([
    ['one loop over a list that is written out', `${TEN}.exists(a, a > 8.0)`],
    ['two of them beside each other', `${TEN}.all(a, a >= 0.0) && !${TEN}.exists(a, a > 9.0)`],
    ['parts of texts', '"tank-1".startsWith("tank") && "abc".contains("b")'],
    ['membership', '2 in [1, 2, 3]'],
  ])('may hold %s', (_, text) => {
    expect(problems(text)).toEqual([null, null, null]);
  });

  it('is not remembered for ever: a thousand texts that were tried leave room for the next', () => {
    const first = compileExpression('lel > 0.5', GAS, 'bool');
    expect(compileExpression('lel > 0.5', GAS, 'bool')).toBe(first);
    for (let i = 1; i <= 1_100; i += 1) compileExpression(`lel > ${i}.25`, GAS, 'bool');
    const again = compileExpression('lel > 0.5', GAS, 'bool');
    expect(again).not.toBe(first);
    expect(again.ok && again.expression.evaluate({}, { point: () => 1, limit: () => undefined })).toBe(true);
  });
});

function nested(depth: number): string {
  let text = 'true';
  for (let i = 0; i < depth; i += 1) text = `[1,2,3,4,5,6,7,8,9].all(x${i}, ${text})`;
  return text;
}
