// What rises because others of its group are on too (decision 22).
import type { Entry } from '../../../model/entry.ts';
import { type Neighbour, stand } from './escalation.ts';
import type { KnownPlant } from './known-plant.ts';
import { type PointHistory, rulesAt } from './point.ts';
import type { Points } from './points.ts';

export class RisingTogether {
  private readonly plant: KnownPlant;
  private readonly points: Points;

  constructor(plant: KnownPlant, points: Points) {
    this.plant = plant;
    this.points = points;
  }

  /**
   * What rises because others of its group are on too: looked at when the timers that were due have run out, and when the entry is done.
   * @returns whether anything rose
   */
  rise(entry: Entry, early: boolean): boolean {
    const rising = [...this.points.all()].filter((point) => [...point.rules.values()].some((rule) => rule.follows !== undefined));
    if (rising.length === 0) return false;
    const { devices, enterprises } = early && entry.kind === 'config' ? this.plant.before : this.plant;
    const all = [...devices.values()].map((device): Neighbour => {
      const speaks = device.mode === 'live' || enterprises.get(device.enterpriseId)?.kind === 'test';
      return { device, speaks, onSince: (measurement, limit) => this.onSince(device.id, measurement, limit, entry.seq, early) };
    });
    const risen: PointHistory[] = [];
    for (const point of rising) {
      const self = all.find(({ device }) => device.id === point.device);
      for (const rule of rulesAt(point, early ? entry.seq - 1 : entry.seq)) {
        const { follows } = rule;
        if (self === undefined || follows === undefined || (early ? point.onBefore : point.on).has(rule.code)) continue;
        const since = self.onSince(point.measurement, follows.of);
        if (since === null || !follows.any.some((cause) => cause.kind === 'together' && stand(cause, self, since, all))) continue;
        this.points.deed(point, rule.ladder, { ...this.points.head(entry, 'escalation'), op: 'rise', code: rule.code, early });
        risen.push(point);
      }
    }
    for (const point of risen) this.points.work(point);
    return risen.length > 0;
  }

  /** Since when a limit of a device is on that speaks for others, or null. */
  private onSince(device: string, measurement: string, limit: string, entry: number, early: boolean): number | null {
    for (const point of this.points.all()) {
      const rule = point.device === device && point.measurement === measurement ? point.rules.get(limit) : undefined;
      if (rule === undefined) continue;
      const last = point.moments.get(limit)?.findLast((moment) => moment.entry < entry || !early || moment.early);
      const out = early ? point.outEarly.has(rule.ladder) : point.expected.get(rule.ladder)?.byHand.includes('out-of-service') === true;
      if (last?.on === true && !out) return last.t;
    }
    return null;
  }
}
