// The points there are, what is put down of them, and what must be open of each by that.
import type { Device, JointRule } from '../../../model/asset.ts';
import type { Entry } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';
import { type Board, type Finding, type Home, keyOfHome, ruleOf } from './board.ts';
import { type Moment, momentsOf } from './condition.ts';
import { counted } from './count.ts';
import { followingMoments } from './escalation.ts';
import type { WorkingHours } from './hours.ts';
import type { Joints } from './joint.ts';
import { type Deed, type Expected, lifeOf } from './life.ts';
import { pointsOf } from './limits.ts';
import { allRules, factsOf, newPoint, type PointHistory, pointKey, rulesAt, SOURCE } from './point.ts';
import type { TimeLine } from './time-line.ts';

/** What is told of a command: what was on the screen, and whether the engine carried it out. */
export interface Told {
  /** The alarm's `seq` as it was shown after an entry. */
  shownSeq(key: string, entry: number): number;
  accepted(entry: number): boolean;
}

export class Points implements Board {
  private readonly byKey = new Map<string, PointHistory>();
  private readonly line: TimeLine;
  private readonly joints: Joints;
  private readonly hours: WorkingHours;
  private readonly told: Told;

  constructor(line: TimeLine, joints: Joints, hours: WorkingHours, told: Told) {
    this.line = line;
    this.joints = joints;
    this.hours = hours;
    this.told = told;
  }

  all(): Iterable<PointHistory> {
    return this.byKey.values();
  }

  get(key: string): PointHistory | undefined {
    return this.byKey.get(key);
  }

  of(device: string): readonly PointHistory[] {
    return [...this.byKey.values()].filter((point) => point.device === device);
  }

  /** After an absence of ours. */
  forgetCounts(): void {
    for (const point of this.byKey.values())
      for (const rule of point.rules.values())
        if (rule.countsOverMs !== undefined && point.newest !== undefined) point.unsaid.add(rule.ladder);
  }

  /** A rule over several points: its alarm is the hazard source's, and its code is the ladder. */
  join(rule: JointRule): void {
    const { scopeId, code, parts } = rule;
    const { level, onDelayMs = 0, offDelayMs = 0, latching = false } = parts;
    if (level === undefined || level === 'none') throw new Error(`${code}: a rule over several points without a level`);
    const holder = `${SOURCE}${scopeId}`;
    const key = pointKey(holder, { measurement: '', channel: null });
    const point = this.byKey.get(key) ?? newPoint(holder, { measurement: '', channel: null, rules: [] });
    this.byKey.set(key, point);
    point.rules.set(code, {
      code,
      ladder: code,
      level,
      latching,
      onDelayMs,
      offDelayMs,
      limit: '',
      conditional: false,
      derived: true,
      says: () => 'not-asked',
      text: code,
    });
  }

  /** Whether a limit is on, as a rule over several points asks for it: null = not armed, `unknown` = not judged now. */
  limitNow(device: string, measurement: string, channel: number | null, code: string): boolean | 'unknown' | null {
    const point = this.byKey.get(pointKey(device, { measurement, channel }));
    const stands = point?.facts.findLast((fact) => fact.is === 'rules');
    if (point === undefined || stands?.is !== 'rules' || !stands.rules.some((rule) => rule.code === code)) return null;
    if (typeof point.newest !== 'number') return 'unknown';
    return this.momentsOf(point, code).moments.at(-1)?.on ?? false;
  }

  put(device: Device, profile: Profile, before: boolean, entry: Entry): void {
    const whole = keyOfHome({ device: device.id, measurement: null, channel: null });
    if (!this.byKey.has(whole)) this.byKey.set(whole, newPoint(device.id, { measurement: '', channel: null, rules: [] }));
    const now = new Map(pointsOf(device, profile).map((point) => [pointKey(device.id, point), point]));
    const old = !before ? [] : [...this.byKey].filter(([, point]) => point.device === device.id).map(([key]) => key);
    for (const key of new Set([...old, ...now.keys()])) {
      const rules = now.get(key)?.rules ?? [];
      const point = this.byKey.get(key) ?? newPoint(device.id, now.get(key));
      this.byKey.set(key, point);
      for (const rule of rules) point.rules.set(rule.code, rule);
      point.facts.push({
        entry: entry.seq,
        t: this.line.now(),
        is: 'rules',
        rules,
        forgets: !now.has(key),
      });
      point.touched = true;
    }
  }

  retire(id: string, entry: Entry): void {
    for (const point of this.byKey.values()) {
      if (point.device !== id) continue;
      for (const { ladder } of allRules(point).values())
        this.deed(point, ladder, {
          ...this.head(entry, 'engineer'),
          op: 'removed',
        });
      point.facts.push({
        entry: entry.seq,
        t: this.line.now(),
        is: 'rules',
        rules: [],
        forgets: true,
      });
      point.touched = true;
    }
  }

