/**
 * The journal as the main thread sees it: gathers entries to batches, has at most two under way at the thread, settles in append order.
 * What the disk does about them is in `journal-thread.ts`.
 */
import { dirname, join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { Entry, EntryDraft } from '../../model/entry.ts';
import type { AppendOutcome, Journal, Verdicts } from '../../model/ports/journal.ts';
import { spawnThread } from '../thread/spawn.ts';
import type { JournalFaults } from './faults.ts';
import { charsOf, encodeCommit } from './line.ts';
import type { FromThread, JournalSize, JournalThreadData, ToThread } from './protocol.ts';
import { openReader } from './reader.ts';
import { mergeVerdicts } from './verdicts.ts';

export interface JournalOptions {
  /** The journal's own folder, made where it is missing. */
  readonly folder: string;
  /**
   * The journal takes no messages beyond this, bytes. Null: its own size at the start and half of what is free then; when the disk was
   * full, half of what is free after that.
   */
  readonly maxBytes: number | null;
  /** Id of this process start. */
  readonly boot: string;
  /** Entries and bytes that may wait; beyond: `queue-full`. Pressure is announced at half of it and lifted at a quarter. */
  readonly queueMaxEntries: number;
  readonly queueMaxBytes: number;
  /** Default 64 MB and 10 minutes: whichever comes first begins a new file. */
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
  /** Default 64 MB; the file `reserve` beside the journal's folder. */
  readonly reserveBytes?: number;
  /** The journal's thread ended without being asked to: nothing can be made durable any more in this process. Called once. */
  readonly onDeath: (detail: string) => void;
  /** For tests: each commit waits so long before it is written. */
  readonly commitDelayMs?: number;
  /** For tests. */
  readonly faults?: JournalFaults;
}

/** The journal cannot be opened; `code` is `unknown-version`, `damaged`, or the system's. The message names the file. */
export class JournalOpenError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'JournalOpenError';
    this.code = code;
  }
}

interface Item {
  readonly draft: EntryDraft;
  /** What it takes in a commit, about. */
  readonly chars: number;
  readonly essential: boolean;
  readonly settle: (outcome: AppendOutcome) => void;
}
interface Batch {
  readonly items: readonly Item[];
  readonly verdicts: Verdicts | null;
}

const MB = 1024 * 1024;
const UNDER_WAY = 2;
const BATCH_ENTRIES = 16_384;
const BATCH_CHARS = 4 * MB;
const READ_ENTRIES = 5_000;
/** What is essential finds room beyond a full queue of messages. */
const ESSENTIAL_ROOM = 1_000;

/** Opens (and checks) the journal in its own thread. @throws JournalOpenError */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const data: JournalThreadData = {
    folder: options.folder,
    reserveFile: join(dirname(options.folder), 'reserve'),
    maxBytes: options.maxBytes,
    segmentBytes: options.segmentBytes ?? 64 * MB,
    segmentMs: options.segmentMs ?? 600_000,
    reserveBytes: options.reserveBytes ?? 64 * MB,
    commitDelayMs: options.commitDelayMs ?? 0,
    faults: options.faults?.shared ?? null,
  };
  const worker = spawnThread(new URL('./journal-thread', import.meta.url), data);
  return journalOf(options, worker, await opened(worker));
}

function opened(worker: Worker): Promise<Extract<FromThread, { type: 'ready' }>> {
  return new Promise((resolve, reject) => {
    const died = (error: Error) => reject(new JournalOpenError('failed', error.message));
    worker.once('error', died);
    worker.once('message', (message: FromThread) => {
      worker.off('error', died);
      if (message.type === 'ready') return resolve(message);
      void worker.terminate();
      const [code, detail] = message.type === 'not-opened' ? [message.code, message.detail] : ['failed', `unexpected ${message.type}`];
      reject(new JournalOpenError(code, detail));
    });
  });
}

