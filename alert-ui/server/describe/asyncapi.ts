import { z } from 'zod';
import { ANSWER_DETAIL_CHARS, ANSWER_WITHIN_MS, DEVICE_COMMANDS } from '../../../model/device-command.ts';
import { alarm, alarmEvent } from '../schema/alarm.ts';
import { deviceStatus } from '../schema/asset.ts';
import { floodState } from '../schema/flood.ts';
import { warning, warningEvent } from '../schema/warning.ts';
import { epochMs, level, quality, value } from '../schema/common.ts';

const counts = z.object({ open: z.record(level, z.int()), unacknowledged: z.record(level, z.int()) });
const devices = z.object({ online: z.int(), offline: z.int(), total: z.int(), inhibited: z.int() });
const prev = z
  .int()
  .meta({ description: 'Number of the last event this viewer was entitled to; differs from what he has: send `resume`.' });
const wish = z.object({ devices: z.array(z.string()).optional(), enterprises: z.array(z.string()).optional() });

/** Shapes of the live events, for the description and for tests. */
export const liveSchemas = {
  snapshot: z.object({
    epoch: z.string(),
    seq: z.int(),
    counts,
    alarms: z.array(alarm),
    next: z.string().optional(),
    devices,
    flood: floodState.optional(),
  }),
  alarm: z.object({ seq: z.int(), prev, alarm, event: alarmEvent }),
  device: z.object({
    seq: z.int(),
    prev,
    id: z.string(),
    online: z.boolean(),
    health: deviceStatus.shape.health,
    lastSeenAt: epochMs.nullable(),
  }),
  readings: z.object({ at: epochMs, items: z.array(z.tuple([z.string(), z.string(), z.int().nullable(), epochMs, value, quality])) }),
  heartbeat: z.object({
    epoch: z.string(),
    seq: z.int(),
    prev,
    at: epochMs,
    health: z.array(z.string()),
    devices: devices.optional(),
    flood: floodState.optional(),
  }),
  warnings: z
    .object({ epoch: z.string(), seq: z.int(), items: z.array(warning) })
    .meta({ description: 'What is issued, worst first, at most 500; numbered apart from alarms and devices.' }),
  warning: z.object({
    seq: z.int(),
    prev: z.int().meta({ description: 'Of warnings alone; another than he has: send `resume-warnings`.' }),
    warning,
    event: warningEvent,
  }),
  'resume-warnings': z.null().meta({ description: 'No body: asks for `warnings`.' }),
  presence: z
    .object({ items: z.array(z.object({ by: z.string(), looking: z.string().nullable(), audible: z.boolean() })) })
    .meta({ description: 'Who looks at which alarm one may see; to those who see all, whose desk is audible. Not journaled.' }),
  'say-presence': z
    .object({ looking: z.string().nullable().optional(), audible: z.boolean().optional() })
    .meta({ description: 'Sent as `presence`, too: the alarm on the own screen, null = none; is the own desk audible.' }),
  subscribe: wish,
  unsubscribe: wish,
  resume: z.object({ epoch: z.string(), seq: z.int() }),
} as const;

const qualityWord = { enum: ['good', 'uncertain', 'bad', 'test', 'maintenance', 'substituted'] };
const sampleSchema = {
  description: 'Values alone (time = arrival), or with time, quality, faults and a counter.',
  oneOf: [
    { type: 'object', additionalProperties: { type: ['number', 'boolean', 'string', 'null'] } },
    {
      type: 'object',
      required: ['values'],
      properties: {
        ts: { type: ['integer', 'string'], description: 'ms since 1970 UTC, or ISO 8601 with offset' },
        values: { type: 'object', additionalProperties: { type: ['number', 'boolean', 'string', 'null'] } },
        quality: {
          description: 'For each key of values; a word alone is about all of them.',
          anyOf: [qualityWord, { type: 'object', additionalProperties: qualityWord }],
        },
        faults: { description: 'F01 to F22, of the device or per key' },
        seq: { type: 'integer', description: 'A counter of the device: a hole is counted as lost on the way.' },
      },
    },
  ],
};

const topicParameters = { enterprise: { description: 'Id of the enterprise' }, device: { description: 'Id of the device' } };
const telemetryPayload = { oneOf: [sampleSchema, { type: 'array', items: sampleSchema, description: 'Oldest first.' }] };

