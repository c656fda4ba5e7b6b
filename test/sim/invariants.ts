// What must hold in every world, each said as one property that needs no prediction of the whole.
import type { Alarm } from '../../model/alarm.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { Sample, SampleValue } from '../../model/reading.ts';
import type { EngineMs } from '../../model/time.ts';
import { BACKLOG_ENDS_MS, JUDGED } from './auditor/readings.ts';
import { Disagreement, type EngineMaker, stateOf, type Step, type Watcher } from './play.ts';
import type { Engine } from '../../model/engine.ts';

const UNSEEN: ReadonlySet<Alarm['state']> = new Set(['UNACK', 'RTNUN', 'LUNACK']);

/** Every event has the next number, over restarts too, and names the entry that caused it. */
export class NumbersWithoutGaps implements Watcher {
  private last = 0;

  see({ entry, applied, engine }: Step): void {
    for (const event of applied.events) {
      if (event.seq !== this.last + 1) throw new Disagreement('event-numbers', `event ${event.seq} follows ${this.last}`);
      if (event.kind === 'alarm' && (event.event.seq !== event.seq || event.event.entry !== entry.seq || event.alarm.seq !== event.seq)) {
        throw new Disagreement('event-numbers', `event ${event.seq} of entry ${entry.seq} names itself ${JSON.stringify(event.event)}`);
      }
      this.last = event.seq;
    }
    if (engine.view.eventSeq !== this.last)
      throw new Disagreement('event-numbers', `the view stands at ${engine.view.eventSeq}, the events at ${this.last}`);
  }
}

/** Who only hears the events knows the open alarms: nothing comes, changes or goes without one. */
export class EventsTellAll implements Watcher {
  private readonly heard = new Map<string, Alarm>();

  see({ entry, applied, after }: Step): void {
    for (const event of applied.events) {
      if (event.kind !== 'alarm') continue;
      if (event.alarm.state === 'NORM') this.heard.delete(event.alarm.id);
      else this.heard.set(event.alarm.id, event.alarm);
    }
    // A calm tick changes nothing, and there are many.
    if (entry.kind === 'tick' && applied.events.length === 0) return;
    if (this.heard.size !== after.size)
      throw new Disagreement('events-tell-all', `${this.heard.size} open by the events, ${after.size} are`);
    for (const [id, open] of after) {
      const heard = this.heard.get(id);
      const field = heard === undefined ? 'id' : differing(heard, open);
      if (field !== null)
        throw new Disagreement('events-tell-all', `${open.deviceId} ${open.ladder}: \`${field}\` is another than its last event told`);
    }
  }
}

/** These change without an event of their own: a peak grows, a quality changes, an alarm that a change leaves as it was is judged by a newer revision. */
const QUIET: ReadonlySet<string> = new Set(['peak', 'quality', 'ruleRevision']);

function differing(heard: Alarm, open: Alarm): string | null {
  for (const [field, value] of Object.entries(open)) {
    const other: unknown = heard[field as keyof Alarm];
    if (QUIET.has(field) || value === other) continue;
    if (JSON.stringify(value) !== JSON.stringify(other)) return field;
  }
  return null;
}

/** An alarm nobody has acknowledged goes only by an acknowledgement, or with its device. */
export class NothingVanishes implements Watcher {
  see({ entry, before, after, applied }: Step): void {
    for (const alarm of before.values()) {
      if (after.has(alarm.id) || !UNSEEN.has(alarm.state)) continue;
      const acknowledged = entry.kind === 'command' && entry.command.op === 'acknowledge' && entry.command.alarmId === alarm.id;
      const removed = applied.events.some(
        (e) => e.kind === 'alarm' && e.alarm.id === alarm.id && e.event.type === 'closed' && e.event.cause === 'removed',
      );
      if (acknowledged || (removed && entry.kind === 'config')) continue;
      throw new Disagreement('vanished', `${alarm.deviceId} ${alarm.ladder} was ${alarm.state} and is gone by a ${entry.kind}`);
    }
  }
}

