import { ENTRY_VERSION } from '../../model/entry.ts';
import { run } from '../../app/run.ts';
import { createEngine, restoreEngine } from '../../rules/engine.ts';

/**
 * A deliberately wrong platform: it restores its configuration at every start and forgets the state of the alarms. It goes on under
 * event numbers that are free; else it would not even start beside its own records.
 */
await run({
  env: process.env,
  demo: false,
  seams: {
    async recover(_snapshots, journal) {
      const forgetful = createEngine();
      const whole = createEngine();
      let replayed = 0;
      let starts = 0;
      for await (const entries of journal.read(1)) {
        for (const entry of entries) {
          const { seq, at, boot, mono } = entry;
          const kept = entry.kind === 'config' || entry.kind === 'start';
          forgetful.apply(kept ? entry : { seq, v: ENTRY_VERSION, at, boot, mono, kind: 'tick' });
          whole.apply(entry);
          replayed += 1;
          if (entry.kind === 'start') starts += 1;
        }
      }
      const numbers = (n: number): string => `"eventSeq":${n}`;
      // What it told in its earlier lives no fold of the journal knows: each life begins well above what the one before can have reached.
      const first = whole.view.eventSeq + starts * 1_000_000;
      const text = forgetful.serialise().replace(numbers(forgetful.view.eventSeq), numbers(first));
      return { engine: restoreEngine(text), snapshotSeq: 0, fellBack: false, replayed, resends: [] };
    },
  },
});
