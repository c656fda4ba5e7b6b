// The auditor: from every entry so far it works out which alarms must be open, and holds the engine's list against it after each.
// Written from the glossary, the rules of alarms and the types of the model, never from the engine's code: it is slow and simple, so
// that where the two differ one of them has not understood the rules.
import type { Alarm } from '../../../model/alarm.ts';
import { type Device, isJoint } from '../../../model/asset.ts';
import type { Applied } from '../../../model/engine.ts';
import type { ConfigBody, Entry, MessageBody } from '../../../model/entry.ts';
import { pointKey as pointKeyOf, type Sample } from '../../../model/reading.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';
import { type Home, keyOfHome } from './board.ts';
import { ClockCode } from './clock-code.ts';
import { compare, say } from './comparison.ts';
import { checkAnswer, deedOf } from './deeds.ts';
import { DriftWatch } from './drift.ts';
import { DueDates } from './due-dates.ts';
import { Faults } from './faults.ts';
import { Hiding } from './hiding.ts';
import { WorkingHours } from './hours.ts';
import { Joints } from './joint.ts';
import { Inhibition } from './inhibition.ts';
import { KnownPlant } from './known-plant.ts';
import { Lateness } from './lateness.ts';
import type { Look, Rule } from './limits.ts';
import { OverRange } from './over-range.ts';
import { allRules, holderOf, keyOf, type PointHistory, pointKey } from './point.ts';
import { PointSilence } from './point-silence.ts';
import { Points } from './points.ts';
import { RateWords } from './rate-words.ts';
import { BACKLOG_ENDS_MS, JUDGED } from './readings.ts';
import { Resends } from './resends.ts';
import { RisingTogether } from './rising-together.ts';
import { Stuck } from './stuck.ts';
import { TimeLine } from './time-line.ts';
import { Unheard } from './unheard.ts';
import { WarmUp } from './warm-up.ts';

export class Auditor implements Watcher {
  private readonly line = new TimeLine();
  private readonly plant = new KnownPlant();
  private readonly lateness = new Lateness();
  private readonly resends = new Resends();
  private readonly warmUp = new WarmUp();
  private readonly clockCode = new ClockCode(this.plant);
  private readonly hours = new WorkingHours();
  /** What is known of the other points of a device. */
  private readonly scenes = new Map<string, Map<string, number | null>>();
  /** The last good value of each. */
  private readonly rested = new Map<string, Map<string, number>>();
  /** Devices of which something came late: a delay of theirs may run out late after it (reading 13). */
  private readonly lateOnce = new Set<string>();
  private readonly shownSeq = new Map<string, Map<number, number>>();
  private readonly accepted = new Map<number, boolean>();
  private readonly joints = new Joints({
    now: () => this.line.now(),
    device: (id) => this.plant.device(id),
    devices: () => this.plant.here(),
    profile: (id) => this.plant.profiles.get(id),
    isRealPlant: ({ enterpriseId }) => this.plant.enterprises.get(enterpriseId)?.kind !== 'test',
    source: (id) => this.plant.sources.get(id)?.attributes ?? {},
    limit: (device, measurement, channel, code) => this.points.limitNow(device, measurement, channel, code),
  });
  private readonly points: Points = new Points(this.line, this.joints, this.hours, {
    shownSeq: (key, entry) => this.shownSeq.get(key)?.get(entry) ?? 0,
    accepted: (entry) => this.accepted.get(entry) ?? false,
  });
  private readonly rates = new RateWords(this.line);
  private readonly together = new RisingTogether(this.plant, this.points);
  private readonly hiding = new Hiding(this.plant, this.points);
  private readonly dueDates = new DueDates(this.points);
  private readonly overRange = new OverRange(this.points);
  private readonly pointSilence = new PointSilence(this.points, (id) => this.plant.known(id));
  private readonly unheard = new Unheard(this.points, {
    known: (id) => this.plant.known(id),
    homesOf: (id) => this.points.homesOf(id),
    canBeRed: (home) => this.points.canBeRed(home),
    samplesOf: (home) => this.pointSilence.samplesOf(home),
    isSilentBy: (device, t) => this.pointSilence.isSilentBy(device, t),
  });
  private readonly inhibition = new Inhibition(
    this.points,
    (id) => this.plant.known(id),
    (home) => this.points.canBeRed(home),
  );
  private readonly stuck = new Stuck(this.points, (id) => this.plant.known(id));
  private readonly drift = new DriftWatch(this.points, (id) => this.plant.known(id));
  private readonly faults = new Faults(
    this.points,
    (device, code) => this.points.limitOf(device, code),
    (device) => this.points.homesOf(device),
    (home, code) => code === 'F04' && this.isFolding(home),
  );

