import type { CommandAnswer } from '../model/device-command.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { Inbound, MessageSource } from '../model/ports/message-source.ts';
import type { Records } from '../model/ports/records.ts';
import type { LedgerFeed } from './ledger-feed.ts';

/**
 * Longest a request waits to hear that nobody listens, ms. A device of ours is told at once; an external broker that does not say leaves
 * the command `sent`, and the device's answer, or none, says the rest.
 */
const HEARD_WITHIN_MS = 3_000;

/**
 * Answers of one credential in a minute that this start waits for none of, and are looked up all the same (they may be those of the start
 * before); of all, those being looked up at once. Every look is a question to the records, which sign-ins and the audit wait for, too: nobody floods them with answers he makes up.
 */
const LOOKS_MOST = 100;
const LOOKS_MOST_OF_ALL = 5_000;
/** Commands whose answer has not come, newest first to be kept; more are as little known here as after a restart. */
const AWAITED_MOST = 10_000;
const MINUTE_MS = 60_000;

/** Commands on their way to devices, and what devices say about them on its way to the records. */
export interface DeviceCommands {
  /** False where nobody listens: nothing is kept for later then. */
  send(enterprise: string, device: string, id: string, payload: string): Promise<boolean>;
  /** An answer that is in the journal. Written aside: what a device says of a command keeps no reading waiting. */
  answered(inbound: Inbound, answer: CommandAnswer): void;
  readonly counters: {
    readonly commandsSent: number;
    readonly commandsOffline: number;
    readonly commandAnswers: number;
    readonly commandAnswersUnknown: number;
  };
  /** Whether no answer is being written. */
  idle(): boolean;
}

export interface DeviceCommandParts {
  readonly source: () => Pick<MessageSource, 'send'>;
  readonly records: { readonly commands: Pick<Records['commands'], 'answer'>; readonly audit: Pick<Records['audit'], 'append'> };
  readonly clock: Clock;
  readonly ledger: Pick<LedgerFeed, 'accepted' | 'refusedParts'>;
  readonly log: { error(detail: object, message: string): void };
}

export function createDeviceCommands({ source, records, clock, ledger, log }: DeviceCommandParts): DeviceCommands {
  const counters = { commandsSent: 0, commandsOffline: 0, commandAnswers: 0, commandAnswersUnknown: 0 };
  let writing = 0;
  /** By credential, since the minute began. */
  let looks = new Map<string, number>();
  let minute = 0;
  /**
   * Device by command. Their first answer is looked up whatever else came from that credential: a device that says everything a thousand
   * times, or another behind the same gateway, does not make a closed valve look unanswered.
   */
  const awaited = new Map<string, string>();

  function expect(id: string, device: string): void {
    awaited.set(id, device);
    const [oldest] = awaited.keys();
    if (awaited.size > AWAITED_MOST && oldest !== undefined) awaited.delete(oldest);
  }
  function wasAwaited({ id, device }: CommandAnswer): boolean {
    return awaited.get(id) === device && awaited.delete(id);
  }
  /** One more look of this credential; false where it has had as many as it may. */
  function mayLook(credential: string): boolean {
    const now = Math.floor(clock.mono() / MINUTE_MS);
    if (now !== minute) {
      minute = now;
      looks = new Map();
    }
    const had = looks.get(credential) ?? 0;
    if (had >= LOOKS_MOST || writing >= LOOKS_MOST_OF_ALL) return false;
    looks.set(credential, had + 1);
    return true;
  }
  function unknown(inbound: Inbound, { device, id }: CommandAnswer, detail?: string): void {
    counters.commandAnswersUnknown += 1;
    ledger.refusedParts(inbound, [{ code: 'UNKNOWN_COMMAND', device, at: id, ...(detail === undefined ? {} : { detail }) }]);
  }

  async function write(inbound: Inbound, answer: CommandAnswer): Promise<void> {
    const { device, id, ok, detail } = answer;
    const became = await records.commands.answer(answer, inbound.receivedAt);
    if (became === 'unknown') {
      unknown(inbound, answer);
      return;
    }
    ledger.accepted(inbound, device, became === 'known' ? 'answered before' : null);
    if (became === 'known') return;
    counters.commandAnswers += 1;
    await records.audit.append({
      at: inbound.receivedAt,
      by: `device ${device}`,
      action: 'device-command.answer',
      resource: `devices/${device}/commands/${id}`,
      outcome: ok ? 'ok' : 'failed',
      address: inbound.publisher.address,
      detail: detail === null ? became.command : `${became.command}: ${detail}`,
    });
  }

  return {
    counters,
    send(enterprise, device, id, payload) {
      expect(id, device);
      return new Promise((resolve, reject) => {
        let settled = false;
        const cancel = clock.after(HEARD_WITHIN_MS, () => settle(true));
        const settle = (heard: boolean): void => {
          if (settled) return;
          settled = true;
          cancel();
          if (heard) counters.commandsSent += 1;
          else counters.commandsOffline += 1;
          resolve(heard);
        };
        source()
          .send(enterprise, device, payload)
          .then(settle, (error: unknown) => {
            cancel();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
      });
    },
    answered(inbound, answer) {
      if (!wasAwaited(answer) && !mayLook(inbound.publisher.credential)) {
        unknown(inbound, answer, 'not looked up: too many that nobody waits for');
        return;
      }
      writing += 1;
      write(inbound, answer)
        .catch((error: unknown) =>
          log.error({ device: answer.device, command: answer.id, error: String(error) }, 'answer of a device not written'),
        )
        .finally(() => {
          writing -= 1;
        });
    },
    idle: () => writing === 0,
  };
}
