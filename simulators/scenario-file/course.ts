/** A course of a scenario file as a signal. */
import type { Signal } from '../physics/signal.ts';
import type { Course } from './schema.ts';

/** Before its first point a line or a flight of steps stands at that point's value, after its last at that one's. */
export function courseOf(course: Course): Signal {
  if (typeof course === 'number') return () => course;
  if ('steps' in course) {
    const { steps } = course;
    return (t) => steps.findLast(([at]) => at <= t)?.[1] ?? steps[0]?.[1] ?? 0;
  }
  const { line } = course;
  return (t) => {
    const after = line.findIndex(([at]) => at > t);
    if (after < 0) return line.at(-1)?.[1] ?? 0;
    const [t1, v1] = line[after] ?? [0, 0];
    const before = line[after - 1];
    if (before === undefined) return v1;
    const [t0, v0] = before;
    return v0 + ((v1 - v0) * (t - t0)) / (t1 - t0);
  };
}
