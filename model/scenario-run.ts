import type { EpochMs } from './time.ts';

/** One line of a scenario's verdict; `came` and `kept-away` are good. */
export interface ScenarioFinding {
  readonly ok: boolean;
  readonly finding: 'came' | 'kept-away' | 'missing' | 'forbidden' | 'unexpected' | 'trouble';
  readonly about: string;
  readonly wanted: string;
  readonly found: string;
}

/** A scenario of the library played on virtual time, on a platform of its own: nothing of it reaches the one that watches. */
export interface ScenarioRun {
  readonly id: string;
  readonly name: string;
  readonly by: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly createdAt: EpochMs;
  /** `ok`: every expected alarm came in its time and no other did. */
  readonly verdict?: { readonly ok: boolean; readonly lines: readonly ScenarioFinding[]; readonly messages: number };
  /** Why there is no verdict. */
  readonly failure?: string;
}
