import { randomBytes } from 'node:crypto';
import { createServer, type ServerOptions } from '../alert-ui/server/server.ts';
import { ensureAdmin } from '../alert-ui/server/accounts.ts';
import { createEmbeddedBroker } from '../broker/embedded.ts';
import type { LiveEvent } from '../model/alarm.ts';
import type { WarningLive } from '../model/warning.ts';
import type { Inbound, MessageSource } from '../model/ports/message-source.ts';
import type { Engine } from '../model/engine.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { Platform } from '../model/ports/platform.ts';
import type { Records } from '../model/ports/records.ts';
import { builtInCatalogue } from '../rules/catalogue/built-in.ts';
import { startArchive } from '../store/archive/archive.ts';
import { lockFolder } from '../store/folder.ts';
import type { JournalFaults } from '../store/journal/faults.ts';
import { openJournal } from '../store/journal/journal.ts';
import { giveUpToStart } from '../store/journal/reserve.ts';
import { openSnapshots } from '../store/journal/snapshots.ts';
import { startNotices } from '../store/notices/notices.ts';
import { startProjector } from '../store/projector/projector.ts';
import { openRecords } from '../store/records/open-records.ts';
import type { StoreSettings } from '../store/readings/open.ts';
import { type Config, keptDays } from './config.ts';
import { openCredentialBook } from './credential-book.ts';
import { libraryNames } from '../simulators/scenario-file/read-files.ts';
import { createBacktests } from './backtest/backtests.ts';
import { brokerPolicy, tlsDoor } from './broker-policy.ts';
import { siteReader } from './site/read-apart.ts';
import { dataFolder, defaultArchiveMax } from './data-folder.ts';
import { startDeadMan } from './dead-man.ts';
import { createDeviceCommands } from './device-commands.ts';
import { startEventFeed } from './event-feed.ts';
import { watchGrowth } from './growth.ts';
import { createStamp } from './head.ts';
import { startLedgerFeed } from './ledger-feed.ts';
import { localTimeOf } from './local-time.ts';
import { createMetrics } from './metrics.ts';
import { noticesFacts, noticesMetrics, webhookOf } from './notices-facts.ts';
import { createPipeline } from './pipeline.ts';
import { createPlatform } from './platform.ts';
import { projectorLagEntries, projectorLagMs } from './projector-lag.ts';
import { named, ownAddress, prepareFolder, shownHost } from './prepare-folder.ts';
import { recover } from './recovery.ts';
import { registryOf } from './registry.ts';
import { createRouter } from './router.ts';
import { startRuleFeed } from './rule-feed.ts';
import { type SnapshotPace, startSnapshotter } from './snapshotter.ts';
import { createScenarioRuns } from './scenario-runs.ts';
import { fullDisk, StartError } from './start-error.ts';
import { createStages } from './stages.ts';
import { createStopStack, type StopTrouble } from './stop-stack.ts';
import { tellStoreTrouble, withoutSecrets } from './store-trouble.ts';
import { startSystemWatch } from './system-watch.ts';
import { startTicker } from './ticker.ts';
import { demandOneFolder, dropOrphanCredentials, mustSubmit } from './start-steps.ts';
import { joinSources, openUpstream, upstreamFacts, upstreamMetrics, upstreamSettings } from './upstream.ts';
import { gatherVerdicts } from './verdict-batch.ts';
import { readVersion, RELEASED_AT } from './version.ts';

export interface Running {
  readonly httpUrl: string;
  readonly mqttUrl: string;
  /** Null while no TLS door is open. */
  readonly mqttsUrl: string | null;
  readonly httpPort: number;
  readonly mqttPort: number;
  readonly platform: Platform;
  readonly records: Records;
  readonly engine: Engine;
  /** Password of `admin` when this start made it up; shown once. */
  readonly generatedPassword: string | null;
  /**
   * Whether nothing is under way: no entry waits for its commit, no event for the alarm history, no ledger line or snapshot is being
   * written. What waits for the clock, or for space on a full disk, is not under way.
   */
  idle(): boolean;
  stop(): Promise<readonly StopTrouble[]>;
}

export interface BuildOptions {
  readonly clock: Clock;
  readonly log: ServerOptions['log'];
  readonly webRoot: string | null;
  readonly demo: boolean;
  readonly seams: Seams;
  /** Where devices' messages come from, in place of every door for them: a run on driven time hands them over itself. */
  readonly source?: MessageSource;
  /** A stop was asked for by something that broke inside (a thread died). */
  readonly onBroken: (what: string) => void;
}

