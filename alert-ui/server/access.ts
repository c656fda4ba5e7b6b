import type { Action } from '../../model/access.ts';
import { may } from '../../model/access.ts';
import type { Actor } from '../../model/actor.ts';
import type { EngineView } from '../../model/engine.ts';
import { HttpProblem } from './problem.ts';

/** May the actor see something of this enterprise (null = of the whole system)? */
export function sees(actor: Actor, enterprise: string | null): boolean {
  return may(actor, 'view', { enterprise });
}

/** What one may not even see does not exist for him: 404. What he sees but may not do: 403. */
export function demand(actor: Actor, action: Action, enterprise: string | null): void {
  if (may(actor, action, { enterprise })) return;
  if (enterprise === null || sees(actor, enterprise)) throw notAllowed(action);
  throw new HttpProblem('not-found', `enterprise ${enterprise}`);
}

/**
 * The same for an enterprise that is to come to be. Whether there is one of that name is told by neither answer, so nothing has to be hidden:
 * 403.
 */
export function demandNew(actor: Actor, action: Action, enterprise: string): void {
  if (!may(actor, action, { enterprise })) throw notAllowed(action);
}

function notAllowed(action: Action): HttpProblem {
  return new HttpProblem('not-allowed', `needs the right ${action}`);
}

/**
 * Areas a scoped account may see: those that hold one of its enterprises, with all above them. null = all.
 */
export function visibleAreas(actor: Actor, view: EngineView): ReadonlySet<string> | null {
  if (sees(actor, null)) return null;
  const areas = view.assets('area');
  const visible = new Set<string>();
  for (const enterprise of view.assets('enterprise').values()) {
    if (!sees(actor, enterprise.id)) continue;
    let id = enterprise.areaId;
    while (id !== null && !visible.has(id)) {
      visible.add(id);
      id = areas.get(id)?.parentId ?? null;
    }
  }
  return visible;
}

/** The area and everything below it. */
export function areaWithin(view: EngineView, root: string): string[] {
  const found = new Set([root]);
  const areas = [...view.assets('area').values()];
  for (let grew = true; grew; ) {
    grew = false;
    for (const area of areas) {
      if (area.parentId !== null && found.has(area.parentId) && !found.has(area.id)) {
        found.add(area.id);
        grew = true;
      }
    }
  }
  return [...found];
}
