import type { Approval } from '../../../model/approval.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { MonoMs } from '../../../model/time.ts';

/** Read at once. */
const PAGE = 200;

/**
 * What has waited too long has done so for good: our clock may be set back afterwards, before it or while it waits. The end of its wait
 * is wall time, because people read it; beside it runs the same wait on the clock that never steps, from when this start first saw the
 * request, and whichever ends first is written down. A start that finds our clock set back already gives it one wait of its kind at most.
 */
export class ApprovalExpiry {
  private readonly platform: Platform;
  private ends = new Map<string, MonoMs>();

  constructor(platform: Platform) {
    this.platform = platform;
  }

  /** Writes down what has run out. Before every decision, and now and then. */
  async note(): Promise<void> {
    const { clock, records } = this.platform;
    const now = clock.now();
    const mono = clock.mono();
    const ends = new Map<string, MonoMs>();
    const over: string[] = [];
    for (const { id, requestedAt, expiresAt } of await this.pending(now)) {
      const end = this.ends.get(id) ?? mono + Math.min(expiresAt - now, expiresAt - requestedAt);
      ends.set(id, end);
      if (end <= mono) over.push(id);
    }
    this.ends = ends;
    await records.approvals.expire(now, over);
  }

  private async pending(now: number): Promise<readonly Approval[]> {
    const { approvals } = this.platform.records;
    const found: Approval[] = [];
    const query = { states: ['pending'], now, limit: PAGE } as const;
    for (let page = await approvals.list(query); ; page = await approvals.list({ ...query, cursor: page.next })) {
      found.push(...page.items);
      if (page.next === null) return found;
    }
  }
}
