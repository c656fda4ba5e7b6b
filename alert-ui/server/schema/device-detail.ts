import { z } from 'zod';
import { LIMIT_PARTS, RULE_SCOPES } from '../../../model/rule.ts';
import { deviceStatus } from './asset.ts';
import { epochMs, limitLevel, quality, value } from './common.ts';

const confidence = z
  .enum(['V', 'M', 'C', 'D'])
  .meta({ description: 'V read in a source, M memory with high confidence, C check before relying, D our choice.' });
const basisEn = z.string().meta({ description: 'What the limit rests on, in English.' });
const basisZh = z.string().optional().meta({ description: 'The same basis in Chinese; absent in a catalogue from before it had one.' });
const limitDir = z.enum(['hi', 'lo', 'roc_hi', 'roc_lo', 'dev_hi', 'state', 'count_hi', 'expr', 'follows']);
const transition = z.object({ from: z.string(), to: z.string() }).optional();
const escalationCause = z
  .union([
    z.object({ kind: z.literal('lasts') }),
    z.object({ kind: z.literal('unacknowledged'), outsideBusinessHours: z.boolean().optional() }),
    z.object({
      kind: z.literal('together'),
      in: z.enum(['area', 'premises', 'zone']),
      withinMs: z.number().optional(),
      needs: z.array(
        z.object({
          atLeast: z.int(),
          of: z.array(
            z.object({
              profileId: z.string(),
              measurement: z.string(),
              limit: z.string(),
              as: z.enum(['detector', 'call-point']).optional(),
            }),
          ),
        }),
      ),
    }),
  ])
  .meta({
    id: 'EscalationCause',
    description:
      'What makes an alarm rise: its limit lasts, nobody acknowledges, or devices of one group have their limits on together. `lasts` and `unacknowledged` take the time of the escalation.',
  });
const whenOf = {
  when: z.string().meta({ description: "The catalogue's own words." }),
  whenZh: z.string().optional(),
  whenEn: z.string().optional(),
};
const setPoint = z.union([z.number(), z.string(), z.null()]);

export const latestBody = z
  .object({
    device: z.string(),
    status: deviceStatus,
    points: z.array(
      z.object({
        measurement: z.string(),
        channel: z.int().nullable(),
        value,
        sampleAt: epochMs,
        receivedAt: epochMs,
        quality,
        flags: z.array(z.string()),
        unit: z.string(),
        inhibitedSince: epochMs
          .optional()
          .meta({ description: 'Since when its quality says test or maintenance; absent while it does not.' }),
      }),
    ),
    waiting: z
      .array(
        z.object({
          measurement: z.string(),
          channel: z.int().nullable(),
          unit: z.string(),
          expected: z
            .boolean()
            .meta({ description: 'It comes with every report and guards a red limit: after a day without it F01 of the point rings.' }),
          since: epochMs.nullable().meta({
            description:
              'Since when it is waited for, the silences of the device and the outages of the platform left out; null where it is not expected, or the device never spoke.',
          }),
        }),
      )
      .meta({ description: 'Points of the profile that no value has come of yet.' }),
  })
  .meta({ id: 'Latest' });

const partSource = z
  .union([
    z.object({ from: z.literal('catalogue') }),
    z.object({ from: z.literal('variant'), variant: z.string() }),
    z.object({ from: z.literal('rule'), rule: z.string(), revision: z.int(), scope: z.enum(RULE_SCOPES), scopeId: z.string() }),
  ])
  .meta({ id: 'PartSource' });
const limitSources = z
  .object({
    parts: z.partialRecord(z.enum(LIMIT_PARTS), partSource).meta({ description: '`return` is the deadband or the clearing value.' }),
    setPointFrom: z.string().optional().meta({ description: 'The expression a set point is worked out by.' }),
    attributes: z.array(z.object({ name: z.string(), on: z.enum(['device', 'hazard-source']).nullable() })).optional(),
  })
  .meta({ id: 'LimitSources', description: 'Where each part of the limit comes from.' });

