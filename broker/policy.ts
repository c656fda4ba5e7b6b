import type { Action, Resource } from '../model/access.ts';
import type { Actor } from '../model/actor.ts';
import type { Publisher } from '../model/ports/message-source.ts';
import type { RejectionCode } from '../model/rejection.ts';

/**
 * Everything the embedded broker is told from outside: where its doors are, what it lets in and how much. It has no opinion of its
 * own about who may do what; `authenticate` and `may` decide.
 */
export interface BrokerPolicy {
  readonly host: string;
  /** Port of MQTT over TCP; 0 = any free one, null = no such door. */
  readonly port: number | null;
  readonly tls?: TlsDoor;
  readonly limits?: Partial<BrokerLimits>;
  /** Synchronous, from memory: 100,000 devices may come back at once. */
  readonly authenticate: (username: string, password: string | null) => SignIn;
  /** `may` of model/access.ts. Asked once per topic and connection; a change of rights ends the connection by `disconnect`. */
  readonly may: (actor: Actor, action: Extract<Action, 'mqtt.publish' | 'mqtt.subscribe'>, resource: Resource) => boolean;
  /** Expected interval between signs of life, ms, or null when it is not known: the idle limit of a client with keepalive 0. */
  readonly heartbeatMs: (publisher: Publisher) => number | null;
}

/** MQTT over TLS. PEM texts. A `ca` turns client certificates on: without a valid one there is no connection. */
export interface TlsDoor {
  readonly port: number;
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  readonly ca?: string | Buffer;
}

export type SignIn =
  | { readonly ok: true; readonly credential: string; readonly kind: 'device' | 'gateway'; readonly enterprise: string }
  | { readonly ok: false; readonly code: Extract<RejectionCode, 'CONNECT_UNKNOWN_USER' | 'CONNECT_WRONG_SECRET' | 'CONNECT_RETIRED'> };

export interface BrokerLimits {
  /** Longest frame (fixed header included) before the CONNACK, bytes. */
  readonly frameBeforeConnect: number;
  /** Longest frame after it, bytes. */
  readonly frameAfterConnect: number;
  /** PUBLISH of one connection waiting for their `ack`; then its publishes are not read until half of them are released. */
  readonly inFlight: number;
  /** Bytes of messages of all connections waiting for their `ack`; then nobody's publishes are read. */
  readonly queueBound: number;
  /** A connection that has not sent its CONNECT by then is closed. */
  readonly connectTimeoutMs: number;
  /** A client that does not read what is written to it for so long is closed. */
  readonly drainTimeoutMs: number;
  /** Unread bytes towards one client above which no further command is sent to it. */
  readonly unreadBound: number;
  readonly maxTopicLevels: number;
  /** Longest keepalive, seconds. */
  readonly keepaliveMaxS: number;
  /** Idle limit of a client with keepalive 0 whose heartbeat is not known, ms. */
  readonly idleMs: number;
  /** Characters; any id that fits into the CONNECT is taken (`frameBeforeConnect`). */
  readonly maxClientIdLength: number;
  readonly maxSubscriptions: number;
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: BrokerLimits = {
  frameBeforeConnect: 4_096,
  frameAfterConnect: 262_144,
  inFlight: 64,
  queueBound: 64 * 1024 * 1024,
  connectTimeoutMs: 5_000,
  drainTimeoutMs: 5_000,
  unreadBound: 1024 * 1024,
  maxTopicLevels: 10,
  keepaliveMaxS: 3_600,
  idleMs: 3_600_000,
  maxClientIdLength: 4_096,
  maxSubscriptions: 2_000,
  maxConnections: 120_000,
};

/** What is measured; every figure is of this moment but for the totals. */
export interface BrokerStatus {
  readonly connections: number;
  /** Paused by `pause()` or by `queueBound`. */
  readonly paused: boolean;
  /** Messages handed over and not yet acknowledged. */
  readonly inFlight: number;
  readonly inFlightBytes: number;
  /** Connections whose publishes are not read at this moment. */
  readonly heldConnections: number;
  /** Connections that wait for their share of the thread at this moment. */
  readonly queuedConnections: number;
  /** Totals since the start. */
  readonly messages: number;
  readonly accepted: number;
  readonly refused: number;
  /** A handler or a policy function threw. Should stay 0; the last one's text beside it. */
  readonly faults: number;
  readonly lastFault: string | null;
}
