// The door: one message in, its readings and its refusals out. Pure: the time of arrival is an input and there is no
// memory, so the same message always gives the same answer. Nothing that comes in makes it throw.
import type { Device } from '../model/asset.ts';
import type { CommandAnswer } from '../model/device-command.ts';
import type { Publisher } from '../model/ports/message-source.ts';
import type { Profile } from '../model/profile.ts';
import type { Sample } from '../model/reading.ts';
import type { Refusal } from '../model/rejection.ts';
import type { EpochMs } from '../model/time.ts';
import { MAX_VALUES } from './bounds.ts';
import { decodeCommandResult } from './decode/command-result.ts';
import { decodeGateway } from './decode/gateway.ts';
import { decodeJson, type Duplicates } from './decode/json.ts';
import { decodeStatus } from './decode/status.ts';
import { decodeTelemetry, type RawSample } from './decode/telemetry.ts';
import { digestOf } from './digest.ts';
import { type Refusals, refusals } from './refusals.ts';
import { parseTopic } from './topic.ts';
import { validateSamples } from './validate.ts';

/** What the door may know of devices. */
export interface Registry {
  device(id: string): { readonly device: Device; readonly profile: Profile } | undefined;
}

export interface IngestMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly publisher: Publisher;
  readonly receivedAt: EpochMs;
  /** False when the server's own clock cannot be right; device stamps are then kept as they are. */
  readonly clockBelieved: boolean;
}

export interface Ingested {
  readonly samples: readonly Sample[];
  readonly refused: readonly Refusal[];
  /** The message carries `ts` or `seq`. */
  readonly stamped: boolean;
  /** The device's counter of its last sample; null where none, or where several devices speak. */
  readonly counter: number | null;
  /** 53-bit digest of topic and payload. */
  readonly digest: number;
  /** A device's own word (or its last will) about being online. */
  readonly status: { readonly device: string; readonly what: 'online' | 'offline' } | null;
  /** What a device says about a command; whether it was ever asked is not known here. */
  readonly answer: CommandAnswer | null;
}

/** Decodes and validates one message. Total: anything that cannot be understood is in `refused` with a stable code. */
export function ingest(message: IngestMessage, registry: Registry): Ingested {
  const digest = digestOf(message.topic, message.payload);
  const refused = refusals();
  const topic = parseTopic(message.topic);
  const { publisher } = message;
  switch (topic.kind) {
    case 'telemetry':
      if (!maySpeak(topic.enterprise, topic.device, publisher, refused)) break;
      return telemetry(topic.device, message, digest, registry, refused);
    case 'own-telemetry':
      if (publisher.device === null) refused.add('BAD_TOPIC', null, message.topic, 'a gateway publishes to v1/gateway/telemetry');
      else return telemetry(publisher.device, message, digest, registry, refused);
      break;
    case 'gateway-telemetry':
      if (publisher.kind === 'gateway') return gateway(message, digest, registry, refused);
      refused.add('FORBIDDEN_TOPIC', publisher.device, message.topic, 'for gateways');
      break;
    case 'status': {
      if (!maySpeak(topic.enterprise, topic.device, publisher, refused)) break;
      // A gateway's word about itself, often its last will, says what its connection has said already.
      const itself = publisher.kind === 'gateway' && topic.device === publisher.credential;
      if (!itself && known(topic.device, publisher, registry, refused) === null) break;
      const what = decodeStatus(message.payload);
      if (itself && what !== null) break;
      if (what !== null) return result([], refused, digest, false, null, { device: topic.device, what });
      refused.add('BAD_STATUS', topic.device, undefined, 'online or offline is expected');
      break;
    }
    case 'command-result':
      if (!maySpeak(topic.enterprise, topic.device, publisher, refused)) break;
      // A topic can name any device: a gateway answers for those of its enterprise alone.
      if (known(topic.device, publisher, registry, refused) === null) break;
      return result([], refused, digest, false, null, null, commandResult(topic.device, message, refused));
    case 'command':
      refused.add('FORBIDDEN_TOPIC', publisher.device, message.topic, 'for the platform');
      break;
    case 'bad':
      refused.add(topic.code, publisher.device, message.topic);
      break;
  }
  return result([], refused, digest, false, null, null);
}

