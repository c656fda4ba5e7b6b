/**
 * How many events lie in a course. A number is a running total: its rises are the events, and one that falls has begun again from 0.
 * A boolean counts its changes from 0 to 1. The first value known is where counting begins.
 */
export interface CountWindow {
  /** Latest value of the total, or null while there is none. */
  last: number | null;
  /** Times of the events, oldest first, and how many came at each. */
  readonly at: number[];
  readonly n: number[];
}

/** Past this the two oldest entries become one, of the later time: no event is forgotten too soon. */
const KEPT = 64;

export function newCountWindow(): CountWindow {
  return { last: null, at: [], n: [] };
}

export function addCount(course: CountWindow, at: number, total: number): void {
  const { last } = course;
  course.last = total;
  if (last === null) return;
  const events = total >= last ? total - last : total;
  if (events <= 0) return;
  course.at.push(at);
  course.n.push(events);
  if (course.at.length <= KEPT) return;
  course.at.shift();
  const oldest = course.n.shift() ?? 0;
  course.n[0] = (course.n[0] ?? 0) + oldest;
}

/** Events in the window that ends at `now`; those before it are forgotten. */
export function countOf(course: CountWindow, windowMs: number, now: number): number {
  while (course.at.length > 0 && (course.at[0] ?? 0) <= now - windowMs) {
    course.at.shift();
    course.n.shift();
  }
  let sum = 0;
  for (const n of course.n) sum += n;
  return sum;
}

export function shiftCount(course: CountWindow, byMs: number): void {
  for (let i = 0; i < course.at.length; i += 1) course.at[i] = (course.at[i] ?? 0) + byMs;
}
