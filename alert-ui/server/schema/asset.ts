import { z } from 'zod';
import { storedClassification } from './hazard.ts';
import { attributes, conditions, epochMs, id, lat, lon, mapOf, name, timeGiven } from './common.ts';

const head = { id, name: z.string(), revision: z.int(), createdAt: epochMs, updatedAt: epochMs, retiredAt: epochMs.nullable() };
const ref = id.nullable();

const contact = z.strictObject({
  name: z.string().min(1).max(200),
  role: z.string().max(200).optional(),
  phone: z.string().max(60).optional(),
});

const selector = z.strictObject({
  device: id,
  measurement: z.string().min(1).max(100).optional(),
  channel: z.int().min(0).max(10_000).optional(),
  ladder: z.string().min(1).max(100).optional().meta({ description: '`hi`, `lo`, the limit’s own code, or a fault’s.' }),
});
const causes = z
  .array(
    z.strictObject({
      id,
      cause: selector,
      hides: z.array(selector).min(1).max(50),
      note: z.string().max(500).optional(),
    }),
  )
  .max(200)
  .meta({ description: 'Cause-and-effect table: while the cause is tripped, and itself not suppressed, what it hides is by design.' });
function perLevel(leastMs: number) {
  const ms = z
    .int()
    .min(leastMs)
    .max(7 * 86_400_000)
    .optional();
  return z.strictObject({ red: ms, orange: ms, yellow: ms, blue: ms }).optional();
}
const alarmPolicy = z
  .strictObject({ rearmMs: perLevel(10_000), firstResponseMs: perLevel(30_000), feedbackMs: perLevel(60_000) })
  .meta({ description: 'Times by colour, ms, where they are not the usual ones. `rearmMs`: the re-alarm timer, off where it is not set.' });

const hhmm = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/);
const businessHours = z
  .array(
    z.strictObject({
      days: z.array(z.int().min(1).max(7)).min(1).max(7).meta({ description: '1 = Monday … 7 = Sunday: days on which they begin.' }),
      from: hhmm,
      to: hhmm.meta({ description: 'The first minute at which nobody is there; at or before `from` it is one of the next day.' }),
    }),
  )
  .max(28)
  .meta({ description: 'When somebody is at work, in the local time of the platform. Absent or empty: nobody ever is.' });

export const area = z.object({ ...head, parentId: ref }).meta({ id: 'Area' });
export const enterprise = z
  .object({
    ...head,
    areaId: ref,
    sector: z.string().nullable(),
    kind: z.enum(['real', 'test']),
    lon,
    lat,
    contacts: z.array(contact),
    causes: causes.optional(),
    alarmPolicy: alarmPolicy.optional(),
    businessHours: businessHours.optional(),
  })
  .meta({ id: 'Enterprise' });
export const site = z.object({ ...head, enterpriseId: id, lon, lat }).meta({ id: 'Site' });
export const hazardSource = z
  .object({
    ...head,
    enterpriseId: id,
    siteId: ref,
    attributes,
    classification: storedClassification.optional(),
    causes: causes.optional(),
  })
  .meta({ id: 'HazardSource' });
export const gateway = z.object({ ...head, enterpriseId: id }).meta({ id: 'Gateway' });

export const deviceStatus = z
  .object({
    online: z.boolean(),
    health: z.array(z.string()),
    lastSeenAt: epochMs.nullable(),
    clockErrorMs: z.number().nullable(),
    gateway: z.string().optional().meta({ description: 'Gateway that its last word came through; absent where it speaks for itself.' }),
  })
  .meta({ id: 'DeviceStatus' });
const deviceMode = z.enum(['live', 'commissioning', 'test']);
export const device = z
  .object({
    ...head,
    enterpriseId: id,
    siteId: ref,
    hazardSourceId: ref,
    profileId: z.string(),
    variant: z.string().nullable(),
    attributes,
    conditions,
    heartbeatMs: z.number().nullable(),
    reportMs: z.number().nullable(),
    units: z.record(z.string(), z.string()),
    installedAt: epochMs.nullable(),
    calibratedAt: epochMs.nullable(),
    mode: deviceMode,
  })
  .meta({ id: 'Device' });
export const deviceWithStatus = device.extend({ status: deviceStatus.optional() }).meta({ id: 'DeviceWithStatus' });

export const credential = z
  .object({ username: z.string(), password: z.string() })
  .meta({ id: 'Credential', description: 'Shown once. The password alone as username works too.' });

/* What people send. Everything but id, name and what it belongs to has a usual value. */

const sector = z.string().min(1).max(100).nullable();
const contacts = z.array(contact).max(50);
const enterpriseKind = z.enum(['real', 'test']);
const intervalMs = z
  .int()
  .min(100)
  .max(31 * 86_400_000)
  .nullable();
