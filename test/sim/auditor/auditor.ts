// The auditor: from every entry so far it works out which alarms must be open, and holds the engine's list against it after each.
// Written from the glossary, the rules of alarms and the types of the model, never from the engine's code: it is slow and simple, so
// that where the two differ one of them has not understood the rules.
import type { Alarm } from '../../../model/alarm.ts';
import { type Device, type Enterprise, type HazardSource, isJoint, type JointRule } from '../../../model/asset.ts';
import type { ConfigBody, Entry, MessageBody } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';
import type { Sample } from '../../../model/reading.ts';
import { OUTAGE_GAP_MS } from '../../../model/time.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';
import { type Board, type Finding, type Found, type Home, keyOfHome, ruleOf } from './board.ts';
import { type Fact, type Moment, momentsOf } from './condition.ts';
import { counted } from './count.ts';
import { followingMoments, type Neighbour, stand } from './escalation.ts';
import { DueDates } from './due-dates.ts';
import { Faults } from './faults.ts';
import { WorkingHours } from './hours.ts';
import { Joints } from './joint.ts';
import { type Answer, type Deed, type Expected, lifeOf } from './life.ts';
import { type Look, pointsOf, type PointRules, type Rise, type Rule } from './limits.ts';
import { OverRange } from './over-range.ts';
import { PointSilence } from './point-silence.ts';
import { BACKLOG_ENDS_MS, JUDGED } from './readings.ts';
import { Rises } from './rise.ts';
import { hiddenBy, type Standing } from './table.ts';

type PointFact =
  | Exclude<Fact, { is: 'rule' }>
  | {
      readonly entry: number;
      readonly t: number;
      readonly is: 'rules';
      readonly rules: readonly Rule[];
      readonly forgets: boolean;
    };

interface PointHistory {
  readonly device: string;
  readonly measurement: string;
  readonly channel: number | null;
  /** It stands for a hazard source, whose rules over several points are its limits. */
  readonly joint: boolean;
  readonly facts: PointFact[];
  /** Its newest value, null where that says nothing about the process; absent = never heard. */
  newest?: number | null;
  /** Every limit the point ever had. */
  readonly rules: Map<string, Rule>;
  /** What was found about it that no limit says: faults, bad values, silence. */
  readonly found: Map<string, Found>;
  readonly deeds: Map<string, Deed[]>;
  /** Of its limits that are about a rise, by code. */
  readonly rates: Map<string, RateWord>;
  /** What is expected of every ladder, worked out after the entry it was last touched by. */
  expected: Map<string, Expected>;
  /** When each limit went on and off, by code. */
  moments: Map<string, readonly Moment[]>;
  /** Limits that are on, and those that were when the entry before was done. */
  on: ReadonlySet<string>;
  onBefore: ReadonlySet<string>;
  /** Ladders that were out of service before the present entry was applied. */
  outEarly: ReadonlySet<string>;
  /** What operators must have heard, by ladder and entry. */
  answers: Map<string, ReadonlyMap<number, Answer>>;
  /** When the next delay runs out if nothing comes, engine time. */
  due: number;
  /** When a suppression next ends by itself, wall time. */
  wallDue: number;
  touched: boolean;
  /** Something of it waits for the end of business hours: it is looked at with every entry. */
  waits: boolean;
  /** Ladders of which nothing can be said any more. */
  readonly unsaid: Set<string>;
  /**
   * Set by the first sample of a backlog: from then on only what the condition is can be said, not how the alarm came to it (reading 13).
   * Until `lateUntil` (engine time) nothing at all: the backlog may be under way.
   */
  loose: boolean;
  lateUntil: number;
}

/** When a limit about a rise went on and off, in the engine's word: what is certain about it has been held against that. */
interface RateWord {
  readonly moments: Moment[];
  /** Times the alarm had come by the last entry. */
  comings: number;
  /** When it must change at the latest, engine time. */
  due: number | null;
  /** What the facts of the point so far, so many, make certain; it stands until `until`. */
  known: { readonly facts: number; readonly least: Bound; readonly most: Bound; readonly until: number } | null;
  readonly rises: Rises;
}

type Bound = ReturnType<typeof momentsOf>;

