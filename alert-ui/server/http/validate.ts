import type { z } from 'zod';
import { type FieldError, HttpProblem } from '../problem.ts';

const ERRORS_MAX = 50;

/** Every fault of a value, with where it is; an unknown field is named. */
export function fieldErrors(error: z.core.$ZodError, prefix = ''): FieldError[] {
  const errors: FieldError[] = [];
  for (const issue of error.issues) {
    const path = [...(prefix === '' ? [] : [prefix]), ...issue.path.map(String)];
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) errors.push({ path: [...path, key].join('.'), message: 'unknown field' });
    } else {
      errors.push({ path: path.join('.'), message: issue.message });
    }
  }
  return errors.slice(0, ERRORS_MAX);
}

/** The parsed value, or `invalid-request` with every fault. */
export function parse<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error);
  throw new HttpProblem(
    'invalid-request',
    `${where}: ${errors
      .map((error) => `${error.path === '' ? '' : `${error.path}: `}${error.message}`)
      .slice(0, 5)
      .join('; ')}`,
    { errors },
  );
}

/** Without keys whose value is undefined: in the model an absent field is absent. */
export type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Present<T>;
}
