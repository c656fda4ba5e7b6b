import type { EngineView } from '../model/engine.ts';
import type { ConfigChange } from '../model/entry.ts';
import type { Rehearsed } from '../model/ports/platform.ts';
import { rehearse } from '../rules/rehearsal.ts';
import { wrongUnits } from './device-units.ts';

/** Many changes tried one after the other: what the engine says of them, and what it cannot know (conversions belong to ingest). */
export function rehearseChanges(view: EngineView, changes: readonly ConfigChange[]): readonly Rehearsed[] {
  const { catalogue } = view;
  return rehearse(view, changes).map((one, i): Rehearsed => {
    const change = changes[i];
    const detail = change === undefined ? null : wrongUnits(change, catalogue);
    return detail === null ? one : { ...one, outcome: { ok: false, code: 'invalid', detail } };
  });
}