export class Auditor implements Watcher {
  /** Engine time of every entry, by number. */
  private readonly times: number[] = [0];
  private readonly walls: number[] = [0];
  /** Real time of every entry, and the entries before which we were absent. */
  private readonly real: number[] = [0];
  private readonly absences: number[] = [];
  private lastEntry: Entry | null = null;
  private profiles = new Map<string, Profile>();
  private readonly devices = new Map<string, Device>();
  private readonly enterprises = new Map<string, Enterprise>();
  private readonly sources = new Map<string, HazardSource>();
  private readonly retired = new Set<string>();
  private readonly joints: Joints;
  private readonly points = new Map<string, PointHistory>();
  /** Clock error of a device as the engine shows it, ms. */
  private readonly clockErrors = new Map<string, number>();
  /** Arrival − stamp of every sample so far, ms, as our clock stands now. */
  private readonly lateness = new Map<string, readonly number[]>();
  /** What is known of the other points of a device. */
  private readonly scenes = new Map<string, Map<string, number | null>>();
  private readonly shownSeq = new Map<string, Map<number, number>>();
  private readonly accepted = new Map<number, boolean>();
  /** There is, or was, a cause-and-effect table. */
  private tabled = false;
  private readonly messages: (Entry & MessageBody)[] = [];
  private readonly hours = new WorkingHours();
  /** As they were before the present entry. */
  private before: { readonly devices: ReadonlyMap<string, Device>; readonly enterprises: ReadonlyMap<string, Enterprise> } = {
    devices: new Map(),
    enterprises: new Map(),
  };
  private readonly board: Board = {
    find: (home, finding, on, t, early = false) => this.find(home, finding, on, t, early),
    stands: (home, ladder) => this.stands(home, ladder),
  };
  private readonly dueDates = new DueDates(this.board);
  private readonly overRange = new OverRange(this.board);
  private readonly pointSilence = new PointSilence(this.board, (id) => {
    const device = this.retired.has(id) ? undefined : this.devices.get(id);
    const profile = this.profiles.get(device?.profileId ?? '');
    return device === undefined || profile === undefined ? null : { device, profile };
  });
  private readonly faults = new Faults(
    this.board,
    (device, code) => this.limitOf(device, code),
    (device) => this.homesOf(device),
  );

  constructor() {
    this.joints = new Joints({
      now: () => this.now(),
      device: (id) => (this.retired.has(id) ? null : (this.devices.get(id) ?? null)),
      devices: () => [...this.devices.values()].filter(({ id }) => !this.retired.has(id)),
      profile: (id) => this.profiles.get(id),
      isRealPlant: ({ enterpriseId }) => this.enterprises.get(enterpriseId)?.kind !== 'test',
      source: (id) => this.sources.get(id)?.attributes ?? {},
      limit: (device, measurement, channel, code) => this.limitNow(device, measurement, channel, code),
    });
  }

  see(step: Step): void {
    const { entry } = step;
    this.clock(step);
    this.pointSilence.begin(entry, this.now());
    if (entry.kind === 'config') this.before = { devices: new Map(this.devices), enterprises: new Map(this.enterprises) };
    if (entry.kind === 'start') this.hours.start(entry.seq, entry.localTime);
    this.joints.begin(step);
    this.joints.live(step);
    if (entry.kind === 'config') this.config(entry, step);
    if (entry.kind === 'message') this.message(entry, step);
    if (entry.kind === 'command') this.command(entry, step);
    this.joints.end(step, this.times);
    for (const alarm of step.after.values()) {
      const key = keyOf(alarm);
      const seqs = this.shownSeq.get(key) ?? new Map<number, number>();
      this.shownSeq.set(key, seqs.set(entry.seq, alarm.seq));
    }
    this.judge(step);
    for (const device of this.devices.keys()) {
      const error = step.engine.view.status(device)?.clockErrorMs ?? null;
      if (error !== null) this.clockErrors.set(device, error);
    }
  }

  /** Engine time is the monotonic time carried on across starts; a gap of more than 15 s is our own outage and counts nothing. */
  private clock({ entry, engine }: Step): void {
    const last = this.lastEntry;
    this.lastEntry = entry;
    if (last !== null && last.boot === entry.boot) this.ownStep(entry.at - last.at - (entry.mono - last.mono));
    const gap = last !== null && entry.boot === last.boot ? entry.mono - last.mono : 0;
    // How long a time of our own absence is for what is counted in a window is another question (reading 15).
    if (gap > OUTAGE_GAP_MS || (last !== null && last.boot !== entry.boot)) this.forgetCounts();
    const before = this.times.at(-1) ?? 0;
    this.times.push(last === null ? engine.engineTime(entry.mono) : before + (gap > OUTAGE_GAP_MS ? 0 : gap));
    this.walls.push(entry.at);
    this.real.push(Math.max(this.real.at(-1) ?? 0, entry.at));
    if (gap > OUTAGE_GAP_MS || (last !== null && last.boot !== entry.boot)) this.absences.push(entry.seq);
    const now = this.times.at(-1) ?? 0;
    const its = engine.engineTime(entry.mono);
    if (its !== now) throw new Disagreement('engine-time', `it is ${now} by the entries, ${its} by the engine`);
  }

  private forgetCounts(): void {
    for (const point of this.points.values())
      for (const rule of point.rules.values())
        if (rule.countsOverMs !== undefined && point.newest !== undefined) point.unsaid.add(rule.ladder);
  }

  private config(entry: Entry & ConfigBody, { applied }: Step): void {
    for (const [n, change] of entry.changes.entries()) {
      if (applied.outcomes[n]?.ok !== true) throw new Disagreement('config', `refused: ${JSON.stringify(applied.outcomes[n])}`);
      if (change.op === 'catalogue') {
        this.profiles = new Map(change.catalogue.profiles.map((p) => [p.id, p]));
        this.faults.catalogue(change.catalogue.faults);
      } else if (change.op === 'retire' && change.asset === 'rule') this.joints.drop(change.id);
      else if (change.op === 'retire') this.retire(change.id, entry);
      else if (change.op === 'factor') continue;
      else if (change.asset === 'enterprise') this.enterprises.set(change.value.id, change.value);
      else if (change.asset === 'device') this.put(change.value, entry);
      else if (change.asset === 'hazard-source') this.sources.set(change.value.id, change.value);
      else if (change.asset === 'rule' && isJoint(change.value)) this.join(change.value);
    }
    this.hours.configured(entry.seq, this.devices, this.enterprises);
  }

