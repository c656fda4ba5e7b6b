/** What the client of an external broker is told from outside. */
export interface UpstreamSettings {
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`. */
  readonly url: string;
  /** The same at every start: the broker keeps what comes in meanwhile under it. */
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM text of the authority that signed the broker's certificate; without it those of Node. */
  readonly ca?: string | Buffer;
  /** PEM texts of our own certificate, where the broker asks for one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  /** Group of a shared subscription (`$share/<group>/…`) for telemetry and command results; without it the subscription is our own. */
  readonly share?: string;
  readonly limits?: Partial<UpstreamLimits>;
}

export interface UpstreamLimits {
  /** Messages of QoS 1 that the broker may send ahead of our PUBACK (Receive Maximum). */
  readonly receiveMaximum: number;
  /** The broker keeps our session and its queue so long while we are away, s. */
  readonly sessionExpiryS: number;
  /** s; a broker that has vanished is noticed after 1.5 × this. */
  readonly keepaliveS: number;
  /** Longest wait for the TCP connection and the CONNACK, and for the SUBACK, ms. */
  readonly connectTimeoutMs: number;
  /** Longest payload, bytes; a longer one is refused by name in the ledger. */
  readonly payloadBytes: number;
  /** Longest packet the broker may send at all (Maximum Packet Size), bytes; a longer one it drops itself, unseen by us. */
  readonly packetBytes: number;
  /** Messages and bytes that may wait while paused; above them QoS 0 is dropped and counted. */
  readonly heldMessages: number;
  readonly heldBytes: number;
  /** Waits before a new attempt: the first, and the longest, ms. Each is shortened at random by up to half. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
  /** A connection that held so long was a good one: the next wait is a first one again, ms. */
  readonly steadyMs: number;
  /** A command that no device has taken after so long is not carried out any more, s. */
  readonly commandExpiryS: number;
}

export const UPSTREAM_LIMITS: UpstreamLimits = {
  receiveMaximum: 1_000,
  sessionExpiryS: 7 * 86_400,
  keepaliveS: 10,
  connectTimeoutMs: 8_000,
  payloadBytes: 262_144,
  packetBytes: 1_048_576,
  heldMessages: 10_000,
  heldBytes: 64 * 1024 * 1024,
  backOffMs: 500,
  backOffMaxMs: 10_000,
  steadyMs: 10_000,
  commandExpiryS: 30,
};

/** What is measured; figures of this moment but for the totals. */
export interface UpstreamStatus {
  /** Signed in, and the broker has confirmed every subscription. */
  readonly up: boolean;
  /** Since when it is as `up` says, ms of the clock's `mono`; null before the start. */
  readonly sinceMono: number | null;
  /** Why it is not up, for people; null while it is. */
  readonly trouble: string | null;
  readonly paused: boolean;
  /** Messages handed over and not yet durable. */
  readonly inFlight: number;
  /** Messages that wait here while paused. */
  readonly held: number;
  readonly heldBytes: number;
  /** Totals since the start. */
  readonly messages: number;
  readonly connects: number;
  /** Messages the broker sent again and that we still had: acknowledged, not delivered twice. */
  readonly redelivered: number;
  /** QoS 0 messages dropped because too many waited. */
  readonly dropped: number;
  /** The broker had forgotten our session when we came back: what it kept for us is lost. */
  readonly sessionsLost: number;
  /** A handler threw. Should stay 0; the last one's text beside it. */
  readonly faults: number;
  readonly lastFault: string | null;
}
