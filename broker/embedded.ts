import { EventEmitter } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Client, PublishPacket } from 'aedes';
import type { Clock } from '../model/ports/clock.ts';
import type { MessageSource, RefusedAtDoor, SourceHandlers } from '../model/ports/message-source.ts';
import { CONNACK, judgeConnect, shownUsername } from './connect.ts';
import { Connection } from './connection.ts';
import { ConnectionIndex } from './connection-index.ts';
import type { Door } from './door.ts';
import { Flow } from './flow.ts';
import type { InboundMessage } from './inbound.ts';
import { noSessions } from './no-sessions.ts';
import { type BrokerLimits, type BrokerPolicy, type BrokerStatus, DEFAULT_LIMITS } from './policy.ts';
import { Qos2Ids } from './qos2-ids.ts';
import { QuietAedes } from './quiet-aedes.ts';
import { type ListeningDoor, openTcpDoor, openTlsDoor } from './socket-doors.ts';
import { Turns } from './turns.ts';
import { openWebSocketDoor } from './websocket-door.ts';

/** Packet ids of QoS 2 kept over all clients. */
const QOS2_IDS = 100_000;
const IDLE_CHECK_MS = 1_000;
/** A clean stop gives receipts under way so long, then the goodbyes. Both together stay under five seconds. */
const STOP_RECEIPTS_MS = 2_000;
const STOP_GOODBYE_MS = 500;
const STOP_POLL_MS = 10;

export interface EmbeddedBroker extends MessageSource {
  /** MQTT over WebSocket at `/mqtt` of this server. May be called before or after `start`. */
  attach(httpServer: HttpServer): void;
  /** The doors as they are; null = no such door. */
  readonly ports: { readonly mqtt: number | null; readonly mqtts: number | null };
  status(): BrokerStatus;
}

/**
 * The embedded broker: MQTT 3.1 and 3.1.1 by Aedes, over TCP, TLS and WebSocket. A PUBLISH goes to the handlers; its PUBACK
 * (PUBREC) goes out after its `ack`. On `stop` no will and no disconnect is reported: it is our end, not the devices'.
 */
