import { collectDefaultMetrics, Counter, Gauge, type Histogram, Registry } from 'prom-client';

/** What `/metrics` shows. Values are pulled when somebody asks; the hot path only counts in plain numbers. */
export interface MetricFacts {
  /** 1 or 0, as `/readyz` has it. */
  readonly ready: number;
  readonly messages: number;
  readonly values: number;
  readonly refusedParts: number;
  readonly resends: number;
  readonly unstored: number;
  readonly faults: number;
  readonly lost: number;
  readonly commandsSent: number;
  readonly commandsOffline: number;
  readonly commandAnswers: number;
  readonly commandAnswersUnknown: number;
  readonly journalQueueEntries: number;
  readonly journalQueueBytes: number;
  readonly journalBytes: number;
  readonly journalMaxBytes: number;
  readonly journalSeq: number;
  readonly projectorLagEntries: number;
  readonly projectorLagSeconds: number;
  readonly rollUpLagSeconds: number;
  readonly projectorRejected: number;
  /** Not delivered while the reading store answered nothing or refused: attempts in a row that failed. */
  readonly projectorFailedAttempts: number;
  readonly eventQueue: number;
  readonly ledgerQueue: number;
  readonly ledgerDropped: number;
  readonly connections: number;
  readonly mqttInFlight: number;
  readonly mqttHeld: number;
  readonly mqttQueued: number;
  readonly boards: number;
  readonly boardsWaiting: number;
  readonly boardsTurnedAway: number;
  readonly boardsTimedOut: number;
  readonly boardsBehind: number;
  readonly boardsDropped: number;
  readonly boardsDisconnected: number;
  readonly auditFolded: number;
  readonly openAlarms: number;
  readonly snapshotSeconds: number;
  readonly archiveBytes: number;
  readonly archiveSeq: number;
  /** 1 or 0; NaN when no external broker is set. */
  readonly upstreamUp: number;
  readonly upstreamInFlight: number;
  readonly upstreamHeld: number;
  readonly upstreamRedelivered: number;
  readonly upstreamDropped: number;
  readonly upstreamSessionsLost: number;
  readonly webhookWaiting: number;
  readonly webhookLagSeconds: number;
  readonly webhookDelivered: number;
  readonly webhookFailed: number;
  readonly webhookRefused: number;
  readonly deadManBeats: number;
  readonly deadManFailed: number;
}

