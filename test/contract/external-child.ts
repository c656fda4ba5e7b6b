/**
 * A process that is killed: an external source whose messages are appended to a file, fsynced and then acknowledged, as the journal does.
 * Arguments: broker's url, file.
 */
import { fsyncSync, openSync, writeSync } from 'node:fs';
import type { Inbound } from '../../model/ports/message-source.ts';
import { startExternal, textOf } from './external-bench.ts';

const [url, path] = process.argv.slice(2);
if (url === undefined || path === undefined) throw new Error('url and file are wanted');
const file = openSync(path, 'a');
let batch: Inbound[] = [];

const bench = await startExternal({ url }, { connected: false });
bench.onMessage = (inbound) => {
  if (batch.length === 0) {
    setTimeout(() => {
      const commit = batch;
      batch = [];
      writeSync(file, commit.map((one) => `${one.publisher.device} ${textOf(one)}\n`).join(''));
      fsyncSync(file);
      for (const one of commit) one.ack();
    }, 5);
  }
  batch.push(inbound);
};
process.stdout.write('running\n');
