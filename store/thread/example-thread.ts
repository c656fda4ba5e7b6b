/** The smallest thread there can be: what the tests of `call.ts` and `spawn.ts` talk to. */
import { parentPort, workerData } from 'node:worker_threads';
import { serve } from './call.ts';

/** Methods of the example; `order` shows that they never overlap. */
export interface ExampleMethods {
  add(a: number, b: number): number;
  slow(name: string): Promise<string>;
  order(): readonly string[];
  given(): unknown;
  refuse(code: string): never;
  die(): never;
}

if (parentPort !== null) {
  const log: string[] = [];
  const said: { emit(event: string): void } = serve<ExampleMethods, string>(
    parentPort,
    {
      add: (a, b) => a + b,
      slow: async (name) => {
        log.push(`begin ${name}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        log.push(`end ${name}`);
        return name;
      },
      order: () => log,
      given: () => workerData as unknown,
      refuse: (code) => {
        throw Object.assign(new Error('not today'), { code });
      },
      die: () => process.exit(3),
    },
    () => said.emit('stopping'),
  );
}