export const limitsBody = z
  .object({
    device: z.string(),
    limits: z.array(
      z.object({
        measurement: z.string(),
        channel: z.int().nullable(),
        ladder: z.string(),
        code: z.string(),
        dir: limitDir,
        level: limitLevel,
        setPoint,
        deadband: z.number(),
        onDelayMs: z.number(),
        offDelayMs: z.number(),
        latching: z.boolean(),
        unit: z.string(),
        armed: z.boolean(),
        reason: z.string().nullable(),
        detail: z.string().nullable(),
        fault: z
          .string()
          .optional()
          .meta({ description: 'Fault code that the limit stands for; a reported fault of that code is the same alarm.' }),
        onlyWhen: z.string().nullable(),
        onlyWhenZh: z.string().optional(),
        onlyWhenEn: z.string().optional(),
        resetBelow: z.number().optional(),
        windowMs: z.number().optional().meta({ description: 'Window of a rate or a count.' }),
        relative: z.boolean().optional().meta({ description: "The set point is a share of the value at the window's start." }),
        reference: z
          .union([z.number(), z.string()])
          .optional()
          .meta({ description: 'What a deviation is measured from: a number, or an expression over points.' }),
        when: z.string().optional().meta({ description: 'The condition under which it counts, as an expression (CEL).' }),
        transition,
        expression: z.string().optional(),
        reads: z
          .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
          .optional()
          .meta({ description: 'Attributes (`asset.x`) and conditions (`condition.x`) that its expressions read, as they stand.' }),
        holds: z
          .object({ reason: z.enum(['bad-quality', 'no-data', 'window']), detail: z.string() })
          .optional()
          .meta({
            description:
              'Armed, but neither raised nor cleared at the moment: what it reads is bad or not there, or its window is not filled.',
          }),
        escalates: z
          .object({ of: z.string(), any: z.array(escalationCause), ...whenOf })
          .optional()
          .meta({ description: '`follows`: the limit it escalates, and by what. It is on only while that one is.' }),
        escalation: z
          .object({
            on: z.boolean(),
            group: z
              .object({
                in: z.enum(['area', 'premises', 'zone']),
                by: z.enum(['attribute', 'hazard-source', 'site', 'enterprise']),
                id: z.string(),
                devices: z.int().meta({ description: 'Devices in it whose limits are counted, itself included.' }),
              })
              .optional(),
            businessHours: z.enum(['given', 'none']).optional().meta({ description: '`none`: every hour counts as outside.' }),
          })
          .optional()
          .meta({ description: 'How an escalation stands for this device.' }),
        basis: basisEn,
        basisZh,
        confidence,
        ruleRevision: z.int(),
        sources: limitSources.optional(),
      }),
    ),
  })
  .meta({ id: 'Limits' });

const inBoth = z.object({ 'zh-CN': z.string(), en: z.string() }).nullable();
const title = inBoth.meta({ description: 'What was wrong or doubted, for people; null where there is no reason.' });
export const advice = inBoth.meta({ description: 'What to do about it.' });
const ledgerLine = z.object({
  at: epochMs,
  device: z.string().nullable(),
  enterprise: z.string().nullable(),
  verdict: z.enum(['accepted', 'refused', 'connect-refused', 'connect-accepted']),
  reason: z.string().nullable(),
  topic: z.string().nullable(),
  head: z.string(),
  size: z.int(),
  detail: z.string().nullable(),
  address: z.string().nullable(),
  more: z.int(),
  title,
  advice,
});
export const connectionsBody = z.object({ items: z.array(ledgerLine) }).meta({ id: 'Connections' });
export const ledgerItem = ledgerLine.extend({ id: z.int() }).meta({ id: 'LedgerItem' });

