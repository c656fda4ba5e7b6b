import { type Expression, type SqlBool, sql } from 'kysely';

/**
 * `column in (list)` with the list as one parameter: the SQL text is the same for every length, so it is prepared once,
 * and thousands of ids do not run into SQLite's limit of parameters. An empty list matches nothing.
 */
export function oneOf(column: string, list: readonly string[]): Expression<SqlBool> {
  return sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(list)}))`;
}
