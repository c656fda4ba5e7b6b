import type { OutboxStatus } from './outbox.ts';

export interface NoticesThreadData {
  readonly recordsFile: string;
  readonly outboxFile: string;
  readonly webhook: { readonly url: string; readonly secret: string } | null;
  readonly deadManUrl: string | null;
}

export interface NoticesMethods {
  /** Returns at once; what became of it is told as an event. */
  beat(): void;
}

export type NoticesEvent =
  | { readonly kind: 'outbox'; readonly status: OutboxStatus }
  | { readonly kind: 'beat'; readonly trouble: string | null }
  | { readonly kind: 'refused'; readonly seq: number; readonly alarm: string; readonly detail: string };
