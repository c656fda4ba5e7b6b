import { describe, expect, it } from 'vitest';
import { compileText } from '../../../../rules/joint/text.ts';
import { blankJoint, type Draft } from './draft.ts';
import { locate, readText, writeText } from './text.ts';

const EXPRESSION = 'value("t-1", "temp") > 40.0 &&\nvalu("t-2", "temp") > 40.0';
const draft: Draft = { joint: { expression: EXPRESSION }, parts: { level: 'orange', basis: 'plan, section 5' } };
/** What stands from a place on. */
function rest(text: string, place: { readonly line: number; readonly column: number } | null): string {
  return text.split('\n')[(place?.line ?? 0) - 1]?.slice((place?.column ?? 1) - 1) ?? '';
}

describe('a rule as text', () => {
  it('comes back as it was written, and JSON is taken as well', () => {
    for (const one of [draft, blankJoint(null), { name: 'x', parts: { setPoint: 20, onlyWhen: null } } as const]) {
      expect(readText(writeText(one))).toEqual({ ok: true, draft: one });
      expect(readText(JSON.stringify(one, null, 2))).toEqual({ ok: true, draft: one });
    }
  });
  it.each([
    ['parts: {setPoint: 20', 1],
    ['parts: {}\nname: "a', 2],
    ['name: a', 1],
    ['', 1],
    ['name: a\nparts: 3', 2],
  ])('that is none says the line: %j', (text, line) => {
    const read = readText(text);
    expect(read.ok ? [] : read.faults.map((fault) => fault.line)).toContain(line);
  });
  it('an alias is no way to a text that grows without end', () => {
    expect(readText('parts: &a {setPoint: 1}\nname: *a')).toMatchObject({ ok: false, faults: [{ line: 2, column: 7 }] });
  });
  it('a fault is found at the value its path names, and at what is missing in what it would stand in', () => {
    const text = 'joint:\n  vote:\n    of:\n      - {device: a}\n      - {device: b}\nparts:\n  setPoint: 9\n';
    expect(rest(text, locate(text, 'joint.vote.of.1', 'is there twice'))).toBe('{device: b}');
    expect(rest(text, locate(text, 'parts.setPoint', 'outside'))).toBe('9');
    expect(locate(text, 'parts.level', 'wanted')).toEqual({ line: 7, column: 3 });
    expect(locate(text, 'scope', 'wanted')).toEqual({ line: 1, column: 1 });
    expect(locate('a: [', 'parts', 'x')).toBeNull();
  });
  it.each([
    ['as it is written', writeText(draft)],
    ['in quotes', `joint: {expression: '${EXPRESSION.replace('\n', ' ')}'}\nparts: {}\n`],
    ['in a block', 'joint:\n  expression: |-\n    value("t-1", "temp") > 40.0 &&\n    valu("t-2", "temp") > 40.0\nparts: {}\n'],
  ])('a mistake in an expression is found in it: %s', (_how, text) => {
    const read = readText(text);
    const joint = read.ok ? read.draft.joint : undefined;
    const expression = joint !== undefined && 'expression' in joint ? joint.expression : '';
    const compiled = compileText(expression, 'bool');
    const problem = compiled.ok ? '' : compiled.problem;
    expect(problem).toMatch(/^\d+:\d+ /);
    expect(rest(text, locate(text, 'joint.expression', problem))).toMatch(/^valu\(/);
  });
});