  see(step: Step): void {
    const { entry } = step;
    const { absent, ownStepMs } = this.line.next(step);
    this.lateness.ownStep(ownStepMs);
    this.clockCode.ownStep(ownStepMs);
    // How long a time of our own absence is for what is counted in a window is another question (reading 15).
    if (absent) this.points.forgetCounts();
    this.unheard.begin(entry, this.line.now());
    this.pointSilence.begin(entry, this.line.now());
    this.inhibition.begin(step, this.line.now());
    this.faults.begin(this.line.now());
    this.warmUp.begin();
    if (entry.kind === 'config') this.plant.begin();
    if (entry.kind === 'start') this.hours.start(entry.seq, entry.localTime);
    this.joints.begin(step);
    this.joints.live(step);
    if (entry.kind === 'config') this.config(entry, step);
    if (entry.kind === 'message') this.message(entry, step);
    if (entry.kind === 'command') this.command(entry, step);
    this.joints.end(step, this.line.times);
    for (const alarm of step.after.values()) {
      const key = keyOf(alarm);
      const seqs = this.shownSeq.get(key) ?? new Map<number, number>();
      this.shownSeq.set(key, seqs.set(entry.seq, alarm.seq));
    }
    this.warmUp.judge(step.applied);
    this.judge(step);
    this.lateness.learn(step.engine.view, this.plant.devices.keys());
  }

  private config(entry: Entry & ConfigBody, { applied }: Step): void {
    for (const [n, change] of entry.changes.entries()) {
      // Those are judged beside the warnings.
      if (change.op === 'factor') continue;
      if (applied.outcomes[n]?.ok !== true) throw new Disagreement('config', `refused: ${JSON.stringify(applied.outcomes[n])}`);
      const before = change.op === 'put' && this.plant.devices.has(change.value.id);
      const takenBack = change.op === 'retire' && change.asset === 'rule' ? this.plant.deviceOfRule(change.id) : null;
      this.plant.take(change);
      const ruled = takenBack ?? (change.op === 'put' && change.asset === 'rule' ? this.plant.deviceOfRule(change.value.id) : null);
      if (ruled !== null) this.put(ruled, true, entry);
      if (change.op === 'catalogue') this.faults.catalogue(change.catalogue.faults);
      else if (change.op === 'retire' && change.asset === 'rule') this.joints.drop(change.id);
      else if (change.op === 'retire') this.points.retire(change.id, entry);
      else if (change.asset === 'device') {
        this.put(change.value, before, entry);
      } else if (change.asset === 'rule' && isJoint(change.value)) {
        this.points.join(change.value);
        this.joints.put(change.value);
      }
    }
    this.hours.configured(entry.seq, this.plant.devices, this.plant.enterprises);
  }

  /** A device with its limits as they stand by now. */
  private put(device: Device, before: boolean, entry: Entry): void {
    const profile = this.plant.ruled(device);
    if (profile === undefined) throw new Error(`no profile ${device.profileId}`);
    this.points.put(device, profile, before, entry);
    this.drift.follow(device, this.line.now());
  }

