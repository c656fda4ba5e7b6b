import type { AlarmCounts, DeviceCounts, EngineView } from '../../../model/engine.ts';
import type { Alarm, SuppressedBy } from '../../../model/alarm.ts';
import type { FloodState } from '../../../model/flood.ts';
import type { Level } from '../../../model/level.ts';
import type { SnapshotEvent } from '../../protocol/live.ts';
import { sees } from '../access.ts';
import { scopeKey, type AccountActor } from '../sign-in/identity.ts';
import { openAlarmPage } from './urgency.ts';

/** The most urgent alarms that a snapshot holds; the rest by `GET /alarms?state=open&cursor=`. */
export const SNAPSHOT_ALARMS = 500;

/**
 * Everybody who may see the same: one scope of enterprises. Events are numbered, filtered and serialised once per audience, however
 * many boards it has.
 */
export class Audience {
  readonly key: string;
  readonly room: string;
  /** Number of the last event this audience was entitled to. */
  lastSeq: number;
  /** The same of warnings, which have numbers of their own. */
  lastWarning: number;
  viewers = 0;
  private readonly actor: AccountActor;
  private readonly known = new Map<string | null, boolean>();
  private cached: { readonly eventSeq: number; readonly snapshot: Omit<SnapshotEvent, 'epoch'> } | null = null;

  constructor(actor: AccountActor, lastSeq: number, lastWarning: number) {
    this.lastWarning = lastWarning;
    this.key = audienceKey(actor);
    this.room = `audience ${this.key}`;
    this.actor = actor;
    this.lastSeq = lastSeq;
  }

  sees(enterprise: string | null): boolean {
    let answer = this.known.get(enterprise);
    if (answer === undefined) {
      answer = sees(this.actor, enterprise);
      if (this.known.size > 10_000) this.known.clear();
      this.known.set(enterprise, answer);
    }
    return answer;
  }

  /** State of this moment; `seq` is the last event that is already in it, as this audience counts. */
  snapshot(view: EngineView): Omit<SnapshotEvent, 'epoch'> {
    if (this.cached?.eventSeq !== view.eventSeq) {
      const page = openAlarmPage(view, (alarm) => this.sees(alarm.enterpriseId), undefined, SNAPSHOT_ALARMS);
      const resting = [...view.restingAlarms()].filter((alarm) => this.sees(alarm.enterpriseId)).slice(0, SNAPSHOT_ALARMS);
      this.cached = {
        eventSeq: view.eventSeq,
        snapshot: {
          seq: this.lastSeq,
          counts: this.actor.enterprises === null ? view.counts() : this.counts(view),
          alarms: page.items,
          ...(page.next === undefined ? {} : { next: page.next }),
          ...(resting.length === 0 ? {} : { resting }),
          devices: this.actor.enterprises === null ? view.deviceCounts() : this.deviceCounts(view),
        },
      };
    }
    return { ...this.cached.snapshot, ...this.flood(view), seq: this.lastSeq };
  }

  /** As the engine counts, over what this audience sees. */
  private counts(view: EngineView): AlarmCounts {
    const open: Record<Level, number> = { red: 0, orange: 0, yellow: 0, blue: 0 };
    const unacknowledged: Record<Level, number> = { red: 0, orange: 0, yellow: 0, blue: 0 };
    const suppressed: Record<SuppressedBy, number> = { shelved: 0, 'by-design': 0, 'out-of-service': 0 };
    const flags = (alarm: Alarm): void => alarm.suppressedBy.forEach((flag) => (suppressed[flag] += 1));
    for (const alarm of view.restingAlarms()) if (!alarm.test && this.sees(alarm.enterpriseId)) flags(alarm);
    for (const alarm of view.openAlarms()) {
      if (alarm.test || !this.sees(alarm.enterpriseId)) continue;
      if (alarm.suppressedBy.length > 0) {
        flags(alarm);
        continue;
      }
      open[alarm.level] += 1;
      if (wantsAcknowledgement(alarm)) unacknowledged[alarm.level] += 1;
    }
    return { open, unacknowledged, suppressed };
  }

  /** A flood is of the whole platform: whoever sees a part of it is not told. */
  flood(view: EngineView): { flood?: FloodState } {
    return this.actor.enterprises === null ? { flood: view.flood } : {};
  }

  /** Presence counts of what this audience sees. */
  devices(view: EngineView): SnapshotEvent['devices'] {
    return this.snapshot(view).devices;
  }

  private deviceCounts(view: EngineView): DeviceCounts {
    let online = 0;
    let inhibited = 0;
    let total = 0;
    for (const device of view.assets('device').values()) {
      if (device.retiredAt !== null || !this.sees(device.enterpriseId)) continue;
      total += 1;
      const status = view.status(device.id);
      if (status?.online === true) online += 1;
      if (status?.health.includes('inhibited') === true) inhibited += 1;
    }
    return { online, offline: total - online, total, inhibited };
  }
}

export function audienceKey(actor: AccountActor): string {
  return scopeKey(actor.enterprises);
}

function wantsAcknowledgement(alarm: Alarm): boolean {
  return alarm.state === 'UNACK' || alarm.state === 'RTNUN' || alarm.state === 'LUNACK';
}
