/** What an alarm's panel says of a request that needs a second person, for as long as it is worth saying. Pure. */
import type { Approval } from '../../../../model/approval.ts';

export type AskedWord = 'waits' | 'refused' | 'ranOut' | 'notDone';

/** @param now server ms. Null = agreed to and done: the alarm itself says so, with both names. */
export function askedWord({ state, outcome, expiresAt }: Pick<Approval, 'state' | 'outcome' | 'expiresAt'>, now: number): AskedWord | null {
  switch (state) {
    case 'pending':
      return now < expiresAt ? 'waits' : 'ranOut';
    case 'expired':
      return 'ranOut';
    case 'refused':
      return 'refused';
    case 'failed':
      return 'notDone';
    case 'approved':
      // Agreed to, and on its way: whoever agreed carries it through, or approves it once more.
      return outcome === null ? 'waits' : null;
  }
}
