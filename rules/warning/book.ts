import type { AssetKind } from '../../model/asset.ts';
import type { Outcome } from '../../model/engine.ts';
import type { FactorChange } from '../../model/entry.ts';
import {
  FACTOR_LONGEST_MS,
  settable,
  type Warning,
  type WarningEvent,
  type WarningHead,
  type WarningLive,
  type WarningScope,
} from '../../model/warning.ts';
import type { EpochMs } from '../../model/time.ts';
import type { AlarmRecord } from '../alarm/record.ts';
import type { Core } from '../core.ts';
import type { DeviceState } from '../device-state.ts';
import { WakeHeap } from '../time/wake-heap.ts';
import { levelOfRank, RANK } from './factors.ts';
import { toHead, toWarning } from './show.ts';
import { judge, lowersAt } from './step.ts';
import { compute, newSubject, type SetValue, type Subject } from './subject.ts';

/** What a device adds to its subject and all above it; kept with the device, so that it can be taken out again. */
export interface DeviceShare {
  readonly subject: Subject;
  readonly points: number;
  readonly offline: boolean;
}

/** What the snapshot keeps of one subject: the rest follows from alarms, devices and assets. */
export interface WarningRow {
  readonly scope: WarningScope;
  readonly id: string;
  readonly rank: number;
  readonly calmSince: readonly number[];
  readonly since: readonly (EpochMs | null)[];
  readonly set: readonly (readonly [string, SetValue])[];
  readonly times: readonly (EpochMs | null)[];
  readonly occurrence: number;
  readonly seq: number;
  readonly wakeAt: number;
}
export interface WarningRows {
  readonly seq: number;
  readonly rows: readonly WarningRow[];
}

type WarnedCore = Pick<Core, 'clock' | 'registry' | 'deaf' | 'devices'>;

/** Set factors end by wall time, which may step: looked at no later than this while there is one. */
const LOOK_AGAIN_MS = 60_000;
const ORDER: Readonly<Record<WarningScope, number>> = { 'hazard-source': 0, enterprise: 1, area: 2 };

function scopeOf(kind: AssetKind): WarningScope | null {
  return kind === 'hazard-source' || kind === 'enterprise' || kind === 'area' ? kind : null;
}

/**
 * All warnings. A change of an alarm or of a device's presence touches its source, its enterprise and the areas above; they are judged
 * at the end of the entry, from the bottom up. It costs nothing where nothing changed.
 */
export class WarningBook {
  readonly heap = new WakeHeap<Subject>();
  seq = 0;
  /** Events of the present entry, or null while there is none. */
  out: WarningLive[] | null = null;
  private readonly core: WarnedCore;
  private readonly subjects = new Map<string, Subject>();
  private readonly dirty = new Set<Subject>();
  private nextOrder = 0;
  private entrySeq = 0;

  constructor(core: WarnedCore) {
    this.core = core;
  }

  begin(entrySeq: number): void {
    this.entrySeq = entrySeq;
    this.out = null;
  }

  /* What changes the inputs. */

  /** An alarm that counts (open, no test, not suppressed) begins (+1) or ceases (−1) to be what it is now: in pairs around every change of it. */
  alarm(record: AlarmRecord, by: 1 | -1): void {
    const { place, facts } = record;
    if (place.enterpriseId === null) return;
    const subject =
      place.hazardSourceId === null ? this.at('enterprise', place.enterpriseId) : this.at('hazard-source', place.hazardSourceId);
    const rank = RANK[facts.shown.level];
    subject.alarms[rank] = (subject.alarms[rank] ?? 0) + by;
    if (rank === RANK.red && record.kind !== 'instrument') subject.lifeSafety += by;
    this.dirty.add(subject);
  }

