import { type Alarm, type AlarmKind, SAID_AGAIN } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import {
  type AlarmFact,
  type AlarmIdentity,
  type BadActor,
  CHATTERING_TIMES,
  CHATTERING_WITHIN_MS,
  type EarlierAlarm,
  type Figures,
  FLEETING_BELOW_MS,
  type StandingAlarm,
} from '../../model/performance.ts';
import type { EpochMs, Stretch } from '../../model/time.ts';
import { FlaggedCounter } from './flagged.ts';
import { lengthOf } from './observed.ts';
import { RateCounter } from './rates.ts';
import { spreadOf } from './spread.ts';
import { StandingCounter } from './standing.ts';

const ENOUGH_MS = 30 * 86_400_000;
const WORST = 10;
/** Longest list of standing, shelved and out-of-service alarms; the counts are whole. */
const LISTED = 100;

interface Actor {
  readonly identity: AlarmIdentity;
  /** Times of its last activations, at most `CHATTERING_TIMES`. */
  recent: EpochMs[];
  annunciated: number;
  chattering: number;
  fleeting: number;
}

/** One alarm while the period goes on. */
interface Course {
  /** Since when it has been true, or null while it is not. */
  trueSince: EpochMs | null;
  /** Since when it has rung without an acknowledgement, or null. */
  ringingSince: EpochMs | null;
  dueAt: EpochMs | null;
  /** The entry that told it to the operator last, and at which level that counted. */
  told: { readonly entry: number; readonly level: Level } | null;
}

/**
 * Performance figures from the alarm events of a period, in the order of their time. One pass, memory by the number of different alarms:
 * a year of a city fits.
 */
export class FiguresFold {
  private readonly from: EpochMs;
  private readonly to: EpochMs;
  private readonly rates: RateCounter;
  private readonly standing: StandingCounter;
  private readonly flagged = new FlaggedCounter();
  private readonly actors = new Map<string, Actor>();
  private readonly courses = new Map<string, Course>();
  private readonly byLevel: Record<Level, number> = { red: 0, orange: 0, yellow: 0, blue: 0 };
  private readonly byKind: Record<AlarmKind, number> = { process: 0, instrument: 0, fire: 0, system: 0 };
  private readonly toAcknowledge: number[] = [];
  private readonly toReturn: number[] = [];
  private readonly verified: Record<string, number> = {};
  private readonly people = new Map<string, number[]>();
  private readonly observed: readonly Stretch[];
  private late = 0;

  /**
   * @param dayBegins UTC ms at which the local day of a time begins: days of the standing alarms are those of the people who look
   * @param observed when something could have rung, see `observedIn`
   */
  constructor(from: EpochMs, to: EpochMs, dayBegins: (at: EpochMs) => EpochMs, observed: readonly Stretch[]) {
    this.from = from;
    this.to = to;
    this.observed = observed;
    this.rates = new RateCounter(to, observed);
    this.standing = new StandingCounter(from, to, dayBegins);
  }

  /** An alarm from before the period, before any event is given. */
  earlier(alarm: EarlierAlarm): void {
    if (alarm.test || alarm.historic) return;
    this.flagged.earlier(alarm.alarmId, alarm);
    if (alarm.suppressed) return;
    const stillTrue = alarm.returnedAt === null || alarm.returnedAt >= this.from;
    const unseen = alarm.acknowledgedAt === null || alarm.acknowledgedAt >= this.from;
    if (!stillTrue && !unseen) return;
    this.courses.set(alarm.alarmId, {
      trueSince: stillTrue ? alarm.raisedAt : null,
      ringingSince: unseen ? alarm.raisedAt : null,
      dueAt: null,
      told: null,
    });
    if (stillTrue) this.standing.begin(alarm.alarmId, alarm, alarm.level, alarm.raisedAt);
  }

