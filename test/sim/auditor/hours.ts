// Business hours as they stood when each entry was applied: they are the enterprise's, and a device may move.
import type { Device, Enterprise } from '../../../model/asset.ts';
import type { LocalTime } from '../../../model/entry.ts';
import type { EpochMs } from '../../../model/time.ts';
import { isAtWork } from './escalation.ts';

type Hours = Enterprise['businessHours'];

export class WorkingHours {
  private readonly hours: { readonly entry: number; readonly of: ReadonlyMap<string, Hours> }[] = [];
  private readonly local: { readonly entry: number; readonly time: LocalTime | undefined }[] = [];

  /** An entry told how local time runs; undefined = it did not, and then nobody is known to be at work. */
  start(entry: number, time: LocalTime | undefined): void {
    this.local.push({ entry, time });
  }

  configured(entry: number, devices: ReadonlyMap<string, Device>, enterprises: ReadonlyMap<string, Enterprise>): void {
    const of = new Map([...devices].map(([id, { enterpriseId }]): [string, Hours] => [id, enterprises.get(enterpriseId)?.businessHours]));
    this.hours.push({ entry, of });
  }

  /** @param done when the entry was done, or before it was applied */
  isAtWork(device: string, entry: number, done: boolean, wall: EpochMs): boolean {
    const known = <T extends { readonly entry: number }>(log: readonly T[]): T | undefined =>
      log.findLast((one) => (done ? one.entry <= entry : one.entry < entry));
    const time = known(this.local)?.time;
    if (time === undefined) return false;
    const [, ahead] = time.offsets.findLast(([from]) => from <= wall) ?? time.offsets[0] ?? [0, 0];
    return isAtWork(known(this.hours)?.of.get(device), Math.floor(wall / 60_000) + ahead);
  }
}
