import { backup, BACKUP_USAGE } from './backup.ts';
import { helpAsked } from './help.ts';

/** `npm run backup`. */
helpAsked(BACKUP_USAGE);
await backup(process.argv.slice(2));