/** An acknowledgement covers no level that was not on the screen it came from, and the second one changes nothing. */
export class AcknowledgedWhatWasSeen implements Watcher {
  private readonly levels = new Map<string, { readonly seq: number; readonly level: Level }[]>();

  see({ entry, before, applied, after }: Step): void {
    if (entry.kind === 'command' && entry.command.op === 'acknowledge') {
      const { alarmId, seen } = entry.command;
      const was = before.get(alarmId);
      const covered = applied.events.find((e) => e.kind === 'alarm' && e.event.type === 'acknowledged');
      if (covered?.kind === 'alarm' && seen !== undefined) {
        const shown = (this.levels.get(alarmId) ?? []).filter((l) => l.seq <= seen).map((l) => LEVEL_RANK[l.level]);
        const level = covered.alarm.acknowledgedLevel;
        if (level !== null && LEVEL_RANK[level] > Math.max(0, ...shown)) {
          throw new Disagreement('covers-unseen', `${alarmId}: acknowledged at ${level}, the screen showed less`);
        }
      }
      // A delay that runs out with this very entry may have made it ring again before.
      const alone = applied.events.length === 1;
      if (was !== undefined && !UNSEEN.has(was.state) && after.has(alarmId) && covered !== undefined && alone) {
        throw new Disagreement('acknowledged-twice', `${alarmId} was ${was.state} and tells of another acknowledgement`);
      }
    }
    for (const event of applied.events) {
      if (event.kind !== 'alarm') continue;
      this.levels.set(event.alarm.id, [...(this.levels.get(event.alarm.id) ?? []), { seq: event.seq, level: event.alarm.level }]);
    }
  }
}

/** A message in which a point has nothing but bad samples returns and lowers nothing of it (no delay being due). */
export class BadNeverClears implements Watcher {
  private due: EngineMs | null = null;
  /** Engine time until which delays of late samples may run out at any entry (reading 13). */
  private lateUntil: EngineMs = 0;

  see({ entry, applied, engine }: Step): void {
    const due = this.due;
    this.due = engine.nextDue();
    if (entry.kind !== 'message' || (due !== null && due <= engine.engineTime(entry.mono))) return;
    // In a late batch delays run out between its samples.
    const late = (sample: Sample): boolean => {
      const error = engine.view.status(sample.device)?.clockErrorMs ?? 0;
      return sample.stampedAt !== null && entry.at - sample.stampedAt - error > 0;
    };
    const now = engine.engineTime(entry.mono);
    if (entry.samples.some(late)) this.lateUntil = now + BACKLOG_ENDS_MS;
    if (now < this.lateUntil) return;
    for (const event of applied.events) {
      if (event.kind !== 'alarm' || (event.event.type !== 'returned' && event.event.type !== 'level-lowered')) continue;
      const { deviceId, measurement, channel } = event.alarm;
      // That a value is bad may well end with one that is only not judged.
      if (measurement === null || event.alarm.kind === 'instrument') continue;
      // One under a condition ends by what the condition reads.
      const profile = engine.view.catalogue?.profiles.find((p) => p.id === engine.view.assets('device').get(deviceId ?? '')?.profileId);
      const def = profile?.measurements.find((m) => m.key === measurement);
      const conditional =
        def?.limits.some((limit) => limit.code === event.alarm.ladder && (limit.when ?? limit.referenceFrom) !== undefined) === true;
      const own = (v: SampleValue): boolean => conditional || (v.measurement === measurement && v.channel === channel);
      const judged = entry.samples.some(
        (s) => s.device === deviceId && s.values.some((v) => own(v) && v.value !== null && JUDGED.has(v.quality)),
      );
      if (!judged)
        throw new Disagreement(
          'bad-clears',
          `${deviceId} ${event.alarm.ladder} ${event.event.type} by a message without a good value of it`,
        );
    }
  }
}

/** An engine restored at any entry says the same from there on, to the byte. */
export class TwinSaysTheSame implements Watcher {
  private twin: Engine | null = null;
  private readonly maker: EngineMaker;
  private readonly every: number;