  /** The device's presence, mode, place or plan may have changed. One that never spoke counts nowhere. */
  device(device: DeviceState): void {
    const { asset, enterprise } = device;
    const here = this.core.devices.get(asset.id) === device;
    const counts = here && device.seen && asset.mode === 'live' && enterprise.kind === 'real' && device.plan.points.length > 0;
    const subject = !counts
      ? null
      : asset.hazardSourceId === null
        ? this.at('enterprise', asset.enterpriseId)
        : this.at('hazard-source', asset.hazardSourceId);
    const before = device.share;
    const points = device.plan.points.length;
    const offline = !device.online;
    if (before === null ? subject === null : before.subject === subject && before.points === points && before.offline === offline) return;
    if (before !== null) this.addPoints(before.subject, -before.points, before.offline ? -before.points : 0);
    device.share = subject === null ? null : { subject, points, offline };
    if (subject !== null) this.addPoints(subject, points, offline ? points : 0);
  }

  /** An asset was put: the subject takes its place in the tree. */
  asset(kind: AssetKind, id: string): void {
    const scope = scopeOf(kind);
    if (scope === null) return;
    const { maps } = this.core.registry;
    const subject = this.at(scope, id);
    this.dirty.add(subject);
    if (scope === 'area') {
      const parentId = maps.area.get(id)?.parentId ?? null;
      this.moveTo(subject, parentId === null ? null : this.at('area', parentId));
    } else if (scope === 'enterprise') {
      const enterprise = maps.enterprise.get(id);
      const areaId = enterprise?.areaId ?? null;
      subject.test = enterprise?.kind === 'test';
      this.moveTo(subject, areaId === null ? null : this.at('area', areaId));
      for (const one of this.subjects.values()) if (one.parent === subject) this.follow(one, subject.test);
    } else {
      const source = maps['hazard-source'].get(id);
      subject.classification = source?.classification;
      const enterprise = source === undefined ? null : this.at('enterprise', source.enterpriseId);
      subject.test = enterprise?.test ?? false;
      this.moveTo(subject, enterprise);
    }
  }

  private follow(source: Subject, test: boolean): void {
    if (source.test === test) return;
    source.test = test;
    this.dirty.add(source);
  }

  /** The asset was retired: its warning ends with it. */
  retire(kind: AssetKind, id: string): void {
    const scope = scopeOf(kind);
    const subject = scope === null ? undefined : this.subjects.get(`${scope}:${id}`);
    if (subject === undefined) return;
    const before = subject.shown.rank;
    judge(subject.shown, RANK.blue, this.core.clock.now, true);
    subject.computed = RANK.blue;
    if (before > RANK.blue) this.levelChanged(subject, before, 'removed');
    this.moveTo(subject, null);
    this.heap.remove(subject);
    this.dirty.delete(subject);
    this.subjects.delete(subject.key);
  }

  /** A person sets a factor, or takes it back (`value` null). */
  setFactor(change: FactorChange, by: string): Outcome {
    const { scope, factor, value, until } = change;
    const subject = this.subjects.get(`${scope}:${change.id}`);
    if (subject === undefined) return { ok: false, code: 'not-found', detail: change.id };
    if (!settable(scope).includes(factor)) return { ok: false, code: 'invalid', detail: `${factor} is no factor of ${scope}` };
    const { clock } = this.core;
    if (value === null) {
      if (!subject.set.delete(factor)) return { ok: true, changed: false };
    } else {
      if (!(value >= 0 && value <= 1)) return { ok: false, code: 'invalid', detail: 'value: 0 to 1' };
      if (until === null || until <= clock.at) return { ok: false, code: 'invalid', detail: 'until: lies in the past' };
      if (until > clock.at + FACTOR_LONGEST_MS) return { ok: false, code: 'invalid', detail: 'until: more than a year ahead' };
      subject.set.set(factor, { value, until, by, ...(change.comment === undefined ? {} : { comment: change.comment }) });
    }
    compute(subject, clock.at);
    const rank = subject.shown.rank;
    this.tell(subject, {
      type: 'factor-set',
      by,
      previous: rank,
      factor,
      value,
      ...(until === null || value === null ? {} : { until }),
      ...(change.comment === undefined ? {} : { comment: change.comment }),
    });
    this.dirty.add(subject);
    return { ok: true, changed: true };
  }

  /** Everything is looked at anew: the first entry of a release that judges warnings. */
  all(): void {
    for (const subject of this.subjects.values()) this.dirty.add(subject);
  }

