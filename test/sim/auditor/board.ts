// Where those who judge the health of a sensor put down what they find: a thing found about an instrument is an alarm with the same life as
// any other, and differs from a limit only in who says that it is on.
import type { Level } from '../../../model/level.ts';
import type { Moment } from './condition.ts';
import type { Expected } from './life.ts';
import type { Rule } from './limits.ts';

/** Whom an alarm is about: a point, or (both null) the whole device. */
export interface Home {
  readonly device: string;
  readonly measurement: string | null;
  readonly channel: number | null;
}

/** Something that may be found. Its ladder is its own code, but where a limit stands for it (decision 19). */
export interface Finding {
  readonly code: string;
  readonly level: Level;
  readonly ladder?: string;
  readonly latching?: boolean;
}

export interface Board {
  /**
   * From the entry in hand on (of engine time `t`) it is so, or no longer. Said twice is said once.
   * @param early it ran out before the entry was applied
   */
  find(home: Home, finding: Finding, on: boolean, t: number, early?: boolean): void;
  /** What must be open of it, with everything that ran out until the entry in hand. */
  stands(home: Home, ladder: string): Expected | null;
}

/** What was found so far, by code. */
export interface Found {
  readonly rule: Rule;
  readonly moments: Moment[];
}

/** A finding as the life of an alarm takes it: it compares nothing, so that no number of it is predicted. */
export function ruleOf({ code, level, ladder = code, latching = false }: Finding): Rule {
  return {
    code,
    ladder,
    level,
    latching,
    onDelayMs: 0,
    offDelayMs: 0,
    limit: null,
    conditional: false,
    derived: true,
    fault: code,
    says: () => 'not-asked',
    text: `found ${code}`,
  };
}

export function keyOfHome({ device, measurement, channel }: Home): string {
  return `${device}|${measurement ?? ''}|${channel ?? '-'}`;
}
