/** Who else looks at an alarm. Pure. */
import type { PresenceItem } from '../../../protocol/live.ts';

/** Names, in order; nobody is told of himself. */
export function othersLooking(present: readonly PresenceItem[], alarm: string, me: string | null): readonly string[] {
  const names = new Set(present.filter(({ looking, by }) => looking === alarm && by !== me).map(({ by }) => by));
  return [...names].sort();
}
