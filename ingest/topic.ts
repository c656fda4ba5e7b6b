import { ID_PATTERN } from '../model/ids.ts';

// The six topics a device or gateway may know, and nothing else.

export type Topic =
  | { readonly kind: 'telemetry' | 'status' | 'command' | 'command-result'; readonly enterprise: string; readonly device: string }
  | { readonly kind: 'own-telemetry' }
  | { readonly kind: 'gateway-telemetry' }
  | { readonly kind: 'bad'; readonly code: 'BAD_TOPIC' | 'UNKNOWN_TOPIC' };

const OWN: Topic = { kind: 'own-telemetry' };
const GATEWAY: Topic = { kind: 'gateway-telemetry' };
const BAD: Topic = { kind: 'bad', code: 'BAD_TOPIC' };
const UNKNOWN: Topic = { kind: 'bad', code: 'UNKNOWN_TOPIC' };
const PREFIX = 'beacon/v1/';
/** Longest topic that can be one of ours: prefix, two ids, the longest ending. */
const MAX_TOPIC = 200;

/**
 * Reads a topic name. `BAD_TOPIC` = one of ours with a wrong shape (an id that cannot be one, a level too many),
 * `UNKNOWN_TOPIC` = none of ours.
 */
export function parseTopic(topic: string): Topic {
  if (topic === 'v1/devices/me/telemetry') return OWN;
  if (topic === 'v1/gateway/telemetry') return GATEWAY;
  if (!topic.startsWith(PREFIX)) return UNKNOWN;
  if (topic.length > MAX_TOPIC) return BAD;
  const afterEnterprise = topic.indexOf('/', PREFIX.length);
  const afterDevice = topic.indexOf('/', afterEnterprise + 1);
  if (afterEnterprise < 0 || afterDevice < 0) return BAD;
  const enterprise = topic.slice(PREFIX.length, afterEnterprise);
  const device = topic.slice(afterEnterprise + 1, afterDevice);
  if (!ID_PATTERN.test(enterprise) || !ID_PATTERN.test(device)) return BAD;
  switch (topic.slice(afterDevice + 1)) {
    case 'telemetry':
      return { kind: 'telemetry', enterprise, device };
    case 'status':
      return { kind: 'status', enterprise, device };
    case 'command':
      return { kind: 'command', enterprise, device };
    case 'command/result':
      return { kind: 'command-result', enterprise, device };
    default:
      return BAD;
  }
}
