/** The generator as a process of its own: the plan comes as one message; the phases and the result (or what went wrong) go back as messages. */
import type { LoadPhase, LoadPlan, LoadResult } from './plan.ts';
import { runLoad } from './run-load.ts';

export type FromGenerator =
  | { readonly type: 'phase'; readonly phase: LoadPhase }
  | { readonly type: 'result'; readonly result: LoadResult }
  | { readonly type: 'failed'; readonly detail: string };

function tell(message: FromGenerator, after: () => void = () => undefined): void {
  process.send?.(message, after);
}

process.once('message', (plan) => {
  const end = (): void => process.exit(0);
  runLoad(plan as LoadPlan, (phase) => tell({ type: 'phase', phase })).then(
    (result) => tell({ type: 'result', result }, end),
    (error: unknown) => tell({ type: 'failed', detail: error instanceof Error ? error.message : String(error) }, end),
  );
});