/** Places where a test may put something deliberately wrong (`test/mutants`); the product passes none. */
export interface Seams {
  readonly inbound?: (inbound: Inbound) => Inbound;
  readonly recover?: typeof recover;
  readonly commitDelayMs?: number;
  readonly journalFaults?: JournalFaults;
  /** A journal that is cut and trimmed all the time. */
  readonly segmentBytes?: number;
  readonly snapshotPace?: SnapshotPace;
}

const STOP_STEP_MS = 4_000;
/**
 * Order No. 40 of the State Administration of Work Safety (major hazard sources of hazardous chemicals), article 13: electronic records of
 * their monitoring are kept for 30 days at least.
 */
const LEAST_RAW_DAYS = 30;
/** Longest the HTTP door waits for the alarm history at a start. */
const EVENTS_WAIT_MS = 5_000;
/** Journal entries waiting for their commit before every socket is paused. */
const QUEUE_ENTRIES = 50_000;
const QUEUE_BYTES = 64e6;

function storeSettings(config: Config, folder: string): StoreSettings {
  if (config.influxUrl === null) return { kind: 'embedded', folder };
  return {
    kind: 'influx',
    folder,
    url: config.influxUrl,
    database: config.influxDatabase,
    ...(config.influxToken === null ? {} : { token: config.influxToken }),
    ...(config.influxUsername === null ? {} : { username: config.influxUsername }),
    ...(config.influxPassword === null ? {} : { password: config.influxPassword }),
  };
}

/** Start order is the order of the data's way; after each success its closing step is pushed, and a failure closes what was opened. */
export async function buildPlatform(config: Config, options: BuildOptions): Promise<Running> {
  const stack = createStopStack(STOP_STEP_MS);
  try {
    return await build(config, options, stack);
  } catch (error) {
    for (const trouble of await stack.stop()) options.log.error(trouble, 'a closing step failed');
    throw fullDisk(error, config.dataDir) ?? error;
  }
}

