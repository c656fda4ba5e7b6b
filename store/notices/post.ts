/** One request to an address of the user's, with a bound on everything. Redirects are not followed: they would carry it elsewhere. */

/** What became of an attempt. `final`: the receiver says that it is this event it does not want (400, 413, 422). */
export type Attempt =
  | { readonly ok: true }
  | { readonly ok: false; readonly detail: string; readonly final: boolean; readonly retryAfterMs: number };

const FINAL: ReadonlySet<number> = new Set([400, 413, 422]);
/** A receiver that asks for more patience than this is asked again sooner. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** @param now UTC ms; `Retry-After` is seconds or a date (RFC 9110, 10.2.3) */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const ms = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms)) : 0;
}

/** Names of the trouble alone: the address may hold a secret, and error texts may hold the address. */
function troubleOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  const cause = error.cause;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name === 'AbortError' ? 'stopped' : 'no connection';
}

export interface PostOptions {
  readonly timeoutMs: number;
  readonly stop: AbortSignal;
}

/** POST with a body, GET without one. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  options: PostOptions,
): Promise<Attempt> {
  // A timer held by this call: whether the attempt ends must not hang on when a combined signal is collected as garbage.
  const giveUp = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    giveUp.abort();
  }, options.timeoutMs);
  const stop = (): void => giveUp.abort();
  options.stop.addEventListener('abort', stop);
  if (options.stop.aborted) stop();
  try {
    const response = await fetch(url, {
      method: body === null ? 'GET' : 'POST',
      headers: { 'user-agent': 'beacon-tower', ...headers },
      ...(body === null ? {} : { body }),
      redirect: 'manual',
      signal: giveUp.signal,
    });
    // What the answer says beyond its status is nothing to us, and it may be endless.
    await response.body?.cancel();
    if (response.ok) return { ok: true };
    return {
      ok: false,
      detail: `HTTP ${response.status}`,
      final: FINAL.has(response.status),
      retryAfterMs: retryAfterMs(response.headers.get('retry-after'), Date.now()),
    };
  } catch (error) {
    return { ok: false, detail: late ? 'no answer in time' : troubleOf(error), final: false, retryAfterMs: 0 };
  } finally {
    clearTimeout(timer);
    options.stop.removeEventListener('abort', stop);
  }
}
