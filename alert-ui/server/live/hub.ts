import type { Server as HttpServer } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { type Namespace, Server, type Socket } from 'socket.io';
import { z } from 'zod';
import type { LiveEvent } from '../../../model/alarm.ts';
import type { WarningLive } from '../../../model/warning.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import {
  HEARTBEAT_EVERY_MS,
  type AlarmMessage,
  type DeviceMessage,
  type HeartbeatMessage,
  type PresenceMessage,
  type SnapshotEvent,
  type WarningMessage,
  type WarningsEvent,
  type ClientToServer,
  type Tell,
} from '../../protocol/live.ts';
import type { ServerLog, ServerStatus } from '../options.ts';
import type { Identities, Identity } from '../sign-in/identity.ts';
import { originAllowed } from '../sign-in/origin.ts';
import type { RecordsSessionStore } from '../sign-in/session-store.ts';
import { Audience, audienceKey } from './audience.ts';
import { Backlog } from './backlog.ts';
import { identityOf, partyOf, Refused, refusal } from './door.ts';
import { rememberEpoch } from './epochs.ts';
import { enterpriseOf, EventRing, RING_EVENTS } from './event-ring.ts';
import { Onlookers } from './onlookers.ts';
import { oneWritePerFlush } from './one-write.ts';
import { Pace } from './pace.ts';
import { FLUSH_EVERY_MS, ReadingFeed } from './reading-feed.ts';
import { WaitingRoom } from './waiting-room.ts';
import { issuedWarnings } from './worst-warnings.ts';

const VIEWERS_MAX = 2_000;
/** One account does not take every place. */
const VIEWERS_OF_ACCOUNT_MAX = 1_000;
/** Answers to `resume` at once: each may be 10,000 events, for a few bytes that ask. */
const RESUMES = { most: 10, spanMs: 10_000 } as const;
/** Most warnings in one picture; the rest by `GET /warnings`. */
const PICTURE_WARNINGS = 500;
const LOOK_EVERY_MS = 200;
/** Names gone through for one viewer's wishes: each change of them takes all of them in hand again, on the thread that judges. */
const WISHES = { most: 200_000, spanMs: 10_000 } as const;
/** How often people are told who else is there, at most; and how often one may say it. */
const PRESENCE_EVERY_MS = 1_000;
const SAYINGS = { most: 50, spanMs: 10_000 } as const;
/** Acknowledgements of what a viewer says: one that says without end and reads nothing would fill our memory with them. */
const ANSWERS = { most: 200, spanMs: 10_000 } as const;
/** How often an open connection's session, token and rights are looked at again. */
const RECHECK_EVERY_MS = 15_000;
interface Viewer {
  readonly socket: Socket;
  readonly audience: Audience;
  readonly backlog: Backlog;
  identity: Identity;
  /** Waits for its snapshot; in no audience's room until then. */
  wantsSnapshot: boolean;
  readonly resumes: Pace;
  readonly wishes: Pace;
  readonly sayings: Pace;
  readonly answers: Pace;
}

const names = z.array(z.string().max(128)).max(10_000).optional();
const wishBody = z.object({ devices: names, enterprises: names });
const presenceBody = z.object({ looking: z.string().min(1).max(64).nullable().optional(), audible: z.boolean().optional() });
const resumeBody = z.object({ epoch: z.string().max(200), seq: z.int().min(0) });

export interface HubParts {
  readonly platform: Platform;
  readonly identities: Identities;
  readonly sessionStore: RecordsSessionStore;
  readonly session: RequestHandler;
  readonly log: ServerLog;
}

/**
 * The live side: numbered events in order to everybody who may see them, exactly once; what a viewer missed, or a fresh snapshot.
 * Joins and emits happen in the same turn of the loop as the snapshot they follow, so nothing falls in between.
 */