  /** A rule over several points: its alarm is the hazard source's, and its code is the ladder. */
  private join(rule: JointRule): void {
    const { scopeId, code, parts } = rule;
    const { level, onDelayMs = 0, offDelayMs = 0, latching = false } = parts;
    if (level === undefined || level === 'none') throw new Error(`${code}: a rule over several points without a level`);
    const holder = `${SOURCE}${scopeId}`;
    const key = pointKey(holder, { measurement: '', channel: null });
    const point = this.points.get(key) ?? newPoint(holder, { measurement: '', channel: null, rules: [] });
    this.points.set(key, point);
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
    this.joints.put(rule);
  }

  /** Whether a limit is on, as a rule over several points asks for it: null = not armed, `unknown` = not judged now. */
  private limitNow(device: string, measurement: string, channel: number | null, code: string): boolean | 'unknown' | null {
    const point = this.points.get(pointKey(device, { measurement, channel }));
    const stands = point?.facts.findLast((fact) => fact.is === 'rules');
    if (point === undefined || stands?.is !== 'rules' || !stands.rules.some((rule) => rule.code === code)) return null;
    if (typeof point.newest !== 'number') return 'unknown';
    return this.momentsOf(point, code).moments.at(-1)?.on ?? false;
  }

  private put(device: Device, entry: Entry): void {
    const before = this.devices.get(device.id);
    this.devices.set(device.id, device);
    const profile = this.profiles.get(device.profileId);
    if (profile === undefined) throw new Error(`no profile ${device.profileId}`);
    const whole = keyOfHome({ device: device.id, measurement: null, channel: null });
    if (!this.points.has(whole)) this.points.set(whole, newPoint(device.id, { measurement: '', channel: null, rules: [] }));
    const now = new Map(pointsOf(device, profile).map((point) => [pointKey(device.id, point), point]));
    const old = before === undefined ? [] : [...this.points].filter(([, point]) => point.device === device.id).map(([key]) => key);
    for (const key of new Set([...old, ...now.keys()])) {
      const rules = now.get(key)?.rules ?? [];
      const point = this.points.get(key) ?? newPoint(device.id, now.get(key));
      this.points.set(key, point);
      for (const rule of rules) point.rules.set(rule.code, rule);
      point.facts.push({
        entry: entry.seq,
        t: this.now(),
        is: 'rules',
        rules,
        forgets: !now.has(key),
      });
      point.touched = true;
    }
  }

  private retire(id: string, entry: Entry): void {
    this.retired.add(id);
    for (const point of this.points.values()) {
      if (point.device !== id) continue;
      for (const { ladder } of allRules(point).values())
        this.deed(point, ladder, {
          ...this.head(entry, 'engineer'),
          op: 'removed',
        });
      point.facts.push({
        entry: entry.seq,
        t: this.now(),
        is: 'rules',
        rules: [],
        forgets: true,
      });
      point.touched = true;
    }
  }

  private message(entry: Entry & MessageBody, { applied }: Step): void {
    const resend = this.isResend(entry);
    this.messages.push(entry);
    if (resend !== applied.resend)
      throw new Disagreement('resend', resend ? 'a resend is taken for new' : 'a new message is taken for a resend');
    if (applied.resend) return;
    const samples = entry.samples.map((sample) => ({ sample, t: this.sampleTime(sample, entry) }));
    for (const { sample, t: taken } of samples) {
      const late = this.now() - taken > this.window(sample.device);
      const own = new Map(
        sample.values.flatMap(({ measurement, channel, value, quality, flags }): [string, number | null][] =>
          flags.includes('stale-retained')
            ? []
            : [
                [
                  pointKey(sample.device, { measurement, channel }),
                  typeof value === 'number' && JUDGED.has(quality)
                    ? this.counts(value, { device: sample.device, measurement, channel }, taken)
                    : null,
                ],
              ],
        ),
      );
      const scene = this.scenes.get(sample.device) ?? new Map<string, number | null>();
      this.scenes.set(sample.device, scene);
      for (const { measurement, channel } of sample.values) {
        const value = own.get(pointKey(sample.device, { measurement, channel }));
        if (channel === null && value !== undefined) scene.set(measurement, value);
      }
      for (const point of this.points.values()) {
        if (point.device !== sample.device) continue;
        const key = pointKey(point.device, point);
        const fresh = own.has(key);
        // What a condition reads may have come without the point itself.
        if (!fresh && ![...point.rules.values()].some((rule) => rule.conditional)) continue;
        const t = taken < this.now() && !late ? Math.max(taken, this.lastMoment(point)) : taken;
        const newest = fresh ? own.get(key) : point.newest;
        if (newest !== undefined) point.newest = newest;
        const look: Look = { ...(newest === undefined ? {} : { own: newest }), fresh, scene: new Map(scene) };
        point.facts.push({ entry: entry.seq, t, is: 'look', look });
        point.touched = true;
        if (late) Object.assign(point, { loose: true, lateUntil: this.now() + BACKLOG_ENDS_MS });
      }
      this.joints.hear(sample, entry);
      this.pointSilence.hear(sample, entry.credential.startsWith('gate-'), this.now());
    }
    this.faults.message(samples);
  }

