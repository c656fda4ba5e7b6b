import { startOpenBroker } from '../broker/open.ts';
import { argumentsAsked } from './help.ts';

/** `npm run broker -- --open --port N`: the embedded broker alone with an open policy, for outside conformance suites. */
const USAGE = 'usage: npm run broker -- --open --port N   (0 to 65535; --open is required: anybody may do anything)\n';
const { values } = argumentsAsked(USAGE, {
  options: {
    open: { type: 'boolean', default: false },
    port: { type: 'string', default: '1883' },
    host: { type: 'string', default: '127.0.0.1' },
  },
});
const port = Number(values.port);
if (!values.open || !Number.isInteger(port) || port < 0 || port > 65_535) {
  process.stderr.write(USAGE);
  process.exit(2);
}
const broker = await startOpenBroker({ host: values.host, port });
process.stdout.write(`ready mqtt=mqtt://${values.host}:${broker.port}\n`);
function stop(): void {
  void broker.stop().then(() => process.exit(0));
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
