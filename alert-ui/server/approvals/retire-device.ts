import { z } from 'zod';
import type { Approval } from '../../../model/approval.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { Provisioning } from '../routes/provisioning.ts';
import { demandNoMore, silences } from './silence.ts';
import type { ApprovalKind } from './second-person.ts';

const DAY_MS = 86_400_000;

const request = z.strictObject({ id: z.string(), base: z.int(), silences });

/** What guards red is retired by two people where he who asks is of the plant: on the revision that he saw, its credential ends with it. */
export function retireDevice(provisioning: Provisioning): ApprovalKind {
  return {
    kind: 'device.retire',
    action: 'device.write',
    approverAction: 'rule.approve',
    waitMs: 7 * DAY_MS,
    isDone: (platform, approval) => isRetired(platform, approval),
    async carryOut({ platform, approval, requester, requestId }) {
      if (isRetired(platform, approval)) return;
      const { id, base, silences: agreed } = request.parse(approval.request);
      demandNoMore(agreed, platform.view.silencedBy({ op: 'retire', asset: 'device', id, base }));
      await provisioning.retire(requester, requestId, 'device', id, base);
    },
  };
}

function isRetired({ view }: Platform, approval: Approval): boolean {
  const { id, base } = request.parse(approval.request);
  const now = view.assets('device').get(id);
  return now !== undefined && now.retiredAt !== null && now.revision === base + 1;
}
