import type { EscalationRole } from '../../model/alarm.ts';
import type { AlarmPolicy } from '../../model/asset.ts';
import type { Level } from '../../model/level.ts';

/** Times of an alarm's life by colour, ms. What an enterprise does not set is the usual (fact book 1.6 and 3.5). */

const MIN = 60_000;
const HOUR = 60 * MIN;
type PerLevel = Readonly<Record<Level, number>>;

/** First response (签收): the acknowledgement. */
const FIRST_RESPONSE_MS: PerLevel = { red: 5 * MIN, orange: 10 * MIN, yellow: 30 * MIN, blue: 4 * HOUR };
/** Feedback of cause and measure (反馈), from the acknowledgement on: a comment or a verification. */
const FEEDBACK_MS: PerLevel = { red: 15 * MIN, orange: 30 * MIN, yellow: 2 * HOUR, blue: 24 * HOUR };
/** A red one wants feedback again and again while it is open. */
export const RED_FEEDBACK_AGAIN_MS = 30 * MIN;
/** After silence it rings again; a blue one sounds only once anyway. */
export const SILENCE_MS: PerLevel = { red: MIN, orange: 5 * MIN, yellow: 30 * MIN, blue: 8 * HOUR };
/** From one role to the next when nobody does anything. */
export const NEXT_ROLE_MS: PerLevel = { red: 5 * MIN, orange: 30 * MIN, yellow: 2 * HOUR, blue: 24 * HOUR };
/** Whom it goes up to, in turn. */
export const ROLES: readonly EscalationRole[] = ['supervisor', 'duty-leader'];

export const WARN_BEFORE_MS = 5 * MIN;

export function firstResponseMs(policy: AlarmPolicy | undefined, level: Level): number {
  return policy?.firstResponseMs?.[level] ?? FIRST_RESPONSE_MS[level];
}

export function feedbackMs(policy: AlarmPolicy | undefined, level: Level): number {
  return policy?.feedbackMs?.[level] ?? FEEDBACK_MS[level];
}

/** The re-alarm timer of an alarm that nobody acknowledges or silences; null = off, as it usually is: the boards sound anyway. */
export function rearmMs(policy: AlarmPolicy | undefined, level: Level): number | null {
  return policy?.rearmMs?.[level] ?? null;
}
