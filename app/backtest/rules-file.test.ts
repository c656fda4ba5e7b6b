import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rulesOf, RulesFileError } from './rules-file.ts';

const RULE =
  'id: early, scope: enterprise, scopeId: e, profileId: gas.combustible.commercial, measurement: lel, code: L1, parts: { setPoint: 15 }';

function refused(text: string): RulesFileError {
  try {
    rulesOf(text);
  } catch (error) {
    if (error instanceof RulesFileError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('rules to be tried on history', () => {
  it('are a list, or the rules of a site file, whatever else is in it', () => {
    const fromList = rulesOf(`- { ${RULE} }`);
    expect(fromList).toMatchObject([{ op: 'put', asset: 'rule', base: 0, value: { id: 'early', code: 'L1', parts: { setPoint: 15 } } }]);
    expect(rulesOf(`beacon-site: 1\nareas: []\nrules:\n  - { ${RULE}, unit: "%{LEL}" }\n`)).toEqual(fromList);
  });

  it('of the example of a whole site are all of its rules', () => {
    const text = readFileSync(new URL('../../docs/examples/site.yaml', import.meta.url), 'utf8');
    const ids = rulesOf(text).map((change) => (change.op === 'put' ? change.value.id : ''));
    expect(ids).toContain('hongyun-gas-early');
    expect(ids.length).toBeGreaterThan(3);
  });

  it.each([
    ['a mapping without rules', 'beacon-site: 1\nareas: []', 'a list of rules is wanted, or a site file with its `rules`'],
    ['a word', 'rules', 'a list of rules is wanted, or a site file with its `rules`'],
    ['a rule without a code', `- { ${RULE.replace('code: L1, ', '')} }`, '0.code: '],
    ['the same in a site file', `rules: [{ ${RULE.replace('code: L1, ', '')} }]`, 'rules.0.code: '],
  ])('%s is refused in words that say what is wanted', (_what, text, words) => {
    expect(refused(text).message).toContain(words);
  });

  it('that are no YAML are refused with the line', () => {
    expect(refused('- { a: 1 }\n- { b: [ }').at).toBe(2);
  });
});
