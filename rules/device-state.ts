import type { Device, Enterprise } from '../model/asset.ts';
import type { Flag, Quality, Value } from '../model/reading.ts';
import type { EngineMs, EpochMs } from '../model/time.ts';
import type { AlarmRecord } from './alarm/record.ts';
import type { Top } from './alarm/step.ts';
import type { Condition } from './evaluate/condition.ts';
import type { CountWindow } from './evaluate/count-window.ts';
import type { Plan } from './evaluate/plan.ts';
import type { RateWindow } from './evaluate/rate-window.ts';
import type { Inhibition } from './health/inhibited.ts';
import type { PointHealth } from './health/point-health.ts';
import type { Unheard } from './health/unheard.ts';
import { SPOKEN, type Spoken } from './health/spoken.ts';
import type { JointState } from './joint/state.ts';
import type { PointSpec } from './health/spec.ts';
import type { ClockError } from './time/clock-error.ts';
import type { Sleeper } from './time/wake-heap.ts';
import type { DeviceShare } from './warning/book.ts';

/** An exceedance inside a late batch: it has no sound until the batch ends (semantics 4). */
export interface Pending {
  /** Begin on the line. */
  raisedLine: number;
  shown: Top;
  latching: Top | null;
  value: number | null;
  setPoint: number | string;
  peak: number | null;
  peakLine: number;
}

/**
 * In place of a time that is not known, where it changes with every message. A property that was null first is a new number on the heap with
 * each change, and old memory that refers to it: both cost the collector of young memory (`npm run bench -- --only young`).
 */
export const NEVER = -Infinity;

/** One point of one device. Made when its first value comes. */
export interface PointState {
  /** Latest value as it came, of any quality. */
  value: Value;
  sampleAt: EpochMs;
  receivedAt: EpochMs;
  quality: Quality;
  flags: readonly Flag[];
  /** Corrected time, on the line, of the newest judged sample, or `NEVER`. */
  lastLine: number;
  /** Up to where the delays have run: on the line and in engine time. */
  ranLine: number;
  ranAt: EngineMs;
  /** Last value that was judged, or null. */
  good: number | null;
  /** Bad, test or maintenance: nothing is judged and no delay runs. */
  held: boolean;
  /** Parallel to the plan's limits; null while all of them are off. */
  conditions: Condition[] | null;
  /** Parallel to the plan's ladders; null while there is none. */
  pending: (Pending | null)[] | null;
  /** Parallel to the plan's ladders: the open alarm of each, or null. Rebuilt from the device's alarms. */
  open: (AlarmRecord | null)[] | null;
  /** What the detectors keep of it; null while there is nothing to watch. */
  health: PointHealth | null;
  /** Since when it says test or maintenance (rules/health/inhibited.ts); null = it is judged, or simply bad. */
  inhibited: Inhibition | null;
  /** Whether a rule over several points may take its last value for a word (rules/health/spoken.ts). */
  spoken: Spoken;
  /** While it is bad: the fault alarms, by identity, that say why (rules/health/bad-reasons.ts). */
  explainedBy: readonly string[];
}

/** A limit that is judged by something worked out from points: what its `good` is, and what it has to remember for it. */
export interface DerivedState extends PointState {
  rate: RateWindow | null;
  count: CountWindow | null;
  /** Of a transition: the first state was seen, and the second has not been left for it again. */
  from: boolean;
  /** Why it holds; null while it is judged. */
  holds: { readonly reason: 'bad-quality' | 'no-data' | 'window'; readonly detail: string } | null;
}

/** Everything the engine knows about one device. */
export interface DeviceState extends Sleeper {
  asset: Device;
  enterprise: Enterprise;
  plan: Plan;
  /** Number of the config entry that last changed its limits. */
  ruleRevision: number;
  /** When it was registered, on the clock that never runs back (`risen`); null: an earlier build did not note it. */
  registeredAt: number | null;
  /** Lateness window: 2 × report period, at least 60 s. */
  windowMs: number;
  silenceMs: number;
  /** A report is due this often, ms; 0 = it reports only what happens. */
  reportEveryMs: number;
  /** What is watched on each point, parallel to the plan's. */
  specs: readonly (PointSpec | null)[];
  seen: boolean;
  lastLifeAt: EngineMs;
  /** Or `NEVER`. */
  lastSeenAt: EpochMs;
  online: boolean;
  silent: boolean;
  /** Numbers of its live connections in this start. */
  connections: number[];
  connectionsBoot: number;
  clock: ClockError | null;
  clockOff: boolean;
  /** Engine time at which a late batch ends if nothing more comes; -1 while there is none. */
  backlogUntil: EngineMs;
  /** The device's own counter in its last message that carried one. */
  counter: number | null;
  /** Day (UTC, days since 1970) on which a RETAIN of it was noted last; -1 = never. */
  retainDay: number;
  /** Its last sign of life came through the outside broker: while that is lost, its silence says nothing. */
  upstream: boolean;
  /** Its last sign of life came through this gateway's credential; null = its own. */
  gateway: string | null;
  /** Its dead-man ran out while its gateway is out of reach: that is one alarm of the gateway (rules/health/gateway.ts). */
  behind: boolean;
  /** Codes that its dates make due: F06, F08. */
  due: readonly string[];
  faults: readonly string[];
  /** Fault codes per payload key. */
  pointFaults: Readonly<Record<string, readonly string[]>>;
  /** Points whose latest sample is bad. */
  bad: number;
  /** Points whose latest sample says test or maintenance. */
  inhibited: number;
  /** From where its points that never spoke are waited for, its silences left out, or `NEVER` (rules/health/unheard.ts). */
  talksFrom: EngineMs;
  /** What is kept of single points that are waited for; null while that says it all. */
  unheard: Map<string, Unheard> | null;
  points: (PointState | null)[];
  /** Parallel to the plan's derived limits; made when the first value comes that one reads. */
  derived: (DerivedState | null)[];
  /** Open alarms by identity within the device. */
  alarms: Map<string, AlarmRecord>;
  /** Closed alarms of identities that are still suppressed. */
  resting: Map<string, AlarmRecord>;
  /** How often each identity has occurred. */
  occurrences: Map<string, number>;
  /** Limits that escalations count and that are on, `<measurement>|<code>`: since when, in engine time. */
  onsets: Map<string, EngineMs>;
  /** When it is looked at next whether somebody has acknowledged: in engine time, and when business hours end; -1 = not. */
  attend: { readonly engineAt: EngineMs; readonly wallAt: EpochMs } | null;
  /** Rules over several points that read it, or null: nearly all. Rebuilt from the rules. */
  listeners: readonly JointState[] | null;
  /** What it adds to the warnings above it, or null. Rebuilt from the rest. */
  share: DeviceShare | null;
  /** Snapshot that has it already. */
  snapshotOf: number;
}

export function newPoint(value: Value, sampleAt: EpochMs, receivedAt: EpochMs, quality: Quality, flags: readonly Flag[]): PointState {
  return {
    value,
    sampleAt,
    receivedAt,
    quality,
    flags,
    lastLine: NEVER,
    ranLine: 0,
    ranAt: 0,
    good: null,
    held: false,
    conditions: null,
    pending: null,
    open: null,
    health: null,
    inhibited: null,
    spoken: SPOKEN,
    explainedBy: [],
  };
}
