import type { Clock } from '../../../model/ports/clock.ts';
import type { AuditLine, Records } from '../../../model/ports/records.ts';
import type { ServerLog } from '../options.ts';

/**
 * Writes the audit. What was done stays done when its line cannot be written (an acknowledgement must not fail for it), but it is
 * said loudly.
 */
export class Audit {
  private readonly records: Records;
  private readonly clock: Clock;
  private readonly log: ServerLog;

  constructor(records: Records, clock: Clock, log: ServerLog) {
    this.records = records;
    this.clock = clock;
    this.log = log;
  }

  async write(line: Omit<AuditLine, 'at'>): Promise<void> {
    try {
      await this.records.audit.append({ at: this.clock.now(), ...line });
    } catch (error) {
      this.log.error({ audit: line, error: String(error) }, 'audit line not written');
    }
  }
}