function journalOf(options: JournalOptions, worker: Worker, ready: Extract<FromThread, { type: 'ready' }>): Journal {
  const encoder = new TextEncoder();
  const pressureListeners: ((pressed: boolean) => void)[] = [];
  const healthListeners: ((health: readonly string[]) => void)[] = [];
  /** In append order. `held`: messages that wait for space; `bounced`: refused once because something before them was. */
  let waiting: Item[] = [];
  let held: Item[] = [];
  let bounced: Item[] = [];
  const underWay: Batch[] = [];
  let verdicts: Verdicts | null = null;
  let lastSeq = ready.lastSeq;
  let size: JournalSize = ready;
  let full = ready.full;
  let generation = 0;
  let queuedEntries = 0;
  let queuedBytes = 0;
  let pressed = false;
  let flushing = false;
  let closing: Promise<void> | null = null;
  let dead: string | null = null;
  let endClose: (() => void) | null = null;

  function post(message: ToThread, transfer: ArrayBuffer[] = []): void {
    worker.postMessage(message, transfer);
  }

  function tellPressure(): void {
    const share = Math.max(queuedEntries / options.queueMaxEntries, queuedBytes / options.queueMaxBytes);
    const now = pressed ? share > 0.25 : share >= 0.5;
    if (now === pressed) return;
    pressed = now;
    for (const listener of pressureListeners) listener(pressed);
  }

  function take(reported: JournalSize): void {
    const before = size.health;
    size = { firstSeq: reported.firstSeq, bytes: reported.bytes, maxBytes: reported.maxBytes, health: reported.health };
    if (before.join() !== size.health.join()) for (const listener of healthListeners) listener(size.health);
  }

  function scheduleFlush(): void {
    if (flushing) return;
    flushing = true;
    // After this turn's sockets are read: what they brought shares one commit.
    setImmediate(() => {
      flushing = false;
      flush();
    });
  }

  function flush(): void {
    if (dead !== null) return;
    while (waiting.length > 0 && underWay.length < UNDER_WAY && bounced.length === 0) send(nextBatch());
    if (closing !== null && waiting.length === 0 && underWay.length === 0) finish();
  }

  function nextBatch(): Item[] {
    let chars = 0;
    let count = 0;
    while (count < waiting.length && count < BATCH_ENTRIES) {
      chars += waiting[count]?.chars ?? 0;
      if (count > 0 && chars > Math.min(BATCH_CHARS, size.maxBytes / 8)) break;
      count += 1;
    }
    if (count === waiting.length) {
      const all = waiting;
      waiting = [];
      return all;
    }
    return waiting.splice(0, count);
  }

  function send(items: Item[]): void {
    const essential = items.every((item) => item.essential);
    // Only now, and nothing of it is kept: a text for each that waits would outlive several garbage collections.
    const blob = encoder.encode(encodeCommit(items.map((item) => item.draft)));
    const header = verdicts === null ? null : JSON.stringify(verdicts);
    underWay.push({ items, verdicts });
    verdicts = null;
    post({ type: 'commit', generation, count: items.length, essential, header, blob }, [blob.buffer]);
  }

  /** Calls every callback, in order; the first that throws is thrown again when all had their turn. */
  function settle(items: readonly Item[], outcomeOf: (i: number) => AppendOutcome): void {
    let thrown: { readonly error: unknown } | null = null;
    for (let i = 0; i < items.length; i++) {
      const item = items[i] as Item;
      queuedEntries -= 1;
      queuedBytes -= item.chars;
      try {
        item.settle(outcomeOf(i));
      } catch (error) {
        thrown ??= { error };
      }
    }
    tellPressure();
    if (thrown !== null) throw thrown.error;
  }

  function holdMessages(): void {
    const essential: Item[] = [];
    for (const item of waiting) (item.essential ? essential : held).push(item);
    waiting = essential;
  }

  function onCommitted(message: Extract<FromThread, { type: 'committed' }>): void {
    const batch = underWay.shift();
    if (batch === undefined) return;
    lastSeq = message.batchFirstSeq + batch.items.length - 1;
    take(message);
    // The thread is given its next batch before main turns to what the settled ones set off.
    flush();
    settle(batch.items, (i) => ({ ok: true, seq: message.batchFirstSeq + i }));
  }

  function onRefused(message: Extract<FromThread, { type: 'refused' }>): void {
    const batch = underWay.shift();
    if (batch === undefined) return;
    generation = message.generation;
    full = message.health.includes('disk-full');
    verdicts = mergeVerdicts(batch.verdicts, verdicts);
    if (message.why === 'full') bounced.push(...batch.items);
    take(message);
    // Nothing goes out before everything that was sent under the old state is back: nothing overtakes.
    if (underWay.length === 0 && bounced.length > 0) {
      waiting = [...bounced, ...waiting];
      bounced = [];
    }
    if (full && bounced.length === 0) holdMessages();
    flush();
    if (message.why === 'failed') settle(batch.items, () => ({ ok: false, code: 'failed', detail: message.detail }));
  }

  function onState(message: Extract<FromThread, { type: 'state' }>): void {
    if (full && !message.full) {
      full = false;
      waiting = [...held, ...waiting];
      held = [];
    }
    take(message);
    flush();
  }

  function onDeath(detail: string): void {
    if (dead !== null) return;
    dead = detail;
    take({ ...size, health: [...new Set([...size.health, 'journal-failed'])] });
    const left = [...underWay.flatMap((batch) => batch.items), ...bounced, ...held, ...waiting];
    underWay.length = 0;
    [bounced, held, waiting] = [[], [], []];
    endClose?.();
    options.onDeath(detail);
    settle(left, () => ({ ok: false, code: 'failed', detail }));
  }

  let finishing = false;
  function finish(): void {
    if (finishing) return;
    finishing = true;
    const left = held;
    held = [];
    post({ type: 'close' });
    settle(left, () => ({ ok: false, code: 'closed', detail: 'the journal was closed while the disk was full' }));
  }

  worker.on('message', (message: FromThread) => {
    if (message.type === 'committed') onCommitted(message);
    else if (message.type === 'refused') onRefused(message);
    else if (message.type === 'state') onState(message);
    else if (message.type === 'closed') endClose?.();
  });
  worker.on('error', (error: Error) => onDeath(`the journal's thread ended: ${error.message}`));
  worker.on('exit', (code) => {
    if (!finishing) onDeath(`the journal's thread ended with code ${code}`);
  });

  return {
    append(draft: EntryDraft, settleOne) {
      const essential = draft.kind !== 'message';
      if (closing !== null) return settleOne({ ok: false, code: 'closed', detail: 'the journal is closed' });
      if (dead !== null) return settleOne({ ok: false, code: 'failed', detail: dead });
      const room = essential ? ESSENTIAL_ROOM : 0;
      if (queuedEntries >= options.queueMaxEntries + room || (!essential && queuedBytes >= options.queueMaxBytes)) {
        return settleOne({ ok: false, code: 'queue-full', detail: `${queuedEntries} entries wait for the disk` });
      }
      const item: Item = { draft, chars: charsOf(draft), essential, settle: settleOne };
      queuedEntries += 1;
      queuedBytes += item.chars;
      if (full && !essential) held.push(item);
      else {
        waiting.push(item);
        if (underWay.length < UNDER_WAY) scheduleFlush();
      }
      tellPressure();
    },
    noteVerdicts(more) {
      verdicts = mergeVerdicts(verdicts, more);
    },
    read: (from) => readAll(options.folder, from),
    status: () => ({
      lastSeq,
      firstSeq: size.firstSeq,
      bytes: size.bytes,
      maxBytes: size.maxBytes,
      queuedEntries,
      queuedBytes,
      health: size.health,
    }),
    onPressure: (listener) => void pressureListeners.push(listener),
    onHealth: (listener) => void healthListeners.push(listener),
    trim(below) {
      if (dead === null && closing === null) post({ type: 'trim', below });
    },
    close() {
      closing ??= (async () => {
        if (dead === null) {
          await new Promise<void>((resolve) => {
            endClose = resolve;
            scheduleFlush();
          });
        }
        await worker.terminate();
      })();
      return closing;
    },
  };
}

/** In short read transactions; each chunk is whole commits. */
async function* readAll(folder: string, from: number): AsyncGenerator<readonly Entry[]> {
  const reader = openReader(folder);
  try {
    for (let after = from - 1; ; ) {
      const chunk = reader.next(after, READ_ENTRIES);
      if (chunk === null) return;
      if (chunk.kind === 'trimmed')
        throw new JournalOpenError('trimmed', `${folder}: entry ${after + 1} is wanted, the journal begins with ${chunk.firstSeq}`);
      yield chunk.entries;
      after = chunk.lastSeq;
    }
  } finally {
    reader.close();
  }
}
