/**
 * Why a query of stored history got no answer. Stable codes, because they are shown to people and counted:
 * `store-unreachable` – the server did not answer, or said no to everything; `store-refused` – it understood and declined (rights,
 * missing database); `store-busy` – too many questions are waiting; `store-closed` – the platform is stopping; `store-failed` – a broken file or a fault of ours.
 */
export type StoreFailureCode = 'store-unreachable' | 'store-refused' | 'store-busy' | 'store-closed' | 'store-failed';

/** Thrown by the reading stores' queries and `prepare`; crosses threads as `{code, message}`. */
export class StoreFailure extends Error {
  readonly code: StoreFailureCode;
  constructor(code: StoreFailureCode, message: string) {
    super(message);
    this.name = 'StoreFailure';
    this.code = code;
  }
}

/** The code and text of anything that was thrown on the way to or in a store. */
export function asStoreFailure(thrown: unknown): StoreFailure {
  if (thrown instanceof StoreFailure) return thrown;
  return new StoreFailure('store-failed', thrown instanceof Error ? thrown.message : String(thrown));
}
