import type { Clock } from '../model/ports/clock.ts';
import type { MessageSource, Publisher, RefusedAtDoor, SourceHandlers } from '../model/ports/message-source.ts';
import { InboundMessage } from './inbound.ts';

/** Messages that may wait while paused; above it `publish` answers `failed`, as a full queue does. */
const WAITING_BOUND = 100_000;
/** As the embedded broker numbers a last will. */
const WILL = -1;

export interface LoopbackPublishOptions {
  /** Default 1. */
  readonly qos?: 0 | 1 | 2;
  /** Default: counts up. */
  readonly packetId?: number;
  readonly retain?: boolean;
}

export interface LastWill {
  readonly topic: string;
  readonly payload: string;
}

export interface SentCommand {
  readonly enterprise: string;
  readonly device: string;
  readonly payload: string;
}

export interface Loopback extends MessageSource {
  /** A message as a device would send it. `acked` once it is durable; `failed` when it was not, or the source is not running. */
  publish(publisher: Publisher, topic: string, payload: string | Uint8Array, options?: LoopbackPublishOptions): Promise<'acked' | 'failed'>;
  /** The publisher's connection begins: its presence is told, and commands reach it. */
  connect(publisher: Publisher): void;
  /** It ends; `clean`: it said goodbye. Else its last will comes first, as the embedded broker does it. */
  cut(publisher: Publisher, clean: boolean, will?: LastWill): void;
  refuse(refused: RefusedAtDoor): void;
  /** Commands that reached a connected device, oldest first. */
  readonly commands: readonly SentCommand[];
}

/** A message source without a network: tests and replay hand messages to the same pipeline that sockets do. */
export function createLoopback(): Loopback {
  let running: { readonly handlers: SourceHandlers; readonly clock: Clock } | null = null;
  let paused = false;
  let waiting: { readonly go: () => void; readonly drop: () => void }[] = [];
  const connected = new Map<string, Publisher>();
  const sentBy = new Map<string, number>();
  const commands: SentCommand[] = [];

  function nextNth(publisher: Publisher): number {
    const key = `${publisher.client}#${publisher.connection}`;
    const nth = sentBy.get(key) ?? 0;
    sentBy.set(key, nth + 1);
    return nth;
  }

  function publishWill({ topic, payload }: LastWill, publisher: Publisher): void {
    if (running === null) return;
    const facts = { topic, payload: new TextEncoder().encode(payload), publisher, receivedAt: running.clock.now() };
    // Nobody sent it and nobody waits for its receipt: no packet, and a number that is no message of the connection.
    running.handlers.onMessage(new InboundMessage({ ...facts, qos: 0, packetId: null, nth: WILL, retain: false }, null));
  }

  function end(publisher: Publisher, clean: boolean, will?: LastWill): void {
    if (!connected.delete(publisher.client)) return;
    sentBy.delete(`${publisher.client}#${publisher.connection}`);
    if (!clean && will !== undefined) publishWill(will, publisher);
    if (running !== null) running.handlers.onPresence({ publisher, what: 'disconnected', clean, at: running.clock.now() });
  }

  return {
    commands,
    async start(handlers, clock) {
      running = { handlers, clock };
    },
    pause() {
      paused = true;
    },
    resume() {
      paused = false;
      // A message may press so hard that the source is paused again.
      for (let next = waiting.shift(); next !== undefined; next = paused ? undefined : waiting.shift()) next.go();
    },
    publish(publisher, topic, payload, options = {}) {
      return new Promise((resolve) => {
        const qos = options.qos ?? 1;
        const deliver = (): void => {
          if (running === null) {
            resolve('failed');
            return;
          }
          const nth = nextNth(publisher);
          const message = new InboundMessage(
            {
              topic,
              payload: typeof payload === 'string' ? new TextEncoder().encode(payload) : payload,
              publisher,
              receivedAt: running.clock.now(),
              qos,
              packetId: qos === 0 ? null : (options.packetId ?? (nth % 65_535) + 1),
              nth,
              retain: options.retain ?? false,
            },
            (durable) => resolve(durable ? 'acked' : 'failed'),
          );
          running.handlers.onMessage(message);
        };
        if (!paused) deliver();
        else if (waiting.length >= WAITING_BOUND) resolve('failed');
        else waiting.push({ go: deliver, drop: () => resolve('failed') });
      });
    },
    connect(publisher) {
      connected.set(publisher.client, publisher);
      if (running === null) return;
      const at = running.clock.now();
      running.handlers.onAccepted(publisher, at);
      running.handlers.onPresence({ publisher, what: 'connected', clean: false, at });
    },
    cut: end,
    refuse(refused) {
      running?.handlers.onRefused(refused);
    },
    async send(enterprise, device, payload) {
      const hears = [...connected.values()].some(
        (publisher) => publisher.enterprise === enterprise && (publisher.device === device || publisher.kind === 'gateway'),
      );
      if (hears) commands.push({ enterprise, device, payload });
      return hears;
    },
    disconnect(credential) {
      for (const publisher of connected.values()) if (publisher.credential === credential) end(publisher, false);
    },
    async stop() {
      running = null;
      for (const { drop } of waiting) drop();
      waiting = [];
    },
  };
}
