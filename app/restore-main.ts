import { resolve } from 'node:path';
import { endOnClosedPipe } from '../model/closed-pipe.ts';
import { sized } from '../store/backup/files.ts';
import { restoreBackup } from '../store/backup/restore.ts';
import { loadConfig } from './config.ts';
import { helpAsked } from './help.ts';
import { commandLine } from './one-line.ts';

/** `npm run restore -- <backup> [<folder>]`: verifies a backup and makes a data folder of it, for BEACON_DATA_DIR of the next start. */
const USAGE = 'usage: npm run restore -- <backup> [<new folder>]   (without one: to BEACON_DATA_DIR, as for npm start)';
endOnClosedPipe(process);
helpAsked(USAGE);
await commandLine('restore', async (say) => {
  const [backup, folder, ...more] = process.argv.slice(2);
  if (backup === undefined || more.length > 0 || [backup, folder].some((one) => one?.startsWith('-'))) {
    return say.wrong(USAGE);
  }
  // What holds a data folder already is refused, named or not.
  const to = resolve(folder ?? loadConfig(process.env).config.dataDir);
  const { at, build, journal, files } = restoreBackup({ backup: resolve(backup), folder: to, tell: say.progress, now: Date.now });
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  say.done(
    `${to}: all up to ${new Date(at).toISOString()}, journal entries ${journal.firstSeq} to ${journal.lastSeq}, ` +
      `${files.length} files, ${sized(bytes)}, taken by version ${build}; start with BEACON_DATA_DIR=${to}`,
  );
});
