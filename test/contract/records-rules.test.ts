import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { RuleVersion } from '../../model/engine.ts';
import { rule } from '../../rules/testing/plant.ts';
import { openRecords } from '../../store/records/open-records.ts';

const version = (id: string, revision: number, setPoint: number): RuleVersion => ({
  rule: { ...rule(id, { setPoint, onlyWhen: null }, { reason: '“蒸箱”' }), revision },
  by: 'li',
  at: revision * 1_000,
  entry: revision,
});

it('revisions of rules are kept once, newest first, over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'records-rules-'));
  try {
    const first = await openRecords(folder);
    await first.rules.put([]);
    await first.rules.put([version('r', 1, 20), version('other', 1, 9)]);
    // The journal is read again after a crash: what is known stays as it was written.
    await first.rules.put([version('r', 1, 20), version('r', 2, 30)]);
    await first.rules.put([version('r', 1, 99)]);
    await first.close();
    const second = await openRecords(folder);
    expect(await second.rules.versions('r', { limit: 9 })).toEqual([version('r', 2, 30), version('r', 1, 20)]);
    expect(await second.rules.versions('r', { limit: 1 })).toEqual([version('r', 2, 30)]);
    expect(await second.rules.versions('r', { before: 2, limit: 9 })).toEqual([version('r', 1, 20)]);
    expect(await second.rules.versions('none', { limit: 9 })).toEqual([]);
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