const COUNTERS: readonly (readonly [keyof MetricFacts, string, string])[] = [
  ['messages', 'beacon_messages_total', 'MQTT messages received'],
  ['values', 'beacon_values_total', 'values received and understood'],
  ['refusedParts', 'beacon_refused_parts_total', 'parts of messages that were refused'],
  ['resends', 'beacon_resends_total', 'messages recognised as sent again'],
  ['unstored', 'beacon_unstored_total', 'entries that could not be made durable and were not acknowledged'],
  ['faults', 'beacon_apply_faults_total', 'entries that made the engine throw'],
  ['lost', 'beacon_lost_messages_total', 'messages lost on the way, by holes in the counters devices send (seq)'],
  ['commandsSent', 'beacon_commands_sent_total', 'commands to devices that were handed to somebody who listens'],
  ['commandsOffline', 'beacon_commands_offline_total', 'commands to devices that nobody listened to; nothing is kept for later'],
  ['commandAnswers', 'beacon_command_answers_total', 'commands that their devices answered'],
  ['commandAnswersUnknown', 'beacon_command_answers_unknown_total', 'answers of devices to no command of theirs'],
  ['projectorRejected', 'beacon_projector_rejected_total', 'readings the reading store refused for what they are; each is in the ledger'],
  ['ledgerDropped', 'beacon_ledger_dropped_total', 'ledger lines dropped because the records were too slow'],
  ['boardsTurnedAway', 'beacon_live_turned_away_total', 'Socket.IO handshakes turned away because too many had not signed in'],
  ['boardsDropped', 'beacon_live_dropped_to_snapshot_total', 'times a Socket.IO client read too slowly and was given a fresh snapshot'],
  ['boardsDisconnected', 'beacon_live_slow_disconnects_total', 'Socket.IO clients ended because they read nothing'],
  ['boardsTimedOut', 'beacon_live_sign_in_timeouts_total', 'Socket.IO connections ended because they did not sign in in time'],
  ['auditFolded', 'beacon_audit_folded_total', 'attempts of people who are not signed in that the audit has as a number only'],
  ['upstreamRedelivered', 'beacon_upstream_redelivered_total', 'messages the external broker sent again and that were known still'],
  ['upstreamDropped', 'beacon_upstream_dropped_total', 'QoS 0 messages of the external broker dropped because too many waited'],
  ['upstreamSessionsLost', 'beacon_upstream_sessions_lost_total', 'times the external broker had forgotten our session and what it kept'],
  ['webhookDelivered', 'beacon_webhook_delivered_total', 'alarm events and warnings the webhook took'],
  ['webhookFailed', 'beacon_webhook_failed_total', 'attempts the webhook did not take'],
  ['webhookRefused', 'beacon_webhook_refused_total', 'events given up because the webhook refused them by name'],
  ['deadManBeats', 'beacon_deadman_beats_total', 'heartbeats the outside dead-man took'],
  ['deadManFailed', 'beacon_deadman_failed_total', 'heartbeats the outside dead-man did not take'],
];
const GAUGES: readonly (readonly [keyof MetricFacts, string, string])[] = [
  ['ready', 'beacon_ready', '1 = readings are taken (readyz answers 200), 0 = they are not'],
  ['journalQueueEntries', 'beacon_journal_queue_entries', 'entries waiting for their commit'],
  ['journalQueueBytes', 'beacon_journal_queue_bytes', 'bytes waiting for their commit'],
  ['journalBytes', 'beacon_journal_bytes', 'size of the journal on disk'],
  ['journalMaxBytes', 'beacon_journal_max_bytes', 'BEACON_JOURNAL_MAX'],
  ['journalSeq', 'beacon_journal_seq', 'number of the last durable entry'],
  ['projectorLagEntries', 'beacon_projector_lag_entries', 'entries not yet in the reading store'],
  ['rollUpLagSeconds', 'beacon_roll_up_lag_seconds', 'age of the oldest hour not yet rolled up; up to two hours is usual'],
  ['projectorLagSeconds', 'beacon_projector_lag_seconds', 'age of the oldest entry not yet in the reading store'],
  [
    'projectorFailedAttempts',
    'beacon_projector_failed_attempts',
    'attempts to reach the reading store that failed in a row; 0 = it answers',
  ],
  ['eventQueue', 'beacon_event_queue', 'alarm events not yet in the records'],
  ['ledgerQueue', 'beacon_ledger_queue', 'ledger lines not yet in the records'],
  ['connections', 'beacon_mqtt_connections', 'MQTT connections'],
  ['mqttInFlight', 'beacon_mqtt_in_flight', 'messages taken from their sockets and not yet acknowledged'],
  ['mqttHeld', 'beacon_mqtt_held_connections', 'connections not read because their or all messages wait for the disk'],
  ['mqttQueued', 'beacon_mqtt_queued_connections', 'connections that wait for their share of the main thread'],
  ['boards', 'beacon_live_clients', 'Socket.IO clients'],
  ['boardsBehind', 'beacon_live_behind', 'Socket.IO clients that wait for a fresh snapshot because they read too slowly'],
  ['boardsWaiting', 'beacon_live_waiting', 'Socket.IO connections that have not signed in yet'],
  ['openAlarms', 'beacon_open_alarms', 'alarms in any state but NORM'],
  ['snapshotSeconds', 'beacon_snapshot_seconds', 'time the last snapshot took'],
  ['archiveBytes', 'beacon_archive_bytes', 'size of the archive'],
  ['archiveSeq', 'beacon_archive_last_seq', 'last journal entry in the archive'],
  ['upstreamUp', 'beacon_upstream_up', '1 = the external broker is reached and subscribed to, 0 = it is not'],
  ['upstreamInFlight', 'beacon_upstream_in_flight', 'messages of the external broker waiting for their commit'],
  ['upstreamHeld', 'beacon_upstream_held', 'messages of the external broker waiting to be taken'],
  ['webhookWaiting', 'beacon_webhook_waiting', 'alarm events and warnings the webhook has not taken yet'],
  ['webhookLagSeconds', 'beacon_webhook_lag_seconds', 'age of the oldest of them'],
];

export interface Metrics {
  text(): Promise<{ readonly contentType: string; readonly body: string }>;
}

/**
 * @param troubles codes active now, as `/readyz` lists them
 * @param histograms kept by those who measure
 */
export function createMetrics(facts: () => MetricFacts, troubles: () => readonly string[], histograms: readonly Histogram[]): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [key, name, help] of COUNTERS) {
    let seen = 0;
    registry.registerMetric(
      new Counter({
        name,
        help,
        registers: [],
        collect() {
          const now = facts()[key];
          // A part that was started again may count from nothing.
          this.inc(Math.max(0, now - seen));
          seen = now;
        },
      }),
    );
  }
  for (const [key, name, help] of GAUGES) {
    registry.registerMetric(
      new Gauge({
        name,
        help,
        registers: [],
        collect() {
          this.set(facts()[key]);
        },
      }),
    );
  }
  registry.registerMetric(
    new Gauge({
      name: 'beacon_trouble',
      help: 'one line of value 1 for each code that readyz lists; none while all is well',
      labelNames: ['code'],
      registers: [],
      collect() {
        this.reset();
        for (const code of troubles()) this.set({ code }, 1);
      },
    }),
  );
  for (const histogram of histograms) registry.registerMetric(histogram);
  return { text: async () => ({ contentType: registry.contentType, body: await registry.metrics() }) };
}
