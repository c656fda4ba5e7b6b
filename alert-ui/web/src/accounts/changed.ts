/** What a request that waits would change, field by field, inside maps key by key. Pure. */

export interface Changed {
  readonly field: string;
  readonly from: string;
  readonly to: string;
}

/** Of a request that has no `from` and `to`: nothing. */
export function changedBy(request: Readonly<Record<string, unknown>>): readonly Changed[] {
  const { from, to } = request;
  if (!isMap(from) || !isMap(to)) return [];
  return keysOf(from, to).flatMap((field) => compared(field, from[field], to[field]));
}

function compared(field: string, from: unknown, to: unknown): readonly Changed[] {
  if (isMap(from) && isMap(to)) return keysOf(from, to).flatMap((key) => compared(`${field}.${key}`, from[key], to[key]));
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from: shown(from), to: shown(to) }];
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function keysOf(a: object, b: object): readonly string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
