/** The archive as the main thread sees it: how far it has come, and whether it works. */
import type { Worker } from 'node:worker_threads';
import { spawnThread } from '../thread/spawn.ts';
import type { ArchiveStatus, ArchiveThreadData, FromArchive } from './messages.ts';

export interface Archive {
  status(): ArchiveStatus;
  /** Entries up to this one may be trimmed from the journal. While the archive fails that is all: the plant comes before its history. */
  mayTrimTo(): number;
  close(): Promise<void>;
}

/** `days` 0 = no archive: nothing is kept and nothing waits for it. */
export function startArchive(data: ArchiveThreadData): Archive {
  let status: ArchiveStatus = { position: 0, failing: null, bytes: 0, from: null };
  let ended = data.bounds.days === 0;
  let closed: (() => void) | null = null;
  const worker: Worker | null = ended ? null : spawnThread(new URL('./archive-thread', import.meta.url), data);

  function end(detail: string): void {
    if (ended) return;
    ended = true;
    status = { ...status, failing: detail };
    closed?.();
  }
  worker?.on('message', (message: FromArchive) => {
    if (message.kind === 'status') status = message.status;
    else closed?.();
  });
  worker?.on('error', (error: Error) => end(`the archive's thread ended: ${error.message}`));
  worker?.on('exit', (code) => end(`the archive's thread ended with code ${code}`));

  return {
    status: () => status,
    mayTrimTo: () => (ended || status.failing !== null ? Number.MAX_SAFE_INTEGER : status.position),
    async close() {
      if (worker === null) return;
      if (!ended) {
        await new Promise<void>((resolve) => {
          closed = resolve;
          worker.postMessage('close', []);
        });
      }
      ended = true;
      await worker.terminate();
    },
  };
}
