/** Whether the server would let the signed-in account do it, by the same decision: nobody is offered what is refused. Pure. */
import { type Action, may } from '../../../../model/access.ts';
import type { User } from '../../../protocol/http.ts';

/** @param enterprise null = something of the whole system */
export function userMay(user: User | null, action: Action, enterprise: string | null): boolean {
  if (user === null) return false;
  const { name, role, enterprises } = user;
  return may({ kind: 'account', name, role, enterprises }, action, { enterprise });
}
