import type { Action, Resource } from '../model/access.ts';
import type { Actor } from '../model/actor.ts';
import type { Clock } from '../model/ports/clock.ts';
import type { RefusedAtDoor } from '../model/ports/message-source.ts';
import type { Flow } from './flow.ts';
import type { InboundMessage } from './inbound.ts';
import type { BrokerLimits } from './policy.ts';
import type { Qos2Ids } from './qos2-ids.ts';
import type { Turns } from './turns.ts';

/** What a connection needs from the broker around it. None of it throws. */
export interface Door {
  readonly clock: Clock;
  readonly limits: BrokerLimits;
  readonly flow: Flow;
  readonly turns: Turns;
  readonly qos2: Qos2Ids;
  may(actor: Actor, action: Extract<Action, 'mqtt.publish' | 'mqtt.subscribe'>, resource: Resource): boolean;
  /** False when the handler failed. */
  deliver(message: InboundMessage): boolean;
  refused(refused: RefusedAtDoor): void;
}
