// Rules over several points of a hazard source: which of their inputs can be believed, what they say after every sample, change and
// dead-man, and when their alarm goes on and off by it. All in engine time: the devices' own clocks differ.
import { type Device, isJoint, type JointRule, type Rule as RuleAsset } from '../../../model/asset.ts';
import type { Entry } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';
import type { Sample } from '../../../model/reading.ts';
import type { PointName } from '../../../model/rule.ts';
import { Disagreement, type Step } from '../play.ts';
import { Absences } from './absences.ts';
import type { Moment } from './condition.ts';
import { type Answers, type Filed, type Text, textOf } from './expression.ts';
import { JUDGED } from './readings.ts';
import { type Outcome, outcomeOf, type Voter, wordOf } from './votes.ts';

/** What the auditor knows of the plant. */
export interface Ground {
  now(): number;
  /** Null where there is none, or none any more. */
  device(id: string): Device | null;
  devices(): Iterable<Device>;
  profile(id: string): Profile | undefined;
  isRealPlant(device: Device): boolean;
  /** Attributes of a hazard source. */
  source(id: string): Readonly<Record<string, unknown>>;
  /** Is a limit of a point on; null = it is not armed, `unknown` = it is not judged now. */
  limit(device: string, measurement: string, channel: number | null, code: string): boolean | 'unknown' | null;
}

/** One thing said of a rule. `none` = it is not armed. */
interface Said {
  readonly entry: number;
  readonly t: number;
  readonly says: Outcome | 'none';
  /** By a change of the configuration: it follows at once. */
  readonly moved: boolean;
  /** Before anything that its entry brings. */
  readonly early: boolean;
}

/** What is known of one point. */
interface Heard {
  /** Last value that could be believed. */
  value: number | null;
  newest: 'good' | 'bad' | 'worked';
  /** Its device, or it, fell silent and it has not spoken since. */
  mute: boolean;
}

interface Kept {
  readonly rule: JointRule;
  readonly text: Text | null;
  readonly said: Said[];
  /** Voters whose last word that could be believed was for the alarm. */
  readonly votes: Set<string>;
  /** What of the configuration it depends on, as one text. */
  stands: string;
}

interface Life {
  last: number;
  silent: boolean;
  through: string | null;
}

const FLOOR_MS = 60_000;

export class Joints {
  private readonly ground: Ground;
  private readonly rules = new Map<string, Kept>();
  private readonly points = new Map<string, Heard>();
  private readonly lives = new Map<string, Life>();
  private readonly gatewayBackAt = new Map<string, number>();
  private readonly absences = new Absences();

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** Before anything an entry brings: dead-men that have run out, limits whose delays are over. */
  begin({ entry }: Step): void {
    const now = this.ground.now();
    this.absences.see(entry, now);
    for (const [id, life] of this.lives) {
      const device = this.ground.device(id);
      if (device === null || life.silent) continue;
      const back = life.through === null ? -Infinity : (this.gatewayBackAt.get(life.through) ?? -Infinity);
      const period = this.period(device);
      if (Math.max(this.absences.runsOut(life.last, period), back + period) <= now) this.silence(id, life);
    }
    this.judge(entry, { early: true, moved: false });
  }

  /** Signs of life, before what a message says. */
  live({ entry, before, applied }: Step): void {
    const gateways = (id: string): void => {
      const raisedNow = applied.events.some((e) => e.kind === 'alarm' && e.alarm.deviceId === id && e.event.type === 'raised');
      const wasTold = [...before.values()].some((alarm) => alarm.deviceId === id && alarm.ladder === 'F01' && alarm.active);
      if (raisedNow || wasTold) this.gatewayBackAt.set(id, this.ground.now());
    };
    const alive = (id: string, through: string | null): void => {
      this.lives.set(id, { last: this.ground.now(), silent: false, through });
      for (const [key, point] of this.points) if (key.startsWith(`${id}/`) && !this.isRegular(key)) point.mute = false;
    };
    if (entry.kind === 'message') {
      const through = entry.credential.startsWith('gate-') ? entry.credential : null;
      if (through !== null) gateways(through);
      for (const { device } of entry.samples) alive(device, through);
    } else if (entry.kind === 'presence') {
      const { device, credential, what } = entry;
      if (device === null) {
        if (what === 'connected') gateways(credential);
      } else if (what === 'connected' || what === 'online') alive(device, this.lives.get(device)?.through ?? null);
    }
  }

