import type { MajorHazardClass } from '../../model/hazard/classify.ts';
import { LEVEL_RANK, type Level } from '../../model/level.ts';
import type { FactorName, WarningScope } from '../../model/warning.ts';

/**
 * The risk index 100·(1 − Π(1 − w·x)) and its scales. All of it is our own design default: the ministry's formula was found nowhere.
 * Each x is worked out from whole numbers alone, so that the order in which they came leaves no trace.
 */
export const WEIGHTS: Readonly<Record<FactorName, number>> = {
  inherent: 0.25,
  'worst-alarm': 0.9,
  'alarm-count': 0.2,
  'worst-member': 0.9,
  'member-count': 0.2,
  offline: 0.35,
  'special-work': 0.25,
  commitment: 0.3,
  'hidden-hazard': 0.4,
  weather: 0.2,
};

const OF_PLANT: readonly FactorName[] = ['worst-alarm', 'alarm-count', 'offline', 'special-work', 'commitment', 'hidden-hazard', 'weather'];
/** Factors of each kind of thing, in the order in which they are shown. */
export const FACTORS_OF: Readonly<Record<WarningScope, readonly FactorName[]>> = {
  'hazard-source': ['inherent', ...OF_PLANT],
  enterprise: ['worst-member', 'member-count', ...OF_PLANT],
  area: ['worst-member', 'member-count', 'offline', 'weather'],
};

/** By `LEVEL_RANK`: index 0 stands for none. */
const OF_ALARM: readonly number[] = [0, 0.15, 0.4, 0.7, 1];
/** A member at rest is no risk to what holds it. */
const OF_MEMBER: readonly number[] = [0, 0, 0.4, 0.7, 1];
const OF_CLASS: Readonly<Record<MajorHazardClass, number>> = { I: 1, II: 0.8, III: 0.6, IV: 0.4 };
/** As many open alarms (or members above blue) as begin a flood count fully. */
const MANY = 10;

export function alarmFactor(rank: number): number {
  return OF_ALARM[rank] ?? 0;
}
export function memberFactor(rank: number): number {
  return OF_MEMBER[rank] ?? 0;
}
export function countFactor(count: number): number {
  return Math.min(1, count / MANY);
}
/** 0 where it was classified and is no major hazard installation. */
export function classFactor(found: MajorHazardClass | null): number {
  return found === null ? 0 : OF_CLASS[found];
}

/** Index of 0…100 over the factors; null counts as 0. */
export function riskIndex(names: readonly FactorName[], xs: readonly (number | null)[]): number {
  let calm = 1;
  for (const [i, name] of names.entries()) calm *= 1 - WEIGHTS[name] * (xs[i] ?? 0);
  return 100 * (1 - calm);
}

/** A product of rounded factors may lie a hair below a threshold that it reaches. */
const ROUNDING = 1e-9;

/** Colour of an index: 85 red, 65 orange, 40 yellow, inclusive; else blue. */
export function levelOfIndex(ri: number): Level {
  const up = ri + ROUNDING;
  if (up >= 85) return 'red';
  if (up >= 65) return 'orange';
  return up >= 40 ? 'yellow' : 'blue';
}

const BY_RANK: readonly Level[] = ['blue', 'blue', 'yellow', 'orange', 'red'];
export function levelOfRank(rank: number): Level {
  return BY_RANK[rank] ?? 'blue';
}
export const RANK = LEVEL_RANK;
