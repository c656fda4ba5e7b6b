/**
 * Stable reason codes of what the door refuses. A code never changes its meaning; texts and advice in both languages
 * are in the locale files under `rejection.<code>`.
 */
export type RejectionCode =
  | 'NOT_UTF8'
  | 'NOT_JSON'
  | 'DUPLICATE_KEY'
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  | 'TOO_MANY_VALUES'
  | 'EMPTY_MESSAGE'
  | 'BAD_SHAPE'
  | 'BAD_TIMESTAMP'
  | 'BAD_TOPIC'
  | 'UNKNOWN_TOPIC'
  | 'UNKNOWN_DEVICE'
  | 'RETIRED_DEVICE'
  | 'FOREIGN_DEVICE'
  | 'UNKNOWN_MEASUREMENT'
  | 'UNKNOWN_CHANNEL'
  | 'WRONG_TYPE'
  | 'NOT_FINITE'
  | 'STRING_TOO_LONG'
  | 'BAD_QUALITY'
  | 'BAD_STATUS'
  | 'UNKNOWN_COMMAND'
  | 'FORBIDDEN_TOPIC'
  | 'FRAME_TOO_LARGE'
  | 'CONNECT_UNKNOWN_USER'
  | 'CONNECT_WRONG_SECRET'
  | 'CONNECT_MQTT5'
  | 'CONNECT_KEEPALIVE'
  | 'CONNECT_BAD_PROTOCOL'
  | 'CONNECT_RETIRED';

/** What an accepted message's line says where a part of it was kept, marked and judged, but not simply believed. */
export type DoubtCode = 'OUT_OF_RANGE' | 'CLOCK_REPLACED' | 'BAD_TIMESTAMP';

/** Reason of a line in the ledger; texts of all of them are where those of refusals are. */
export type LedgerReason = RejectionCode | DoubtCode;

/** One refused part of a message (or the whole of it). */
export interface Refusal {
  readonly code: RejectionCode;
  /** Device it was meant for, where known. */
  readonly device: string | null;
  /** Payload key, topic or field it is about. */
  readonly at?: string;
  /** e.g. what was expected; plain text, never markup, ≤ 200 characters. */
  readonly detail?: string;
}