  /** A closed alarm that is under a flag now, before any event is given. */
  resting(alarm: Alarm): void {
    if (alarm.test || alarm.historic) return;
    const suppressions = (alarm.suppressions ?? []).filter(({ since }) => since < this.from);
    this.flagged.earlier(alarm.id, { ...alarm, suppressions }, true);
  }

  add(fact: AlarmFact): void {
    if (fact.test || fact.historic) {
      // It may have been moved into a test: what ran of it counts no further.
      this.end(fact.alarmId, fact.at);
      this.flagged.drop(fact.alarmId);
      return;
    }
    this.flagged.add(fact);
    switch (fact.type) {
      case 'raised':
        this.came(fact, true);
        return;
      case 're-announced':
        if (!SAID_AGAIN.includes(fact.cause ?? '')) this.came(fact, this.courses.get(fact.alarmId)?.trueSince === null);
        return;
      case 'level-raised':
        if (fact.unacknowledged) this.came(fact, false);
        else this.standing.level(fact.alarmId, fact.level);
        return;
      case 'level-lowered':
        this.standing.level(fact.alarmId, fact.level);
        return;
      case 'withdrawn':
        this.course(fact.alarmId).ringingSince = fact.at;
        return;
      case 'acknowledged':
        this.acknowledged(fact);
        return;
      case 'returned':
        this.returned(fact);
        return;
      case 'closed':
        this.end(fact.alarmId, fact.at);
        return;
      case 'verified':
        if (fact.verifiedAs !== null) this.verified[fact.verifiedAs] = (this.verified[fact.verifiedAs] ?? 0) + 1;
        return;
      default:
        return;
    }
  }

  private course(id: string): Course {
    let course = this.courses.get(id);
    if (course === undefined) {
      course = { trueSince: null, ringingSince: null, dueAt: null, told: null };
      this.courses.set(id, course);
    }
    return course;
  }

  /** It was told to the operator. `activated`: it had not been true before. */
  private came(fact: AlarmFact, activated: boolean): void {
    const course = this.course(fact.alarmId);
    if (activated || course.trueSince === null) {
      course.trueSince = fact.at;
      this.standing.begin(fact.alarmId, fact, fact.level, fact.at);
    } else this.standing.level(fact.alarmId, fact.level);
    if (fact.suppressed) return;
    if (course.ringingSince === null) course.ringingSince = fact.at;
    course.dueAt = fact.dueAt;
    const actor = this.actor(fact);
    this.tell(fact, course, actor);
    if (!activated) return;
    actor.recent.push(fact.at);
    if (actor.recent.length > CHATTERING_TIMES) actor.recent.shift();
    const first = actor.recent[0];
    if (actor.recent.length < CHATTERING_TIMES || first === undefined || fact.at - first > CHATTERING_WITHIN_MS) return;
    actor.chattering += 1;
    actor.recent = [];
  }

  /** What came and rose in one entry is one thing told, at the level at which it stayed. */
  private tell({ entry, at, level, kind }: AlarmFact, course: Course, actor: Actor): void {
    this.byLevel[level] += 1;
    const { told } = course;
    course.told = { entry, level };
    if (told?.entry === entry) {
      this.byLevel[told.level] -= 1;
      return;
    }
    this.rates.add(at);
    this.byKind[kind] += 1;
    actor.annunciated += 1;
  }

  private actor(fact: AlarmFact): Actor {
    const key = JSON.stringify([fact.deviceId, fact.measurement, fact.channel, fact.ladder]);
    let actor = this.actors.get(key);
    if (actor === undefined) {
      const { enterpriseId, areaId, deviceId, measurement, channel, ladder, kind } = fact;
      const identity = { enterpriseId, areaId, deviceId, measurement, channel, ladder, kind };
      actor = { identity, recent: [], annunciated: 0, chattering: 0, fleeting: 0 };
      this.actors.set(key, actor);
    }
    return actor;
  }

