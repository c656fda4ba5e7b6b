import type { ApprovalKind } from './second-person.ts';
import { changeDevice, changeSource } from './change-asset.ts';
import { changeRule } from './change-rule.ts';
import { suppressRed, takeRedOut } from './hide-red.ts';
import { shelveOrange } from './shelve-orange.ts';

/** Everything that needs a second person. */
export const APPROVAL_KINDS: readonly ApprovalKind[] = [shelveOrange, suppressRed, takeRedOut, changeRule, changeDevice, changeSource];
