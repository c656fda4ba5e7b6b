import { run } from '../../app/run.ts';

/** A deliberately wrong platform: the device gets its PUBACK before the entry is on disk, and the disk is slow. */
await run({
  env: process.env,
  demo: false,
  seams: {
    inbound(inbound) {
      inbound.ack();
      return { ...inbound, ack: () => undefined };
    },
    commitDelayMs: 40,
  },
});