  private acknowledged(fact: AlarmFact): void {
    const course = this.courses.get(fact.alarmId);
    if (course === undefined || course.ringingSince === null) return;
    const took = fact.at - course.ringingSince;
    this.toAcknowledge.push(took);
    if (course.dueAt !== null && fact.at > course.dueAt) this.late += 1;
    course.ringingSince = null;
    course.dueAt = null;
    if (fact.by === null) return;
    const own = this.people.get(fact.by);
    if (own === undefined) this.people.set(fact.by, [took]);
    else own.push(took);
  }

  private returned(fact: AlarmFact): void {
    const course = this.courses.get(fact.alarmId);
    if (course === undefined || course.trueSince === null) return;
    const took = fact.at - course.trueSince;
    course.trueSince = null;
    this.standing.end(fact.alarmId, fact.at);
    if (fact.suppressed) return;
    this.toReturn.push(took);
    if (took < FLEETING_BELOW_MS) this.actor(fact).fleeting += 1;
  }

  private end(id: string, at: EpochMs): void {
    this.courses.delete(id);
    this.standing.end(id, at);
  }

  /** To be asked once, after the last event. */
  figures(): Figures {
    const rates = this.rates.rates();
    const actors = [...this.actors.values()];
    const worst = [...actors].sort((a, b) => b.annunciated - a.annunciated).slice(0, WORST);
    const waiting = [...this.courses.values()].filter((course) => course.ringingSince !== null);
    const standing = this.standing.result();
    const shelved = this.flagged.under('shelved');
    const outOfService = this.flagged.under('out-of-service');
    return {
      from: this.from,
      to: this.to,
      enoughDays: (this.observed.at(-1)?.[1] ?? 0) - (this.observed[0]?.[0] ?? 0) >= ENOUGH_MS,
      observedMs: lengthOf(this.observed),
      rates,
      byLevel: this.byLevel,
      byKind: this.byKind,
      worst: worst.map((actor) => badActor(actor, rates.annunciated)),
      worstShare: shareOf(
        worst.reduce((sum, actor) => sum + actor.annunciated, 0),
        rates.annunciated,
      ),
      chattering: actors.filter((actor) => actor.chattering > 0).length,
      fleeting: actors.reduce((sum, actor) => sum + actor.fleeting, 0),
      standing: standing.now.slice(0, LISTED).map(standingAlarm),
      standingCount: standing.now.length,
      standingMaxPerDay: standing.maxPerDay,
      shelved: shelved.slice(0, LISTED),
      shelvedCount: shelved.length,
      outOfService: outOfService.slice(0, LISTED),
      outOfServiceCount: outOfService.length,
      shelvings: this.flagged.times(),
      toAcknowledge: spreadOf(this.toAcknowledge),
      toReturn: spreadOf(this.toReturn),
      late: this.late + waiting.filter((course) => course.dueAt !== null && course.dueAt < this.to).length,
      unacknowledged: waiting.length,
      verified: this.verified,
      people: [...this.people]
        .map(([by, took]) => ({ by, acknowledged: took.length, p50: spreadOf(took).p50 }))
        .sort((a, b) => b.acknowledged - a.acknowledged || (a.by < b.by ? -1 : 1)),
    };
  }
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function badActor(actor: Actor, annunciated: number): BadActor {
  return {
    ...actor.identity,
    annunciated: actor.annunciated,
    share: shareOf(actor.annunciated, annunciated),
    chattering: actor.chattering,
    fleeting: actor.fleeting,
  };
}

function standingAlarm(one: {
  readonly id: string;
  readonly identity: AlarmIdentity;
  readonly level: Level;
  readonly since: EpochMs;
}): StandingAlarm {
  const { enterpriseId, areaId, deviceId, measurement, channel, ladder, kind } = one.identity;
  return { alarmId: one.id, enterpriseId, areaId, deviceId, measurement, channel, ladder, kind, level: one.level, since: one.since };
}
