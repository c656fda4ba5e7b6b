import { changesOf } from '../../alert-ui/server/site-file/changes.ts';
import { numbered, type ReadSite, readSite, type SiteProblem } from '../../alert-ui/server/site-file/parse.ts';
import { trySite, type TriedSite, unsound } from '../../alert-ui/server/site-file/rehearsal.ts';
import { SECTION_NAMES } from '../../alert-ui/server/site-file/schema.ts';
import { ENTRY_VERSION } from '../../model/entry.ts';
import type { ConfigChange } from '../../model/entry.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { createEngine } from '../../rules/engine.ts';
import { rehearseChanges } from '../rehearsal.ts';
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
  const tried = toTheEnd(
    trySite({
      view: engine.view,
      items,
      rehearse: (changes) => rehearseChanges(engine.view, changes),
      // Of whoever sends it: he may be of the plant, or not. A mandatory limit takes two people whoever asks.
      needs: (_, { outcome, softened }) => outcome.ok && softened.some(({ mandatory }) => mandatory),
    }),
  );
  const found = [...problems, ...tried.crowded, ...items.flatMap((item) => unsound(item, tried.found.get(item)))];
  const notes = [...tried.asking]
    .toSorted(([a], [b]) => items.indexOf(a) - items.indexOf(b))
    .flatMap(([{ line, path, id }, { softened }]) =>
      softened.flatMap(({ mandatory, measurement, code, parts, basis }): SiteProblem[] => {
        const message = `${id}: makes ${measurement} ${code} less strict (${parts.join(', ')}), which rests on "${basis}": a second person will have to agree`;
        return mandatory ? [{ line, path, message }] : [];
      }),
    );
  if (found.length > 0) return { counts: counts.join(', '), problems: found, notes, tests: [] };
  engine.apply({ ...head, seq: 2, changes: tried.inOrder.flatMap(({ change }): ConfigChange[] => (change === null ? [] : [change])) });
  return { counts: counts.join(', '), problems: [], notes, tests: playAll(engine.serialise(), site) };
}

/** Nobody waits for a turn here. */
function toTheEnd(steps: ReturnType<typeof trySite>): TriedSite {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
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
