import { sees } from '../access.ts';
import type { AccountActor } from '../sign-in/identity.ts';

/**
 * The enterprises a list is narrowed to: what was asked for, as far as the actor may see it.
 * undefined = no narrowing; an empty array = there is nothing to see.
 */
export function enterpriseScope(actor: AccountActor, asked: readonly string[] | undefined): readonly string[] | undefined {
  if (actor.enterprises === null) return asked;
  return (asked ?? actor.enterprises).filter((enterprise) => sees(actor, enterprise));
}
