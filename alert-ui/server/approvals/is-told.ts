import { z } from 'zod';
import type { AlarmEventType } from '../../../model/alarm.ts';
import type { Approval } from '../../../model/approval.ts';
import type { Platform } from '../../../model/ports/platform.ts';

const about = z.object({ alarmId: z.string() });

/** Does the history of the alarm tell of it: done in the name of these two, since it was agreed to? */
export async function isTold({ records }: Platform, approval: Approval, wanted: AlarmEventType): Promise<boolean> {
  const { requestedBy, decidedBy, decidedAt, request } = approval;
  const told = await records.alarms.get(about.parse(request).alarmId);
  return (told?.events ?? []).some(
    ({ type, by, approvedBy, at }) => type === wanted && by === requestedBy && approvedBy === decidedBy && at >= (decidedAt ?? 0),
  );
}
