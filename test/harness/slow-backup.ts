import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backup } from '../../app/backup.ts';

/** A backup that waits after each part until the platform has trimmed its journal once more. */
const journal = join(process.env['BEACON_DATA_DIR'] ?? '', 'journal');
const oldest = (): string => readdirSync(journal).sort()[0] ?? '';
const PATIENCE_MS = 120_000;
await backup(process.argv.slice(2), {
  async between() {
    const before = oldest();
    for (const until = performance.now() + PATIENCE_MS; oldest() === before && performance.now() < until; ) await pause(20);
    process.stdout.write(`the platform's journal begins with ${Number(oldest().slice(0, 16))}\n`);
  },
});