export function createEmbeddedBroker(policy: BrokerPolicy): EmbeddedBroker {
  const limits: BrokerLimits = { ...DEFAULT_LIMITS, ...policy.limits };
  const flow = new Flow(limits.queueBound);
  // A stopwatch for work, not a clock: no reading and no delay is measured by it.
  const turns = new Turns(() => performance.now(), setImmediate);
  const qos2 = new Qos2Ids(QOS2_IDS);
  const index = new ConnectionIndex();
  const ofClient = new WeakMap<Client, Connection>();
  const ofStream = new WeakMap<Duplex, Connection>();
  const doors: ListeningDoor[] = [];
  const undoAttach: (() => void)[] = [];
  const totals = { messages: 0, accepted: 0, refused: 0, faults: 0, connections: 0 };
  let lastFault: string | null = null;
  let running: { readonly handlers: SourceHandlers; readonly clock: Clock; readonly aedes: QuietAedes; readonly door: Door } | null = null;
  let mqtt: number | null = null;
  let mqtts: number | null = null;
  let stopping = false;
  let cancelIdleCheck: (() => void) | null = null;

  /** A handler or the policy threw. A connection may suffer from it, the process must not. */
  function fault(error: unknown): void {
    totals.faults += 1;
    lastFault = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }

  function guarded(run: () => void): boolean {
    try {
      run();
      return true;
    } catch (error) {
      fault(error);
      return false;
    }
  }

  function makeDoor(handlers: SourceHandlers, clock: Clock): Door {
    return {
      clock,
      limits,
      flow,
      turns,
      qos2,
      may(actor, action, resource) {
        try {
          return policy.may(actor, action, resource);
        } catch (error) {
          fault(error);
          return false;
        }
      },
      deliver(message: InboundMessage) {
        totals.messages += 1;
        return guarded(() => handlers.onMessage(message));
      },
      refused(refused: RefusedAtDoor) {
        totals.refused += 1;
        guarded(() => handlers.onRefused(refused));
      },
    };
  }

  function makeAedes(handlers: SourceHandlers, clock: Clock): QuietAedes {
    const aedes = new QuietAedes({
      persistence: noSessions(qos2),
      concurrency: 100,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainTimeoutMs,
      maxTopicLevels: limits.maxTopicLevels,
      maxClientsIdLength: limits.maxClientIdLength,
      preConnect(client, packet, callback) {
        const connection = ofClient.get(client);
        if (connection === undefined || stopping) {
          callback(new Error('closing'), false);
          return;
        }
        connection.username = shownUsername(packet.username, packet.password === undefined ? null : '');
        connection.clientId = packet.clientId.slice(0, 64);
        try {
          connect(connection, packet);
        } catch (error) {
          fault(error);
          connection.connackCode = CONNACK.unavailable;
        }
        // Keepalive is ours to judge (`checkIdle`): Aedes' timer would run out while we ourselves do not read.
        packet.keepalive = 0;
        callback(null, true);
      },
      authenticate(client, _username, _password, done) {
        const connection = ofClient.get(client);
        const signedIn = connection?.signedIn ?? null;
        if (connection === undefined || signedIn === null) {
          done(Object.assign(new Error('refused'), { returnCode: connection?.connackCode ?? CONNACK.notAuthorised }), false);
          return;
        }
        client.id = signedIn.publisher.client;
        done(null, true);
      },
      authorizePublish(client, packet: PublishPacket, done) {
        const connection = client === null ? undefined : ofClient.get(client);
        if (connection === undefined) {
          done(new Error('no connection'));
          return;
        }
        // A will has no `cmd`. It is handed over here, and nothing is left for Aedes to publish.
        if (packet.cmd !== 'publish') {
          if (!stopping) connection.publishWill(packet.topic, Buffer.from(packet.payload), packet.retain);
          done(new Error('handed over'));
          return;
        }
        connection.publish(packet, done);
      },
      authorizeSubscribe(client, subscription, done) {
        const connection = ofClient.get(client);
        const allowed = connection !== undefined && connection.maySubscribe(subscription.topic);
        // null answers 0x80 (MQTT 3.1.1 clause 3.9.3): devices made for other platforms subscribe to more than we have.
        done(null, allowed ? subscription : null);
      },
      /** Only what `send` writes reaches a device. */
      authorizeForward: (_client, packet) => (packet.topic.endsWith('/command') ? packet : null),
    });
    aedes.on('clientReady', (client) => {
      const connection = ofClient.get(client);
      const signedIn = connection?.signedIn ?? null;
      if (connection === undefined || signedIn === null || connection.ended || connection.ready) return;
      const before = index.find(signedIn.publisher.client);
      // Same credential and same client id takes over [MQTT-3.1.4-2]; its end is told before the new one's beginning.
      if (before !== undefined && before !== connection) {
        before.close();
        ended(before);
      }
      if (!signedIn.keepSession) qos2.sessionBegins(signedIn.publisher.client);
      connection.ready = true;
      connection.lastHeard = clock.mono();
      index.add(connection, signedIn.publisher);
      totals.accepted += 1;
      const at = clock.now();
      guarded(() => handlers.onAccepted(signedIn.publisher, at));
      guarded(() => handlers.onPresence({ publisher: signedIn.publisher, what: 'connected', clean: false, at }));
      connection.gate.open();
    });
    aedes.on('subscribe', (subscriptions, client) => {
      const connection = ofClient.get(client);
      for (const { topic, qos } of subscriptions) {
        if (qos === 0 || qos === 1 || qos === 2) connection?.commands.set(topic, qos);
      }
    });
    aedes.on('unsubscribe', (topics, client) => {
      const connection = ofClient.get(client);
      for (const topic of topics) connection?.commands.delete(topic);
    });
    aedes.on('clientError', (client, error) => ofClient.get(client)?.failed(error));
    aedes.on('connectionError', (client, error) => ofClient.get(client)?.failed(error));
    // Its types leave this event out; unheard it would end the process.
    EventEmitter.prototype.on.call(aedes, 'error', fault);
    return aedes;

    function connect(connection: Connection, packet: Parameters<typeof judgeConnect>[0]): void {
      const verdict = judgeConnect(packet, limits, policy.authenticate, connection);
      if (!verdict.ok) {
        connection.connackCode = verdict.connack;
        connection.refuse(verdict.code, verdict.detail, undefined, verdict.device);
        return;
      }
      const will = packet.will;
      if (will !== undefined && !connection.mayWill(verdict.signedIn, will.topic)) {
        connection.connackCode = CONNACK.notAuthorised;
        return;
      }
      connection.signedIn = verdict.signedIn;
    }
  }

  function accept(stream: Duplex, address: string): void {
    if (running === null || stopping || totals.connections >= limits.maxConnections) {
      stream.destroy();
      return;
    }
    const { aedes, door } = running;
    index.lastNumber += 1;
    const connection = new Connection(door, stream, index.lastNumber, address);
    ofStream.set(stream, connection);
    totals.connections += 1;
    index.open(connection);
    const client = aedes.handle(stream);
    connection.client = client;
    ofClient.set(client, connection);
    const { _parser: parser } = client as unknown as { readonly _parser: { parse(bytes: Buffer): void } };
    connection.gate.drive((slice) => {
      if (!guarded(() => parser.parse(slice))) connection.close();
    });
    // After Aedes' own listener: the will comes before the end.
    stream.once('close', () => ended(connection));
  }

  function ended(connection: Connection): void {
    if (connection.ended) return;
    connection.end();
    totals.connections -= 1;
    index.remove(connection);
    const { signedIn } = connection;
    if (running === null || stopping || signedIn === null || !connection.ready) return;
    const { handlers, clock } = running;
    const clean = connection.gate.scanner.sawDisconnect;
    guarded(() => handlers.onPresence({ publisher: signedIn.publisher, what: 'disconnected', clean, at: clock.now() }));
  }

  /** Ends connections that have been silent for 1.5 × their keepalive [MQTT-3.1.2-24], or 3 × the heartbeat where it is 0. */
  function checkIdle(clock: Clock): void {
    const now = clock.mono();
    for (const connection of index.all()) {
      const { signedIn } = connection;
      if (!connection.ready || signedIn === null) continue;
      // We are the ones who do not read: its silence is ours.
      if (connection.gate.blocked) connection.lastHeard = now;
      const idle = now - connection.lastHeard;
      if (idle > idleLimit(signedIn.keepaliveMs, () => policy.heartbeatMs(signedIn.publisher))) connection.close();
    }
    cancelIdleCheck = clock.after(IDLE_CHECK_MS, () => checkIdle(clock));
  }

  function idleLimit(keepaliveMs: number, heartbeatMs: () => number | null): number {
    if (keepaliveMs > 0) return keepaliveMs * 1.5;
    try {
      const heartbeat = heartbeatMs();
      return heartbeat === null ? limits.idleMs : heartbeat * 3;
    } catch (error) {
      fault(error);
      return limits.idleMs;
    }
  }

  function pauseFor(clock: Clock, ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  }

  return {
    ports: {
      get mqtt() {
        return mqtt;
      },
      get mqtts() {
        return mqtts;
      },
    },

    async start(handlers, clock) {
      if (running !== null) throw new Error('the broker is started already');
      const door = makeDoor(handlers, clock);
      const aedes = makeAedes(handlers, clock);
      await aedes.listen();
      running = { handlers, clock, aedes, door };
      if (policy.port !== null) {
        const tcp = await openTcpDoor(policy.host, policy.port, limits.maxConnections, (socket) =>
          accept(socket, socket.remoteAddress ?? ''),
        );
        doors.push(tcp);
        mqtt = tcp.port;
      }
      if (policy.tls !== undefined) {
        const tls = await openTlsDoor(
          policy.host,
          policy.tls,
          limits.maxConnections,
          (socket) => accept(socket, socket.remoteAddress ?? ''),
          (reason, address) =>
            door.refused({
              code: 'CONNECT_BAD_PROTOCOL',
              device: null,
              detail: `TLS: ${reason}`.slice(0, 200),
              refusedAt: clock.now(),
              address,
              username: null,
              clientId: null,
            }),
        );
        doors.push(tls);
        mqtts = tls.port;
      }
      checkIdle(clock);
    },

    attach(httpServer) {
      const undo = openWebSocketDoor(httpServer, limits.frameAfterConnect * 2, {
        accept,
        tooLong: (stream) =>
          ofStream.get(stream)?.refuse('FRAME_TOO_LARGE', `a WebSocket message of more than ${limits.frameAfterConnect * 2} bytes`),
        isOpen: () => running !== null && !stopping,
      });
      undoAttach.push(undo);
    },

    pause: () => flow.pause(),
    resume: () => flow.resume(),

    async send(enterprise, device, payload) {
      const topic = `beacon/v1/${enterprise}/${device}/command`;
      const filters = [topic, `beacon/v1/${enterprise}/+/command`];
      const bytes = Buffer.byteLength(payload);
      const sent = index.hearing(enterprise, device).map(async (connection) => {
        const qos = filters.map((filter) => connection.commands.get(filter)).find((granted) => granted !== undefined);
        const { client } = connection;
        if (qos === undefined || client === null || connection.ended) return false;
        // One that does not read gets no more than it can be bothered to hold.
        if (Math.max(connection.conn.writableLength, connection.commandBytes) > limits.unreadBound) return false;
        connection.commandBytes += bytes;
        await new Promise<void>((resolve) => {
          client.publish({ cmd: 'publish', topic, payload, qos: qos === 0 ? 0 : 1, retain: false, dup: false }, () => resolve());
        });
        connection.commandBytes -= bytes;
        return !connection.ended;
      });
      const outcomes = await Promise.all(sent);
      return outcomes.includes(true);
    },

    disconnect(credential) {
      for (const connection of index.ofCredential(credential)) connection.close();
    },

    status: () => ({
      connections: totals.connections,
      paused: !flow.open,
      inFlight: flow.inFlight,
      inFlightBytes: flow.inFlightBytes,
      heldConnections: flow.waiting,
      queuedConnections: turns.waiting,
      messages: totals.messages,
      accepted: totals.accepted,
      refused: totals.refused,
      faults: totals.faults,
      lastFault,
    }),

    async stop() {
      if (running === null || stopping) return;
      stopping = true;
      const { clock, aedes } = running;
      cancelIdleCheck?.();
      for (const door of doors) door.close();
      for (const undo of undoAttach) undo();
      flow.pause();
      // Receipts of what is being made durable still go out, so that the devices need not resend it.
      for (let waited = 0; flow.inFlight > 0 && waited < STOP_RECEIPTS_MS; waited += STOP_POLL_MS) await pauseFor(clock, STOP_POLL_MS);
      for (const connection of index.all()) {
        connection.gate.shut();
        connection.conn.end();
      }
      for (let waited = 0; totals.connections > 0 && waited < STOP_GOODBYE_MS; waited += STOP_POLL_MS) await pauseFor(clock, STOP_POLL_MS);
      for (const connection of index.all()) connection.close();
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
      running = null;
      mqtt = null;
      mqtts = null;
    },
  };
}