  /** After one sample, when the limits of its device have been judged by it. */
  hear(sample: Sample, entry: Entry): void {
    for (const { measurement, channel, value, quality, flags } of sample.values) {
      if (flags.includes('stale-retained')) continue;
      const key = keyOf(sample.device, measurement, channel);
      const point = this.points.get(key) ?? { value: null, newest: 'bad' as const, mute: false };
      this.points.set(key, point);
      point.mute = false;
      if (quality === 'test' || quality === 'maintenance') point.newest = 'worked';
      else if (value === null || !JUDGED.has(quality)) point.newest = 'bad';
      else Object.assign(point, { newest: 'good', value: Number(value) });
    }
    this.judge(entry, { early: false, moved: false });
  }

  put(rule: RuleAsset): void {
    if (!isJoint(rule)) return;
    const before = this.rules.get(rule.id);
    const text = 'expression' in rule.joint ? textOf(rule.joint.expression) : null;
    this.rules.set(rule.id, { rule, text, said: before?.said ?? [], votes: before?.votes ?? new Set(), stands: before?.stands ?? '' });
  }

  drop(id: string): void {
    const kept = this.rules.get(id);
    if (kept !== undefined) this.put({ ...kept.rule, parts: { ...kept.rule.parts, enabled: false } });
  }

  /** After everything an entry brought. */
  /** @param times engine time of every entry, by entry number */
  end(step: Step, times: readonly number[]): void {
    const { entry, after, engine } = step;
    // Where the rules leave open when exactly somebody is silent, it is the engine's word; that it may say so is watched elsewhere.
    for (const [id, life] of this.lives) {
      const health = engine.view.status(id)?.health ?? [];
      if (!life.silent && (health.includes('silent') || health.includes('gateway'))) this.silence(id, life);
    }
    for (const { deviceId, measurement, channel, ladder, active } of after.values()) {
      const point = measurement === null || deviceId === null ? undefined : this.points.get(keyOf(deviceId, measurement, channel));
      if (point !== undefined && ladder === 'F01' && active) point.mute = true;
    }
    this.judge(entry, { early: false, moved: entry.kind === 'config' });
    this.causes(step, times);
  }

  /** An alarm that goes because something was changed says so. */
  private causes({ entry, applied }: Step, times: readonly number[]): void {
    for (const event of applied.events) {
      if (event.kind !== 'alarm' || event.event.type !== 'returned') continue;
      const { hazardSourceId, deviceId, ladder } = event.alarm;
      const kept = [...this.rules.values()].find(
        ({ rule }) => deviceId === null && rule.scopeId === hazardSourceId && rule.code === ladder,
      );
      if (kept === undefined || kept.said.at(-1)?.moved !== true) continue;
      // It was on until that change: no delay ended it before.
      const turn = this.momentsOf(kept.rule.scopeId, ladder, times).moments.at(-1);
      if (turn?.entry !== entry.seq || turn.on || turn.nth !== kept.said.length - 1) continue;
      const isLast = applied.events.findLast((other) => other.kind === 'alarm' && other.alarm.id === event.alarm.id) === event;
      if (!isLast || event.event.cause === 'configuration') continue;
      throw new Disagreement('cause', `${hazardSourceId} ${ladder} returned by a change, and says ${event.event.cause ?? 'nothing'} of it`);
    }
  }

  /** The rule's moments, and when its delay ends if nothing comes. */
  momentsOf(source: string, code: string, times: readonly number[]): { readonly moments: readonly Moment[]; readonly due: number | null } {
    const kept = [...this.rules.values()].find(({ rule }) => rule.scopeId === source && rule.code === code);
    if (kept === undefined) throw new Error(`${source} has no rule ${code}`);
    const { onDelayMs = 0, offDelayMs = 0 } = kept.rule.parts;
    return momentsOf(kept.said, code, { onDelayMs, offDelayMs }, times);
  }

  private period(device: Device): number {
    return Math.max(FLOOR_MS, 3 * (device.heartbeatMs ?? this.ground.profile(device.profileId)?.heartbeatMs ?? 0));
  }

