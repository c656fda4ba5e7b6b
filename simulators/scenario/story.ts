/** A story is a stretch of the cycle that every demo run plays again and again; devices read it, nothing else holds its times. */

/** Length of the cycle, s: long enough for each alarm to come, be dealt with and return. */
export const CYCLE_S = 600;

/** Seconds within the cycle, [0, CYCLE_S). */
export function cycleTime(elapsedS: number): number {
  return ((elapsedS % CYCLE_S) + CYCLE_S) % CYCLE_S;
}

/** When what happens in the cycle, s. One place, so that the stories do not drown each other. */
export const TIMETABLE = {
  /** Hose of a wok burner comes off: 20 %LEL some 17 s later, 50 %LEL some 45 s later. */
  gasLeakFrom: 4,
  gasLeakTo: 70,
  /** Receiving tank is overfilled. */
  overfillFrom: 90,
  overfillTo: 205,
  pumpOutFrom: 260,
  pumpOutTo: 480,
  /** A smaller leak elsewhere in the street; stays below 50 %LEL. */
  smallLeakFrom: 250,
  smallLeakTo: 300,
  /** Fire in the store room behind the food court. */
  fireFrom: 330,
  fireSuppressed: 425,
  /** The ammonia detector falls silent while its connection stands. */
  deadSensorFrom: 200,
  deadSensorTo: 260,
  /** The weather station's network is away; it sends its backlog on return. */
  networkDownFrom: 150,
  networkDownTo: 185,
} as const;

/** Whether the cycle stands between two of its times. */
export function between(elapsedS: number, fromS: number, toS: number): boolean {
  const t = cycleTime(elapsedS);
  return t >= fromS && t < toS;
}
