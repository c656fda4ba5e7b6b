import { openAnsweringSocket } from '../../simulators/load/answering-socket.ts';

/** The generator's ceiling as a process of its own: a socket that answers CONNECT and PUBLISH and does nothing else. */
const server = await openAnsweringSocket(0);
process.stdout.write(`ready port=${server.port}\n`);
process.once('SIGTERM', () => process.exit(0));
