import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/** The yardstick: Aedes as it comes, nothing kept, nothing judged. Prints its CPU time when asked to stop. */
const broker = await Aedes.createBroker();
const server = createServer(broker.handle);
server.listen({ host: '127.0.0.1', port: 0 }, () => {
  const address = server.address();
  process.stdout.write(`ready port=${typeof address === 'object' && address !== null ? address.port : 0}\n`);
});
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
process.once('SIGTERM', () => process.exit(0));