interface Door {
  readonly key: string;
  readonly address: string;
  readonly action: 'receive' | 'send';
  readonly summary: string;
  readonly payload: object;
}
const TOPICS: readonly Door[] = [
  {
    key: 'telemetry',
    address: 'beacon/v1/{enterprise}/{device}/telemetry',
    action: 'receive',
    summary: 'Readings of a device',
    payload: telemetryPayload,
  },
  {
    key: 'status',
    address: 'beacon/v1/{enterprise}/{device}/status',
    action: 'receive',
    summary: 'Presence, also as last will',
    payload: {
      oneOf: [
        { enum: ['online', 'offline'] },
        { type: 'object', required: ['status'], properties: { status: { enum: ['online', 'offline'] } } },
      ],
    },
  },
  {
    key: 'command',
    address: 'beacon/v1/{enterprise}/{device}/command',
    action: 'send',
    summary:
      'A command to a device that has subscribed; nothing is kept for one that has not. A kind the device does not know is answered with `ok: false`. No command opens a valve',
    payload: {
      type: 'object',
      required: ['id', 'command'],
      properties: {
        id: { type: 'string', description: 'To be answered with; the same id twice is one command.' },
        command: { type: 'string', description: `${DEVICE_COMMANDS.join(', ')}; others may come.` },
        expiresAt: {
          type: 'integer',
          description:
            'ms since 1970 UTC, by the device’s own clock where its stamps are ahead of ours: a device with a clock does nothing that is older.',
        },
      },
    },
  },
  {
    key: 'commandResult',
    address: 'beacon/v1/{enterprise}/{device}/command/result',
    action: 'receive',
    summary: `What became of a command; the first answer counts, and without one within ${ANSWER_WITHIN_MS / 1_000} s it is \`unanswered\``,
    payload: {
      type: 'object',
      required: ['id', 'ok'],
      properties: {
        id: { type: 'string' },
        ok: { type: 'boolean' },
        detail: { type: 'string', description: `In the device's own words; ${ANSWER_DETAIL_CHARS} characters of it are kept.` },
      },
    },
  },
  { key: 'deviceApi', address: 'v1/devices/me/telemetry', action: 'receive', summary: 'ThingsBoard device API', payload: telemetryPayload },
  {
    key: 'gatewayApi',
    address: 'v1/gateway/telemetry',
    action: 'receive',
    summary: 'ThingsBoard gateway API: samples per device',
    payload: { type: 'object', additionalProperties: { type: 'array', items: sampleSchema } },
  },
];
const TO_SERVER = new Set(['subscribe', 'unsubscribe', 'resume', 'resume-warnings', 'say-presence']);
/** The one event that goes both ways, with another body in each. */
const NAME_OF: Readonly<Record<string, string>> = { 'say-presence': 'presence' };

/** The AsyncAPI 3.0 document: the MQTT topics of devices, and the live events of browsers. */
export function describeLive(build: string): Record<string, unknown> {
  const messages: Record<string, unknown> = {};
  const channels: Record<string, unknown> = {};
  const operations: Record<string, unknown> = {};
  for (const door of TOPICS) {
    messages[door.key] = { name: door.key, summary: door.summary, contentType: 'application/json', payload: door.payload };
    channels[door.key] = {
      address: door.address,
      servers: [{ $ref: '#/servers/mqtt' }],
      ...(door.address.includes('{') ? { parameters: topicParameters } : {}),
      messages: { [door.key]: { $ref: `#/components/messages/${door.key}` } },
    };
    operations[door.key] = {
      action: door.action,
      summary: door.summary,
      channel: { $ref: `#/channels/${door.key}` },
      messages: [{ $ref: `#/channels/${door.key}/messages/${door.key}` }],
    };
  }
  const liveNames: Record<string, unknown> = {};
  for (const [event, schema] of Object.entries(liveSchemas)) {
    const key = `live-${event}`;
    messages[key] = {
      name: NAME_OF[event] ?? event,
      contentType: 'application/json',
      payload: z.toJSONSchema(schema, { target: 'draft-7', io: 'output', reused: 'inline' }),
    };
    liveNames[key] = { $ref: `#/components/messages/${key}` };
    operations[key] = {
      action: TO_SERVER.has(event) ? 'receive' : 'send',
      channel: { $ref: '#/channels/live' },
      messages: [{ $ref: `#/channels/live/messages/${key}` }],
    };
  }
  channels['live'] = {
    address: '/',
    description:
      'Socket.IO 4, default path and namespace, by session cookie or auth {token}, sent within 10 s of the handshake. The name of a message is the name of the event. A client that asks for an acknowledgement of what it sends gets `{"ok": true}`, or false where its body was not understood.',
    servers: [{ $ref: '#/servers/live' }],
    messages: liveNames,
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Beacon Tower',
      version: build,
      description: 'What devices publish over MQTT 3.1.1, and what live clients get over Socket.IO. Requests: /openapi.json.',
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      mqtt: {
        host: 'localhost:1883',
        protocol: 'mqtt',
        description: 'User name: the id of the device, or its secret alone. Also over WebSocket at /mqtt of the HTTP door.',
      },
      live: { host: 'localhost:3000', protocol: 'ws', pathname: '/socket.io/' },
    },
    channels,
    operations,
    components: { messages },
  };
}
