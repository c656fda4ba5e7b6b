// What happens in a world, before it becomes journal entries. Acts name devices and alarms by what they are, not by numbers the
// engine gives, so that a history stays meaningful when a shrinker takes acts out of it.
import type { CauseLine, Device, Enterprise, HazardSource } from '../../model/asset.ts';
import type { VerifiedAs } from '../../model/alarm.ts';
import type { Level } from '../../model/level.ts';
import type { JointCondition, RuleParts } from '../../model/rule.ts';
import type { SampleValue } from '../../model/reading.ts';
import type { SetFactorName, WarningScope } from '../../model/warning.ts';

/** One alarm by its identity. */
export interface AlarmName {
  /** `hazard:<id>`: the alarm of a rule over several points of that hazard source. */
  readonly device: string;
  /** Null: it is about no point of its own. */
  readonly measurement: string | null;
  readonly channel: number | null;
  readonly ladder: string;
}

/** What is on the operator's screen when he presses the button: the newest, nothing, or what stood there some changes ago. */
export type Seen = 'now' | 'none' | { readonly changesAgo: number };

export interface ActSample {
  /** Age when the message goes out, ms, told by the device's stamp; null = the device stamps nothing. */
  readonly ageMs: number | null;
  readonly values: readonly SampleValue[];
  /** Fault codes of the whole device, and by payload key. */
  readonly faults?: readonly string[];
  readonly pointFaults?: Readonly<Record<string, readonly string[]>>;
}

export interface PublishAct {
  readonly does: 'publish';
  readonly device: string;
  /** A gateway signs in for it. */
  readonly byGateway?: boolean;
  readonly qos: 0 | 1;
  /** Sent, and gone on the way: only a resend brings it. */
  readonly lost?: boolean;
  readonly retain?: boolean;
  readonly samples: readonly ActSample[];
}

export type OperatorAct = {
  readonly target: AlarmName;
  readonly by: string;
} & (
  | { readonly does: 'acknowledge'; readonly seen: Seen }
  | { readonly does: 'withdraw' }
  | { readonly does: 'reset' }
  | { readonly does: 'comment' }
  /** For so many minutes, or until it next returns. */
  | {
      readonly does: 'shelve';
      readonly minutes: number | null;
      readonly approvedBy: string | null;
    }
  | {
      readonly does: 'unshelve' | 'unsuppress' | 'return-to-service' | 'silence' | 'verify';
      /** What it turned out to be; absent = real. */
      readonly as?: VerifiedAs;
    }
  /** For so many minutes; null = until somebody ends it, as entries of older builds have it. */
  | ({ readonly does: 'suppress'; readonly minutes: number | null } & ByHand)
  /** Until so long from now, ms, or until somebody returns it. */
  | ({ readonly does: 'out-of-service'; readonly forMs: number | null } & ByHand)
);

/** Who stands behind it that an alarm is hidden by hand. */
export interface ByHand {
  /** The second person; null = nobody else was asked. */
  readonly approvedBy: string | null;
  /** Asked for by one person who may hide nothing that is red. */
  readonly alone: boolean;
}

/** A rule over several points of a hazard source. */
export interface JointBrief {
  readonly source: string;
  readonly code: string;
  readonly joint: JointCondition;
  readonly parts: RuleParts;
}

/** Somebody says how a factor of a warning stands, and until how long from now, ms; a null value withdraws it. */
export interface FactorAct {
  readonly does: 'factor';
  readonly by: string;
  readonly scope: WarningScope;
  readonly id: string;
  readonly factor: SetFactorName;
  readonly value: number | null;
  readonly forMs: number;
}

export type WorldAct =
  | PublishAct
  | FactorAct
  | OperatorAct
  /** The line of a device's credential is cut; its next message comes over a new connection. */
  | { readonly does: 'cut'; readonly device: string; readonly said: boolean }
  /** After a cut: the newest unacknowledged messages of the connection before come again. */
  | { readonly does: 'resend'; readonly device: string; readonly count: number }
  | {
      readonly does: 'status';
      readonly device: string;
      readonly what: 'online' | 'offline';
    }
  | {
      readonly does: 'configure';
      readonly device: string;
      readonly change: Partial<Device>;
    }
  | { readonly does: 'retire'; readonly device: string }
  /** Something about a whole enterprise. */
  | { readonly does: 'works'; readonly enterprise: string; readonly change: Partial<Enterprise> }
  /** A rule over several points is written, or written anew. */
  | { readonly does: 'rule'; readonly rule: JointBrief }
  | { readonly does: 'retire-rule'; readonly source: string; readonly code: string }
  /** A rule of a device about one of its limits is written, written anew, or (null) taken back for good. */
  | {
      readonly does: 'limit';
      readonly device: string;
      readonly measurement: string;
      readonly code: string;
      readonly parts: RuleParts | null;
    }
  /** What is filled in about a hazard source. */
  | { readonly does: 'source'; readonly source: string; readonly attributes: HazardSource['attributes'] }
  /** The cause-and-effect table of an enterprise, or of one of its hazard sources, is written anew. */
  | { readonly does: 'table'; readonly enterprise: string; readonly source?: string; readonly lines: readonly CauseLine[] }
  | {
      readonly does: 'system';
      readonly code: string;
      readonly active: boolean;
      readonly level: Level;
    }
  /** The server's wall clock is set; the monotonic one is not. */
  | { readonly does: 'wall-step'; readonly byMs: number }
  | {
      readonly does: 'device-clock';
      readonly device: string;
      readonly errorMs: number;
    }
  /** kill -9, and a new start after so long. The engine comes from a snapshot cut this share of the way back. */
  | { readonly does: 'crash'; readonly downMs: number; readonly back: number }
  /** The whole process stands still (suspended machine, full disk) and goes on. */
  | { readonly does: 'freeze'; readonly forMs: number }
  | { readonly does: 'snapshot' };

/** `at`: ms since the world began. */
export type Act = { readonly at: number } & WorldAct;

/** A world before anything happens in it. */
export interface Script {
  readonly seed: number;
  readonly devices: readonly Device[];
  /** In order of time. */
  readonly acts: readonly Act[];
  /** Nothing happens after it: the last delays run out. */
  readonly endMs: number;
  /** A tick so often where nothing else comes; absent = as the shell writes them. No more than what is our own outage. */
  readonly tickEveryMs?: number;
}
