/** A site file is read here: two megabytes of YAML take seconds, in which the main thread would acknowledge nothing. */
import { parentPort } from 'node:worker_threads';
import { packed, readSite } from '../../alert-ui/server/site-file/parse.ts';
import { serve } from '../../store/thread/call.ts';
import type { ReadMethods } from './read-apart.ts';

if (parentPort !== null) serve<ReadMethods>(parentPort, { read: (text) => packed(readSite(text)) });