  find(home: Home, finding: Finding, on: boolean, t: number, early = false): void {
    const point = this.byKey.get(keyOfHome(home));
    if (point === undefined) throw new Error(`found ${finding.code} of ${keyOfHome(home)}, which is no point`);
    const found = point.found.get(finding.code) ?? { rule: ruleOf(finding), moments: [] };
    point.found.set(finding.code, found);
    if ((found.moments.at(-1)?.on ?? false) === on) return;
    const entry = this.line.times.length - 1;
    found.moments.push({ entry, t, on, code: finding.code, early, nth: found.moments.length, value: Number.NaN });
    point.touched = true;
  }

  stands(home: Home, ladder: string): Expected | null {
    const point = this.byKey.get(keyOfHome(home));
    if (point === undefined) return null;
    this.work(point);
    return point.expected.get(ladder) ?? null;
  }

  homesOf(device: string): readonly Home[] {
    return [...this.byKey.values()].filter((point) => point.device === device && point.measurement !== '');
  }

  /** A limit of it that stands is red. */
  canBeRed(home: Home): boolean {
    const point = this.byKey.get(keyOfHome(home));
    return point !== undefined && rulesAt(point, Infinity).some(({ level }) => level === 'red');
  }

  limitOf(device: string, code: string): { readonly home: Home; readonly ladder: string } | null {
    for (const point of this.byKey.values())
      if (point.device === device)
        for (const { fault, ladder } of point.rules.values())
          if (fault === code) return { home: { device, measurement: point.measurement, channel: point.channel }, ladder };
    return null;
  }

  head(entry: Entry, by: string): Pick<Deed, 'entry' | 't' | 'wall' | 'by'> {
    return { entry: entry.seq, t: this.line.now(), wall: entry.at, by };
  }

  deed(point: PointHistory, ladder: string, deed: Deed): void {
    const deeds = point.deeds.get(ladder) ?? [];
    point.deeds.set(ladder, deeds);
    if (deed.op === 'removed' && deeds.at(-1)?.op === 'removed') return;
    deeds.push(deed);
    point.touched = true;
  }

  momentsOf(point: PointHistory, code: string): { readonly moments: readonly Moment[]; readonly due: number | null } {
    if (point.joint) return this.joints.momentsOf(point.device.slice(SOURCE.length), code, this.line.times);
    const facts = factsOf(point, code);
    const rule = point.rules.get(code);
    if (rule?.follows !== undefined) {
      const { of } = rule.follows;
      return followingMoments(rule, rule.follows, this.momentsOf(point, of).moments, factsOf(point, of), facts, this.line.times);
    }
    const word = point.rates.get(code);
    if (rule?.rise !== undefined) return { moments: word?.moments ?? [], due: word?.due ?? null };
    if (rule?.countsOverMs === undefined) return momentsOf(facts, this.line.times);
    const counts = counted(facts, rule, rule.countsOverMs, this.line.times);
    const found = momentsOf(counts.facts, this.line.times);
    // Nobody has to be woken for a limit that is off and stays so.
    const matters = found.moments.at(-1)?.on === true || counts.passed;
    return { moments: found.moments, due: Math.min(found.due ?? Infinity, matters ? (counts.due ?? Infinity) : Infinity) };
  }

  /** A delay that ended before an entry ended before its samples, also those taken earlier: they count from then. */
  lastMoment(point: PointHistory): number {
    return Math.max(-Infinity, ...[...point.rules.keys()].map((code) => this.momentsOf(point, code).moments.at(-1)?.t ?? -Infinity));
  }

  work(point: PointHistory): void {
    point.touched = false;
    point.waits = false;
    point.due = Infinity;
    point.wallDue = Infinity;
    point.answers = new Map();
    const moments = new Map<string, Moment[]>();
    for (const { rule, moments: its } of point.found.values()) moments.set(rule.ladder, [...(moments.get(rule.ladder) ?? []), ...its]);
    const rules = allRules(point);
    for (const { code, ladder } of point.rules.values()) {
      if (point.unsaid.has(ladder)) continue;
      const found = this.momentsOf(point, code);
      moments.set(ladder, [...(moments.get(ladder) ?? []), ...found.moments]);
      point.moments.set(code, found.moments);
      if (found.due !== null) point.due = Math.min(point.due, found.due);
    }
    point.expected = new Map();
    const on = new Set<string>();
    const outEarly = new Set<string>();
    Object.assign(point, { on, outEarly });
    for (const [ladder, its] of moments) {
      const key = `${pointKey(point.device, point)}|${ladder}`;
      const life = lifeOf(
        its,
        point.deeds.get(ladder) ?? [],
        rules,
        (entry) => this.told.shownSeq(key, entry),
        (entry) => this.told.accepted(entry),
        {
          walls: this.line.walls,
          times: this.line.times,
          stood: (code, n, done) => rulesAt(point, done ? n : n - 1).some((rule) => rule.code === code),
          atWork: (n, done) => this.hours.isAtWork(point.device, n, done, this.line.walls[n] ?? 0),
        },
      );
      const { alarm, answers, wallDue } = life;
      if (alarm !== null) point.expected.set(ladder, alarm);
      for (const code of life.on) on.add(code);
      if (life.outEarly) outEarly.add(ladder);
      if (life.due > this.line.now()) point.due = Math.min(point.due, life.due);
      else point.waits = true;
      point.wallDue = Math.min(point.wallDue, wallDue);
      point.answers.set(ladder, answers);
    }
  }
}
