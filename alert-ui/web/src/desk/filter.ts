/** Which open alarms the desk shows. The filter lives in the address; it never mutes, and what it hides is admitted. Pure. */
import type { Alarm, AlarmKind } from '../../../../model/alarm.ts';
import { LEVELS, type Level } from '../../../../model/level.ts';

export interface DeskFilter {
  /** Empty = all. */
  readonly levels: readonly Level[];
  readonly kinds: readonly AlarmKind[];
  readonly enterprise: string | null;
  readonly text: string;
}

export const KINDS: readonly AlarmKind[] = ['process', 'instrument', 'fire', 'system'];
export const NO_FILTER: DeskFilter = { levels: [], kinds: [], enterprise: null, text: '' };

type QueryValue = string | null | readonly (string | null)[] | undefined;

function words(value: QueryValue): string[] {
  const flat = typeof value === 'string' ? [value] : Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
  return flat.flatMap((v) => v.split(',')).filter((v) => v !== '');
}

/** Reads the address's query; unknown words are left out. */
export function filterFromQuery(query: Readonly<Record<string, QueryValue>>): DeskFilter {
  const levels = words(query['level']);
  const kinds = words(query['kind']);
  return {
    levels: LEVELS.filter((l) => levels.includes(l)),
    kinds: KINDS.filter((k) => kinds.includes(k)),
    enterprise: words(query['enterprise'])[0] ?? null,
    text: words(query['q']).join(',').slice(0, 100),
  };
}

/** The query that gives this filter back; absent parts are left out. */
export function queryFromFilter(filter: DeskFilter): Record<string, string> {
  return {
    ...(filter.levels.length > 0 ? { level: filter.levels.join(',') } : {}),
    ...(filter.kinds.length > 0 ? { kind: filter.kinds.join(',') } : {}),
    ...(filter.enterprise !== null ? { enterprise: filter.enterprise } : {}),
    ...(filter.text !== '' ? { q: filter.text } : {}),
  };
}

export function isFiltered(filter: DeskFilter): boolean {
  return filter.levels.length > 0 || filter.kinds.length > 0 || filter.enterprise !== null || filter.text.trim() !== '';
}

/** `wordsOf` gives the searchable text of an alarm (names of place and measurement). */
export function passes(filter: DeskFilter, alarm: Alarm, wordsOf: (alarm: Alarm) => string): boolean {
  if (filter.levels.length > 0 && !filter.levels.includes(alarm.level)) return false;
  if (filter.kinds.length > 0 && !filter.kinds.includes(alarm.kind)) return false;
  if (filter.enterprise !== null && alarm.enterpriseId !== filter.enterprise) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  const hay = wordsOf(alarm).toLowerCase();
  return text.split(/\s+/).every((word) => hay.includes(word));
}