export class Hub {
  private readonly parts: HubParts;
  private readonly io: Server;
  private readonly namespace: Namespace;
  private readonly audiences = new Map<string, Audience>();
  private readonly viewers = new Map<string, Viewer>();
  private readonly waitingRoom = new WaitingRoom();
  private readonly feed: ReadingFeed;
  private ring: EventRing;
  private knownEpochs: ReadonlySet<string>;
  private readonly timers: (() => void)[] = [];
  private stopped = false;
  /** Number of the last event that went out, or that was there before we listened. */
  private published: number;
  private lookAt = 0;
  private readonly onlookers = new Onlookers();
  private presenceTold = Number.NEGATIVE_INFINITY;
  /** Number of the flood that boards know of; 0 = none goes on. */
  private floodTold = 0;
  private readonly counted = {
    droppedToSnapshot: 0,
    disconnectedSlow: 0,
    disconnectedGreedy: 0,
    resumed: 0,
    snapshots: 0,
    pendingBytes: 0,
  };

  constructor(httpServer: HttpServer, parts: HubParts) {
    this.parts = parts;
    this.ring = new EventRing(parts.platform.view.eventSeq);
    this.published = parts.platform.view.eventSeq;
    this.knownEpochs = new Set([parts.platform.epoch]);
    this.io = new Server(httpServer, {
      path: '/socket.io',
      serveClient: false,
      // The broker takes the upgrades at /mqtt of the same server.
      destroyUpgrade: false,
      maxHttpBufferSize: 1_000_000,
      pingInterval: 20_000,
      pingTimeout: 20_000,
      allowRequest: (request, decide) => {
        if (!originAllowed(request.headers, request.socket.remoteAddress)) decide('origin-not-allowed', false);
        else if (!this.waitingRoom.admits(partyOf(request))) decide('too-many-connections', false);
        else decide(null, true);
      },
    });
    // Typed for plain Node requests; express-session needs no more of one than Node's.
    this.io.engine.use((request: unknown, response: unknown, next: (error?: unknown) => void) =>
      parts.session(request as Request, response as Response, next),
    );
    this.io.engine.on('connection', (connection: Connection) => this.waits(connection));
    this.namespace = this.io.of('/');
    this.feed = new ReadingFeed(this.namespace, parts.platform.view);
    this.namespace.use(async (socket, next) => {
      let refused: Error | undefined;
      try {
        socket.data = { identity: await this.authorise(socket) };
        this.waitingRoom.leave(socket.conn);
      } catch (error) {
        refused = refusal(error instanceof Refused ? error.code : 'unavailable');
      }
      next(refused);
      // Once it is told: the next try needs a handshake of its own.
      if (refused !== undefined) setImmediate(() => socket.conn.close());
    });
    this.namespace.on('connection', (socket) => this.connected(socket));
  }

