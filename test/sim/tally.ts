// How often the worlds met what they are made for: a world that never plays something proves nothing about it.
import type { Rule } from '../../model/asset.ts';
import type { Entry } from '../../model/entry.ts';
import { LEVEL_RANK } from '../../model/level.ts';
import { type EpochMs, OUTAGE_GAP_MS } from '../../model/time.ts';
import type { Step, Watcher } from './play.ts';
import { RISING_PROFILES } from './plant-rising.ts';

/** What is counted, with how often a thousand worlds of all kinds must meet it at least. */
const LEAST = {
  'a value stands still for so long that it is stuck': 3,
  'a stuck value moves again': 3,
  'a device says itself that a sensor is beyond its range': 20,
  'an alarm comes while a device is warming up': 40,
  'the clock of a device is far off': 100,
  'the clock of a device is put right': 20,
  'a point of a device that stamps its readings comes no more': 15,
  'a value rises or falls in a window of minutes': 15,
  'a fault is named in what comes late': 100,
  'a bad value comes late': 80,
  'a limit is moved under an alarm that is open': 20,
  'a limit is moved under one that has risen by what else happens': 10,
  'work on a sensor is forgotten for eight hours': 4,
  'forgotten work ends with a value that is judged': 4,
  'a point that never came is missed after a day': 1,
  'a point of a device behind a gateway comes no more': 1,
  'a device that speaks seldom is silent after more than one absence of ours': 3,
  'what was hidden by hand for minutes is over by itself': 8,
  'what one person hid alone is over when it becomes red': 6,
  'one person alone is refused to hide what is red': 10,
  'a limit is moved while something of its device is bad': 50,
  'a calm baseline moves': 1,
  'a person sets a factor of a warning': 40,
  'a person withdraws a factor that stands': 2,
  'a factor is over by itself': 20,
  'a factor is over after we were away or our clock was set': 1,
  'a factor makes a level rise': 6,
  'a level that a factor had made falls': 2,
  'a factor is refused': 4,
} as const;
export type Met = keyof typeof LEAST;

/** As late as a sample of a device that reports every few seconds may be, ms. */
const LATE_MS = 60_000;

/** A later absence gives a shorter time than the first where the dead-man is longer than this, ms. */
const SELDOM_MS = 600_000;

/** Codes of limits that follow others. */
const RISEN: ReadonlySet<string> = new Set(
  RISING_PROFILES.flatMap(({ escalate = [] }) => escalate.flatMap(({ form }) => (form === undefined ? [] : [form.code]))),
);

export class Tally {
  private readonly counts = new Map<Met, number>();
  /** Devices whose clock is far off, in the world that is played. */
  private readonly off = new Set<string>();
  /** When we were back in it, by the wall. */
  private backAt: EpochMs[] = [];
  private last: Entry | null = null;
  /** Factors that stand, and those of them that stood over an absence of ours or a step of our clock. */
  private readonly factors = new Map<string, boolean>();
  /** Points whose newest value is bad, with their device; what was last filled in about a device. */
  private readonly bad = new Map<string, string>();
  private readonly filled = new Map<string, string>();
  /** What a factor has made rise. */
  private readonly raised = new Set<string>();
  /** Devices last heard through a gateway. */
  private readonly behind = new Set<string>();

  /** A watcher that counts in one world. */
  watcher(): Watcher {
    this.off.clear();
    this.backAt = [];
    this.last = null;
    this.factors.clear();
    this.bad.clear();
    this.filled.clear();
    this.raised.clear();
    this.behind.clear();
    return { see: (step) => this.see(step) };
  }

  /** What was met too seldom in so many worlds, in words. */
  missing(worlds: number): readonly string[] {
    return Object.entries(LEAST).flatMap(([what, least]) => {
      const count = this.counts.get(what as Met) ?? 0;
      return count * 1_000 >= least * worlds ? [] : [`${what}: ${count} times in ${worlds} worlds, ${least} in a thousand are wanted`];
    });
  }

  private noteClock(device: string, off: boolean): void {
    if (off === this.off.has(device)) return;
    this.note(off ? 'the clock of a device is far off' : 'the clock of a device is put right');
    if (off) this.off.add(device);
    else this.off.delete(device);
  }

  private note(what: Met): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  private noteMoved({ scope, scopeId, measurement }: Rule, before: Step['before']): void {
    if (scope !== 'device') return;
    for (const alarm of before.values()) {
      if (alarm.deviceId !== scopeId || alarm.measurement !== measurement || alarm.kind === 'instrument') continue;
      this.note('a limit is moved under an alarm that is open');
      if (RISEN.has(alarm.code)) this.note('a limit is moved under one that has risen by what else happens');
    }
  }

  private seeBad(entry: Step['entry']): void {
    if (entry.kind === 'message')
      for (const { device, values } of entry.samples)
        for (const { measurement, channel, quality } of values) {
          const key = `${device} ${measurement} ${channel}`;
          if (quality === 'bad' || quality === 'maintenance') this.bad.set(key, device);
          else this.bad.delete(key);
        }
    if (entry.kind !== 'config') return;
    for (const change of entry.changes) {
      if (change.op !== 'put' || change.asset !== 'device' || ![...this.bad.values()].includes(change.value.id)) continue;
      const { id, variant, attributes, conditions } = change.value;
      const text = JSON.stringify([variant, attributes, conditions]);
      if (this.filled.get(id) !== text) this.note('a limit is moved while something of its device is bad');
      this.filled.set(id, text);
    }
  }

