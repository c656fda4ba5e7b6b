import type { Alarm } from './alarm.ts';
import type { RefusalCode } from './engine.ts';
import type { ConfigChange } from './entry.ts';
import type { Level } from './level.ts';
import type { EpochMs } from './time.ts';

/** A change of configuration tried on what happened. */
export interface BacktestRequest {
  readonly from: EpochMs;
  /** Exclusive. */
  readonly to: EpochMs;
  /** Come into force at `from`; none = what happened is judged again as it was. */
  readonly changes: readonly ConfigChange[];
  /** Alarms of these enterprises alone are told; undefined = all. */
  readonly enterprises?: readonly string[];
  readonly device?: string;
}

/** One alarm of the period, as it stood at its end. */
export interface BacktestAlarm {
  readonly alarm: Alarm;
  /** Times it was told: raised, come again, risen to a level nobody had acknowledged. */
  readonly annunciations: readonly EpochMs[];
}

export interface BacktestSide {
  readonly alarms: number;
  readonly annunciated: number;
  readonly byLevel: Readonly<Record<Level, number>>;
}

export interface BacktestResult {
  /** Alarms that came in the period: as it was, and with the change. Test alarms are in the lists, in no number. */
  readonly before: BacktestSide;
  readonly after: BacktestSide;
  /** Came at the same time and went the same way. */
  readonly same: number;
  readonly added: readonly BacktestAlarm[];
  readonly removed: readonly BacktestAlarm[];
  /** Came at the same time, with another level, return or number of annunciations. */
  readonly changed: readonly { readonly before: BacktestAlarm; readonly after: BacktestAlarm }[];
  /** Without a change: every alarm of the period, as it was judged again. */
  readonly alarms?: readonly BacktestAlarm[];
  /** The lists were cut; the numbers are whole. */
  readonly cut: boolean;
  readonly entries: number;
  readonly values: number;
  readonly tookMs: number;
}

export interface BacktestProgress {
  /** 0…1, by time. */
  readonly share: number;
  readonly entries: number;
  readonly values: number;
}

export type BacktestFailure = {
  readonly code: 'history-not-kept' | 'refused' | 'failed';
  readonly detail: string;
  /** `refused`: which change, and why. */
  readonly change?: number;
  readonly refusal?: RefusalCode;
  /** `history-not-kept`: from when on there is history. */
  readonly earliest?: EpochMs | null;
};

export type BacktestState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
export interface Backtest {
  readonly id: string;
  readonly by: string;
  readonly state: BacktestState;
  readonly request: BacktestRequest;
  readonly createdAt: EpochMs;
  readonly progress: BacktestProgress;
  readonly result?: BacktestResult;
  readonly failure?: BacktestFailure;
}
