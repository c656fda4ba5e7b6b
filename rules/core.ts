import type { EffectiveLimit, RuleVersion } from '../model/engine.ts';
import type { LocalTime } from '../model/entry.ts';
import type { LimitLevel } from '../model/level.ts';
import type { EngineMs } from '../model/time.ts';
import type { AlarmBook } from './alarm/book.ts';
import type { CauseTables } from './alarm/causes.ts';
import type { AlarmHolder } from './alarm/identity.ts';
import type { DeviceState } from './device-state.ts';
import type { EscalationBook } from './escalation/book.ts';
import type { Plan } from './evaluate/plan.ts';
import type { GatewayState } from './health/gateway.ts';
import type { JointBook } from './joint/book.ts';
import type { Registry } from './registry.ts';
import type { ResendBook } from './resend.ts';
import type { EngineClock } from './time/engine-clock.ts';
import type { WakeHeap } from './time/wake-heap.ts';
import type { WarningBook } from './warning/book.ts';

/** The parts of the fold that its functions work on together. */
export interface Core {
  readonly clock: EngineClock;
  readonly book: AlarmBook;
  readonly heap: WakeHeap<DeviceState>;
  readonly registry: Registry;
  /** Cause-and-effect tables. Made from the registry, no part of the state. */
  readonly causes: CauseTables;
  readonly devices: Map<string, DeviceState>;
  /** Gateways that devices were heard through, or that have connected. */
  readonly gateways: Map<string, GatewayState>;
  readonly resends: ResendBook;
  readonly warnings: WarningBook;
  /** Rules over several points of one hazard source, and the alarms of hazard sources. */
  readonly joint: JointBook;
  /** Escalations by other devices of a group, and by nobody acknowledging. */
  readonly escalations: EscalationBook;
  /** How local time runs, as the newest start said; null = it is not known. */
  localTime: LocalTime | null;
  /** Alarms of the system itself. */
  readonly system: AlarmHolder;
  /** Level of each fault code of the catalogue. */
  readonly faultLevels: Map<string, LimitLevel>;
  /** System conditions under which readings cannot reach us: no dead-man runs out while there is one. */
  readonly deaf: Set<string>;
  /** Engine time at which the last of them ended. */
  deafUntil: EngineMs;
  /** Engine time at which the outside broker was reached again. */
  upstreamBackAt: EngineMs;
  /** Plans by the limits they were made from; devices alike share one. Kept outside the state. */
  readonly plans: WeakMap<readonly EffectiveLimit[], Plan>;
  /**
   * Newest entry format applied. Entries of an earlier release are judged as it judged them, so that a replay over an upgrade gives
   * the events that were told then: whatever judges more than format 1 did asks for it.
   */
  format: number;
  /** Devices with a point that says test or maintenance. Rebuilt from their points. */
  readonly inhibited: Set<DeviceState>;
  onlineCount: number;
  nextOrder: number;
  /** Devices whose presence or health changed by the present entry. */
  readonly changed: Set<DeviceState>;
  /** Revisions of rules that the present entry made. */
  readonly ruleVersions: RuleVersion[];
  /** Devices of which a limit went on or off that others of theirs ask for; judged at the end of the entry. */
  readonly relink: DeviceState[];
  /** To be called before a device changes: a snapshot under way takes it as it is. */
  touch(device: DeviceState): void;
}
