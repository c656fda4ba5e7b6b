import type { VerifiedAs } from './alarm.ts';
import type { AssetKind, AssetOf } from './asset.ts';
import type { Level } from './level.ts';
import type { Catalogue } from './profile.ts';
import type { Sample } from './reading.ts';
import type { Refusal } from './rejection.ts';
import type { EpochMs, MonoMs } from './time.ts';
import type { SetFactorName, WarningScope } from './warning.ts';

/**
 * Format of what is written; an unknown one refuses to start (semantics 3). 2: alarm management (commands and changes that format 1
 * does not have). Entries of format 1 are read and judged as the release that wrote them did.
 */
export const ENTRY_VERSION = 2;
/** Formats that this build reads. */
export const ENTRY_VERSIONS: readonly number[] = [1, 2];

/** Facts every journal entry has. `seq` counts from 1 without gaps and is given by the journal at its commit. */
export interface EntryHead {
  readonly seq: number;
  readonly v: number;
  /** Wall time of writing. */
  readonly at: EpochMs;
  /** Id of the process start that wrote it. */
  readonly boot: string;
  readonly mono: MonoMs;
}

export interface StartBody {
  readonly kind: 'start';
  readonly build: string;
  /** False when the server's clock is before the build date: readings are then judged by arrival. */
  readonly clockBelieved: boolean;
  /** How local time runs, so that the engine needs no table of time zones; absent = it is not known. */
  readonly localTime?: LocalTime;
}

/** Local time as steps: from each wall time (UTC) on, so many minutes ahead of UTC. Oldest first; the first holds before it, too. */
export interface LocalTime {
  readonly zone: string;
  readonly offsets: readonly (readonly [from: EpochMs, minutes: number])[];
}

/** One MQTT message: all its readings and all its refused parts. */
export interface MessageBody {
  readonly kind: 'message';
  /** Credential that signed in: a device's id or a gateway's. */
  readonly credential: string;
  readonly enterprise: string;
  /** `<credential>/<client id>` inside the broker. */
  readonly client: string;
  /** Number of the connection in this boot, and how many PUBLISH it had sent before this one: resend rule (b). -1 = its last will. */
  readonly connection: number;
  readonly nth: number;
  readonly qos: 0 | 1 | 2;
  /** Packet identifier, null at QoS 0. */
  readonly packetId: number | null;
  /** 53-bit digest of topic and payload bytes. */
  readonly digest: number;
  readonly topic: string;
  /** True when the message carries `ts` or `seq`: resend rule (a). */
  readonly stamped: boolean;
  /** The device's own counter, where it sends one; of several samples the last. */
  readonly counter: number | null;
  readonly retain: boolean;
  readonly samples: readonly Sample[];
  readonly refused: readonly Refusal[];
}

export type PresenceWhat = 'connected' | 'disconnected' | 'online' | 'offline';
export interface PresenceBody {
  readonly kind: 'presence';
  readonly credential: string;
  /** Device it is about; null for a gateway's own connection. */
  readonly device: string | null;
  readonly client: string;
  readonly connection: number;
  readonly what: PresenceWhat;
  /** For `disconnected`: the client said DISCONNECT. */
  readonly clean?: boolean;
}

/** Operators' commands on alarms. `seen` is the alarm's seq on the operator's screen. */
export type AlarmCommand =
  | { readonly op: 'acknowledge'; readonly alarmId: string; readonly seen?: number; readonly comment?: string }
  | { readonly op: 'withdraw'; readonly alarmId: string }
  | { readonly op: 'reset'; readonly alarmId: string; readonly comment?: string }
  | { readonly op: 'comment'; readonly alarmId: string; readonly comment: string }
  /** Sound off for the time of its level; what is true stays shown. */
  | { readonly op: 'silence'; readonly alarmId: string }
  | ShelveCommand
  | { readonly op: 'unshelve'; readonly alarmId: string; readonly reason?: string }
  | SuppressCommand
  | { readonly op: 'unsuppress'; readonly alarmId: string; readonly reason?: string }
  | {
      readonly op: 'out-of-service';
      readonly alarmId: string;
      readonly permit: string;
      readonly reason: string;
      /** Planned end; absent = until somebody returns it. */
      readonly until?: EpochMs;
      /** The second person, where the alarm can become red. */
      readonly approvedBy?: string;
      readonly belowRed?: true;
    }
  | { readonly op: 'return-to-service'; readonly alarmId: string; readonly reason?: string }
  /** What it turned out to be. */
  | { readonly op: 'verify'; readonly alarmId: string; readonly as: VerifiedAs; readonly comment?: string };

/** For so many minutes, until the alarm next returns (`oneShot`), or until a time such as the end of the shift; 8 h at most in any case. */
export interface ShelveCommand {
  readonly op: 'shelve';
  readonly alarmId: string;
  readonly minutes?: number;
  readonly oneShot?: boolean;
  readonly until?: EpochMs;
  readonly reason: string;
  /** The second person, whom an orange alarm needs. */
  readonly approvedBy?: string;
}

/** By design, by hand: as the cause-and-effect table would. */
export interface SuppressCommand {
  readonly op: 'suppress';
  readonly alarmId: string;
  readonly reason: string;
  /** 8 h at most; absent, as in older entries, = until somebody ends it. */
  readonly minutes?: number;
  /** The second person, where the alarm can become red. */
  readonly approvedBy?: string;
  /** One person alone asks for it: a red alarm is not hidden so, and one that becomes red is not hidden any longer. */
  readonly belowRed?: true;
}

export interface CommandBody {
  readonly kind: 'command';
  /** Account name. */
  readonly by: string;
  readonly requestId: string;
  readonly command: AlarmCommand;
}

/** A change of configuration: one asset put (whole, new revision) or retired; or the built-in catalogue of this build. */
export type ConfigChange =
  | {
      readonly [K in AssetKind]: {
        readonly op: 'put';
        readonly asset: K;
        readonly value: AssetOf[K];
        /** Revision the change is based on; 0 = must not exist. */
        readonly base: number;
      };
    }[AssetKind]
  | { readonly op: 'retire'; readonly asset: AssetKind; readonly id: string; readonly base: number | null }
  | { readonly op: 'catalogue'; readonly catalogue: Catalogue }
  | FactorChange;

/** A person says how one factor of a warning stands, until when; `value` null takes it back. */
export interface FactorChange {
  readonly op: 'factor';
  readonly scope: WarningScope;
  readonly id: string;
  readonly factor: SetFactorName;
  /** 0…1: nothing of it … as bad as it gets. */
  readonly value: number | null;
  /** End, wall time; null where the value is taken back. */
  readonly until: EpochMs | null;
  readonly comment?: string;
}

export interface ConfigBody {
  readonly kind: 'config';
  readonly by: string;
  readonly requestId: string;
  /** Applied one by one, in order; each has its own outcome (bulk). */
  readonly changes: readonly ConfigChange[];
}

/** The shell saw a condition of the whole system begin or end. */
export interface SystemBody {
  readonly kind: 'system';
  readonly code: string;
  readonly active: boolean;
  readonly level: Level;
  readonly detail?: string;
}

export interface TickBody {
  readonly kind: 'tick';
}
export interface StopBody {
  readonly kind: 'stop';
}

export type EntryBody = StartBody | MessageBody | PresenceBody | CommandBody | ConfigBody | SystemBody | TickBody | StopBody;
export type Entry = EntryHead & EntryBody;
/** What is handed to the journal: everything but the number it gives. */
export type EntryDraft = Omit<EntryHead, 'seq'> & EntryBody;
