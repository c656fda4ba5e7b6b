/** The last value a point gave before it went bad: what the operator has to go by until it is back. */
import type { Quality, Value } from '../../../../model/reading.ts';
import type { ReadingsBody } from '../../../protocol/http.ts';
import type { Api } from '../api/client.ts';
import { drawable } from './series.ts';

export interface GoodValue {
  readonly value: number;
  readonly quality: Quality;
  readonly at: number;
}
/** `none`: the store holds no such value in the time looked at; `unread`: the store did not answer. */
export type LastGood = GoodValue | 'none' | 'unread';

export const LOOK_BACK_MS = 7 * 86_400_000;
const BUCKETS = 700;

/** The newest sample of a raw answer that can be gone by. Pure. */
export function newestGood(body: ReadingsBody): GoodValue | null {
  for (const row of body.points.toReversed()) {
    if (row.length === 5) continue;
    const [at, value, quality]: readonly [number, Value, Quality] = row;
    const good = drawable(value, quality);
    if (good !== null) return { value: good, quality, at };
  }
  return null;
}

/** Buckets hold good values only: the last one says where to look closely. */
export async function findLastGood(api: Api, device: string, measurement: string, channel: number | null, now: number): Promise<LastGood> {
  const path = `/devices/${encodeURIComponent(device)}/readings`;
  const point = { measurement, channel: channel ?? undefined };
  const coarse = await api.get<ReadingsBody>(path, { ...point, from: Math.floor(now - LOOK_BACK_MS), maxPoints: BUCKETS });
  if (!coarse.ok) return 'unread';
  const last = coarse.body.points.at(-1);
  if (last === undefined) return 'none';
  const from = last[0];
  const to = from + (coarse.body.bucketMs ?? LOOK_BACK_MS);
  // The newest samples of the bucket are on its last page.
  let cursor: number | undefined;
  let found: GoodValue | null = null;
  do {
    const fine: Awaited<ReturnType<typeof api.get<ReadingsBody>>> = await api.get<ReadingsBody>(path, {
      ...point,
      from: Math.floor(from),
      to: Math.ceil(to),
      cursor,
    });
    if (!fine.ok) return 'unread';
    found = newestGood(fine.body) ?? found;
    cursor = fine.body.next;
  } while (cursor !== undefined);
  return found ?? 'none';
}