async function build(config: Config, options: BuildOptions, stack: ReturnType<typeof createStopStack>): Promise<Running> {
  const { clock, log } = options;
  const seams = options.seams;
  const folder = dataFolder(config.dataDir);
  // Files the settings name are looked at before anything is made: a wrong setting leaves no folder behind.
  const tls = tlsDoor(config);
  const upstreamTold = upstreamSettings(config);
  await ownAddress(config.host);
  prepareFolder(config.dataDir);
  const lock = await lockFolder(config.dataDir);
  if ('error' in lock)
    throw new StartError(
      `BEACON_DATA_DIR=${config.dataDir}: ${lock.error === 'in-use' ? 'in use by another process' : 'not writable'} (${lock.detail})`,
    );
  stack.push('lock', () => lock.release());
  if (giveUpToStart(folder.reserve)) log.error({}, 'the disk is full: starting from the reserve; readings wait without acknowledgement');

  const boot = randomBytes(6).toString('hex');
  const stamp = createStamp(clock, boot);
  const clockBelieved = (): boolean => clock.now() >= RELEASED_AT;
  const records = await openRecords(config.dataDir, (detail) => options.onBroken(`records: ${detail}`));
  stack.push('records', () => records.close());
  const credentials = await openCredentialBook(records, clock);

  const journal = await openJournal({
    folder: folder.journal,
    maxBytes: config.journalMax,
    boot,
    queueMaxEntries: QUEUE_ENTRIES,
    queueMaxBytes: QUEUE_BYTES,
    onDeath: (detail) => options.onBroken(`journal: ${detail}`),
    ...(seams.commitDelayMs === undefined ? {} : { commitDelayMs: seams.commitDelayMs }),
    ...(seams.journalFaults === undefined ? {} : { faults: seams.journalFaults }),
    ...(seams.segmentBytes === undefined ? {} : { segmentBytes: seams.segmentBytes }),
  });
  stack.push('journal', () => journal.close());
  const snapshots = openSnapshots(folder.snapshots);

  const doneEvents = await records.alarms.lastEventSeq();
  const events = startEventFeed((batch: readonly LiveEvent[]) => records.alarms.project(batch), clock, doneEvents);
  stack.push('event feed', () => events.stop());
  const warnings = startEventFeed(
    (batch: readonly WarningLive[]) => records.warnings.project(batch),
    clock,
    await records.warnings.lastSeq(),
  );
  stack.push('warning feed', () => warnings.stop());
  const ruleVersions = startRuleFeed(records, clock);
  stack.push('rule versions', () => ruleVersions.stop());
  const recovered = await (seams.recover ?? recover)(
    snapshots,
    journal,
    (replayed) => events.push(replayed),
    (replayed) => warnings.push(replayed),
    (made) => ruleVersions.push(made),
  );
  const { engine } = recovered;
  await demandOneFolder(engine, records, config.dataDir);
  if (recovered.fellBack) {
    const instead = recovered.snapshotSeq === 0 ? 'the journal was read from its beginning' : 'the one before was used';
    log.warn({ seq: recovered.snapshotSeq }, `the newest snapshot was damaged; ${instead}`);
  }
  log.info({ snapshot: recovered.snapshotSeq, replayed: recovered.replayed }, 'recovered');

  const router = createRouter(events, warnings, ruleVersions);
  const ledger = startLedgerFeed(records, clock);
  stack.push('ledger', () => ledger.stop());

  if (config.rawDays < LEAST_RAW_DAYS) {
    log.warn(
      { rawDays: config.rawDays },
      `BEACON_RAW_DAYS=${config.rawDays}: raw readings of major hazard sources must be kept for ${LEAST_RAW_DAYS} days at least (Order No. 40, article 13)`,
    );
  }
  let toldByHand: string | null = null;
  const storeTrouble = tellStoreTrouble(log, () => clock.mono(), config);
  const projector = await startProjector({
    journalFolder: folder.journal,
    store: storeSettings(config, folder.readings),
    keep: keptDays(config),
    onStatus: (status) => {
      storeTrouble.note(status);
      const byHand = status.retentionByHand === null ? null : withoutSecrets(status.retentionByHand, config);
      if (byHand !== null && byHand !== toldByHand) log.warn({ retentionByHand: byHand }, 'retention must be set by hand');
      toldByHand = byHand;
    },
    onRejected: (lines) => {
      for (const line of lines) ledger.refused(line);
    },
  });
  stack.push('projector', () => projector.close());
  // On time that a run drives days pass in seconds: nothing of it is kept.
  const archive = startArchive({
    folder: folder.archive,
    journalFolder: folder.journal,
    snapshotsFolder: folder.snapshots,
    bounds: {
      days: options.source === undefined ? config.archiveDays : 0,
      maxBytes: config.archiveMax ?? defaultArchiveMax(config.dataDir),
    },
  });
  stack.push('archive', () => archive.close());
  const backtests = createBacktests(folder, clock);
  stack.push('backtests', () => backtests.close());
  const scenarioRuns = createScenarioRuns(libraryNames(), clock);
  stack.push('scenario runs', () => scenarioRuns.close());
  const verdicts = gatherVerdicts(clock, (found) => projector.noteVerdicts(found));
  verdicts.note({ appliedTo: engine.view.appliedSeq, resends: recovered.resends });
  journal.noteVerdicts({ appliedTo: engine.view.appliedSeq, resends: recovered.resends });
  const growth = watchGrowth(clock);

  const stages = createStages(() => performance.now());
  const deviceCommands = createDeviceCommands({ source: () => source, records, clock, ledger, log });
  const pipeline = createPipeline({
    engine,
    journal,
    clock,
    stamp,
    registry: registryOf(engine.view),
    ledger,
    router,
    stages,
    clockBelieved,
    onAnswer: (message, answer) => deviceCommands.answered(message, answer),
    onApplied(found) {
      journal.noteVerdicts(found);
      verdicts.note(found);
      ticker?.moved();
    },
  });

  let ticker: ReturnType<typeof startTicker> | null = null;
  await mustSubmit(
    pipeline.submit(
      stamp({
        kind: 'start',
        build: readVersion(),
        clockBelieved: clockBelieved(),
        // A clock that is put right later is so within the steps.
        localTime: localTimeOf(config.timeZone, Math.max(clock.now(), RELEASED_AT)),
      }),
    ),
  );
  if (engine.view.catalogue?.version !== builtInCatalogue.version) {
    await mustSubmit(
      pipeline.submit(
        stamp({
          kind: 'config',
          by: 'system',
          requestId: `catalogue-${builtInCatalogue.version}`,
          changes: [{ op: 'catalogue', catalogue: builtInCatalogue }],
        }),
      ),
    );
  }
  await dropOrphanCredentials(engine, credentials);
  ticker = startTicker(engine, clock, () => pipeline.submit(stamp({ kind: 'tick' })));
  const ticking = ticker;
  stack.push('ticker', () => ticking.stop());

  const snapshotter = startSnapshotter(
    {
      engine,
      snapshots,
      journal,
      events,
      warnings,
      ruleVersions,
      clock,
      projected: () => projector.status().position,
      archived: () => archive.mayTrimTo(),
      log: (message, detail) => log.error({ detail }, message),
      ...(seams.snapshotPace === undefined ? {} : { pace: seams.snapshotPace }),
    },
    recovered.snapshotSeq,
  );
  const generated = await ensureAdmin(records, config.adminPassword, clock);
  if (generated.warning !== null) log.warn({}, `BEACON_ADMIN_PASSWORD: ${generated.warning}`);

  const notices = startNotices({
    recordsFile: folder.records,
    outboxFile: folder.outbox,
    webhook: webhookOf(config),
    deadManUrl: config.deadmanUrl,
    mono: () => clock.mono(),
    onRefused: ({ of, seq, id, detail }) => log.error({ of, event: seq, id, detail }, 'the webhook refused an event; it was given up'),
  });
  stack.push('notices', () => notices.close());
  const toldOutside = { webhook: config.webhookUrl !== null, deadManMs: config.deadmanUrl === null ? null : config.deadmanSeconds * 1_000 };

  const upstream = options.source === undefined ? openUpstream(upstreamTold, log) : null;
  const watch = startSystemWatch(
    clock,
    [...engine.view.openAlarms()].filter((alarm) => alarm.kind === 'system' && alarm.active).map((alarm) => alarm.code),
    () => ({
      clockBelieved: clockBelieved(),
      journal: journal.status(),
      projectorLagMs: projectorLagMs(projector.status(), projector.untoldMs(), journal.status().lastSeq),
      storeTrouble: storeTrouble.now(),
      recordsFailing: [events.status(), warnings.status()].some((feed) => feed.failing !== null || feed.overflowed),
      snapshotFailing: snapshotter.status().failing !== null,
      archiveFailing: archive.status().failing,
      journalBytesPerHour: growth.perHour(journal.status().bytes),
      upstream: upstreamFacts(upstream, clock),
      notices: noticesFacts(notices.status(), toldOutside),
    }),
    async (body, done) => {
      const { ok } = await pipeline.submit(stamp(body));
      done(ok);
    },
  );
  stack.push('system watch', () => watch.stop());

  const broker = createEmbeddedBroker(brokerPolicy(config, { tls, credentials, engine }));
  const source = options.source ?? (upstream === null ? broker : joinSources(broker, upstream));
  let open = false;
  const health = (): readonly string[] => [...new Set([...journal.status().health, ...watch.active()])];
  const ready = (): { readonly ready: boolean; readonly codes: readonly string[] } => {
    const codes = [...health(), ...(open ? [] : ['starting'])];
    return { ready: open && !codes.includes('disk-full') && !codes.includes('journal-failed'), codes };
  };
  journal.onHealth(() => router.health(health()));
  journal.onPressure((pressed) => (pressed ? source.pause() : source.resume()));
  const metrics = createMetrics(
    () => {
      const status = journal.status();
      const projected = projector.status();
      const door = broker.status();
      const { live, strangers } = server.status();
      return {
        ready: ready().ready ? 1 : 0,
        ...pipeline.counters,
        ...deviceCommands.counters,
        journalQueueEntries: status.queuedEntries,
        journalQueueBytes: status.queuedBytes,
        journalBytes: status.bytes,
        journalMaxBytes: status.maxBytes,
        journalSeq: status.lastSeq,
        projectorLagEntries: projectorLagEntries(projected, status.lastSeq),
        projectorLagSeconds: projectorLagMs(projected, projector.untoldMs(), status.lastSeq) / 1000,
        rollUpLagSeconds: projected.rollUpsDueFrom === null ? 0 : Math.max(0, (clock.now() - projected.rollUpsDueFrom) / 1000),
        projectorRejected: projected.rejected,
        projectorFailedAttempts: projected.backoff?.attempts ?? 0,
        eventQueue: events.status().queued + warnings.status().queued,
        ledgerQueue: ledger.status().queued,
        ledgerDropped: ledger.status().dropped,
        connections: door.connections,
        mqttInFlight: door.inFlight,
        mqttHeld: door.heldConnections,
        mqttQueued: door.queuedConnections,
        boards: live.viewers,
        boardsWaiting: live.waiting,
        boardsBehind: live.behind,
        boardsDropped: live.droppedToSnapshot,
        boardsDisconnected: live.disconnectedSlow,
        boardsTurnedAway: live.turnedAway,
        boardsTimedOut: live.timedOut,
        auditFolded: strangers.folded,
        openAlarms: [...engine.view.openAlarms()].length,
        snapshotSeconds: snapshotter.status().lastMs / 1000,
        archiveBytes: archive.status().bytes,
        archiveSeq: archive.status().position,
        ...upstreamMetrics(upstream),
        ...noticesMetrics(notices.status(), clock.now()),
      };
    },
    health,
    [stages.histogram],
  );
  const platform = createPlatform({
    engine,
    pipeline,
    stamp,
    clock,
    records,
    readings: projector.queries,
    credentials,
    source,
    deviceCommands,
    ledger,
    router,
    events,
    warnings,
    ruleVersions,
    metrics,
    epoch: boot,
    build: readVersion(),
    timeZone: config.timeZone,
    shiftPlan: config.shifts,
    backtests,
    scenarioRuns,
    health,
    ready,
  });
  const server = createServer(platform, {
    webRoot: options.webRoot,
    demo: options.demo,
    mqttPort: () => broker.ports.mqtt,
    secureCookies: false,
    log,
    readSite: siteReader(),
  });
  stack.push('snapshot at stop', async () => {
    await pipeline.submit(stamp({ kind: 'stop' }));
    await snapshotter.stop();
    await snapshotter.cut();
  });

  if (options.source === undefined) broker.attach(server.httpServer);
  const inbound = seams.inbound ?? ((message: Inbound) => message);
  // The broker is closed first: its WebSocket clients are connections of the HTTP server, which waits for its own.
  stack.push('server', () => server.stop());
  stack.push('broker', () => source.stop());
  await named(config.host, { BEACON_MQTT_PORT: config.mqttPort, BEACON_MQTTS_PORT: config.mqttsPort }, () =>
    source.start(
      {
        onMessage: (message) => pipeline.message(inbound(message)),
        onPresence: (change) => pipeline.presence(change),
        onRefused: (refused) => pipeline.refusedAtDoor(refused),
        onAccepted: () => undefined,
      },
      clock,
    ),
  );
  // What the replay brought goes into the alarm history first: viewers resume from there.
  await events.flush(EVENTS_WAIT_MS);
  await warnings.flush(EVENTS_WAIT_MS);
  const httpPort = await named(config.host, { BEACON_HTTP_PORT: config.httpPort }, () => server.start(config.host, config.httpPort));
  open = true;
  if (config.deadmanUrl !== null) {
    const deadMan = startDeadMan({
      clock,
      intervalMs: config.deadmanSeconds * 1_000,
      ready,
      async prove() {
        const result = await pipeline.submit(stamp({ kind: 'tick' }));
        return result.ok && !result.applied.fault;
      },
      beat: () => notices.beat(),
    });
    stack.push('dead-man', () => deadMan.stop());
  }
  const mqttPort = broker.ports.mqtt ?? config.mqttPort;
  return {
    httpUrl: `http://${shownHost(config.host)}:${httpPort}`,
    mqttUrl: `mqtt://${shownHost(config.host)}:${mqttPort}`,
    mqttsUrl: broker.ports.mqtts === null ? null : `mqtts://${shownHost(config.host)}:${broker.ports.mqtts}`,
    httpPort,
    mqttPort,
    platform,
    records,
    engine,
    generatedPassword: generated.generatedPassword,
    idle() {
      const { queuedEntries, health: journalHealth } = journal.status();
      return (
        (queuedEntries === 0 || journalHealth.length > 0) &&
        [events.status(), warnings.status()].every((feed) => feed.queued === 0 || feed.failing !== null || feed.overflowed) &&
        (ruleVersions.status().queued === 0 || ruleVersions.status().failing !== null) &&
        deviceCommands.idle() &&
        !ledger.status().writing &&
        !snapshotter.status().writing
      );
    },
    stop: () => {
      open = false;
      return stack.stop();
    },
  };
}