  private counts(value: number, home: Home, t: number): number {
    const device = this.devices.get(home.device);
    const profile = this.profiles.get(device?.profileId ?? '');
    return device === undefined || profile === undefined ? value : this.overRange.counts(value, home, device, profile, t);
  }

  private find(home: Home, finding: Finding, on: boolean, t: number, early: boolean): void {
    const point = this.points.get(keyOfHome(home));
    if (point === undefined) throw new Error(`found ${finding.code} of ${keyOfHome(home)}, which is no point`);
    const found = point.found.get(finding.code) ?? { rule: ruleOf(finding), moments: [] };
    point.found.set(finding.code, found);
    if ((found.moments.at(-1)?.on ?? false) === on) return;
    const entry = this.times.length - 1;
    found.moments.push({ entry, t, on, code: finding.code, early, nth: found.moments.length, value: Number.NaN });
    point.touched = true;
  }

  private stands(home: Home, ladder: string): Expected | null {
    const point = this.points.get(keyOfHome(home));
    if (point === undefined) return null;
    this.work(point);
    return point.expected.get(ladder) ?? null;
  }

  private homesOf(device: string): readonly Home[] {
    return [...this.points.values()].filter((point) => point.device === device && point.measurement !== '');
  }

  private limitOf(device: string, code: string): { readonly home: Home; readonly ladder: string } | null {
    for (const point of this.points.values())
      if (point.device === device)
        for (const { fault, ladder } of point.rules.values())
          if (fault === code) return { home: { device, measurement: point.measurement, channel: point.channel }, ladder };
    return null;
  }

  /** Older than this a sample is late: 2 × report period, at least 60 s. */
  private window(device: string): number {
    const known = this.devices.get(device);
    return Math.max(60_000, 2 * (known?.reportMs ?? this.profiles.get(known?.profileId ?? '')?.reportMs ?? 0));
  }

  /**
   * When a sample was taken, engine time: its age by the device's clock, less what that clock is wrong by. How the error is learnt is the
   * engine's; what it shows is believed as long as it lies among the errors that were seen. A clock nothing is known of is right.
   */
  private sampleTime(sample: Sample, { at: arrival, samples }: Entry & MessageBody): number {
    if (sample.stampedAt === null) return this.now();
    const late = arrival - sample.stampedAt;
    const seen = this.lateness.get(sample.device) ?? [];
    this.lateness.set(sample.device, [...seen, late]);
    const error = this.clockErrors.get(sample.device) ?? null;
    // What lies between two stamps of one message is known even so.
    if (error === null) return this.now() - Math.max(0, (samples.at(-1)?.stampedAt ?? sample.stampedAt) - sample.stampedAt);
    if (error < Math.min(...seen) || error > Math.max(...seen)) {
      throw new Disagreement('clock-error', `${sample.device}: ${error} ms, seen were ${Math.min(...seen)} to ${Math.max(...seen)} ms`);
    }
    return this.now() - Math.max(0, late - error);
  }

  /** A step of our own clock moves the errors of all devices at once. */
  private ownStep(byMs: number): void {
    for (const [device, error] of this.clockErrors) this.clockErrors.set(device, error + byMs);
    for (const [device, seen] of this.lateness)
      this.lateness.set(
        device,
        seen.map((late) => late + byMs),
      );
  }

  /** Same credential, same bytes, and either a stamp among them or the packet id of one from before, early in a new connection. */
  private isResend(message: Entry & MessageBody): boolean {
    return this.messages.some((old) => {
      if (old.credential !== message.credential || old.digest !== message.digest) return false;
      if (message.stamped) return true;
      return message.packetId !== null && old.packetId === message.packetId && message.nth < 64 && old !== message;
    });
  }

  private command(entry: Extract<Entry, { kind: 'command' }>, { named, before, applied }: Step): void {
    const { command } = entry;
    const alarm = named.get(command.alarmId);
    if (alarm === undefined) return;
    const point = this.points.get(
      pointKey(holderOf(alarm), {
        measurement: alarm.measurement ?? '',
        channel: alarm.channel,
      }),
    );
    if (point === undefined) return;
    this.accepted.set(entry.seq, applied.outcomes[0]?.ok === true);
    const head = { ...this.head(entry, entry.by), closed: !before.has(command.alarmId) };
    if (applied.outcomes[0]?.ok === true) this.overRange.heed(point, alarm.ladder, command);
    switch (command.op) {
      case 'acknowledge':
        this.deed(point, alarm.ladder, {
          ...head,
          op: 'acknowledge',
          seen: command.seen ?? null,
        });
        return;
      case 'shelve':
        this.deed(point, alarm.ladder, {
          ...head,
          op: 'shelve',
          minutes: command.minutes ?? null,
          approvedBy: command.approvedBy ?? null,
        });
        return;
      case 'out-of-service':
        this.deed(point, alarm.ladder, {
          ...head,
          op: 'out-of-service',
          until: command.until ?? null,
        });
        return;
      default:
        this.deed(point, alarm.ladder, { ...head, op: command.op });
    }
  }

