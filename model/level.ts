/** The four colours of an alarm or a warning, worst first. Never numbered on screen (一级 means opposite things in gas and in 预警). */
export type Level = 'red' | 'orange' | 'yellow' | 'blue';

/** A limit of level `none` writes a log event and raises nothing. */
export type LimitLevel = Level | 'none';

export const LEVELS: readonly Level[] = ['red', 'orange', 'yellow', 'blue'];

/** 4 = worst … 1 = mildest, 0 = log only. For comparison alone; never shown. */
export const LEVEL_RANK: Readonly<Record<LimitLevel, number>> = {
  red: 4,
  orange: 3,
  yellow: 2,
  blue: 1,
  none: 0,
};
