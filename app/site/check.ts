import { changesOf } from '../../alert-ui/server/site-file/changes.ts';
import { numbered, type ReadSite, readSite, type SiteProblem } from '../../alert-ui/server/site-file/parse.ts';
import { SECTION_NAMES } from '../../alert-ui/server/site-file/schema.ts';
import { ENTRY_VERSION } from '../../model/entry.ts';
import type { ConfigChange } from '../../model/entry.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { createEngine } from '../../rules/engine.ts';
import { rehearse } from '../../rules/rehearsal.ts';
import { playTest } from './play-test.ts';

/** What `npm run rules:check` finds out about a site file, by itself: no platform, no network, no clock. */
export interface CheckedSite {
  /** How many of each section, as text. */
  readonly counts: string;
  readonly problems: readonly SiteProblem[];
  /** What is sound but not for one person alone. */
  readonly notes: readonly SiteProblem[];
  readonly tests: readonly { readonly name: string; readonly line: number; readonly faults: readonly SiteProblem[] }[];
}

export function checkSite(text: string): CheckedSite {
  const read = readSite(text);
  if (!read.ok) return { counts: '', problems: read.problems, notes: [], tests: [] };
  const { site } = read;
  const counts = [...SECTION_NAMES, 'tests' as const]
    .map((name) => `${site.file[name].length} ${name}`)
    .filter((part) => !part.startsWith('0 '));
  const engine = createEngine();
  const head = { v: ENTRY_VERSION, at: 0, boot: 'check', mono: 0, kind: 'config', by: 'rules:check', requestId: '' } as const;
  engine.apply({ ...head, seq: 1, changes: [{ op: 'catalogue', catalogue: builtInCatalogue }] });
  const { items, problems } = changesOf(numbered(site), engine.view);
  const changes = items.flatMap(({ change }): ConfigChange[] => (change === null ? [] : [change]));
  const found: SiteProblem[] = [...problems];
  const notes: SiteProblem[] = [];
  const rehearsed = rehearse(engine.view, changes);
  rehearsed.forEach(({ outcome, softened }, i) => {
    const item = items[i];
    if (item === undefined) return;
    if (!outcome.ok) found.push({ line: item.line, path: item.path, message: `${item.id}: ${outcome.code}: ${outcome.detail}` });
    for (const one of softened)
      if (outcome.ok && one.mandatory)
        notes.push({
          line: item.line,
          path: item.path,
          message: `${item.id}: makes ${one.measurement} ${one.code} less strict (${one.parts.join(', ')}), which rests on "${one.basis}": a second person will have to agree`,
        });
  });
  if (found.length > 0) return { counts: counts.join(', '), problems: found, notes, tests: [] };
  const inOrder = changes.map((change, i) => ({ change, turn: rehearsed[i]?.turn ?? i })).sort((a, b) => a.turn - b.turn);
  engine.apply({ ...head, seq: 2, changes: inOrder.map(({ change }) => change) });
  return { counts: counts.join(', '), problems: [], notes, tests: playAll(engine.serialise(), site) };
}

function playAll(snapshot: string, site: ReadSite): CheckedSite['tests'] {
  return site.file.tests.map((test, i) => {
    const faults = playTest(snapshot, test).map(({ path, message }): SiteProblem => {
      const whole = ['tests', i, ...path];
      return { line: site.lineOf(whole), path: whole.join('.'), message };
    });
    return { name: test.name, line: site.lineOf(['tests', i]), faults };
  });
}