function telemetry(device: string, message: IngestMessage, digest: number, registry: Registry, refused: Refusals): Ingested {
  const decoded = decodeJson(message.payload);
  if (!decoded.ok) {
    refused.add(decoded.code, device, undefined, decoded.detail);
    return result([], refused, digest, false, null, null);
  }
  const raw = decodeTelemetry(decoded.value, decoded.duplicates, '', device, refused);
  const samples = validated(device, raw, decoded.duplicates, message, registry, refused);
  return result(samples, refused, digest, raw.some(isStamped), counterOf(raw), null);
}

function gateway(message: IngestMessage, digest: number, registry: Registry, refused: Refusals): Ingested {
  const decoded = decodeJson(message.payload);
  if (!decoded.ok) {
    refused.add(decoded.code, null, undefined, decoded.detail);
    return result([], refused, digest, false, null, null);
  }
  const devices = decodeGateway(decoded.value, decoded.duplicates, refused);
  let room = MAX_VALUES;
  const samples = devices.flatMap(({ device, samples: raw }) => {
    const taken = validated(device, raw, decoded.duplicates, message, registry, refused, room);
    for (const sample of taken) room -= sample.values.length;
    return taken;
  });
  const [only] = devices;
  const counter = only !== undefined && devices.length === 1 ? counterOf(only.samples) : null;
  return result(
    samples,
    refused,
    digest,
    devices.some(({ samples: raw }) => raw.some(isStamped)),
    counter,
    null,
  );
}

function validated(
  id: string,
  raw: readonly RawSample[],
  duplicates: Duplicates,
  message: IngestMessage,
  registry: Registry,
  refused: Refusals,
  room = MAX_VALUES,
): readonly Sample[] {
  const found = known(id, message.publisher, registry, refused);
  if (found === null || raw.length === 0) return [];
  return validateSamples(raw, found, { duplicates, receivedAt: message.receivedAt, clockBelieved: message.clockBelieved, room }, refused);
}

/** The broker holds every client to its own topics; an outside broker may not. */
function maySpeak(enterprise: string, device: string, publisher: Publisher, refused: Refusals): boolean {
  if (enterprise === publisher.enterprise && (publisher.kind === 'gateway' || publisher.device === device)) return true;
  refused.add('FOREIGN_DEVICE', device);
  return false;
}

function known(
  id: string,
  publisher: Publisher,
  registry: Registry,
  refused: Refusals,
): { readonly device: Device; readonly profile: Profile } | null {
  const found = registry.device(id);
  if (found === undefined) refused.add('UNKNOWN_DEVICE', id);
  else if (found.device.enterpriseId !== publisher.enterprise) refused.add('FOREIGN_DEVICE', id);
  else if (found.device.retiredAt !== null) refused.add('RETIRED_DEVICE', id);
  else return found;
  return null;
}

function commandResult(device: string, message: IngestMessage, refused: Refusals): CommandAnswer | null {
  const decoded = decodeJson(message.payload);
  if (!decoded.ok) {
    refused.add(decoded.code, device, undefined, decoded.detail);
    return null;
  }
  const answer = decodeCommandResult(device, decoded.value);
  if (answer === null) refused.add('BAD_SHAPE', device, undefined, '{"id": text, "ok": true or false} is expected');
  return answer;
}

/** A `ts` of 0 is a device without a clock: it is the same in every message and tells none from another. */
function isStamped(sample: RawSample): boolean {
  return (sample.ts !== undefined && sample.ts !== 0) || sample.seq !== undefined;
}

function counterOf(samples: readonly RawSample[]): number | null {
  const seq = samples.at(-1)?.seq;
  return typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0 ? seq : null;
}

function result(
  samples: readonly Sample[],
  refused: Refusals,
  digest: number,
  stamped: boolean,
  counter: number | null,
  status: Ingested['status'],
  answer: CommandAnswer | null = null,
): Ingested {
  return { samples, refused: refused.list(), stamped, counter, digest, status, answer };
}
