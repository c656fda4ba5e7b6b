/** Who may add a device: what the server asks of an account, so that nobody fills in a form in vain. Pure. */
import type { User } from '../../../protocol/http.ts';

export function mayCreateDevices(user: User | null): boolean {
  return user !== null && (user.role === 'admin' || (user.role === 'operator' && user.enterprises !== null));
}