export const readingsBody = z
  .object({
    unit: z.string(),
    points: z
      .union([z.array(z.tuple([epochMs, value, quality])), z.array(z.tuple([epochMs, z.number(), z.number(), z.number(), z.int()]))])
      .meta({ description: 'Raw [ts, value, quality], or with maxPoints buckets [ts, min, max, mean, count]; oldest first.' }),
    bad: z
      .array(z.tuple([epochMs, z.int()]))
      .optional()
      .meta({ description: 'With maxPoints: [ts, count] of the buckets with samples of bad quality or without a value; oldest first.' }),
    bucketMs: z.number().optional().meta({
      description:
        'Width of the buckets: from a minute on whole minutes, from an hour on whole hours of UTC; the first may begin before `from`.',
    }),
    source: z
      .enum(['raw', 'minute', 'hour'])
      .meta({ description: 'What the answer is made from: raw readings or roll-ups of a minute or an hour.' }),
    through: epochMs.meta({ description: 'Up to which arrival time the store is complete.' }),
    next: epochMs.optional(),
  })
  .meta({ id: 'Readings' });

const limitDef = z.object({
  code: z.string(),
  dir: limitDir,
  setPoint,
  setPointFrom: z.string().optional(),
  setPointRatio: z.number().optional(),
  windowMs: z.number().optional(),
  level: limitLevel,
  deadband: z.number(),
  onDelayMs: z.number(),
  offDelayMs: z.number(),
  latching: z.boolean(),
  onlyWhen: z.string().optional(),
  onlyWhenZh: z.string().optional(),
  onlyWhenEn: z.string().optional(),
  when: z.string().optional(),
  reference: z.number().optional(),
  referenceFrom: z.string().optional(),
  transition,
  expression: z.string().optional(),
  resetBelow: z.number().optional(),
  ladder: z.string().optional(),
  fault: z.string().optional().meta({ description: 'Fault code that the limit stands for.' }),
  basis: basisEn,
  basisZh,
  confidence,
});
export const profile = z
  .object({
    id: z.string(),
    zh: z.string(),
    en: z.string(),
    sector: z.array(z.string()),
    alarmKind: z.enum(['process', 'fire']),
    gb26875Component: z.int().optional().meta({ description: 'Component type number of GB/T 26875.3.' }),
    transports: z.array(z.string()).optional(),
    samplingMs: z.number().optional(),
    reportMs: z.number().nullable(),
    heartbeatMs: z.number(),
    warmupMs: z.number().optional(),
    calibrationDays: z.number().optional(),
    lifeDays: z.number().optional(),
    commands: z
      .array(z.object({ name: z.string(), remote: z.boolean(), note: z.string().optional() }))
      .optional()
      .meta({
        description:
          "The catalogue's own words; `remote: false` is done by hand, on site. What may be sent says the list of a device's commands.",
      }),
    notes: z.array(z.string()).optional(),
    measurements: z.array(
      z.object({
        key: z.string(),
        zh: z.string(),
        en: z.string(),
        ucum: z.string(),
        range: z.tuple([z.number(), z.number()]),
        resolution: z.number(),
        valueType: z.enum(['number', 'boolean', 'bitmask', 'string']),
        channels: z.int().optional(),
        optional: z.boolean().optional(),
        gb26875Analog: z.int().optional().meta({ description: 'Analogue type number of GB/T 26875.3.' }),
        mgPerM3At20C: z.number().optional(),
        note: z.string().optional(),
        checkMs: z.number().optional().meta({ description: 'The device looks at it this often by itself, however often it reports.' }),
        limits: z.array(limitDef),
        variants: z
          .record(
            z.string(),
            z.object({
              setPoints: z.record(z.string(), z.number().nullable()),
              resetBelow: z.number().optional(),
              basis: z.string().optional(),
              basisZh,
              confidence,
            }),
          )
          .optional(),
      }),
    ),
    faults: z.array(z.string()),
    escalate: z
      .array(
        z.object({
          ...whenOf,
          to: limitLevel,
          basis: z.string().optional(),
          basisZh,
          confidence,
          form: z
            .object({
              code: z.string(),
              measurement: z.string(),
              of: z.string(),
              afterMs: z.number().optional(),
              any: z.array(escalationCause),
            })
            .optional()
            .meta({ description: 'As the engine judges it; absent = nobody has translated the text.' }),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Profile' });
export const faultDef = z.object({ code: z.string(), zh: z.string(), en: z.string(), level: limitLevel, note: z.string().optional() });