  private silence(id: string, life: Life): void {
    life.silent = true;
    for (const [key, point] of this.points) if (key.startsWith(`${id}/`)) point.mute = true;
  }

  /** A point that comes with every report, as against one that speaks when it changes. */
  private isRegular(key: string): boolean {
    const [id = '', measurement = ''] = key.split('/');
    const profile = this.ground.profile(this.ground.device(id)?.profileId ?? '');
    const def = profile?.measurements.find((one) => one.key === measurement);
    return def !== undefined && profile?.reportMs !== null && def.valueType === 'number' && def.optional !== true && def.ucum !== '{count}';
  }

  private judge(entry: Entry, how: Pick<Said, 'early' | 'moved'>): void {
    for (const kept of this.rules.values()) {
      const { rule } = kept;
      const off = rule.parts.enabled === false;
      const { says, stands } = off ? { says: 'none' as const, stands: 'off' } : kept.text === null ? this.vote(kept) : this.text(kept);
      if (says === 'none') kept.votes.clear();
      const moved = how.moved && stands !== kept.stands && kept.said.length > 0;
      kept.stands = stands;
      if (says !== kept.said.at(-1)?.says || moved) kept.said.push({ entry: entry.seq, t: this.ground.now(), says, ...how, moved });
    }
  }

  private vote({ rule, votes }: Kept): Pick<Said, 'says'> & { readonly stands: string } {
    if (!('vote' in rule.joint)) throw new Error(`${rule.code} is no vote`);
    const { vote } = rule.joint;
    const here = this.namesOf(rule).filter(({ device, measurement, channel }) => {
      const found = this.ground.device(device);
      const armed = !('limit' in vote.when) || this.ground.limit(device, measurement, channel ?? null, vote.when.limit) !== null;
      return found !== null && found.hazardSourceId === rule.scopeId && armed;
    });
    const inService = here.filter(({ device }) => this.isInService(device));
    // Who has gone, and who was taken out of live service, has given up its vote.
    for (const key of votes) if (!inService.some((name) => nameKey(name) === key)) votes.delete(key);
    const voters = inService.map((name): Voter => {
      const key = nameKey(name);
      const point = this.points.get(key);
      const worked = point?.newest === 'worked';
      const heard = point !== undefined && point.newest === 'good' && !point.mute;
      if (heard && point.value !== null) {
        const { when } = vote;
        const word =
          'limit' in when
            ? this.ground.limit(name.device, name.measurement, name.channel ?? null, when.limit)
            : wordOf(when, point.value, votes.has(key));
        if (word === true) votes.add(key);
        else if (word === false) votes.delete(key);
      }
      return { keeps: votes.has(key), doubted: !worked && !heard, worked };
    });
    const stands = JSON.stringify([vote, rule.parts, here.map(nameKey), inService.map(nameKey)]);
    return { says: here.length === 0 ? 'none' : outcomeOf(vote, voters), stands };
  }

  private namesOf({ joint, scopeId }: JointRule): readonly PointName[] {
    if (!('vote' in joint)) return [];
    const { of } = joint.vote;
    if (!('profileId' in of)) return of;
    const { profileId, measurement, channel } = of;
    return [...this.ground.devices()]
      .filter((device) => device.hazardSourceId === scopeId && device.profileId === profileId)
      .map(({ id }) => ({ device: id, measurement, ...(channel === undefined ? {} : { channel }) }));
  }

  private isInService(id: string): boolean {
    const device = this.ground.device(id);
    return device !== null && (device.mode === 'live' || !this.ground.isRealPlant(device));
  }

