import type { Applied, Engine } from '../model/engine.ts';
import type { CommandAnswer } from '../model/device-command.ts';
import type { EntryDraft, MessageBody, PresenceBody } from '../model/entry.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { AppendOutcome, Journal, Verdicts } from '../model/ports/journal.ts';
import type { Inbound, PresenceChange, RefusedAtDoor } from '../model/ports/message-source.ts';
import type { Sample } from '../model/reading.ts';
import type { EpochMs } from '../model/time.ts';
import { ingest, type Ingested, type Registry } from '../ingest/ingest.ts';
import { doubtsOf } from './doubts.ts';
import type { Stamp } from './head.ts';
import type { LedgerFeed } from './ledger-feed.ts';
import { acceptedDetail, acceptedUnder, connectionLine, refusedAtDoorLine } from './ledger-lines.ts';
import type { Router } from './router.ts';
import type { Stages, Timed } from './stages.ts';

/**
 * The way of a reading, from top to bottom: take the message, decode and validate, journal, acknowledge, evaluate and step the
 * alarm, route, tell people. Branching lives here; what is called only computes. The comment DURABLE marks the line after which
 * power may fail.
 */
export interface Pipeline {
  message(inbound: Inbound): void;
  presence(change: PresenceChange): void;
  refusedAtDoor(refused: RefusedAtDoor): void;
  /** Any other entry (command, config, system, tick, start, stop): settles after it is durable and applied. */
  submit(
    draft: EntryDraft,
  ): Promise<{ readonly ok: true; readonly seq: number; readonly applied: Applied } | { readonly ok: false; readonly detail: string }>;
  counters: PipelineCounters;
}
export interface PipelineCounters {
  messages: number;
  values: number;
  refusedParts: number;
  resends: number;
  unstored: number;
  faults: number;
  /** Messages lost on the way, by the holes in the devices' own counters. */
  lost: number;
}

export interface PipelineParts {
  readonly engine: Engine;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly stamp: Stamp;
  readonly registry: Registry;
  readonly ledger: LedgerFeed;
  readonly router: Router;
  readonly stages: Stages;
  readonly clockBelieved: () => boolean;
  /** What a device says about a command, once its message is durable. */
  readonly onAnswer: (inbound: Inbound, answer: CommandAnswer) => void;
  /** After entries were applied: verdicts for the projector, and the tick's due time may have moved. */
  readonly onApplied: (verdicts: Verdicts) => void;
}

/** Presence that may wait for the journal's queue, and how often it is offered again. */
const OWED_MOST = 500_000;
const OWED_AGAIN_MS = 50;

interface Presence {
  readonly body: PresenceBody;
  /** Null = when it is taken: one that had to wait must not look like a step of the clock. */
  readonly at: EpochMs | null;
}

const STALE = 'stale-retained';
const NO_RESENDS: readonly number[] = [];
/** Two messages of one device in the same millisecond get different arrival times, at most this far ahead of the clock. */
const ARRIVAL_SPREAD_MS = 2_000;
const ARRIVALS_REMEMBERED = 300_000;

