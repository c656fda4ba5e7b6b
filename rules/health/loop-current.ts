/** A 4–20 mA loop by NAMUR NE 43 (fact book 2.5): at or below 3.6 mA it is broken, at or above 21 mA it is short; 2 mA, which some use for maintenance, is no measurement either. */
export type LoopState = 'open' | 'short' | 'sound' | 'unsure';

const OPEN_MA = 3.6;
const SHORT_MA = 21;
const SOUND_FROM_MA = 3.8;
const SOUND_TO_MA = 20.5;

/** `unsure` between the signal range and the fault limits: what was found before stands. */
export function loopState(ma: number): LoopState {
  if (ma <= OPEN_MA) return 'open';
  if (ma >= SHORT_MA) return 'short';
  return ma >= SOUND_FROM_MA && ma <= SOUND_TO_MA ? 'sound' : 'unsure';
}