  private head(entry: Entry, by: string): Pick<Deed, 'entry' | 't' | 'wall' | 'by'> {
    return { entry: entry.seq, t: this.now(), wall: entry.at, by };
  }

  private deed(point: PointHistory, ladder: string, deed: Deed): void {
    const deeds = point.deeds.get(ladder) ?? [];
    point.deeds.set(ladder, deeds);
    if (deed.op === 'removed' && deeds.at(-1)?.op === 'removed') return;
    deeds.push(deed);
    point.touched = true;
  }

  private now(): number {
    return this.times.at(-1) ?? 0;
  }

  private fallDue({ entry }: Step): void {
    for (const device of this.devices.values()) {
      const profile = this.profiles.get(device.profileId);
      if (profile !== undefined && !this.retired.has(device.id)) this.dueDates.judge(device, profile, entry.at, this.now());
    }
  }

  private judge(step: Step): void {
    this.fallDue(step);
    this.pointSilence.shown(step.engine, this.now());
    const actual = new Map([...step.after.values()].map((alarm) => [keyOf(alarm), alarm]));
    for (const point of this.points.values())
      for (const rule of point.rules.values()) if (rule.rise !== undefined) this.hearRate(point, rule, rule.rise, actual, step.entry);
    for (const point of this.points.values())
      if (point.joint || point.touched || point.waits || point.due <= this.now() || point.wallDue <= step.entry.at) this.work(point);
    this.rise(step, true);
    this.table(step);
    // What a cause hides or shows is no longer, or again, something that somebody should see; what rises may be a cause.
    while (this.rise(step, false)) this.table(step);
    for (const point of this.points.values()) {
      point.onBefore = point.on;
      point.outEarly = new Set([...point.expected].flatMap(([ladder, { byHand }]) => (byHand.includes('out-of-service') ? [ladder] : [])));
    }
    for (const point of this.points.values()) {
      this.answers(point, step);
      if (!this.pointSilence.judges(point.device)) point.unsaid.add('F01');
      if (point.loose) {
        this.judgeLoosely(point, actual);
        continue;
      }
      for (const ladder of point.unsaid) actual.delete(`${pointKey(point.device, point)}|${ladder}`);
      for (const [ladder, expected] of point.expected) {
        if (point.unsaid.has(ladder)) continue;
        const key = `${pointKey(point.device, point)}|${ladder}`;
        const alarm = actual.get(key);
        actual.delete(key);
        if (alarm === undefined) throw new Disagreement('alarm-missing', `${key} must be ${say(expected)}, and is not open`);
        const about = [...allRules(point).values()].filter((rule) => rule.ladder === ladder);
        const reconfigured = point.joint || point.facts.filter((fact) => fact.is === 'rules').length > 1;
        this.compare(key, expected, alarm, { reconfigured, instrument: about.some((rule) => rule.fault !== undefined) });
      }
    }
    for (const [key, alarm] of actual) {
      const point = this.points.get(key.slice(0, key.lastIndexOf('|')));
      const known =
        point !== undefined &&
        ([...allRules(point).values()].some((rule) => rule.ladder === alarm.ladder) ||
          (!point.loose &&
            alarm.kind === 'instrument' &&
            !UNJUDGED.has(alarm.ladder) &&
            !(alarm.ladder === 'F01' && alarm.measurement === null)));
      if (known)
        throw new Disagreement(
          'alarm-unfounded',
          `${key} is ${alarm.state} ${alarm.level} ${alarm.code}, and nothing of it should be open`,
        );
    }
    const delays = [...this.points.values()].map((point) => (point.loose ? Infinity : point.due));
    const due = Math.max(this.now(), Math.min(this.pointSilence.due(), ...delays));
    const wanted = step.engine.nextDue();
    if (due !== Infinity && (wanted === null || wanted > due)) {
      throw new Disagreement('not-woken', `a delay runs out at ${due}, the engine wants to be woken at ${wanted}`);
    }
  }

  private momentsOf(point: PointHistory, code: string): { readonly moments: readonly Moment[]; readonly due: number | null } {
    if (point.joint) return this.joints.momentsOf(point.device.slice(SOURCE.length), code, this.times);
    const facts = factsOf(point, code);
    const rule = point.rules.get(code);
    if (rule?.follows !== undefined) {
      const { of } = rule.follows;
      return followingMoments(rule, rule.follows, this.momentsOf(point, of).moments, factsOf(point, of), facts, this.times);
    }
    const word = point.rates.get(code);
    if (rule?.rise !== undefined) return { moments: word?.moments ?? [], due: word?.due ?? null };
    if (rule?.countsOverMs === undefined) return momentsOf(facts, this.times);
    const counts = counted(facts, rule, rule.countsOverMs, this.times);
    const found = momentsOf(counts.facts, this.times);
    // Nobody has to be woken for a limit that is off and stays so.
    const matters = found.moments.at(-1)?.on === true || counts.passed;
    return { moments: found.moments, due: Math.min(found.due ?? Infinity, matters ? (counts.due ?? Infinity) : Infinity) };
  }