  /** Takes up the events of the last hour from the records, so that viewers resume across a restart, and begins to listen. */
  async start(): Promise<void> {
    const { platform } = this.parts;
    this.knownEpochs = await rememberEpoch(platform);
    const eventSeq = platform.view.eventSeq;
    const kept = await platform.records.alarms.eventsAfter(Math.max(0, eventSeq - RING_EVENTS), RING_EVENTS);
    if (this.stopped) return;
    // Only what reaches the present without a hole can tell a viewer everything it missed.
    const ring = new EventRing(kept[0] === undefined ? eventSeq : kept[0].seq - 1);
    for (const event of kept) if (event.seq <= eventSeq) ring.push(event, platform.clock.now());
    if (eventSeq === platform.view.eventSeq && ring.base + ring.size === eventSeq) this.ring = ring;
    else this.ring = new EventRing(platform.view.eventSeq);
    this.published = platform.view.eventSeq;
    this.timers.push(
      platform.subscribe({
        onEvents: (events) => this.publish(events),
        onWarnings: (events) => this.warn(events),
        onSamples: (enterprise, samples) => this.feed.samples(enterprise, samples),
        onHealth: () => this.heartbeat(),
      }),
    );
    this.every(HEARTBEAT_EVERY_MS, () => this.heartbeat());
    this.every(LOOK_EVERY_MS, () => this.look());
    this.every(FLUSH_EVERY_MS, () => this.feed.flush(platform.clock.now(), (socket) => this.readableAudience(socket)));
    this.every(RECHECK_EVERY_MS, () => void this.recheck());
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const cancel of this.timers.splice(0)) cancel();
    for (const viewer of this.viewers.values()) viewer.backlog.close();
    this.namespace.disconnectSockets(true);
    this.io.engine.close();
    await Promise.resolve();
  }

  status(): ServerStatus['live'] {
    let behind = 0;
    for (const viewer of this.viewers.values()) if (viewer.backlog.behind) behind += 1;
    return { viewers: this.viewers.size, behind, ringEvents: this.ring.size, ...this.waitingRoom.status(), ...this.counted };
  }

  /** Live connections of a session that ended. */
  endSession(idHash: string): void {
    this.endWhere(({ by }) => by.kind === 'session' && by.idHash === idHash);
  }
  /** Live connections of an API token that ended. */
  endToken(id: string): void {
    this.endWhere(({ by }) => by.kind === 'token' && by.id === id);
  }
  /** Live connections of an account whose password or rights changed. */
  endAccount(name: string): void {
    this.endWhere(({ actor }) => actor.name === name);
  }

  private endWhere(ended: (identity: Identity) => boolean): void {
    for (const viewer of this.viewers.values()) if (ended(viewer.identity)) viewer.socket.disconnect(true);
  }

  private waits(connection: Connection): void {
    this.waitingRoom.enter(connection, partyOf(connection.request), this.parts.platform.clock.mono());
    connection.once('close', () => this.waitingRoom.leave(connection));
  }

  private async authorise(socket: Socket): Promise<Identity> {
    if (this.viewers.size >= VIEWERS_MAX) throw new Refused('unavailable');
    const identity = await identityOf(socket, this.parts.identities);
    let ofAccount = 0;
    for (const viewer of this.viewers.values()) if (viewer.identity.actor.name === identity.actor.name) ofAccount += 1;
    if (ofAccount >= VIEWERS_OF_ACCOUNT_MAX) throw new Refused('unavailable');
    return identity;
  }

  private connected(socket: Socket): void {
    const identity = (socket.data as { identity: Identity }).identity;
    const viewer: Viewer = {
      socket,
      identity,
      audience: this.audienceOf(identity),
      backlog: new Backlog(socket, this.parts.platform.clock.mono()),
      wantsSnapshot: false,
      resumes: new Pace(RESUMES.most, RESUMES.spanMs),
      wishes: new Pace(WISHES.most, WISHES.spanMs),
      sayings: new Pace(SAYINGS.most, SAYINGS.spanMs),
      answers: new Pace(ANSWERS.most, ANSWERS.spanMs),
    };
    viewer.audience.viewers += 1;
    this.viewers.set(socket.id, viewer);
    oneWritePerFlush(socket.conn);
    socket.on('disconnect', () => this.disconnected(viewer));
    this.hears(viewer, 'subscribe', (body) => {
      const wish = this.wishOf(viewer, body);
      if (wish !== null) this.feed.subscribe(socket, viewer.audience, wish.devices ?? [], wish.enterprises ?? []);
      return wish !== null;
    });
    this.hears(viewer, 'unsubscribe', (body) => {
      const wish = this.wishOf(viewer, body);
      if (wish !== null) this.feed.unsubscribe(socket, wish.devices ?? [], wish.enterprises ?? []);
      return wish !== null;
    });
    this.hears(viewer, 'presence', (body) => {
      const said = presenceBody.safeParse(body);
      if (!said.success || !viewer.sayings.allows(this.parts.platform.clock.mono())) return false;
      const { looking, audible } = said.data;
      // Who cannot see an alarm does not look at it: those who can would wait for what he does.
      const seen = typeof looking === 'string' && !this.seesAlarm(viewer.audience, looking) ? null : looking;
      this.onlookers.say(socket.id, viewer.identity.actor.name, { looking: seen, audible });
      return true;
    });
    this.hears(viewer, 'resume-warnings', () => {
      // A viewer that waits for its snapshot gets them with it.
      if (!viewer.wantsSnapshot && !viewer.backlog.behind && viewer.resumes.allows(this.parts.platform.clock.mono()))
        socket.emit('warnings', this.warningsFor(viewer.audience));
      return true;
    });
    this.hears(viewer, 'resume', (body) => {
      const place = resumeBody.safeParse(body);
      this.resume(viewer, place.success ? place.data : null);
      return place.success;
    });
    this.wantSnapshot(viewer);
  }

  /** Does what a viewer says, and tells one that asks for an acknowledgement (`emitWithAck`) whether it was understood. */
  private hears(viewer: Viewer, event: keyof ClientToServer, understood: (body: unknown) => boolean): void {
    viewer.socket.on(event, (...said: unknown[]) => {
      const tell = said.at(-1);
      const ok = understood(typeof said[0] === 'function' ? undefined : said[0]);
      if (typeof tell === 'function' && viewer.answers.allows(this.parts.platform.clock.mono())) (tell as Tell)({ ok });
    });
  }

  /** What a viewer wishes to hear or no more; null where it is none, or where it has wished for so much that it is sent away. */
  private wishOf(viewer: Viewer, body: unknown): z.output<typeof wishBody> | null {
    const wish = wishBody.safeParse(body);
    if (!wish.success) return null;
    const { devices = [], enterprises = [] } = wish.data;
    const weight = 1 + devices.length + enterprises.length + this.feed.wishesOf(viewer.socket);
    if (viewer.wishes.allows(this.parts.platform.clock.mono(), weight)) return wish.data;
    this.parts.log.warn(
      { account: viewer.identity.actor.name, weight },
      'live side: a viewer that changes its wishes without end was sent away',
    );
    this.counted.disconnectedGreedy += 1;
    viewer.socket.disconnect(true);
    return null;
  }

  private disconnected(viewer: Viewer): void {
    this.viewers.delete(viewer.socket.id);
    this.onlookers.forget(viewer.socket.id);
    viewer.backlog.close();
    this.feed.forget(viewer.socket);
    viewer.audience.viewers -= 1;
    if (viewer.audience.viewers === 0) this.audiences.delete(viewer.audience.key);
    // It may leave and keep its connection: then it signs in again in time, or that ends too.
    const { conn } = viewer.socket;
    if (conn.readyState === 'open') this.waitingRoom.enter(conn, partyOf(conn.request), this.parts.platform.clock.mono());
  }

  private audienceOf(identity: Identity): Audience {
    const key = audienceKey(identity.actor);
    let audience = this.audiences.get(key);
    if (audience === undefined) {
      audience = new Audience(identity.actor, this.ring.base, this.parts.platform.view.warningSeq);
      for (const event of this.ring.newestFirst()) {
        if (!audience.sees(enterpriseOf(event))) continue;
        audience.lastSeq = event.seq;
        break;
      }
      this.audiences.set(key, audience);
    }
    return audience;
  }

  /** Viewers that want a snapshot in this turn of the loop get one that was made and serialised once per audience. */
  private wantSnapshot(viewer: Viewer): void {
    if (viewer.wantsSnapshot) return;
    this.awaitSnapshot(viewer);
    this.snapshotsSoon();
  }

  /** It hears nothing more until its snapshot, which comes at the next look at the latest. */
  private awaitSnapshot(viewer: Viewer): void {
    viewer.wantsSnapshot = true;
    void viewer.socket.leave(viewer.audience.room);
  }

  private snapshotsScheduled = false;
  private snapshotsSoon(): void {
    if (this.snapshotsScheduled) return;
    this.snapshotsScheduled = true;
    setImmediate(() => {
      this.snapshotsScheduled = false;
      if (!this.stopped) this.sendSnapshots();
    });
  }

  private sendSnapshots(): void {
    const wanting = new Map<Audience, Viewer[]>();
    for (const viewer of this.viewers.values()) {
      if (!viewer.wantsSnapshot || viewer.backlog.behind) continue;
      const group = wanting.get(viewer.audience);
      if (group === undefined) wanting.set(viewer.audience, [viewer]);
      else group.push(viewer);
    }
    for (const [audience, viewers] of wanting) {
      const snapshot: SnapshotEvent = { epoch: this.parts.platform.epoch, ...audience.snapshot(this.parts.platform.view) };
      this.namespace.to(viewers.map((viewer) => viewer.socket.id)).emit('snapshot', snapshot);
      // At once with the picture: a board then knows the server's time and the health of the platform before the next beat.
      this.namespace.to(viewers.map((viewer) => viewer.socket.id)).emit('heartbeat', this.heartbeatFor(audience));
      this.namespace.to(viewers.map((viewer) => viewer.socket.id)).emit('warnings', this.warningsFor(audience));
      const presence = this.presenceFor(audience);
      if (presence.items.length > 0) this.namespace.to(viewers.map((viewer) => viewer.socket.id)).emit('presence', presence);
      for (const viewer of viewers) {
        viewer.wantsSnapshot = false;
        this.counted.snapshots += 1;
        void viewer.socket.join(audience.room);
      }
    }
  }

  private publish(events: readonly LiveEvent[]): void {
    const now = this.parts.platform.clock.now();
    for (const event of events) {
      // Heard before: the snapshot everybody got holds it already.
      if (event.seq <= this.published) continue;
      this.published = event.seq;
      this.ring.push(event, now);
      const enterprise = enterpriseOf(event);
      for (const audience of this.audiences.values()) {
        if (!audience.sees(enterprise)) continue;
        this.namespace.to(audience.room).emit(event.kind, messageOf(event, audience.lastSeq));
        audience.lastSeq = event.seq;
      }
    }
    this.tellFlood();
  }

  /** Boards fold their list as a flood begins and no later; its end is told as soon. */
  private tellFlood(): void {
    const number = this.parts.platform.view.flood.now?.number ?? 0;
    if (number === this.floodTold) return;
    this.floodTold = number;
    this.heartbeat();
  }

  /** Events of warnings, numbered apart: a client that knows none sees no hole in the numbers of alarms and devices. */
  private warn(events: readonly WarningLive[]): void {
    for (const { seq, warning, event } of events) {
      for (const audience of this.audiences.values()) {
        if (!audience.sees(warning.enterpriseId)) continue;
        const message: WarningMessage = { seq, prev: audience.lastWarning, warning, event };
        this.namespace.to(audience.room).emit('warning', message);
        audience.lastWarning = seq;
      }
    }
  }

  private warningsFor(audience: Audience): WarningsEvent {
    const { epoch, view } = this.parts.platform;
    const items = issuedWarnings(view, (head) => audience.sees(head.enterpriseId)).slice(0, PICTURE_WARNINGS);
    return { epoch, seq: audience.lastWarning, items };
  }

  /** Told when it changed, to everybody who may see the same at once. */
  private tellPresence(mono: number): void {
    if (!this.onlookers.changed || mono - this.presenceTold < PRESENCE_EVERY_MS) return;
    this.onlookers.changed = false;
    this.presenceTold = mono;
    for (const audience of this.audiences.values()) this.namespace.to(audience.room).emit('presence', this.presenceFor(audience));
  }

  private presenceFor(audience: Audience): PresenceMessage {
    return { items: this.onlookers.items((id) => this.seesAlarm(audience, id), audience.sees(null)) };
  }

  private seesAlarm(audience: Audience, id: string): boolean {
    const { view } = this.parts.platform;
    const alarm = view.openAlarm(id) ?? view.restingAlarm(id);
    return alarm !== undefined && audience.sees(alarm.enterpriseId);
  }

  private resume(viewer: Viewer, place: { readonly epoch: string; readonly seq: number } | null): void {
    // A snapshot is on its way already, and says everything.
    if (viewer.wantsSnapshot || viewer.backlog.behind) return;
    const { audience, socket } = viewer;
    // One that asks again and again gets the whole picture, five times a second at the most.
    if (!viewer.resumes.allows(this.parts.platform.clock.mono())) return this.awaitSnapshot(viewer);
    if (place === null || !this.knownEpochs.has(place.epoch)) return this.wantSnapshot(viewer);
    if (place.seq === audience.lastSeq) {
      socket.emit('heartbeat', this.heartbeatFor(audience));
      return;
    }
    const missed = place.seq > audience.lastSeq ? null : this.ring.after(place.seq, this.parts.platform.clock.now());
    const entitled = missed?.filter((event) => audience.sees(enterpriseOf(event)));
    if (entitled === undefined || entitled.at(-1)?.seq !== audience.lastSeq) return this.wantSnapshot(viewer);
    let prev = place.seq;
    for (const event of entitled) {
      socket.emit(event.kind, messageOf(event, prev));
      prev = event.seq;
    }
    this.counted.resumed += 1;
  }

  private heartbeat(): void {
    for (const audience of this.audiences.values()) this.namespace.to(audience.room).emit('heartbeat', this.heartbeatFor(audience));
  }

  private heartbeatFor(audience: Audience): HeartbeatMessage {
    const { platform } = this.parts;
    return {
      epoch: platform.epoch,
      seq: platform.view.eventSeq,
      prev: audience.lastSeq,
      at: platform.clock.now(),
      health: platform.health(),
      devices: audience.devices(platform.view),
      ...audience.flood(platform.view),
    };
  }

  /** Looks at what waits for every viewer; those that do not read are cut off from the stream until they do. */
  private look(): void {
    const mono = this.parts.platform.clock.mono();
    this.waitingRoom.sweep(mono);
    const late = mono - this.lookAt > 4 * LOOK_EVERY_MS;
    this.lookAt = mono;
    this.tellFlood();
    this.tellPresence(mono);
    let pending = 0;
    for (const viewer of this.viewers.values()) {
      const verdict = viewer.backlog.look(mono, late);
      pending += viewer.backlog.pendingBytes();
      if (viewer.wantsSnapshot && !viewer.backlog.behind) this.snapshotsSoon();
      if (verdict === 'fell-behind') {
        this.counted.droppedToSnapshot += 1;
        this.awaitSnapshot(viewer);
        this.feed.pause(viewer.socket);
      } else if (verdict === 'caught-up') {
        viewer.wantsSnapshot = true;
        this.snapshotsSoon();
        this.feed.again(viewer.socket);
      } else if (verdict === 'give-up') {
        this.counted.disconnectedSlow += 1;
        this.cutOff(viewer);
      }
    }
    this.counted.pendingBytes = pending;
  }

  /** A close packet would wait behind everything else; the connection itself is ended. */
  private cutOff(viewer: Viewer): void {
    const transport: unknown = viewer.socket.conn.transport;
    const held: unknown = typeof transport === 'object' && transport !== null && 'socket' in transport ? transport.socket : null;
    viewer.socket.conn.close(true);
    if (typeof held === 'object' && held !== null && 'terminate' in held && typeof held.terminate === 'function') held.terminate();
  }

  private readableAudience(socket: Socket): Audience | null {
    const viewer = this.viewers.get(socket.id);
    return viewer === undefined || viewer.backlog.behind || viewer.wantsSnapshot ? null : viewer.audience;
  }

  /** Sessions and tokens end, and rights change, while a board stays connected; a board that watches is a use of its session. */
  private async recheck(): Promise<void> {
    for (const viewer of this.viewers.values()) {
      if (this.stopped) return;
      try {
        const { by } = viewer.identity;
        if (by.kind === 'session') await this.parts.sessionStore.use(by.idHash);
        const now = await this.parts.identities.again(viewer.identity);
        if (now === null) viewer.socket.disconnect(true);
        else viewer.identity = now;
      } catch (error) {
        // The records cannot be asked just now: a board must not go dark for that.
        this.parts.log.warn({ error: String(error) }, 'rights of live viewers not looked at again');
        return;
      }
    }
  }

  /** On the platform's clock; a step that throws is told and does not end the row. */
  private every(periodMs: number, run: () => void): void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.parts.platform.clock.after(periodMs, () => {
        try {
          run();
        } catch (error) {
          this.parts.log.error({ error: String(error) }, 'live side: a periodic step failed');
        }
        again();
      });
    };
    again();
    this.timers.push(() => cancel());
  }
}

type Connection = Socket['conn'];

function messageOf(event: LiveEvent, prev: number): AlarmMessage | DeviceMessage {
  if (event.kind === 'alarm') return { seq: event.seq, prev, alarm: event.alarm, event: event.event };
  return { seq: event.seq, prev, id: event.id, online: event.online, health: event.health, lastSeenAt: event.lastSeenAt };
}