  private message(entry: Entry & MessageBody, step: Step): void {
    const { applied } = step;
    const resend = this.resends.take(entry);
    if (resend !== applied.resend)
      throw new Disagreement('resend', resend ? 'a resend is taken for new' : 'a new message is taken for a resend');
    if (applied.resend) return;
    const now = this.line.now();
    const samples = entry.samples.map((sample) => {
      const t = this.lateness.sampleTime(sample, entry, now);
      return { sample, t, late: now - t > this.plant.window(sample.device) };
    });
    for (const { sample, t: taken, late } of samples) {
      if (late) this.lateOnce.add(sample.device);
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
      const rested = this.rested.get(sample.device) ?? new Map<string, number>();
      this.rested.set(sample.device, rested);
      for (const { measurement, channel } of sample.values) {
        const value = own.get(pointKey(sample.device, { measurement, channel }));
        if (channel !== null || value === undefined) continue;
        scene.set(measurement, value);
        if (value !== null) rested.set(measurement, value);
      }
      for (const point of this.points.of(sample.device)) {
        const key = pointKey(point.device, point);
        const fresh = own.has(key);
        // What a condition reads may have come without the point itself.
        if (!fresh && ![...point.rules.values()].some((rule) => rule.conditional)) continue;
        const t = taken < now && !late ? Math.max(taken, this.points.lastMoment(point)) : taken;
        const newest = fresh ? own.get(key) : point.newest;
        if (newest !== undefined) point.newest = newest;
        const look: Look = { ...(newest === undefined ? {} : { own: newest }), fresh, scene: new Map(scene), rested: new Map(rested) };
        point.facts.push({ entry: entry.seq, t, is: 'look', look });
        point.touched = true;
        if (late) Object.assign(point, { loose: true, lateUntil: now + BACKLOG_ENDS_MS });
      }
      this.takeOverRange(sample, entry, taken);
      this.joints.hear(sample, entry);
      this.warmUp.hear(sample);
      this.inhibition.hear(sample, taken);
      this.unheard.hear(sample);
      this.stuck.hear(sample, { engine: now, real: this.line.real.at(-1) ?? 0 });
      this.drift.hear(sample, { engine: now, real: this.line.real.at(-1) ?? 0 });
      const through = entry.credential.startsWith('gate-') ? entry.credential : null;
      this.pointSilence.hear(sample, through, this.lateOnce.has(sample.device), now);
    }
    this.faults.message(samples, now);
    this.soundless(entry, applied);
    this.clockCode.judge(entry, new Set(samples.flatMap(({ sample, late }) => (late ? [sample.device] : []))), step);
  }

  /** Inside a late batch nothing makes a sound (semantics 4). */
  private soundless({ samples }: MessageBody, { events }: Applied): void {
    const late = new Set(samples.flatMap(({ device }) => (this.faults.isLate(device) ? [device] : [])));
    for (const event of events) {
      if (event.kind !== 'alarm' || event.event.type !== 'raised' || !late.has(event.alarm.deviceId ?? '')) continue;
      const { deviceId, measurement, ladder } = event.alarm;
      throw new Disagreement('late-rings', `${deviceId} ${measurement ?? ''} ${ladder} rings in the middle of what comes late`);
    }
  }

  /** A sensor that folds back counts as full scale from the report that it is beyond its range. */
  private takeOverRange({ device: id, faults, pointFaults }: Sample, entry: Entry, t: number): void {
    const known = this.plant.known(id);
    if (known === null || (faults === undefined && pointFaults === undefined)) return;
    for (const home of this.points.homesOf(id)) {
      const named = pointFaults?.[pointKeyOf(home.measurement ?? '', home.channel)]?.includes('F04') === true;
      const value = this.overRange.report(named, home, known.device, known.profile, t);
      const point = this.points.get(keyOfHome(home));
      if (value === null || point === undefined) continue;
      point.newest = value;
      const scene = new Map(this.scenes.get(id) ?? []);
      const rested = new Map(this.rested.get(id) ?? []);
      point.facts.push({ entry: entry.seq, t, is: 'look', look: { own: value, fresh: true, scene, rested } });
      point.touched = true;
    }
  }

  private isFolding(home: Home): boolean {
    const known = this.plant.known(home.device);
    return known !== null && home.measurement !== null && this.overRange.folds(home, known.device, known.profile);
  }

  private counts(value: number, home: Home, t: number): number {
    const device = this.plant.devices.get(home.device);
    const profile = this.plant.profiles.get(device?.profileId ?? '');
    return device === undefined || profile === undefined ? value : this.overRange.counts(value, home, device, profile, t);
  }

  private command(entry: Extract<Entry, { kind: 'command' }>, { named, before, applied }: Step): void {
    const { command } = entry;
    const alarm = named.get(command.alarmId);
    if (alarm === undefined) return;
    const { measurement, channel, ladder } = alarm;
    const point = this.points.get(pointKey(holderOf(alarm), { measurement: measurement ?? '', channel }));
    if (point === undefined) return;
    const accepted = applied.outcomes[0]?.ok === true;
    this.accepted.set(entry.seq, accepted);
    if (accepted) this.overRange.heed(point, ladder, command);
    const head = { ...this.points.head(entry, entry.by), closed: !before.has(command.alarmId) };
    this.points.deed(point, ladder, deedOf(command, head));
  }