export function createPipeline(parts: PipelineParts): Pipeline {
  const { engine, journal, ledger, router, stages, stamp } = parts;
  const counters: PipelineCounters = { messages: 0, values: 0, refusedParts: 0, resends: 0, unstored: 0, faults: 0, lost: 0 };

  /** By device; a gateway's by topic, of which it may think up as many as it likes: above the bound all are forgotten and learned again. */
  const lastArrival = new Map<string, number>();

  /**
   * Arrival time of a message, unlike that of the one before it: a reading without a stamp is stored under its arrival, and two of them
   * in one millisecond would be one point.
   */
  function arrival(from: string, receivedAt: number): number {
    const last = lastArrival.get(from);
    const own = last === undefined || last < receivedAt || last - receivedAt >= ARRIVAL_SPREAD_MS ? receivedAt : last + 1;
    if (lastArrival.size >= ARRIVALS_REMEMBERED && last === undefined) lastArrival.clear();
    lastArrival.set(from, own);
    return own;
  }

  /** 5 rules, 6 live: the entry is on disk; fold it, then tell everybody. */
  function apply(draft: EntryDraft, seq: number, timed: Timed | null = null): Applied {
    // The draft becomes the entry: nobody else needs it without its number any more.
    const applied = engine.apply(Object.assign(draft, { seq }));
    stages.applied(timed);
    if (applied.fault) counters.faults += 1;
    if (applied.resend) counters.resends += 1;
    counters.lost += applied.notes?.lost ?? 0;
    parts.onApplied({ appliedTo: seq, resends: applied.resend ? [seq] : NO_RESENDS });
    if (applied.events.length > 0) stages.telling(() => router.events(applied.events));
    if (applied.warnings !== undefined) router.warnings(applied.warnings);
    if (applied.rules !== undefined) router.rules(applied.rules);
    return applied;
  }

  function rangeOf(device: string, measurement: string): readonly [number, number] | undefined {
    return parts.registry.device(device)?.profile.measurements.find((def) => def.key === measurement)?.range;
  }

  function settleMessage(
    inbound: Inbound,
    draft: EntryDraft & MessageBody,
    answer: CommandAnswer | null,
    outcome: AppendOutcome,
    timed: Timed | null,
  ): void {
    if (!outcome.ok) {
      counters.unstored += 1;
      inbound.fail();
      return;
    }
    // DURABLE: the entry is fsynced; only now may the device forget it.
    stages.durable();
    inbound.ack();
    const applied = apply(draft, outcome.seq, timed);
    if (draft.samples.length > 0 && !applied.resend && inbound.stale !== true) router.samples(draft.enterprise, draft.samples);
    if (draft.refused.length > 0) ledger.refusedParts(inbound, draft.refused);
    // Whether it is an answer to anything the records know; its line in the ledger comes from there.
    if (answer !== null) parts.onAnswer(inbound, answer);
    else if (draft.samples.length > 0 || draft.refused.length === 0) {
      const doubt = doubtsOf(draft.samples, draft.refused, rangeOf);
      const detail = inbound.stale === true ? STALE : acceptedDetail(applied, doubt);
      ledger.accepted(inbound, acceptedUnder(inbound, draft), detail, doubt?.reason ?? null);
    }
  }

  function message(inbound: Inbound): void {
    const timed = stages.take();
    const { publisher } = inbound;
    const receivedAt = arrival(publisher.device ?? inbound.topic, inbound.receivedAt);
    const understood = ingest(
      { topic: inbound.topic, payload: inbound.payload, publisher, receivedAt, clockBelieved: parts.clockBelieved() },
      parts.registry,
    );
    const taken = inbound.stale === true ? { ...understood, samples: staleSamples(understood.samples) } : understood;
    counters.messages += 1;
    counters.refusedParts += taken.refused.length;
    for (const sample of taken.samples) counters.values += sample.values.length;
    const draft = stamp(messageBody(inbound, taken), receivedAt);
    journal.append(draft, (outcome) => settleMessage(inbound, draft, taken.answer, outcome, timed));
    stages.appended(timed);
    // "Online" that an outside broker had kept may be months old: only a live word is a sign of life.
    if (taken.status !== null && !(inbound.stale === true && taken.status.what === 'online')) statusReport(inbound, taken.status);
  }

  /** A device's own word (or its last will) about being online. */
  function statusReport(inbound: Inbound, status: NonNullable<Ingested['status']>): void {
    const { publisher } = inbound;
    append({
      body: {
        kind: 'presence',
        credential: publisher.credential,
        device: status.device,
        client: publisher.client,
        connection: publisher.connection,
        what: status.what,
      },
      at: inbound.receivedAt,
    });
  }

  /**
   * Presence that found the journal's queue full, oldest first: a hundred thousand connections may end in one instant, and a device whose
   * end was lost would be shown as online. Nobody sends it again, so it waits here, and what comes after it waits behind it.
   */
  const owed: Presence[] = [];
  let owedFrom = 0;

  function append(one: Presence): void {
    if (owedFrom < owed.length) owe(one);
    else if (!offer(one)) {
      owe(one);
      parts.clock.after(OWED_AGAIN_MS, payOwed);
    }
  }
  function owe(one: Presence): void {
    if (owed.length - owedFrom < OWED_MOST) owed.push(one);
    else counters.unstored += 1;
  }
  /** False when the queue is full, which is said at once. Stamped only now: entries are in the order of their time. */
  function offer({ body, at }: Presence): boolean {
    const draft = stamp(body, at ?? undefined);
    let full = false;
    journal.append(draft, (outcome) => {
      if (outcome.ok) {
        stages.durable();
        apply(draft, outcome.seq);
      } else if (outcome.code === 'queue-full') full = true;
      else counters.unstored += 1;
    });
    return !full;
  }
  function payOwed(): void {
    for (let one = owed[owedFrom]; one !== undefined && offer({ body: one.body, at: null }); one = owed[owedFrom]) owedFrom += 1;
    if (owedFrom < owed.length) parts.clock.after(OWED_AGAIN_MS, payOwed);
    else {
      owed.length = 0;
      owedFrom = 0;
    }
  }

  return {
    counters,
    message,
    presence(change) {
      const { publisher } = change;
      const base = {
        kind: 'presence',
        credential: publisher.credential,
        device: publisher.device,
        client: publisher.client,
        connection: publisher.connection,
      } as const;
      append({
        body: change.what === 'connected' ? { ...base, what: 'connected' } : { ...base, what: 'disconnected', clean: change.clean },
        at: change.at,
      });
      ledger.connection(connectionLine(change));
    },
    refusedAtDoor(refused) {
      // Only names that are ours have an enterprise: a stranger's word stays without one.
      const owner =
        refused.device === null
          ? null
          : (engine.view.assets('device').get(refused.device) ?? engine.view.assets('gateway').get(refused.device));
      const line = refusedAtDoorLine(refused, owner?.enterpriseId ?? null);
      if (line.verdict === 'connect-refused') ledger.connection(line);
      else ledger.refused(line);
    },
    submit(draft) {
      return new Promise((resolve) => {
        journal.append(draft, (outcome) => {
          if (!outcome.ok) resolve({ ok: false, detail: outcome.detail });
          else {
            stages.durable();
            resolve({ ok: true, seq: outcome.seq, applied: apply(draft, outcome.seq) });
          }
        });
      });
    },
  };
}

/** What an outside broker had kept: of unknown age, so no longer simply good. */
function staleSamples(samples: readonly Sample[]): readonly Sample[] {
  return samples.map((sample) => ({
    ...sample,
    values: sample.values.map((value) => ({
      ...value,
      quality: value.quality === 'good' ? 'uncertain' : value.quality,
      flags: [...value.flags, STALE],
    })),
  }));
}

function messageBody(inbound: Inbound, taken: Ingested): MessageBody {
  const { publisher } = inbound;
  return {
    kind: 'message',
    credential: publisher.credential,
    enterprise: publisher.enterprise,
    client: publisher.client,
    connection: publisher.connection,
    nth: inbound.nth,
    qos: inbound.qos,
    packetId: inbound.packetId,
    digest: taken.digest,
    topic: inbound.topic,
    stamped: taken.stamped,
    counter: taken.counter,
    retain: inbound.retain,
    samples: taken.samples,
    refused: taken.refused,
  };
}
