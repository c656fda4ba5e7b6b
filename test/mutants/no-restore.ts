import { ENTRY_VERSION } from '../../model/entry.ts';
import { run } from '../../app/run.ts';
import { createEngine } from '../../rules/engine.ts';

/** A deliberately wrong platform: it restores its configuration at every start and forgets the state of the alarms. */
await run({
  env: process.env,
  demo: false,
  seams: {
    async recover(_snapshots, journal) {
      const engine = createEngine();
      let replayed = 0;
      for await (const entries of journal.read(1)) {
        for (const entry of entries) {
          const { seq, at, boot, mono } = entry;
          const kept = entry.kind === 'config' || entry.kind === 'start';
          engine.apply(kept ? entry : { seq, v: ENTRY_VERSION, at, boot, mono, kind: 'tick' });
          replayed += 1;
        }
      }
      return { engine, snapshotSeq: 0, fellBack: false, replayed, resends: [] };
    },
  },
});
