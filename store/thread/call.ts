/**
 * Typed requests to a thread: asked in order, answered in order, a bounded number waiting. An error in the thread comes back with its
 * message and code; a thread that dies answers everything that waits with `thread-died`, so that nothing hangs.
 */
import type { MessagePort, Worker } from 'node:worker_threads';

/** What a thread offers: names to functions. Arguments and results are structured-cloned. */
export type Methods<M> = { readonly [K in keyof M]: (...args: never[]) => unknown };
type ArgsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ResultOf<F> = F extends (...args: never[]) => infer R ? Awaited<R> : never;

/** An error that crossed a thread. Codes of its own: `thread-died`, `thread-busy`, `thread-closed`, `thread-failed`. */
export class ThreadError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'ThreadError';
    this.code = code;
  }
}

type Request = { readonly ask: number; readonly method: string; readonly args: readonly unknown[] } | { readonly stop: true };
type Reply =
  | { readonly answer: number; readonly value: unknown }
  | { readonly answer: number; readonly code: string; readonly message: string }
  | { readonly event: unknown }
  | { readonly stopped: true };

export interface CallerOptions<E> {
  /** More requests waiting than this are refused with `thread-busy`. */
  readonly maxWaiting: number;
  /** What the thread says unasked (`emit`). */
  readonly onEvent?: (event: E) => void;
  /** The thread ended without being asked to. Called once, after everything waiting was rejected. */
  readonly onDeath?: (error: Error) => void;
}

export interface Caller<M extends Methods<M>> {
  /** Requests are carried out one after the other, in the order of the calls. */
  call<K extends keyof M & string>(method: K, ...args: ArgsOf<M[K]>): Promise<ResultOf<M[K]>>;
  /** Requests asked and not yet answered. */
  waiting(): number;
  /** Lets everything asked so far be answered, then the thread's `onStop` run, then ends the thread. */
  close(): Promise<void>;
}

/** The asking side, on the thread that made the worker. */
export function createCaller<M extends Methods<M>, E = never>(worker: Worker, options: CallerOptions<E>): Caller<M> {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastAsk = 0;
  let ended: ThreadError | null = null;
  let closing: Promise<void> | null = null;
  let stopped: (() => void) | null = null;

  function end(error: ThreadError): void {
    if (ended !== null) return;
    ended = error;
    const left = [...waiting.values()];
    waiting.clear();
    for (const one of left) one.reject(error);
    if (stopped !== null) stopped();
    else options.onDeath?.(error);
  }

  worker.on('message', (reply: Reply) => {
    if ('event' in reply) {
      options.onEvent?.(reply.event as E);
      return;
    }
    if ('stopped' in reply) {
      stopped?.();
      return;
    }
    const one = waiting.get(reply.answer);
    waiting.delete(reply.answer);
    if (one === undefined) return;
    if ('code' in reply) one.reject(new ThreadError(reply.code, reply.message));
    else one.resolve(reply.value);
  });
  worker.on('error', (error: Error) => end(new ThreadError('thread-died', error.message)));
  worker.on('exit', (code) => end(new ThreadError('thread-died', `the thread ended with code ${code}`)));

  function post(request: Request): void {
    worker.postMessage(request, []);
  }

  return {
    call: <K extends keyof M & string>(method: K, ...args: ArgsOf<M[K]>) =>
      new Promise<ResultOf<M[K]>>((resolve, reject) => {
        if (ended !== null) return reject(ended);
        if (closing !== null) return reject(new ThreadError('thread-closed', `${method}: the thread is being closed`));
        if (waiting.size >= options.maxWaiting) {
          return reject(new ThreadError('thread-busy', `${method}: ${waiting.size} requests are waiting already`));
        }
        const ask = ++lastAsk;
        waiting.set(ask, { resolve: (value) => resolve(value as ResultOf<M[K]>), reject });
        post({ ask, method, args });
      }),
    waiting: () => waiting.size,
    close() {
      closing ??= (async () => {
        if (ended === null) {
          await new Promise<void>((resolve) => {
            stopped = resolve;
            post({ stop: true });
          });
        }
        await worker.terminate();
      })();
      return closing;
    },
  };
}

/**
 * The answering side, inside the thread: `serve(parentPort, {...})`. Methods run one at a time, also when they are asynchronous.
 * @returns `emit`, to say something unasked.
 */
export function serve<M extends Methods<M>, E = never>(
  port: MessagePort,
  methods: M,
  onStop?: () => void | Promise<void>,
): { emit(event: E): void } {
  const queue: Request[] = [];
  let running = false;

  async function answer(request: Request): Promise<Reply> {
    if ('stop' in request) {
      await onStop?.();
      return { stopped: true };
    }
    try {
      const method = Object.hasOwn(methods, request.method) ? methods[request.method as keyof M] : undefined;
      if (method === undefined) throw new ThreadError('thread-failed', `the thread has no method ${request.method}`);
      return { answer: request.ask, value: await method(...(request.args as never[])) };
    } catch (error) {
      return { answer: request.ask, code: codeOf(error), message: error instanceof Error ? error.message : String(error) };
    }
  }

  async function run(): Promise<void> {
    running = true;
    for (let request = queue.shift(); request !== undefined; request = queue.shift()) port.postMessage(await answer(request));
    running = false;
  }

  port.on('message', (request: Request) => {
    queue.push(request);
    if (!running) void run();
  });
  return { emit: (event) => port.postMessage({ event } satisfies Reply) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'thread-failed';
}
