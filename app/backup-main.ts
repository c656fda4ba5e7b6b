import { endOnClosedPipe } from '../model/closed-pipe.ts';
import { backup, BACKUP_USAGE } from './backup.ts';
import { helpAsked } from './help.ts';

/** `npm run backup`. */
endOnClosedPipe(process);
helpAsked(BACKUP_USAGE);
await backup(process.argv.slice(2));
