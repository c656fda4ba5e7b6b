import { backup } from './backup.ts';

/** `npm run backup`. */
await backup(process.argv.slice(2));
