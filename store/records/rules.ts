/** Every revision a rule has had: a projection of the journal, which can be sent again. */
import type { Kysely } from 'kysely';
import type { Rule } from '../../model/asset.ts';
import type { RuleVersion } from '../../model/engine.ts';
import type { Records } from '../../model/ports/records.ts';
import type { RecordsDatabase } from './database.ts';
import { type RecordsClient, statementForRows } from './records-client.ts';

export function ruleRecords(db: Kysely<RecordsDatabase>, client: RecordsClient): Records['rules'] {
  return {
    async put(versions): Promise<void> {
      const rows = versions.map(({ rule, by, at, entry }) => ({
        rule: rule.id,
        revision: rule.revision,
        by,
        at,
        entry,
        body: JSON.stringify(rule),
      }));
      const insert = (row: (typeof rows)[number]) =>
        db
          .insertInto('rule_version')
          .values(row)
          .onConflict((conflict) => conflict.columns(['rule', 'revision']).doNothing());
      await client.post(statementForRows(rows, insert));
    },
    async versions(rule, { before, limit }): Promise<readonly RuleVersion[]> {
      let asked = db.selectFrom('rule_version').selectAll().where('rule', '=', rule).orderBy('revision', 'desc').limit(limit);
      if (before !== undefined) asked = asked.where('revision', '<', before);
      const rows = await client.rows(asked);
      return rows.map(({ body, by, at, entry }) => {
        const read: Rule = JSON.parse(body);
        return { rule: read, by, at, entry };
      });
    },
  };
}