  private fallDue({ entry }: Step): void {
    for (const device of this.plant.here()) {
      const profile = this.plant.profiles.get(device.profileId);
      if (profile !== undefined) this.dueDates.judge(device, profile, entry.at, this.line.now());
    }
  }

  private judge(step: Step): void {
    this.fallDue(step);
    this.stuck.settle(step.after.values(), this.line.now());
    this.drift.settle(step.after.values(), this.line.now());
    this.inhibition.settle(step);
    this.pointSilence.shown(step.engine, this.line.now(), (id) => this.unheard.isMissed(id));
    this.unheard.settle(step);
    this.inhibition.shown(step.engine);
    const actual = new Map([...step.after.values()].map((alarm) => [keyOf(alarm), alarm]));
    for (const point of this.points.all())
      for (const rule of point.rules.values()) if (rule.rise !== undefined) this.rates.hear(point, rule, rule.rise, actual, step.entry);
    for (const point of this.points.all())
      if (point.joint || point.touched || point.waits || point.due <= this.line.now() || point.wallDue <= step.entry.at)
        this.points.work(point);
    this.together.rise(step.entry, true);
    this.hiding.apply(step.entry);
    // What a cause hides or shows is no longer, or again, something that somebody should see; what rises may be a cause.
    while (this.together.rise(step.entry, false)) this.hiding.apply(step.entry);
    for (const point of this.points.all()) {
      point.onBefore = point.on;
      point.outEarly = new Set([...point.expected].flatMap(([ladder, { byHand }]) => (byHand.includes('out-of-service') ? [ladder] : [])));
    }
    for (const point of this.points.all()) {
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
        // Which of two escalations at one level is shown when their base was moved between them is left open (reading 32).
        const follows = about.find(({ code }) => code === expected.code)?.follows?.of;
        const like = about.filter((rule) => reconfigured && rule.follows?.of === follows && rule.level === expected.level);
        compare(this.plant, key, expected, alarm, {
          reconfigured,
          instrument: about.some((rule) => rule.fault !== undefined),
          like: follows === undefined ? [] : like.map(({ code }) => code),
        });
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
    const delays = [...this.points.all()].map((point) => (point.loose || this.lateOnce.has(point.device) ? Infinity : point.due));
    const inhibited = this.inhibition.due((device, t) => this.pointSilence.isSilentBy(device, t));
    const due = Math.max(this.line.now(), Math.min(this.pointSilence.due(), this.unheard.due(), inhibited, ...delays));
    const wanted = step.engine.nextDue();
    if (due !== Infinity && (wanted === null || wanted > due)) {
      throw new Disagreement('not-woken', `a delay runs out at ${due}, the engine wants to be woken at ${wanted}`);
    }
  }

  /** Is a limit on, and is the alarm at least as bad as it: that holds however it came to it. */
  private judgeLoosely(point: PointHistory, actual: Map<string, Alarm>): void {
    const rules = [...allRules(point).values()];
    for (const ladder of new Set(rules.map((rule) => rule.ladder))) {
      const key = `${pointKey(point.device, point)}|${ladder}`;
      const alarm = actual.get(key);
      actual.delete(key);
      if (this.line.now() < point.lateUntil || point.unsaid.has(ladder)) continue;
      // Inside a late batch samples come before delays that would have ended meanwhile, or after them: semantics says neither.
      const timed = (rule: Rule): boolean => rule.onDelayMs > 0 || rule.offDelayMs > 0 || rule.countsOverMs !== undefined;
      if (rules.some((rule) => rule.ladder === ladder && timed(rule))) continue;
      const active = point.expected.get(ladder)?.active ?? false;
      if (active !== (alarm?.active ?? false)) {
        throw new Disagreement('after-backlog', `${key}: a limit is ${active ? '' : 'not '}on, the alarm is ${alarm?.state ?? 'not open'}`);
      }
    }
  }

  private answers(point: PointHistory, step: Step): void {
    if (point.loose) return;
    for (const [ladder, answers] of point.answers) {
      const answer = answers.get(step.entry.seq);
      if (answer !== undefined) checkAnswer(`${pointKey(point.device, point)}|${ladder}`, answer, step);
    }
  }
}

/** Codes that the auditor does not judge: what the platform finds by itself. */
const UNJUDGED: ReadonlySet<string> = new Set(['F05']);
