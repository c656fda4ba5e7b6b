/** The load generator as its own process: a plan as JSON on stdin, the result as one line of JSON on stdout. */
import { text } from 'node:stream/consumers';
import type { LoadPlan } from './plan.ts';
import { runLoad } from './run-load.ts';

try {
  const result = await runLoad(JSON.parse(await text(process.stdin)) as LoadPlan);
  process.stdout.write(`${JSON.stringify(result)}\n`);
} catch (error) {
  process.stderr.write(`load: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