  private seeFactors({ entry, applied }: Step): void {
    const { last } = this;
    const gap = entry.mono - (last?.mono ?? 0);
    const bent = last !== null && (last.boot !== entry.boot || gap > OUTAGE_GAP_MS || entry.at - last.at !== gap);
    if (bent) for (const key of this.factors.keys()) this.factors.set(key, true);
    if (entry.kind === 'config')
      entry.changes.forEach(({ op }, n) => {
        if (op === 'factor' && applied.outcomes[n]?.ok === false) this.note('a factor is refused');
      });
    for (const { warning, event } of applied.warnings ?? []) {
      const key = `${warning.id} ${event.factor}`;
      if (event.type === 'factor-set' && event.value !== null) {
        this.note('a person sets a factor of a warning');
        this.factors.set(key, false);
      } else if (event.type === 'factor-set') {
        this.note('a person withdraws a factor that stands');
        this.factors.delete(key);
      } else if (event.type === 'factor-ended') {
        this.note('a factor is over by itself');
        if (this.factors.get(key) === true) this.note('a factor is over after we were away or our clock was set');
        this.factors.delete(key);
      } else {
        const rises = LEVEL_RANK[event.level] > LEVEL_RANK[event.previous];
        const byPerson = entry.kind === 'config' && entry.changes.some(({ op }) => op === 'factor');
        if (rises && byPerson) this.note('a factor makes a level rise');
        if (rises && byPerson) this.raised.add(warning.id);
        if (!rises && this.raised.delete(warning.id)) this.note('a level that a factor had made falls');
      }
    }
  }

  private see(step: Step): void {
    const { entry, applied, engine, before } = step;
    this.seeFactors(step);
    const { last } = this;
    this.last = entry;
    if (last !== null && (last.boot !== entry.boot || entry.mono - last.mono > OUTAGE_GAP_MS)) this.backAt.push(entry.at);
    this.seeBad(entry);
    if (entry.kind === 'message')
      for (const { device, stampedAt, faults = [], pointFaults = {}, values } of entry.samples) {
        if (entry.credential.startsWith('gate-')) this.behind.add(device);
        else this.behind.delete(device);
        if (Object.values(pointFaults).some((codes) => codes.includes('F04')))
          this.note('a device says itself that a sensor is beyond its range');
        const lateMs = stampedAt === null ? 0 : entry.at - stampedAt - (engine.view.status(device)?.clockErrorMs ?? 0);
        if (lateMs <= LATE_MS) continue;
        if ([...faults, ...Object.values(pointFaults).flat()].length > 0) this.note('a fault is named in what comes late');
        if (values.some(({ quality }) => quality === 'bad')) this.note('a bad value comes late');
      }
    if (entry.kind === 'command' && 'belowRed' in entry.command && applied.outcomes[0]?.ok === false)
      if (applied.outcomes[0].code === 'approval-required') this.note('one person alone is refused to hide what is red');
    if (entry.kind === 'config')
      for (const change of entry.changes) if (change.op === 'put' && change.asset === 'rule') this.noteMoved(change.value, before);
    for (const told of applied.events) {
      if (told.kind === 'device') this.noteClock(told.id, told.health.includes('clock'));
      if (told.kind !== 'alarm') continue;
      const { alarm, event } = told;
      const shown = event.type === 'unsuppressed' || event.type === 'returned-to-service';
      if (event.type === 'unsuppressed' && event.cause === 'expired') this.note('what was hidden by hand for minutes is over by itself');
      if (shown && event.cause === 'level-raised') this.note('what one person hid alone is over when it becomes red');
      if (event.type === 'raised' && event.cause === 'warm-up') this.note('an alarm comes while a device is warming up');
      const stamps = (engine.view.status(alarm.deviceId ?? '')?.clockErrorMs ?? null) !== null;
      if (alarm.ladder === 'F01' && alarm.measurement !== null && event.type === 'raised' && stamps)
        this.note('a point of a device that stamps its readings comes no more');
      if (alarm.ladder === 'F01' && alarm.measurement === null && event.type === 'raised') {
        const status = engine.view.status(alarm.deviceId ?? '');
        const heartbeatMs = engine.view.assets('device').get(alarm.deviceId ?? '')?.heartbeatMs ?? 0;
        const absences = this.backAt.filter((at) => at > (status?.lastSeenAt ?? Infinity)).length;
        if (3 * heartbeatMs > SELDOM_MS && absences > 1)
          this.note('a device that speaks seldom is silent after more than one absence of ours');
      }
      if (alarm.ladder === 'F01' && alarm.measurement !== null && event.type === 'raised' && this.behind.has(alarm.deviceId ?? ''))
        this.note('a point of a device behind a gateway comes no more');
      if ((alarm.ladder === 'SINKS' || alarm.ladder === 'FILLS') && event.type === 'raised')
        this.note('a value rises or falls in a window of minutes');
      if (alarm.ladder === 'INHIBITED' && event.type === 'raised') this.note('work on a sensor is forgotten for eight hours');
      if (alarm.ladder === 'INHIBITED' && event.type === 'returned') this.note('forgotten work ends with a value that is judged');
      const unknown = alarm.ladder === 'F01' && alarm.measurement !== null && event.type === 'raised' && alarm.value === null;
      if (unknown && engine.view.waiting(alarm.deviceId ?? '').some(({ measurement }) => measurement === alarm.measurement))
        this.note('a point that never came is missed after a day');
      if (alarm.ladder === 'DRIFT' && event.type === 'raised') this.note('a calm baseline moves');
      if (alarm.ladder === 'F21' && event.type === 'raised') this.note('a value stands still for so long that it is stuck');
      if (alarm.ladder === 'F21' && event.type === 'returned') this.note('a stuck value moves again');
    }
  }
}
