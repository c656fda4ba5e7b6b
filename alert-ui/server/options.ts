import type { StrangerAuditStatus } from './http/stranger-audit.ts';
import type { SiteReader } from './site-file/parse.ts';
import type { WaitingStatus } from './live/waiting-room.ts';

/** The little the server needs of a logger; pino fits. Nothing secret is ever handed to it. */
export interface ServerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface ServerOptions {
  /** Folder of the built web app, served with a fallback to its index.html; null = no web app (tests, API only). */
  readonly webRoot: string | null;
  /** Told to the web app before signing in. */
  readonly demo: boolean;
  /** Port of the plain MQTT door, told on the connect page; null while no such door is open. */
  readonly mqttPort: () => number | null;
  /** True where there is nothing but TLS: the cookie is given over TLS alone and HSTS is sent. Else the cookie is Secure when it was given over TLS. */
  readonly secureCookies: boolean;
  readonly log: ServerLog;
  /** Reads a site file, elsewhere than on the thread that answers devices. */
  readonly readSite: SiteReader;
}

/** Bounds and counts, for metrics and for whoever runs the server. */
export interface ServerStatus {
  readonly live: {
    readonly viewers: number;
    /** Viewers that stopped reading and wait for a fresh snapshot. */
    readonly behind: number;
    readonly droppedToSnapshot: number;
    readonly disconnectedSlow: number;
    /** Sent away because their subscriptions changed without end. */
    readonly disconnectedGreedy: number;
    readonly resumed: number;
    readonly snapshots: number;
    /** Events held for `resume`. */
    readonly ringEvents: number;
    /** Serialised bytes waiting for slow viewers, at the last look. */
    readonly pendingBytes: number;
  } & WaitingStatus;
  /** What people who are not signed in left in the audit. */
  readonly strangers: StrangerAuditStatus;
}