  /* What follows from them. */

  /** Whether something waits to be judged at this engine time. */
  waits(): boolean {
    const first = this.heap.first;
    return this.dirty.size > 0 || (first !== undefined && first.wakeAt <= this.core.clock.now);
  }

  /** Nothing is judged by an entry of a release that knew no warnings. */
  forgetWaiting(): void {
    this.dirty.clear();
  }

  /** Judges what changed or is due, from the bottom up: sources, enterprises, areas from the deepest. */
  settle(cause?: string): void {
    const { now } = this.core.clock;
    for (let first = this.heap.first; first !== undefined && first.wakeAt <= now; first = this.heap.first) {
      this.heap.remove(first);
      this.dirty.add(first);
    }
    for (const scope of ['hazard-source', 'enterprise'] as const) {
      const of = [...this.dirty].filter((one) => one.scope === scope).sort(byKey);
      for (const subject of of) this.judgeOne(subject, cause);
    }
    for (let deepest = this.deepestArea(); deepest !== undefined; deepest = this.deepestArea()) this.judgeOne(deepest, cause);
  }

  private deepestArea(): Subject | undefined {
    let best: Subject | undefined;
    let bestDepth = -1;
    for (const one of this.dirty) {
      let depth = 0;
      for (let up = one.parent; up !== null; up = up.parent) depth += 1;
      if (depth < bestDepth || (depth === bestDepth && best !== undefined && best.key < one.key)) continue;
      best = one;
      bestDepth = depth;
    }
    return best;
  }

  private judgeOne(subject: Subject, cause: string | undefined): void {
    this.dirty.delete(subject);
    const { clock } = this.core;
    for (const [factor, { until }] of subject.set) {
      if (until > clock.at) continue;
      subject.set.delete(factor);
      this.tell(subject, { type: 'factor-ended', by: null, previous: subject.shown.rank, factor });
    }
    compute(subject, clock.at);
    const before = subject.shown.rank;
    judge(subject.shown, subject.computed, clock.now, subject.test);
    if (subject.shown.rank !== before) this.levelChanged(subject, before, cause);
    this.countIn(subject);
    this.sleep(subject);
  }

  private sleep(subject: Subject): void {
    const { clock } = this.core;
    let due = lowersAt(subject.shown);
    for (const { until } of subject.set.values()) {
      const look = clock.now + Math.min(LOOK_AGAIN_MS, until - clock.at);
      if (due < 0 || look < due) due = look;
    }
    if (due < 0) this.heap.remove(subject);
    else this.heap.set(subject, due);
  }

  private levelChanged(subject: Subject, before: number, cause: string | undefined): void {
    const { at } = this.core.clock;
    const { rank } = subject.shown;
    const type = before === RANK.blue ? 'issued' : rank === RANK.blue ? 'lifted' : 'updated';
    if (type === 'issued') {
      subject.occurrence += 1;
      subject.issuedAt = at;
      subject.liftedAt = null;
    }
    if (type === 'lifted') subject.liftedAt = at;
    subject.updatedAt = at;
    this.tell(subject, { type, by: null, previous: before, ...(cause === undefined ? {} : { cause }) });
  }

  private tell(
    subject: Subject,
    told: Pick<WarningEvent, 'type' | 'by' | 'cause' | 'factor' | 'value' | 'until' | 'comment'> & { readonly previous: number },
  ): void {
    this.seq += 1;
    subject.seq = this.seq;
    const warning = this.show(subject);
    const event: WarningEvent = {
      ...told,
      seq: this.seq,
      at: this.core.clock.at,
      previous: levelOfRank(told.previous),
      level: warning.level,
      ri: warning.ri,
      entry: this.entrySeq,
    };
    const live = { seq: this.seq, warning, event };
    if (this.out === null) this.out = [live];
    else this.out.push(live);
  }

  /* The tree. */

  private at(scope: WarningScope, id: string): Subject {
    const key = `${scope}:${id}`;
    let subject = this.subjects.get(key);
    if (subject === undefined) {
      subject = newSubject(scope, id, this.nextOrder);
      this.nextOrder += 1;
      this.subjects.set(key, subject);
    }
    return subject;
  }

