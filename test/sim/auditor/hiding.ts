// The cause-and-effect tables of the plant, against what they hid before (decision 13).
import type { Entry } from '../../../model/entry.ts';
import type { KnownPlant } from './known-plant.ts';
import type { Deed } from './life.ts';
import { type PointHistory, pointKey } from './point.ts';
import type { Points } from './points.ts';
import { hiddenBy, type Standing } from './table.ts';

export class Hiding {
  private readonly plant: KnownPlant;
  private readonly points: Points;
  /** There is, or was, a cause-and-effect table. */
  private tabled = false;

  constructor(plant: KnownPlant, points: Points) {
    this.plant = plant;
    this.points = points;
  }

  /** What the tables hide after this entry, against what they hid before it. */
  apply(entry: Entry): void {
    // Of an enterprise or of one of its hazard sources: it reaches the devices of that enterprise either way.
    const tables = [
      ...[...this.plant.enterprises.values()].map(({ id, causes }) => ({ enterprise: id, lines: causes ?? [] })),
      ...[...this.plant.sources.values()].map(({ enterpriseId, causes }) => ({ enterprise: enterpriseId, lines: causes ?? [] })),
    ];
    if (!this.tabled && tables.every(({ lines }) => lines.length === 0)) return;
    this.tabled = true;
    const points = [...this.points.all()];
    const standing = points.flatMap((point): Standing[] =>
      [...point.expected].map(([ladder, expected]) => ({
        key: `${pointKey(point.device, point)}|${ladder}`,
        device: point.device,
        measurement: point.measurement,
        channel: point.channel,
        ladder,
        enterprise: this.plant.devices.get(point.device)?.enterpriseId,
        test: this.plant.isTest(point.device),
        expected,
      })),
    );
    const hidden = hiddenBy(tables, standing);
    for (const point of points) {
      for (const [ladder, expected] of point.expected) {
        const key = `${pointKey(point.device, point)}|${ladder}`;
        const head = { ...this.points.head(entry, 'table'), ladder };
        if (hidden.has(key) !== expected.hidden) this.tableDeed(point, { ...head, op: hidden.has(key) ? 'hide' : 'show' });
      }
    }
  }

  /** What a timer did comes before the command of the entry that showed it. */
  private tableDeed(point: PointHistory, { ladder, ...deed }: Deed & { readonly ladder: string }): void {
    const deeds = point.deeds.get(ladder) ?? [];
    point.deeds.set(ladder, deeds);
    const at = deeds.findIndex((other) => other.entry === deed.entry && other.op !== 'hide' && other.op !== 'show');
    deeds.splice(at === -1 ? deeds.length : at, 0, deed);
    this.points.work(point);
  }
}
