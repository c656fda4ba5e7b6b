import type { SystemBody } from '../model/entry.ts';
import type { Level } from '../model/level.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { JournalStatus } from '../model/ports/journal.ts';

const CHECK_MS = 1_000;

/** What the watch looks at once a second. */
export interface SystemFacts {
  /** The server's clock is not before the build date. */
  readonly clockBelieved: boolean;
  readonly journal: JournalStatus;
  readonly projectorLagMs: number;
  /** Why the reading store takes nothing, in its words and without a secret; null = it takes readings. */
  readonly storeTrouble: string | null;
  readonly recordsFailing: boolean;
  readonly snapshotFailing: boolean;
  /** Why what happened cannot be kept for backtests, or null. */
  readonly archiveFailing: string | null;
  /** Bytes per hour the journal grew lately; 0 = unknown. */
  readonly journalBytesPerHour: number;
  /** The external broker; null when none is set. `downMs`: how long it has been out of reach. */
  readonly upstream: { readonly up: boolean; readonly downMs: number; readonly trouble: string | null } | null;
  /** What keeps alarm events from the webhook, heartbeats from the outside dead-man; null = nothing, or not set; undefined = not known yet. */
  readonly notices: { readonly webhook: string | null | undefined; readonly deadMan: string | null };
}

interface Condition {
  readonly code: string;
  readonly level: Level;
  /** Null = not active, undefined = cannot be told yet (it stays as it was); else a text for people. */
  readonly test: (facts: SystemFacts, runningMs: number) => string | null | undefined;
}

/**
 * A broker that restarts is back within this; no alarm for that. One that vanished without a word is noticed after 1.5 × keepalive, so
 * that its loss rings within 30 s in any case.
 */
const UPSTREAM_GRACE_MS = 5_000;

const PROJECTOR_LAG_MS = 60_000;

/** What lay there when we began is as old as our own outage: that the projector lags shows only after it had its time. */
function projectorLag({ projectorLagMs, storeTrouble }: SystemFacts, runningMs: number): string | null | undefined {
  if (projectorLagMs <= PROJECTOR_LAG_MS) return null;
  if (runningMs < PROJECTOR_LAG_MS) return undefined;
  return `readings reach the store ${Math.round(projectorLagMs / 1000)} s late${storeTrouble === null ? '' : ` (${storeTrouble})`}; alarms are not affected`;
}

function upstreamLost({ upstream }: SystemFacts): string | null | undefined {
  if (upstream === null || upstream.up) return null;
  if (upstream.downMs < UPSTREAM_GRACE_MS) return undefined;
  return `the external MQTT broker is out of reach (${upstream.trouble ?? 'no reason known'}); its devices cannot be heard`;
}

function fullness(facts: SystemFacts, share: number): string | null {
  const { bytes, maxBytes } = facts.journal;
  if (maxBytes <= 0 || bytes < share * maxBytes) return null;
  const left =
    facts.journalBytesPerHour > 0 ? `about ${((maxBytes - bytes) / facts.journalBytesPerHour).toFixed(1)} h left` : 'hours left unknown';
  return `${Math.round((100 * bytes) / maxBytes)} % of BEACON_JOURNAL_MAX used, ${left}`;
}

/** Alarms of the system itself (semantics 6, kind `system`): they belong to no device. */
const CONDITIONS: readonly Condition[] = [
  {
    code: 'clock-not-believed',
    level: 'orange',
    test: (f) => (f.clockBelieved ? null : 'the clock of the server is before the date of this build; readings are judged by arrival'),
  },
  { code: 'journal-50', level: 'yellow', test: (f) => fullness(f, 0.5) },
  { code: 'journal-80', level: 'red', test: (f) => fullness(f, 0.8) },
  {
    code: 'disk-full',
    level: 'red',
    test: (f) => (f.journal.health.includes('disk-full') ? 'readings wait without acknowledgement' : null),
  },
  {
    code: 'journal-failed',
    level: 'red',
    test: (f) => (f.journal.health.includes('journal-failed') ? 'entries could not be made durable' : null),
  },
  { code: 'projector-lag', level: 'yellow', test: projectorLag },
  { code: 'upstream-lost', level: 'red', test: upstreamLost },
  {
    code: 'webhook-failing',
    level: 'orange',
    test: ({ notices: { webhook } }) =>
      webhook === null || webhook === undefined ? webhook : `alarm events and warnings do not reach the webhook (${webhook}); they wait`,
  },
  {
    code: 'deadman-unheard',
    level: 'orange',
    test: ({ notices: { deadMan } }) => (deadMan === null ? null : `heartbeats do not reach the outside dead-man (${deadMan})`),
  },
  { code: 'records-failing', level: 'orange', test: (f) => (f.recordsFailing ? 'alarm history cannot be written' : null) },
  {
    code: 'snapshot-failing',
    level: 'yellow',
    test: (f) => (f.snapshotFailing ? 'snapshots cannot be written; a restart takes longer' : null),
  },
  {
    code: 'archive-failing',
    level: 'blue',
    test: (f) =>
      f.archiveFailing === null ? null : `the archive cannot be written (${f.archiveFailing}); backtests of this time will not be possible`,
  },
];

export interface SystemWatch {
  /** Codes active now. */
  active(): readonly string[];
  stop(): void;
}

/**
 * What is owed to the journal about one condition, oldest first: it begins and ends by turns. One that could not be journaled is tried
 * again, also when it is over by then (semantics 6: it becomes an entry when there is room again).
 */
interface Owed {
  readonly bodies: SystemBody[];
  underWay: boolean;
}

/**
 * Turns conditions of the whole system into `system` entries when they begin or end. `known` are those the engine holds as active
 * from before the restart. `report` says by `done` whether the entry is durable.
 */
export function startSystemWatch(
  clock: Clock,
  known: readonly string[],
  facts: () => SystemFacts,
  report: (body: SystemBody, done: (durable: boolean) => void) => void,
): SystemWatch {
  const active = new Set(known.filter((code) => CONDITIONS.some((condition) => condition.code === code)));
  const begunAt = clock.mono();
  const owed = new Map<string, Owed>();
  let cancel: (() => void) | null = null;

  function owe(body: SystemBody): void {
    const one = owed.get(body.code) ?? { bodies: [], underWay: false };
    owed.set(body.code, one);
    // Begun, over and begun again before anything of it could be journaled: it has gone on.
    if (one.bodies.length >= 2 + (one.underWay ? 1 : 0)) one.bodies.pop();
    else one.bodies.push(body);
  }
  function pay(code: string, one: Owed): void {
    const [first] = one.bodies;
    if (first === undefined || one.underWay) return;
    one.underWay = true;
    report(first, (durable) => {
      one.underWay = false;
      if (!durable) return;
      one.bodies.shift();
      if (one.bodies.length === 0) owed.delete(code);
      else pay(code, one);
    });
  }

  function check(): void {
    const now = facts();
    for (const condition of CONDITIONS) {
      const detail = condition.test(now, clock.mono() - begunAt);
      if (detail === undefined || (detail !== null) === active.has(condition.code)) continue;
      if (detail === null) active.delete(condition.code);
      else active.add(condition.code);
      owe({
        kind: 'system',
        code: condition.code,
        active: detail !== null,
        level: condition.level,
        ...(detail === null ? {} : { detail }),
      });
    }
    for (const [code, one] of owed) pay(code, one);
    cancel = clock.after(CHECK_MS, check);
  }
  check();
  return {
    active: () => [...active],
    stop: () => cancel?.(),
  };
}
