/** What the journal's main side and its thread say to each other. */
export interface JournalThreadData {
  readonly folder: string;
  readonly reserveFile: string;
  /** Null = its own use and half of what is free, see `JournalOptions`. */
  readonly maxBytes: number | null;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly reserveBytes: number;
  readonly commitDelayMs: number;
  readonly faults: SharedArrayBuffer | null;
}

export type ToThread =
  | {
      readonly type: 'commit';
      /** A batch made before the thread last refused one is refused too, so that nothing overtakes. */
      readonly generation: number;
      readonly count: number;
      /** No message is in it: it may use the reserve. */
      readonly essential: boolean;
      readonly header: string | null;
      readonly blob: Uint8Array;
    }
  | { readonly type: 'trim'; readonly below: number }
  | { readonly type: 'close' };

export interface JournalSize {
  readonly firstSeq: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly health: readonly string[];
}

export type FromThread =
  | ({ readonly type: 'ready'; readonly lastSeq: number; readonly full: boolean } & JournalSize)
  | { readonly type: 'not-opened'; readonly code: string; readonly detail: string }
  | ({ readonly type: 'committed'; readonly batchFirstSeq: number } & JournalSize)
  /** `full`: keep the messages and send the rest alone. `failed`: could not be made durable. */
  | ({ readonly type: 'refused'; readonly why: 'full' | 'failed'; readonly detail: string; readonly generation: number } & JournalSize)
  /** Space is back (or something was trimmed). */
  | ({ readonly type: 'state'; readonly full: boolean } & JournalSize)
  | { readonly type: 'closed' };
