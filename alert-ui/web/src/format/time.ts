/** Times and durations for people: 24 h, with seconds, in the installation's time zone; the date where it is not today. Pure. */

export interface Times {
  /** `10:41:52` */
  clock(ms: number): string;
  /** `10:41:52` today, else `11-22 10:41:52` (year too where it differs). */
  stamp(ms: number, now: number): string;
  /** `2026-11-23 10:41:52` */
  full(ms: number): string;
  /** When a day (`2026-11-23`, as a date field has it) begins there; null for what is no day. */
  dayStart(day: string): number | null;
  /** `UTC+8`: how far the clock of the zone is from UTC at that moment. */
  zone(ms: number): string;
}

export function createTimes(timeZone: string): Times {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const offset = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'shortOffset' });
  function parts(ms: number): { year: string; day: string; clock: string } {
    const of = new Map<string, string>(format.formatToParts(ms).map((p) => [p.type, p.value]));
    const part = (type: string): string => of.get(type) ?? '';
    return { year: part('year'), day: `${part('month')}-${part('day')}`, clock: `${part('hour')}:${part('minute')}:${part('second')}` };
  }
  function whole(ms: number): string {
    const at = parts(ms);
    return `${at.year}-${at.day} ${at.clock}`;
  }
  return {
    clock: (ms) => parts(ms).clock,
    stamp(ms, now) {
      const at = parts(ms);
      const today = parts(now);
      if (at.year !== today.year) return `${at.year}-${at.day} ${at.clock}`;
      return at.day === today.day ? at.clock : `${at.day} ${at.clock}`;
    },
    zone: (ms) => (offset.formatToParts(ms).find((p) => p.type === 'timeZoneName')?.value ?? '').replace('GMT', 'UTC'),
    full: whole,
    dayStart(day) {
      const asUtc = Date.parse(`${day}T00:00:00Z`);
      if (!/^\d{4}-\d\d-\d\d$/.test(day) || Number.isNaN(asUtc)) return null;
      const ahead = (ms: number): number => Date.parse(`${whole(ms).replace(' ', 'T')}Z`) - ms;
      // Twice: around a change of the clock the zone is elsewhere at the guess than at the day's beginning.
      const near = asUtc - ahead(asUtc);
      return asUtc - ahead(near);
    },
  };
}

/** `0:15`, `12:04`, `3:02:09`; negative with a minus in front (overdue). */
export function shownDuration(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const total = Math.floor(Math.abs(ms) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${sign}${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${sign}${minutes}:${seconds}`;
}
