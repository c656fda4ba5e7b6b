// What people do about an alarm, as the life of the alarm takes it, and what they must hear of it.
import type { AlarmCommand } from '../../../model/entry.ts';
import { Disagreement, type Step } from '../play.ts';
import type { Answer, Deed, Hand } from './life.ts';

export type DeedHead = Pick<Deed, 'entry' | 't' | 'wall' | 'by' | 'closed'>;

export function deedOf(command: AlarmCommand, head: DeedHead): Deed {
  switch (command.op) {
    case 'acknowledge':
      return { ...head, op: 'acknowledge', seen: command.seen ?? null };
    case 'shelve':
      return { ...head, op: 'shelve', minutes: command.minutes ?? null, approvedBy: command.approvedBy ?? null };
    case 'suppress':
      return { ...head, op: 'suppress', minutes: command.minutes ?? null, ...handOf(command) };
    case 'out-of-service':
      return { ...head, op: 'out-of-service', until: command.until ?? null, ...handOf(command) };
    default:
      return { ...head, op: command.op };
  }
}

function handOf({ approvedBy, belowRed }: { readonly approvedBy?: string; readonly belowRed?: true }): Hand {
  return { approvedBy: approvedBy ?? null, belowRed: belowRed === true };
}

export function checkAnswer(key: string, answer: Answer, { applied }: Step): void {
  const outcome = applied.outcomes[0];
  const got: Answer =
    outcome === undefined
      ? 'either'
      : outcome.ok
        ? outcome.changed
          ? 'changes'
          : 'unchanged'
        : outcome.code === 'alarm-changed'
          ? 'alarm-changed'
          : 'refused';
  if (answer !== 'either' && got !== answer) throw new Disagreement('answer', `${key}: the operator must hear "${answer}", hears "${got}"`);
}