  private addPoints(from: Subject, points: number, offline: number): void {
    for (let one: Subject | null = from; one !== null; one = one.parent) {
      one.points += points;
      one.offline += offline;
      this.dirty.add(one);
    }
  }

  private moveTo(subject: Subject, parent: Subject | null): void {
    if (subject.parent === parent) return;
    const { points, offline } = subject;
    if (subject.parent !== null) {
      this.addPoints(subject.parent, -points, -offline);
      this.countAs(subject, 0);
    }
    subject.parent = parent;
    if (parent === null) return;
    this.addPoints(parent, points, offline);
    this.countIn(subject);
  }

  /** Its parent counts it by the level that is shown; a test enterprise not at all. */
  private countIn(subject: Subject): void {
    this.countAs(subject, subject.test ? 0 : subject.shown.rank);
  }

  private countAs(subject: Subject, rank: number): void {
    const { parent, countedAs } = subject;
    if (parent === null || countedAs === rank) return;
    if (countedAs > 0) parent.members[countedAs] = (parent.members[countedAs] ?? 0) - 1;
    if (rank > 0) parent.members[rank] = (parent.members[rank] ?? 0) + 1;
    subject.countedAs = rank;
    this.dirty.add(parent);
  }

  /* What is read. */

  private show(subject: Subject): Warning {
    const { registry, clock, deaf } = this.core;
    return toWarning(subject, { registry, clock, deaf: deaf.size > 0 });
  }

  get(key: string): Warning | undefined {
    const subject = this.subjects.get(key);
    return subject === undefined ? undefined : this.show(subject);
  }

  *heads(): Iterable<WarningHead> {
    for (const subject of this.subjects.values()) yield toHead(subject, this.core.registry);
  }

  /* Snapshot. */

  rows(): WarningRows {
    const rows: WarningRow[] = [];
    for (const subject of [...this.subjects.values()].sort(byKey)) {
      const touched = subject.seq > 0 || subject.wakeAt >= 0 || subject.since.some((at) => at !== null);
      if (!touched) continue;
      rows.push({
        scope: subject.scope,
        id: subject.id,
        rank: subject.shown.rank,
        calmSince: subject.shown.calmSince,
        since: subject.since,
        set: [...subject.set],
        times: [subject.issuedAt, subject.updatedAt, subject.liftedAt],
        occurrence: subject.occurrence,
        seq: subject.seq,
        wakeAt: subject.wakeAt,
      });
    }
    return { seq: this.seq, rows };
  }

  /** After assets, alarms and devices are in: the levels that were shown come back, and nothing waits to be judged. */
  restore(kept: WarningRows | undefined, format: number): void {
    if (kept === undefined) {
      // Judged by the next entry, or by none that knew no warnings.
      if (format < 2) this.dirty.clear();
      return;
    }
    this.seq = kept.seq;
    for (const row of kept.rows) {
      const subject = this.at(row.scope, row.id);
      subject.shown.rank = row.rank;
      row.calmSince.forEach((at, i) => {
        subject.shown.calmSince[i] = at;
      });
      row.since.forEach((at, i) => {
        subject.since[i] = at;
      });
      for (const [name, value] of row.set) for (const factor of settable(row.scope)) if (factor === name) subject.set.set(factor, value);
      const [issuedAt = null, updatedAt = null, liftedAt = null] = row.times;
      Object.assign(subject, { issuedAt, updatedAt, liftedAt, occurrence: row.occurrence, seq: row.seq });
      if (row.wakeAt >= 0) this.heap.set(subject, row.wakeAt);
    }
    for (const subject of this.subjects.values()) this.countIn(subject);
    for (const subject of this.subjects.values()) {
      const since = [...subject.since];
      compute(subject, this.core.clock.at);
      since.forEach((at, i) => {
        subject.since[i] = at;
      });
    }
    this.dirty.clear();
  }
}

function byKey(a: Subject, b: Subject): number {
  if (a.scope !== b.scope) return ORDER[a.scope] - ORDER[b.scope];
  return a.id < b.id ? -1 : 1;
}
