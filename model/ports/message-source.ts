import type { Clock } from './clock.ts';
import type { Refusal } from '../rejection.ts';
import type { EpochMs } from '../time.ts';

/** Connections to an outside broker are numbered from here; those of our own doors stay below. */
export const UPSTREAM_CONNECTIONS_FROM = 1_000_000_000;

/** Who sent it: the signed-in credential, never what the payload claims. */
export interface Publisher {
  readonly credential: string;
  readonly kind: 'device' | 'gateway';
  readonly enterprise: string;
  /** The credential's own device; null for a gateway. */
  readonly device: string | null;
  /** `<credential>/<client id>`. */
  readonly client: string;
  readonly connection: number;
  readonly address: string;
}

/** A message with its own receipt. `ack` is called once, after the journal has it on disk. */
export interface Inbound {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly publisher: Publisher;
  readonly receivedAt: EpochMs;
  readonly qos: 0 | 1 | 2;
  readonly packetId: number | null;
  readonly nth: number;
  readonly retain: boolean;
  /** An outside broker had kept it (RETAIN on the delivery): of unknown age, never judged. */
  readonly stale?: boolean;
  /** Durable: let the PUBACK (PUBREC) go. */
  ack(): void;
  /** Could not be made durable: no PUBACK; the connection is closed so that the device resends. */
  fail(): void;
}

export interface PresenceChange {
  readonly publisher: Publisher;
  readonly what: 'connected' | 'disconnected';
  readonly clean: boolean;
  readonly at: EpochMs;
}

/** A CONNECT or a frame that was refused; goes to the ledger. */
export interface RefusedAtDoor extends Refusal {
  readonly refusedAt: EpochMs;
  readonly address: string;
  /** Username as sent, cut to 64 characters; never a secret. */
  readonly username: string | null;
  readonly clientId: string | null;
}

export interface SourceHandlers {
  onMessage(inbound: Inbound): void;
  onPresence(change: PresenceChange): void;
  onRefused(refused: RefusedAtDoor): void;
  /** An accepted CONNECT, for "last connection attempts". */
  onAccepted(publisher: Publisher, at: EpochMs): void;
}

/** A way messages come in: the embedded broker, an external cluster, a loopback. */
export interface MessageSource {
  start(handlers: SourceHandlers, clock: Clock): Promise<void>;
  /** Stop reading from every socket (global back-pressure) and go on again. */
  pause(): void;
  resume(): void;
  /** Send a command to a device; false when it is not connected. */
  send(enterprise: string, device: string, payload: string): Promise<boolean>;
  /** Close every connection of a credential (secret changed, device retired). */
  disconnect(credential: string): void;
  stop(): Promise<void>;
}
