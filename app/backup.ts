import { constants, setPriority } from 'node:os';
import { resolve } from 'node:path';
import { sized } from '../store/backup/files.ts';
import { takeBackup, type BackupSeams } from '../store/backup/take.ts';
import { loadConfig } from './config.ts';
import { commandLine } from './one-line.ts';
import { readVersion } from './version.ts';

export const BACKUP_USAGE = 'usage: npm run backup -- <new folder>   (of what: BEACON_DATA_DIR, as for npm start)';

/** `npm run backup -- <folder>`: a backup of BEACON_DATA_DIR to a new folder, whether the platform runs or not. */
export async function backup(args: readonly string[], seams: BackupSeams = {}): Promise<void> {
  await commandLine('backup', async (say) => {
    const [target, ...more] = args;
    if (target === undefined || target.startsWith('-') || more.length > 0) {
      return say.wrong(BACKUP_USAGE);
    }
    const { config } = loadConfig(process.env);
    // The platform goes first.
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
    const stop = new AbortController();
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort());
    const begun = performance.now();
    const to = resolve(target);
    const { journal, events, readings, accounts, credentials, files, at } = await takeBackup({
      source: resolve(config.dataDir),
      target: to,
      build: readVersion(),
      now: Date.now,
      tell: say.progress,
      signal: stop.signal,
      seams,
    });
    const days = readings.days === 0 ? 'no raw readings' : `readings of ${readings.first} to ${readings.last}`;
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    say.done(
      `${to}: all up to ${new Date(at).toISOString()}, journal entries ${journal.firstSeq} to ${journal.lastSeq}, ${events} events, ` +
        `${days}, ${accounts} accounts, ${credentials} device secrets (hashed); ` +
        `${files.length} files, ${sized(bytes)}, ${((performance.now() - begun) / 1_000).toFixed(1)} s`,
    );
  });
}