  /** Holds the engine's word on a limit about a rise against what is certain, and takes it where nothing is. */
  private hearRate(point: PointHistory, rule: Rule, rise: Rise, actual: ReadonlyMap<string, Alarm>, entry: Entry): void {
    const { code, ladder } = rule;
    const key = `${pointKey(point.device, point)}|${ladder}`;
    const word = point.rates.get(code) ?? { moments: [], comings: 0, due: null, known: null, rises: new Rises(rise) };
    point.rates.set(code, word);
    const known = word.known?.facts === point.facts.length && this.now() < word.known.until ? word.known : this.knownOf(point, code, word);
    word.known = known;
    const { least, most } = known;
    const must = least.moments.at(-1)?.on ?? false;
    const may = most.moments.at(-1)?.on ?? false;
    if (must && !may) throw new Error(`${key}: the least rise is more than the most`);
    const alarm = actual.get(key);
    const is = alarm?.active ?? false;
    const was = word.moments.at(-1)?.on ?? false;
    const comings = alarm === undefined ? word.comings : alarm.occurrence + alarm.recurrences;
    if (must && !is) throw new Disagreement('rate-missing', `${key}: the rise is certain, and the alarm is ${alarm?.state ?? 'not open'}`);
    if (is && !may) throw new Disagreement('rate-unfounded', `${key}: the alarm is active, and no rise may make it so`);
    // Off by a delay and on again by the sample that showed it.
    const again = was && is && comings > word.comings;
    if (again && must && least.moments.at(-1)?.entry !== entry.seq)
      throw new Disagreement('rate-restless', `${key}: it came again, and the rise had not gone`);
    const certain = [least, most].map(({ moments }) =>
      moments.filter((one) => one.entry === entry.seq).map((one) => ({ ...one, value: Number.NaN })),
    );
    if (JSON.stringify(certain[0]) === JSON.stringify(certain[1]) && (certain[0]?.at(-1)?.on ?? was) === is && !again)
      word.moments.push(...(certain[0] ?? []));
    else if (again) word.moments.push(this.momentNow(point, rule, false, entry), this.momentNow(point, rule, true, entry));
    else if (is !== was) word.moments.push(this.momentNow(point, rule, is, entry));
    word.comings = comings;
    const due = is ? most.due : least.due;
    point.touched ||= due !== word.due || word.moments.at(-1)?.entry === entry.seq;
    word.due = due;
  }

  private knownOf(point: PointHistory, code: string, { rises }: RateWord): NonNullable<RateWord['known']> {
    rises.take(factsOf(point, code), this.real, this.absences);
    const [least, most] = [momentsOf(rises.least, this.times), momentsOf(rises.most, this.times)];
    return { facts: point.facts.length, least, most, until: Math.min(least.due ?? Infinity, most.due ?? Infinity) };
  }

  private momentNow(point: PointHistory, { code, onDelayMs, offDelayMs }: Rule, on: boolean, { seq }: Entry): Moment {
    const early = (on ? onDelayMs : offDelayMs) > 0;
    return { entry: seq, t: this.now(), on, code, early, nth: early ? -1 : point.facts.length - 1, value: Number.NaN };
  }

  /** A delay that ended before an entry ended before its samples, also those taken earlier: they count from then. */
  private lastMoment(point: PointHistory): number {
    return Math.max(-Infinity, ...[...point.rules.keys()].map((code) => this.momentsOf(point, code).moments.at(-1)?.t ?? -Infinity));
  }

  /** Is a limit on, and is the alarm at least as bad as it: that holds however it came to it. */
  private judgeLoosely(point: PointHistory, actual: Map<string, Alarm>): void {
    const rules = [...allRules(point).values()];
    for (const ladder of new Set(rules.map((rule) => rule.ladder))) {
      const key = `${pointKey(point.device, point)}|${ladder}`;
      const alarm = actual.get(key);
      actual.delete(key);
      if (this.now() < point.lateUntil || point.unsaid.has(ladder)) continue;
      // Inside a late batch samples come before delays that would have ended meanwhile, or after them: semantics says neither.
      const timed = (rule: Rule): boolean => rule.onDelayMs > 0 || rule.offDelayMs > 0 || rule.countsOverMs !== undefined;
      if (rules.some((rule) => rule.ladder === ladder && timed(rule))) continue;
      const active = point.expected.get(ladder)?.active ?? false;
      if (active !== (alarm?.active ?? false)) {
        throw new Disagreement('after-backlog', `${key}: a limit is ${active ? '' : 'not '}on, the alarm is ${alarm?.state ?? 'not open'}`);
      }
    }
  }