const reason = z.string().trim().min(1).max(500);
const variant = z.string().min(1).max(100).nullable();
const units = mapOf(z.string().min(1).max(40));

export const newArea = z.strictObject({ id, name, parentId: ref.default(null) });
export const areaPatch = z.strictObject({ name: name.optional(), parentId: ref.optional() });

export const newEnterprise = z.strictObject({
  id,
  name,
  sector: sector.default(null),
  kind: enterpriseKind.default('real'),
  areaId: ref.default(null),
  lon: lon.default(null),
  lat: lat.default(null),
  contacts: contacts.default([]),
  businessHours: businessHours.optional(),
});
export const enterprisePatch = z.strictObject({
  name: name.optional(),
  sector: sector.optional(),
  kind: enterpriseKind.optional(),
  areaId: ref.optional(),
  lon: lon.optional(),
  lat: lat.optional(),
  contacts: contacts.optional(),
  causes: causes.optional(),
  alarmPolicy: alarmPolicy.optional(),
  businessHours: businessHours.optional(),
  reason: reason.optional().meta({ description: 'Why; wanted where red would be kept from coming.' }),
});

export const newSite = z.strictObject({ id, name, enterpriseId: id, lon: lon.default(null), lat: lat.default(null) });
export const sitePatch = z.strictObject({ name: name.optional(), enterpriseId: id.optional(), lon: lon.optional(), lat: lat.optional() });

export const newHazardSource = z.strictObject({
  id,
  name,
  enterpriseId: id,
  siteId: ref.default(null),
  attributes: attributes.default({}),
});
export const hazardSourcePatch = z.strictObject({
  name: name.optional(),
  enterpriseId: id.optional(),
  siteId: ref.optional(),
  attributes: attributes.optional(),
  causes: causes.optional(),
  reason: reason
    .optional()
    .meta({ description: 'Why; wanted where a mandatory limit becomes less strict, or red would be kept from coming.' }),
});

/** When a device was installed or calibrated, as it is told. */
const dayGiven = timeGiven.nullable();
const dayMeta = { override: { type: ['integer', 'string', 'null'] }, description: 'Ms since 1970, or ISO 8601 with offset.' } as const;

/** Nobody types a gateway's id in but those who want to: without one it gets one. */
export const newGateway = z.strictObject({ id: id.optional(), name: name.optional() });
export const gatewayPatch = z.strictObject({ name: name.optional() });

export const newDevice = z.strictObject({
  id,
  name: name.optional(),
  enterpriseId: id,
  profileId: z.string().min(1).max(100),
  siteId: ref.default(null),
  hazardSourceId: ref.default(null),
  variant: variant.default(null),
  attributes: attributes.default({}),
  conditions: conditions.default({}),
  heartbeatMs: intervalMs.default(null),
  reportMs: intervalMs.default(null),
  units: units.default({}),
  installedAt: dayGiven.default(null).meta(dayMeta),
  calibratedAt: dayGiven.default(null).meta(dayMeta),
  mode: deviceMode.default('live'),
});
export type NewDevice = z.output<typeof newDevice>;
export const devicePatch = z.strictObject({
  name: name.optional(),
  enterpriseId: id.optional(),
  profileId: z.string().min(1).max(100).optional(),
  siteId: ref.optional(),
  hazardSourceId: ref.optional(),
  variant: variant.optional(),
  attributes: attributes.optional(),
  conditions: conditions.optional(),
  heartbeatMs: intervalMs.optional(),
  reportMs: intervalMs.optional(),
  units: units.optional(),
  installedAt: dayGiven.optional().meta(dayMeta),
  calibratedAt: dayGiven.optional().meta(dayMeta),
  mode: deviceMode.optional(),
  reason: reason.optional().meta({
    description:
      'Why; it goes into the audit. Wanted when a device leaves `live` (its alarms then count as tests), where a mandatory limit becomes less strict, and where red would be kept from coming.',
  }),
});
/** `{items: […]}`; a bare array and `{devices: […]}` mean the same. */
export const bulkBody = z
  .preprocess(
    (sent) => {
      if (Array.isArray(sent)) return { items: sent };
      if (typeof sent !== 'object' || sent === null || !('devices' in sent) || 'items' in sent) return sent;
      const { devices, ...rest } = sent;
      return { ...rest, items: devices };
    },
    z.strictObject({ items: z.array(z.unknown()).min(1).max(1_000) }),
  )
  .meta({
    override: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', minItems: 1, maxItems: 1_000, items: { type: 'object' } } },
    },
    description: 'One new device per line, as for POST /devices. A bare array, or `devices` for `items`, is understood too.',
  });
