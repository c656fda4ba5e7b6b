import type { WarningsTold } from './event-log.ts';
import type { OutboxStatus } from './outbox.ts';
import type { Stream } from './outbox-file.ts';

export interface NoticesThreadData {
  readonly recordsFile: string;
  readonly outboxFile: string;
  readonly webhook: { readonly url: string; readonly secret: string; readonly warnings: WarningsTold } | null;
  readonly deadManUrl: string | null;
}

export interface NoticesMethods {
  /** Returns at once; what became of it is told as an event. */
  beat(): void;
}

export type NoticesEvent =
  | { readonly kind: 'outbox'; readonly status: OutboxStatus }
  | { readonly kind: 'beat'; readonly trouble: string | null }
  | ({ readonly kind: 'refused' } & RefusedEvent);

/** An event that was given up: of which alarm or warning, and what the receiver said. */
export interface RefusedEvent {
  readonly of: Stream;
  readonly seq: number;
  readonly id: string;
  readonly detail: string;
}
