import { z } from 'zod';
import { ID_PATTERN } from '../../../model/ids.ts';

export const id = z
  .string()
  .regex(ID_PATTERN, '1 to 64 of letters, digits, _ . : -, beginning with a letter or digit')
  .meta({ id: 'Id', description: 'Chosen by people, never changed, never given again.' });
/** References in queries and paths: any text, it just may not be found. */
export const reference = z.string().min(1).max(128);
/** What a list, an alarm and an audit line show in one row: no line ends, no control characters, nothing that turns the direction of writing. */
const SHOWN = /^[^\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u;
export const name = z.string().trim().regex(SHOWN, 'no line ends, no control characters').min(1).max(200);
export const epochMs = z.int().min(0).max(8.64e15).meta({ id: 'EpochMs', description: 'UTC milliseconds since 1970.' });
export const level = z.enum(['red', 'orange', 'yellow', 'blue']).meta({ id: 'Level' });
export const limitLevel = z.enum(['red', 'orange', 'yellow', 'blue', 'none']).meta({ id: 'LimitLevel' });
export const quality = z.enum(['good', 'uncertain', 'bad', 'test', 'maintenance', 'substituted']).meta({ id: 'Quality' });
export const value = z.union([z.number(), z.string(), z.null()]).meta({
  id: 'Value',
  description: 'A number (booleans are 0 and 1), a short string where the profile declares one, or null: a bad sample without a value.',
});
export const lon = z.number().min(-180).max(180).nullable();
export const lat = z.number().min(-90).max(90).nullable();
export const attributeKey = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'a letter, then letters, digits and _');
/** Most keys of a map people fill in: it stands in the journal at every change of its device, and in every snapshot. */
const KEYS_MAX = 64;
/** A map of at most 64 keys. */
export function mapOf<T extends z.ZodType>(item: T) {
  return z
    .record(attributeKey, item)
    .refine((map) => Object.keys(map).length <= KEYS_MAX, `at most ${KEYS_MAX} keys`)
    .meta({ maxProperties: KEYS_MAX });
}
export const attributes = mapOf(z.union([z.number(), z.string().max(200), z.boolean()]));
export const conditions = mapOf(z.union([z.boolean(), z.string().max(200)]));

/** A time in a body: ms since 1970, or ISO 8601 with offset. */
export const timeGiven = z.union([epochMs, z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))]);

/** A time in a query: ms since 1970, or ISO 8601 with offset. */
export const queryTime = z
  .union([
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
    z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  ])
  .meta({ override: { type: 'string' }, description: 'Milliseconds since 1970, or ISO 8601 with offset.' });
/** `a,b` or repeated parameters, as an array. */
export function listOf<T extends z.ZodType>(item: T, max = 200) {
  return z
    .preprocess(
      (raw) =>
        raw === undefined
          ? undefined
          : (Array.isArray(raw) ? raw : [raw]).flatMap((part) => String(part).split(',')).filter((part) => part !== ''),
      z.array(item).max(max),
    )
    .meta({ override: { type: 'string' }, description: 'One or several, separated by commas.' });
}
export const cursor = z.string().max(1_000).meta({ description: 'From `next` of the page before.' });
export const queryFlag = z.enum(['true', 'false']).transform((text) => text === 'true');
export function limit(most: number, usual: number) {
  return z.coerce.number().int().min(1).max(most).default(usual);
}

/** A page of a list. */
export function listBody<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    alarm: z.unknown().optional(),
    current: z.unknown().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable.' });
