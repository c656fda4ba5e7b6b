import { may } from '../../../model/access.ts';
import type { Device } from '../../../model/asset.ts';
import { demand } from '../access.ts';
import type { AccountActor } from '../sign-in/identity.ts';

/**
 * Alarms of a device that is not `live` are tests, which warn nobody: who may connect his devices may not end the warnings about
 * them. Where nothing but the mode changes, that right is enough.
 */
export function demandChange(actor: AccountActor, current: Device, changes: Partial<Device>): void {
  if (leavesService(current, changes)) demand(actor, 'device.mode', current.enterpriseId);
  const modeAlone = changes.mode !== undefined && Object.keys(changes).length === 1;
  if (!modeAlone || !may(actor, 'device.mode', { enterprise: current.enterpriseId })) demand(actor, 'device.write', current.enterpriseId);
}

export function leavesService(current: Device, changes: Partial<Device>): boolean {
  return current.mode === 'live' && changes.mode !== undefined && changes.mode !== 'live';
}
