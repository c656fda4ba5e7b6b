/**
 * Named closing steps, pushed after each success of the start. A start-up that fails half way and a clean stop use the same list
 * backwards. A step that fails or takes too long is named and does not keep the others from running.
 */
export interface StopStack {
  push(name: string, close: () => Promise<void> | void): void;
  /** Runs every step once, last first; later calls get the same promise. */
  stop(): Promise<readonly StopTrouble[]>;
}
export interface StopTrouble {
  readonly step: string;
  readonly detail: string;
}

export function createStopStack(stepTimeoutMs: number): StopStack {
  const steps: { name: string; close: () => Promise<void> | void }[] = [];
  let running: Promise<readonly StopTrouble[]> | null = null;

  async function one(step: { name: string; close: () => Promise<void> | void }): Promise<StopTrouble | null> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`took longer than ${stepTimeoutMs} ms`), stepTimeoutMs);
    });
    try {
      const trouble = await Promise.race([Promise.resolve(step.close()).then(() => null), tooLong]);
      return trouble === null ? null : { step: step.name, detail: trouble };
    } catch (error) {
      return { step: step.name, detail: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  async function all(): Promise<readonly StopTrouble[]> {
    const troubles: StopTrouble[] = [];
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      const trouble = await one(step);
      if (trouble !== null) troubles.push(trouble);
    }
    return troubles;
  }

  return {
    push(name, close) {
      steps.push({ name, close });
    },
    stop() {
      running ??= all();
      return running;
    },
  };
}
