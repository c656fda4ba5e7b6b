import { Aedes } from 'aedes';
import { Flow } from './flow.ts';
import { Turns } from './turns.ts';
import { FrameGate } from './frame-gate.ts';
import { DEFAULT_LIMITS } from './policy.ts';
import { openTcpDoor } from './socket-doors.ts';
import { isCleanText } from './topic-text.ts';

export interface OpenBroker {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * The same broker with every door open: anybody may publish and subscribe to anything, messages are forwarded, retained and queued
 * for kept sessions. For outside conformance suites, never for a plant. Frame limits and text checks are those of the real one.
 */
export async function startOpenBroker(options: { readonly host: string; readonly port: number }): Promise<OpenBroker> {
  const gates = new WeakMap<object, FrameGate>();
  const emptyKept = new WeakSet<object>();
  const sockets = new Set<{ destroy(): unknown }>();
  const flow = new Flow(Number.POSITIVE_INFINITY);
  const turns = new Turns(() => performance.now(), setImmediate);
  const aedes = await Aedes.createBroker({
    connectTimeout: DEFAULT_LIMITS.connectTimeoutMs,
    drainTimeout: DEFAULT_LIMITS.drainTimeoutMs,
    maxClientsIdLength: DEFAULT_LIMITS.maxClientIdLength,
    preConnect(client, packet, callback) {
      // [MQTT-3.1.3-8]; the library itself takes it.
      if (packet.clientId === '' && packet.clean === false) emptyKept.add(client);
      callback(null, true);
    },
    authenticate(client, _username, _password, done) {
      if (emptyKept.has(client)) done(Object.assign(new Error('identifier rejected'), { returnCode: 2 }), false);
      else done(null, true);
    },
    authorizePublish(_client, packet, done) {
      done(isCleanText(packet.topic) && !packet.topic.startsWith('$SYS') ? null : new Error('topic not allowed'));
    },
  });
  aedes.on('clientReady', (client) => gates.get(client)?.open());

  const door = await openTcpDoor(options.host, options.port, DEFAULT_LIMITS.maxConnections, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    const gate = new FrameGate(socket, { ...DEFAULT_LIMITS, inFlight: Number.POSITIVE_INFINITY }, flow, turns, {
      heard: () => {},
      violated: () => {
        setImmediate(() => socket.destroy());
      },
    });
    gates.set(aedes.handle(socket), gate);
  });

  return {
    port: door.port,
    async stop() {
      door.close();
      await new Promise<void>((resolve) => {
        aedes.close(() => resolve());
      });
      for (const socket of sockets) socket.destroy();
    },
  };
}