  private text({ rule, text }: Kept): Pick<Said, 'says'> & { readonly stands: string } {
    if (text === null || !('expression' in rule.joint)) throw new Error(`${rule.code} is no expression`);
    const at = (id: string): Device | null => {
      const device = this.ground.device(id);
      return device?.hazardSourceId === rule.scopeId ? device : null;
    };
    const facts = text.filed.map((one) => this.factOf(one, rule.scopeId, at));
    const stands = JSON.stringify([
      rule.joint,
      rule.parts,
      facts,
      text.measured.map(({ device }) => [at(device) !== null, this.isInService(device)]),
    ]);
    const missing = text.measured.some(({ device }) => at(device) === null) || facts.includes(undefined);
    if (missing) return { says: 'none', stands };
    const believed = (device: string, measurement: string, channel: number | null): number | 'unknown' => {
      const point = this.points.get(keyOf(device, measurement, channel));
      return point === undefined || point.newest !== 'good' || point.mute || !this.isInService(device)
        ? 'unknown'
        : (point.value ?? 'unknown');
    };
    const answers: Answers = {
      value: believed,
      limit: (device, measurement, code) =>
        believed(device, measurement, null) === 'unknown' ? 'unknown' : (this.ground.limit(device, measurement, null, code) ?? 'unknown'),
    };
    const word = text.evaluate(answers, facts);
    if (word === 'unknown') return { says: 'held', stands };
    const { compare } = rule.joint;
    if (compare === undefined) return { says: word === true ? 'true' : 'false', stands };
    const { setPoint, deadband = 0 } = rule.parts;
    const when = { dir: compare, setPoint: Number(setPoint), deadband };
    if (wordOf(when, Number(word), false)) return { says: 'true', stands };
    return { says: wordOf(when, Number(word), true) ? 'between' : 'false', stands };
  }

  /** Where the device has none of that name, the hazard source's stands in. */
  private factOf(one: Filed, source: string, at: (id: string) => Device | null): unknown {
    if (one.is === 'asset') return this.ground.source(source)[one.name];
    const device = at(one.device);
    if (device === null) return undefined;
    return (one.is === 'attribute' ? device.attributes : device.conditions)[one.name] ?? this.ground.source(source)[one.name];
  }
}

/**
 * When a rule went on and off: what it says lasts until it says otherwise, and what it says unbroken for the delay takes effect. While it
 * holds no time counts. What a change of the configuration makes untrue goes off at once, what it leaves on begins no way back.
 */
export function momentsOf(
  said: readonly Said[],
  code: string,
  { onDelayMs, offDelayMs }: { readonly onDelayMs: number; readonly offDelayMs: number },
  times: readonly number[],
): { readonly moments: readonly Moment[]; readonly due: number | null } {
  const moments: Moment[] = [];
  const on = (): boolean => moments.at(-1)?.on ?? false;
  /** A delay under way: what is left of it as of a moment; `from` is null while it holds. */
  let delay: { left: number; from: { readonly entry: number; readonly t: number } | null } | null = null;
  const common = { code, value: Number.NaN };
  const endOf = (until: { readonly entry: number; readonly t: number } | null): number | null => {
    if (delay === null || delay.from === null) return null;
    const { left, from } = delay;
    const due = from.t + left;
    const entry = times.findIndex((time, n) => n > from.entry && time >= due);
    if (entry === -1 || (until !== null && entry > until.entry)) return due;
    moments.push({ ...common, entry, t: due, on: !on(), early: true, nth: -1 });
    delay = null;
    return null;
  };
  for (const [nth, fact] of said.entries()) {
    const { entry, t, says, moved, early } = fact;
    endOf(fact);
    const turn = (): void => {
      moments.push({ ...common, entry, t, on: !on(), early, nth });
      delay = null;
    };
    if (delay !== null && delay.from !== null) delay = { left: delay.left - (t - delay.from.t), from: { entry, t } };
    if (says === 'none' || (moved && says === 'false')) {
      delay = null;
      if (on()) turn();
      continue;
    }
    if (says === 'held') {
      if (delay !== null) delay = { ...delay, from: null };
      continue;
    }
    // Off goes on by what is true, on goes off by what has returned; between the two neither begins.
    if (says !== (on() ? 'false' : 'true')) delay = null;
    else if (delay !== null) delay = { ...delay, from: { entry, t } };
    else {
      const left = on() ? offDelayMs : onDelayMs;
      if (left === 0) turn();
      else delay = { left, from: { entry, t } };
    }
  }
  return { moments, due: endOf(null) };
}

function keyOf(device: string, measurement: string, channel: number | null): string {
  return `${device}/${measurement}/${channel ?? ''}`;
}

function nameKey({ device, measurement, channel }: PointName): string {
  return keyOf(device, measurement, channel ?? null);
}
