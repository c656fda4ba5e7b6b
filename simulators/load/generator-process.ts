import { performance } from 'node:perf_hooks';
import { runLoad, type LoadSettings } from './generator.ts';

/** The generator as a process of its own: settings come as one message, the result goes back as one. */
process.once('message', (settings) => {
  void runLoad(settings as LoadSettings, () => performance.now()).then((result) => {
    process.send?.(result, () => process.exit(0));
  });
});