  /** What the tables hide after this entry, against what they hid before it. */
  private table(step: Step): void {
    // Of an enterprise or of one of its hazard sources: it reaches the devices of that enterprise either way.
    const tables = [
      ...[...this.enterprises.values()].map(({ id, causes }) => ({ enterprise: id, lines: causes ?? [] })),
      ...[...this.sources.values()].map(({ enterpriseId, causes }) => ({ enterprise: enterpriseId, lines: causes ?? [] })),
    ];
    if (!this.tabled && tables.every(({ lines }) => lines.length === 0)) return;
    this.tabled = true;
    const points = [...this.points.values()];
    const standing = points.flatMap((point): Standing[] =>
      [...point.expected].map(([ladder, expected]) => ({
        key: `${pointKey(point.device, point)}|${ladder}`,
        device: point.device,
        measurement: point.measurement,
        channel: point.channel,
        ladder,
        enterprise: this.devices.get(point.device)?.enterpriseId,
        test: this.isTest(point.device),
        expected,
      })),
    );
    const hidden = hiddenBy(tables, standing);
    for (const point of points) {
      for (const [ladder, expected] of point.expected) {
        const key = `${pointKey(point.device, point)}|${ladder}`;
        const head = { ...this.head(step.entry, 'table'), ladder };
        if (hidden.has(key) !== expected.hidden) this.tableDeed(point, { ...head, op: hidden.has(key) ? 'hide' : 'show' });
      }
    }
  }

  /**
   * What rises because others of its group are on too: looked at when the timers that were due have run out, and when the entry is done.
   * @returns whether anything rose
   */
  private rise({ entry }: Step, early: boolean): boolean {
    const rising = [...this.points.values()].filter((point) => [...point.rules.values()].some((rule) => rule.follows !== undefined));
    if (rising.length === 0) return false;
    const { devices, enterprises } =
      early && entry.kind === 'config' ? this.before : { devices: this.devices, enterprises: this.enterprises };
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
        this.deed(point, rule.ladder, { ...this.head(entry, 'escalation'), op: 'rise', code: rule.code, early });
        risen.push(point);
      }
    }
    for (const point of risen) this.work(point);
    return risen.length > 0;
  }

  /** Since when a limit of a device is on that speaks for others, or null. */
  private onSince(device: string, measurement: string, limit: string, entry: number, early: boolean): number | null {
    for (const point of this.points.values()) {
      const rule = point.device === device && point.measurement === measurement ? point.rules.get(limit) : undefined;
      if (rule === undefined) continue;
      const last = point.moments.get(limit)?.findLast((moment) => moment.entry < entry || !early || moment.early);
      const out = early ? point.outEarly.has(rule.ladder) : point.expected.get(rule.ladder)?.byHand.includes('out-of-service') === true;
      if (last?.on === true && !out) return last.t;
    }
    return null;
  }

  private isTest(id: string): boolean {
    const device = this.devices.get(id);
    return device?.mode !== 'live' || this.enterprises.get(device.enterpriseId)?.kind === 'test';
  }

  /** What a timer did comes before the command of the entry that showed it. */
  private tableDeed(point: PointHistory, { ladder, ...deed }: Deed & { readonly ladder: string }): void {
    const deeds = point.deeds.get(ladder) ?? [];
    point.deeds.set(ladder, deeds);
    const at = deeds.findIndex((other) => other.entry === deed.entry && other.op !== 'hide' && other.op !== 'show');
    deeds.splice(at === -1 ? deeds.length : at, 0, deed);
    this.work(point);
  }

  private answers(point: PointHistory, step: Step): void {
    if (point.loose) return;
    for (const [ladder, answers] of point.answers) {
      const answer = answers.get(step.entry.seq);
      if (answer !== undefined) checkAnswer(`${pointKey(point.device, point)}|${ladder}`, answer, step);
    }
  }

  private work(point: PointHistory): void {
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
        (entry) => this.shownSeq.get(key)?.get(entry) ?? 0,
        (entry) => this.accepted.get(entry) ?? false,
        { walls: this.walls, times: this.times, atWork: (n, done) => this.hours.isAtWork(point.device, n, done, this.walls[n] ?? 0) },
      );
      const { alarm, answers, wallDue } = life;
      if (alarm !== null) point.expected.set(ladder, alarm);
      for (const code of life.on) on.add(code);
      if (life.outEarly) outEarly.add(ladder);
      if (life.due > this.now()) point.due = Math.min(point.due, life.due);
      else point.waits = true;
      point.wallDue = Math.min(point.wallDue, wallDue);
      point.answers.set(ladder, answers);
    }
  }

  /**
   * @param reconfigured its limits were moved: `value` and `limit` then follow the change, in a way the rules leave open
   * @param instrument it is about the instrument, not about what that measures
   */
  private compare(
    key: string,
    expected: Expected,
    alarm: Alarm,
    { reconfigured, instrument }: { readonly reconfigured: boolean; readonly instrument: boolean },
  ): void {
    const device = this.devices.get(alarm.deviceId ?? '');
    const source = this.sources.get(alarm.hazardSourceId ?? '');
    const enterprise = this.enterprises.get(device?.enterpriseId ?? source?.enterpriseId ?? '');
    const profile = this.profiles.get(device?.profileId ?? '');
    const facts: readonly (readonly [string, unknown, unknown])[] = [
      ['state', expected.state, alarm.state],
      ['level', expected.level, alarm.level],
      ['code', expected.or.includes(alarm.code) ? alarm.code : expected.code, alarm.code],
      ['active', expected.active, alarm.active],
      ['latched', expected.latched, alarm.latched],
      ['occurrence', expected.occurrence, alarm.occurrence],
      ['recurrences', expected.recurrences, alarm.recurrences],
      ['acknowledgedBy', expected.acknowledgedBy, expected.acknowledgedBy === null ? null : alarm.acknowledgedBy],
      ['acknowledgedLevel', expected.acknowledgedLevel, expected.acknowledgedLevel === null ? null : alarm.acknowledgedLevel],
      ['value', expected.value, expected.value === null || reconfigured ? expected.value : alarm.value],
      ['limit', expected.limit, expected.limit === null || reconfigured ? expected.limit : alarm.limit],
      ['suppressedBy', [...expected.suppressedBy].sort().join(' '), [...alarm.suppressedBy].sort().join(' ')],
      ['enterpriseId', enterprise?.id, alarm.enterpriseId],
      ['hazardSourceId', device === undefined ? source?.id : device.hazardSourceId, alarm.hazardSourceId],
      ['areaId', enterprise?.areaId ?? null, alarm.areaId],
      ['test', alarm.deviceId === null ? enterprise?.kind === 'test' : this.isTest(alarm.deviceId), alarm.test],
      // What kind a rule over several points is of follows from its points.
      ['kind', instrument ? 'instrument' : profile?.alarmKind, profile === undefined ? undefined : alarm.kind],
    ];
    for (const [name, should, is] of facts) {
      if (should === is) continue;
      throw new Disagreement(`alarm-${name}`, `${key}: ${name} must be ${String(should)}, is ${String(is)} (expected ${say(expected)})`);
    }
  }
}

