import type { Actor } from './actor.ts';

/** Everything anybody can do, named once for HTTP, Socket.IO and MQTT. */
export type Action =
  | 'view'
  | 'alarm.acknowledge'
  | 'alarm.withdraw'
  | 'alarm.reset'
  | 'alarm.comment'
  | 'alarm.silence'
  | 'alarm.shelve'
  | 'alarm.verify'
  /** Suppresses an alarm by hand as the cause-and-effect table would (by design). */
  | 'alarm.suppress'
  /** By permit, and for as long as the work lasts. */
  | 'alarm.out-of-service'
  /** Does either to what is red or can become red without asking anybody: not for whoever runs the plant, whatever his role. */
  | 'alarm.hide-red'
  /** The second person where somebody else asks for it. */
  | 'alarm.approve'
  /** Says that there is special work, or that the safety commitment is missing: the plant itself knows. */
  | 'warning.declare'
  /** Says how the weather or an open hidden hazard weighs: whoever watches the plant judges that. */
  | 'warning.assess'
  | 'config.write'
  | 'device.write'
  /** Keeps red from coming by what he configures, without asking anybody: not for whoever runs the plant, whatever his role. */
  | 'red.silence'
  /** Changes limits by rules: stricter at once, less strict as far as `rule.soften` goes, else by asking a second person. */
  | 'rule.write'
  /** Makes a limit that no standard stands behind less strict without asking anybody. */
  | 'rule.soften'
  /** The second person where a mandatory limit becomes less strict. */
  | 'rule.approve'
  /** Takes a device out of service (`live` → `test` or `commissioning`): its alarms then warn nobody. */
  | 'device.mode'
  /** Asks something of a device from afar: silence, a test, closing its valve. */
  | 'device.command'
  | 'credential.issue'
  | 'ledger.view'
  /** Tries rules on what happened: changes nothing, but takes a core for a while. */
  | 'backtest'
  | 'token.list'
  | 'token.create'
  | 'token.delete'
  /** Has the watch, hands it over and takes it over. Of the whole centre: somebody bound to a plant watches no desk. */
  | 'shift.hand-over'
  | 'session.list'
  | 'session.end'
  | 'account.manage'
  | 'audit.view'
  | 'simulate'
  | 'mqtt.publish'
  | 'mqtt.subscribe';

/**
 * What it is done to. `enterprise: null` is something of the whole system (an area, a system alarm);
 * `device` and `topic` matter to MQTT alone, where `topic` is the whole topic or filter.
 */
export interface Resource {
  readonly enterprise: string | null;
  readonly device?: string | null;
  readonly topic?: string;
  /** Account name of the owner (tokens, sessions). */
  readonly owner?: string;
}

const OPERATOR: ReadonlySet<Action> = new Set<Action>([
  'view',
  'alarm.acknowledge',
  'alarm.withdraw',
  'alarm.reset',
  'alarm.comment',
  'alarm.silence',
  'alarm.shelve',
  'alarm.verify',
  'warning.declare',
  'device.command',
  'ledger.view',
  'backtest',
]);
const VIEWER: ReadonlySet<Action> = new Set<Action>(['view', 'ledger.view']);
/** What an operator can do only when it is bound to enterprises: connect its own devices, set its own limits, and take their alarms out by its own permits. */
const ENTERPRISE_OPERATOR: ReadonlySet<Action> = new Set<Action>([
  'device.write',
  'credential.issue',
  'rule.write',
  'alarm.suppress',
  'alarm.out-of-service',
]);
/** What an operator can do only when it watches everything: whoever runs a plant does not end the warnings about it. */
const PLATFORM_OPERATOR: ReadonlySet<Action> = new Set<Action>([
  'alarm.approve',
  'device.mode',
  'red.silence',
  'warning.assess',
  'rule.approve',
  'shift.hand-over',
]);
/** What even an administrator can do only when it is bound to nothing. */
const GLOBAL_ONLY: ReadonlySet<Action> = new Set<Action>([
  'alarm.hide-red',
  'alarm.approve',
  'red.silence',
  'account.manage',
  'audit.view',
  'simulate',
  'warning.assess',
  'rule.approve',
  'shift.hand-over',
]);

type AccountActor = Extract<Actor, { kind: 'account' }>;

function inScope(actor: AccountActor, resource: Resource): boolean {
  if (actor.enterprises === null) return true;
  return resource.enterprise !== null && actor.enterprises.includes(resource.enterprise);
}

/**
 * The one decision about rights. Deny by default.
 * A device publishes its own topics and subscribes to its own commands; a gateway does so for all devices of its enterprise.
 */
export function may(actor: Actor, action: Action, resource: Resource): boolean {
  switch (actor.kind) {
    case 'system':
      return true;
    case 'account':
      if (action === 'mqtt.publish' || action === 'mqtt.subscribe') return false;
      // Tokens and sessions belong to an account and to no enterprise; another's are ended by whoever manages accounts.
      if (action === 'token.list' || action === 'token.create') return resource.owner === actor.name;
      if (action === 'token.delete' || action === 'session.list' || action === 'session.end')
        return resource.owner === actor.name || may(actor, 'account.manage', { enterprise: null });
      return inScope(actor, resource) && roleAllows(actor, action);
    case 'device':
      return mayDevice(actor, action, resource);
    case 'gateway':
      return mayGateway(actor, action, resource);
  }
}

function roleAllows(actor: AccountActor, action: Action): boolean {
  const everywhere = actor.enterprises === null;
  switch (actor.role) {
    case 'admin':
      return everywhere || !GLOBAL_ONLY.has(action);
    case 'operator':
      return OPERATOR.has(action) || (everywhere ? PLATFORM_OPERATOR : ENTERPRISE_OPERATOR).has(action);
    case 'viewer':
      return VIEWER.has(action);
  }
}

function mayDevice(actor: Extract<Actor, { kind: 'device' }>, action: Action, resource: Resource): boolean {
  const topic = resource.topic ?? '';
  const own = `beacon/v1/${actor.enterprise}/${actor.id}`;
  if (action === 'mqtt.publish') {
    return (
      topic === `${own}/telemetry` || topic === `${own}/status` || topic === `${own}/command/result` || topic === 'v1/devices/me/telemetry'
    );
  }
  if (action === 'mqtt.subscribe') return topic === `${own}/command`;
  return false;
}

function mayGateway(actor: Extract<Actor, { kind: 'gateway' }>, action: Action, resource: Resource): boolean {
  const topic = resource.topic ?? '';
  const parts = topic.split('/');
  const ofEnterprise = parts[0] === 'beacon' && parts[1] === 'v1' && parts[2] === actor.enterprise;
  if (action === 'mqtt.publish') {
    if (topic === 'v1/gateway/telemetry') return true;
    if (!ofEnterprise) return false;
    const rest = parts.slice(4).join('/');
    return parts[3] !== undefined && parts[3] !== '' && (rest === 'telemetry' || rest === 'status' || rest === 'command/result');
  }
  if (action === 'mqtt.subscribe') return ofEnterprise && parts.length === 5 && parts[4] === 'command' && parts[3] !== '#';
  return false;
}
