import type { Actor } from '../model/actor.ts';
import type { Applied, Engine, Outcome } from '../model/engine.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { MessageSource } from '../model/ports/message-source.ts';
import type { CredentialBook, Platform, SubmitOutcome } from '../model/ports/platform.ts';
import type { ReadingQueries } from '../model/ports/reading-store.ts';
import type { Records } from '../model/ports/records.ts';
import { wrongUnits } from './device-units.ts';
import { rehearseChanges } from './rehearsal.ts';
import type { Stamp } from './head.ts';
import type { LiveEvent } from '../model/alarm.ts';
import type { WarningLive } from '../model/warning.ts';
import type { DeviceCommands } from './device-commands.ts';
import type { EventFeed } from './event-feed.ts';
import type { LedgerFeed } from './ledger-feed.ts';
import type { Metrics } from './metrics.ts';
import { performanceOf, seenBy } from './performance.ts';
import { proposalsOf } from './proposals.ts';
import type { Pipeline } from './pipeline.ts';
import type { Router } from './router.ts';
import type { RuleFeed } from './rule-feed.ts';

export interface PlatformParts {
  readonly engine: Engine;
  readonly pipeline: Pipeline;
  readonly stamp: Stamp;
  readonly clock: Clock;
  readonly records: Records;
  readonly readings: ReadingQueries;
  readonly credentials: CredentialBook;
  readonly source: MessageSource;
  readonly deviceCommands: DeviceCommands;
  readonly ledger: LedgerFeed;
  readonly router: Router;
  readonly events: EventFeed<LiveEvent>;
  readonly warnings: EventFeed<WarningLive>;
  readonly ruleVersions: RuleFeed;
  readonly metrics: Metrics;
  readonly epoch: string;
  readonly build: string;
  readonly timeZone: string;
  readonly shiftPlan: Platform['shiftPlan'];
  readonly backtests: Platform['backtests'];
  readonly scenarioRuns: Platform['scenarioRuns'];
  readonly health: () => readonly string[];
  readonly ready: () => { readonly ready: boolean; readonly codes: readonly string[] };
}

/** Longest a question about alarm history waits for the events before it. */
const EVENTS_WAIT_MS = 2_000;

/** Account name that goes into the journal with a command. */
function nameOf(actor: Actor): string {
  if (actor.kind === 'account') return actor.name;
  return actor.kind === 'system' ? 'system' : actor.id;
}

function unavailable(detail: string): SubmitOutcome {
  return { ok: false, code: 'unavailable', detail };
}

/** What the server is given: the pipeline and the stores behind one face. */
export function createPlatform(parts: PlatformParts): Platform {
  const { pipeline, stamp } = parts;

  function outcomeOf(applied: Applied, index: number): Outcome | SubmitOutcome {
    return applied.outcomes[index] ?? unavailable('the entry could not be applied; see the fault alarm');
  }

  return {
    view: parts.engine.view,
    clock: parts.clock,
    records: parts.records,
    readings: parts.readings,
    credentials: parts.credentials,
    epoch: parts.epoch,
    build: parts.build,
    timeZone: parts.timeZone,
    shiftPlan: parts.shiftPlan,
    backtests: parts.backtests,
    scenarioRuns: parts.scenarioRuns,
    startedAt: parts.clock.now(),
    async command(actor, requestId, command) {
      const result = await pipeline.submit(stamp({ kind: 'command', by: nameOf(actor), requestId, command }));
      return result.ok ? outcomeOf(result.applied, 0) : unavailable(result.detail);
    },
    async configure(actor, requestId, changes) {
      // What the engine cannot know (conversions belong to ingest) is refused here, before anything is written.
      const wrong = changes.map((change) => wrongUnits(change, parts.engine.view.catalogue));
      const going = changes.filter((_, index) => wrong[index] === null);
      const result =
        going.length === 0 ? null : await pipeline.submit(stamp({ kind: 'config', by: nameOf(actor), requestId, changes: going }));
      let next = 0;
      return wrong.map((detail): SubmitOutcome => {
        if (detail !== null) return { ok: false, code: 'invalid', detail };
        const index = next;
        next += 1;
        if (result === null) return unavailable('nothing was written');
        return result.ok ? outcomeOf(result.applied, index) : unavailable(result.detail);
      });
    },
    rehearse: (changes) => rehearseChanges(parts.engine.view, changes),
    recent: (device) => parts.ledger.recent(device),
    newestAccepted: (asked) => parts.ledger.newestAccepted(asked),
    connections: (device) => parts.ledger.connections(device),
    flushLedger: () => parts.ledger.flush(),
    flushEvents: () => parts.events.flush(EVENTS_WAIT_MS),
    flushWarnings: () => parts.warnings.flush(EVENTS_WAIT_MS),
    flushRules: () => parts.ruleVersions.flush(EVENTS_WAIT_MS),
    async figures(query) {
      await parts.events.flush(EVENTS_WAIT_MS);
      const { view } = parts.engine;
      return performanceOf(parts.records, parts.timeZone, query, seenBy(view, query, parts.clock.now()), [...view.restingAlarms()]);
    },
    proposals: (query) => proposalsOf(parts.engine.view, parts.readings, query),
    health: parts.health,
    ready: parts.ready,
    disconnect: (credential) => parts.source.disconnect(credential),
    sendCommand: (enterprise, device, id, payload) => parts.deviceCommands.send(enterprise, device, id, payload),
    subscribe: (listener) => parts.router.subscribe(listener),
    metricsText: () => parts.metrics.text(),
  };
}