/** The rules that stood when an entry was done. */
function rulesAt(point: PointHistory, entry: number): readonly Rule[] {
  const last = point.facts.findLast((fact) => fact.is === 'rules' && fact.entry <= entry);
  return last?.is === 'rules' ? last.rules : [];
}

/** Codes that the auditor does not judge: what the platform finds by itself. */
const UNJUDGED: ReadonlySet<string> = new Set(['F05', 'F21', 'DRIFT']);

/** Every limit the point ever had, and all that was found about it. */
function allRules({ rules, found }: PointHistory): ReadonlyMap<string, Rule> {
  return new Map([...rules, ...[...found].map(([code, { rule }]): [string, Rule] => [code, rule])]);
}

/** What is known of a point, as one of its limits sees it. */
function factsOf(point: PointHistory, code: string): readonly Fact[] {
  return point.facts.map((fact): Fact => {
    if (fact.is !== 'rules') return fact;
    const { entry, t, forgets } = fact;
    return {
      entry,
      t,
      is: 'rule',
      rule: fact.rules.find((rule) => rule.code === code) ?? null,
      forgets,
    };
  });
}

function checkAnswer(key: string, answer: Answer, { applied }: Step): void {
  const outcome = applied.outcomes[0];
  const got: Answer =
    outcome === undefined
      ? 'either'
      : outcome.ok
        ? outcome.changed
          ? 'changes'
          : 'unchanged'
        : outcome.code === 'alarm-changed'
          ? 'alarm-changed'
          : 'refused';
  if (answer !== 'either' && got !== answer) throw new Disagreement('answer', `${key}: the operator must hear "${answer}", hears "${got}"`);
}

function say(expected: Expected): string {
  return `${expected.state} ${expected.level} ${expected.code}, occurrence ${expected.occurrence}, recurrences ${expected.recurrences}`;
}

function newPoint(device: string, rules: PointRules | undefined): PointHistory {
  if (rules === undefined) throw new Error(`a point of ${device} without rules`);
  const { measurement, channel } = rules;
  return {
    device,
    measurement,
    channel,
    joint: device.startsWith(SOURCE),
    facts: [],
    rules: new Map(),
    found: new Map(),
    deeds: new Map(),
    rates: new Map(),
    expected: new Map(),
    moments: new Map(),
    on: new Set(),
    onBefore: new Set(),
    outEarly: new Set(),
    answers: new Map(),
    due: Infinity,
    wallDue: Infinity,
    touched: true,
    waits: false,
    unsaid: new Set(),
    loose: false,
    lateUntil: -Infinity,
  };
}

function pointKey(device: string, point: Pick<PointRules, 'measurement' | 'channel'>): string {
  return `${device}|${point.measurement}|${point.channel ?? '-'}`;
}

function keyOf(alarm: Alarm): string {
  return `${pointKey(holderOf(alarm), { measurement: alarm.measurement ?? '', channel: alarm.channel })}|${alarm.ladder}`;
}

/** The device an alarm is about, or the hazard source. */
function holderOf({ deviceId, hazardSourceId }: Alarm): string {
  return deviceId ?? (hazardSourceId === null ? '' : `${SOURCE}${hazardSourceId}`);
}

/** In front of the name of a hazard source where that of a device stands. */
const SOURCE = 'hazard:';
