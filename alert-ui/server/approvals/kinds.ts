import type { Provisioning } from '../routes/provisioning.ts';
import { changeDevice, changeEnterprise, changeSource } from './change-asset.ts';
import { changeRule } from './change-rule.ts';
import { suppressRed, takeRedOut } from './hide-red.ts';
import { retireDevice } from './retire-device.ts';
import type { ApprovalKind } from './second-person.ts';
import { shelveOrange } from './shelve-orange.ts';

/** Everything that needs a second person. */
export function approvalKinds(provisioning: Provisioning): readonly ApprovalKind[] {
  return [shelveOrange, suppressRed, takeRedOut, changeRule, changeDevice, changeSource, changeEnterprise, retireDevice(provisioning)];
}