  /** @param every a new twin after so many entries */
  constructor(maker: EngineMaker, every: number) {
    this.maker = maker;
    this.every = every;
  }

  see({ entry, applied, engine }: Step): void {
    if (this.twin !== null) {
      const told = JSON.stringify(this.twin.apply(entry));
      if (told !== JSON.stringify(applied))
        throw new Disagreement('twin', `restored, entry ${entry.seq} says ${told}, without it ${JSON.stringify(applied)}`);
    }
    if (entry.seq % this.every !== 0) return;
    const text = engine.serialise();
    if (this.twin !== null && stateOf(this.twin.serialise()) !== stateOf(text))
      throw new Disagreement('twin', `entry ${entry.seq}: the restored engine stands elsewhere`);
    this.twin = this.maker.restoreEngine(text);
  }
}

/** After these the horn goes. */
const RINGS: ReadonlySet<string> = new Set(['raised', 'level-raised', 're-announced', 'withdrawn']);

/**
 * The re-alarm timer of an enterprise: what nobody has acknowledged rings again after that time, and not before. Silenced and suppressed
 * alarms may keep quiet; a step of our clock or an outage begins the time anew, a move to another enterprise too, and nothing is said of an
 * alarm whose level fell since it rang.
 */
export class RingsAgain implements Watcher {
  /** Wall time of the last ring of an alarm, while nothing has happened that moves the timer. */
  private readonly rangAt = new Map<string, number>();
  /** Where each was when it was last heard of. */
  private readonly enterprises = new Map<string, string | null>();
  private last: { readonly boot: string; readonly mono: number; readonly at: number } | null = null;

  see({ entry, applied, engine, after }: Step): void {
    const { last } = this;
    this.last = entry;
    const steady =
      last !== null && last.boot === entry.boot && entry.at - last.at === entry.mono - last.mono && entry.mono - last.mono <= 15_000;
    if (!steady) this.rangAt.clear();
    const rearmOf = (alarm: Alarm): number =>
      engine.view.assets('enterprise').get(alarm.enterpriseId ?? '')?.alarmPolicy?.rearmMs?.[alarm.level] ?? Infinity;
    for (const event of applied.events) {
      if (event.kind !== 'alarm') continue;
      const { id, deviceId, ladder, enterpriseId } = event.alarm;
      const { type, cause } = event.event;
      const rang = this.rangAt.get(id);
      if (cause === 'repeat' && rang !== undefined && entry.at - rang < rearmOf(event.alarm)) {
        throw new Disagreement(
          'repeats-too-early',
          `${deviceId} ${ladder} rings again after ${entry.at - rang} ms, the timer is ${rearmOf(event.alarm)}`,
        );
      }
      if (RINGS.has(type) && cause !== 'escalated') this.rangAt.set(id, entry.at);
      if (type === 'level-lowered' || type === 'returned' || type === 'reset') this.rangAt.delete(id);
      // Under the timer of another enterprise it begins anew; what a change left as it was goes on.
      if (cause === 'configuration' && type !== 'changed-by-config') this.rangAt.delete(id);
      if (this.enterprises.get(id) !== enterpriseId && this.enterprises.has(id)) this.rangAt.set(id, entry.at);
      this.enterprises.set(id, enterpriseId);
    }
    for (const alarm of after.values()) {
      // Silenced and suppressed: the time goes on, and what happens when they end is a ring of its own.
      if (alarm.suppressedBy.length > 0 || alarm.silencedUntil !== null) this.rangAt.delete(alarm.id);
      const rang = this.rangAt.get(alarm.id);
      if (alarm.state !== 'UNACK' || rang === undefined) continue;
      if (entry.at - rang > rearmOf(alarm) + REPEAT_LATENESS_MS) {
        throw new Disagreement(
          'repeats-not',
          `${alarm.deviceId} ${alarm.ladder} is quiet for ${entry.at - rang} ms, the timer is ${rearmOf(alarm)}`,
        );
      }
    }
  }
}
/** Ticks are gathered, and a tick may have been written just before. */
const REPEAT_LATENESS_MS = 100;
