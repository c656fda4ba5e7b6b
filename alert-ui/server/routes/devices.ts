import { z } from 'zod';
import type { Device } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import type { MeasurementDef } from '../../../model/profile.ts';
import { areaWithin, demand, sees } from '../access.ts';
import { askIfSofter } from '../approvals/change-asset.ts';
import type { AssetPages } from '../http/page.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { fieldErrors, present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { approval } from '../schema/approval.ts';
import * as schema from '../schema/asset.ts';
import { cursor, limit, listBody, listOf, queryFlag, reference } from '../schema/common.ts';
import { connectionsBody, latestBody, limitsBody } from '../schema/device-detail.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { adviceFor } from './advice.ts';
import { demandOwn } from './assets.ts';
import { demandChange, leavesService } from './device-rights.ts';
import { baseRevision, configureOne, etag } from './outcome.ts';
import { createProvisioned, firstPut, provisionedRoutes } from './provisioned.ts';
import type { Provisioning } from './provisioning.ts';

const byId = z.object({ id: reference });
const issuedBody = z.object({ device: schema.device, credential: schema.credential });

/** A device the actor may see, or `not-found`. */
export function findDevice(view: EngineView, actor: AccountActor, id: string): Device {
  const device = view.assets('device').get(id);
  if (device === undefined || !sees(actor, device.enterpriseId)) throw new HttpProblem('not-found', `device ${id}`);
  return device;
}

/** The profile's word on a measurement of a device; undefined where the profile has none of that name. */
export function measurementOf(view: EngineView, device: Device, measurement: string): MeasurementDef | undefined {
  const profile = view.catalogue?.profiles.find((candidate) => candidate.id === device.profileId);
  return profile?.measurements.find((candidate) => candidate.key === measurement);
}

function build(platform: Platform, fresh: schema.NewDevice): Device {
  const now = platform.clock.now();
  return { ...fresh, name: fresh.name ?? fresh.id, revision: 1, createdAt: now, updatedAt: now, retiredAt: null };
}

/** What must hold before anything is written: rights, and references that stand and are the same enterprise's. */
function demandPossible(platform: Platform, actor: AccountActor, device: Device): void {
  demand(actor, 'device.write', device.enterpriseId);
  demandReferences(platform, device);
}

function demandReferences(platform: Platform, device: Device): void {
  const { view } = platform;
  const enterprise = view.assets('enterprise').get(device.enterpriseId);
  if (enterprise === undefined || enterprise.retiredAt !== null)
    throw new HttpProblem('unknown-reference', `enterprise ${device.enterpriseId}`);
  if (view.catalogue !== null && !view.catalogue.profiles.some((profile) => profile.id === device.profileId)) {
    throw new HttpProblem('unknown-reference', `profile ${device.profileId}`);
  }
  demandOwn(view, 'site', device.siteId, device.enterpriseId);
  demandOwn(view, 'hazard-source', device.hazardSourceId, device.enterpriseId);
}

export function deviceRoutes(pages: AssetPages, provisioning: Provisioning): Route[] {
  const tag = 'devices';
  return [
    route({
      method: 'get',
      path: '/devices',
      operationId: 'device.list',
      tag,
      summary: 'The devices one may see, by id, with presence and health',
      query: z.strictObject({
        enterprise: listOf(reference).optional(),
        site: listOf(reference).optional(),
        hazardSource: listOf(reference).optional(),
        area: listOf(reference).optional(),
        profile: listOf(reference).optional(),
        gateway: listOf(reference).optional().meta({ description: 'Last heard through one of these gateways.' }),
        online: queryFlag.optional(),
        q: z.string().max(100).optional(),
        retired: queryFlag.optional(),
        cursor: cursor.optional(),
        limit: limit(1_000, 200),
      }),
      replies: { 200: { description: 'A page', schema: listBody(schema.deviceWithStatus) } },
      handle: ({ platform, actor, query }) => {
        const { view } = platform;
        const text = query.q?.toLowerCase();
        const areas = query.area === undefined ? null : new Set(query.area.flatMap((area) => areaWithin(view, area)));
        const within = (asked: readonly string[] | undefined, held: string | null): boolean =>
          asked === undefined || (held !== null && asked.includes(held));
        const wanted = (device: Device): boolean =>
          (device.retiredAt === null || query.retired === true) &&
          sees(actor, device.enterpriseId) &&
          within(query.enterprise, device.enterpriseId) &&
          within(query.site, device.siteId) &&
          within(query.hazardSource, device.hazardSourceId) &&
          within(query.profile, device.profileId) &&
          (query.gateway === undefined || within(query.gateway, view.status(device.id)?.gateway ?? null)) &&
          (areas === null || areas.has(view.assets('enterprise').get(device.enterpriseId)?.areaId ?? '')) &&
          (query.online === undefined || view.status(device.id)?.online === query.online) &&
          (text === undefined || device.id.toLowerCase().includes(text) || device.name.toLowerCase().includes(text));
        const page = pages.page('device', wanted, query.cursor, query.limit);
        return ok({ ...page, items: page.items.map((device) => ({ ...device, status: view.status(device.id) })) });
      },
    }),
    route({
      method: 'post',
      path: '/devices',
      operationId: 'device.create',
      tag,
      summary: 'Create a device; its secret is shown once',
      body: schema.newDevice,
      replies: { 201: { description: 'Created', schema: issuedBody } },
      problems: ['not-found', 'not-allowed', 'id-taken', 'id-retired', 'unknown-reference', 'unavailable'],
      handle: async ({ platform, actor, body, requestId }) => {
        const value = build(platform, body);
        demandPossible(platform, actor, value);
        demand(actor, 'credential.issue', value.enterpriseId);
        return createProvisioned(platform, provisioning, actor, requestId, { kind: 'device', asset: value });
      },
    }),
    route({
      method: 'post',
      path: '/devices/bulk',
      operationId: 'device.bulk',
      tag,
      summary: 'Create up to 1,000 devices; each line has its own result',
      body: schema.bulkBody,
      bodyLimit: BODY_BYTES.bulk,
      replies: {
        200: {
          description: 'One result per line, in order',
          schema: z.object({
            items: z.array(
              z.object({
                id: z.string().nullable(),
                status: z.int(),
                device: schema.device.optional(),
                credential: schema.credential.optional(),
                code: z.string().optional(),
                detail: z.string().optional(),
                errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
              }),
            ),
          }),
        },
      },
      problems: ['unavailable'],
      handle: async ({ platform, actor, body, requestId }) => {
        const lines = body.items.map((item) => bulkLine(platform, actor, item));
        const going = lines.flatMap((line) => ('value' in line ? [line.value] : []));
        const results = await provisioning.create(
          actor,
          requestId,
          'device',
          going.map((asset) => ({ id: asset.id, enterprise: asset.enterpriseId, change: firstPut({ kind: 'device', asset }) })),
        );
        let next = 0;
        const items = lines.map((line) => {
          if (!('value' in line)) return refusedLine(line.id, line.problem);
          const result = results[next];
          next += 1;
          if (result === undefined || 'problem' in result)
            return refusedLine(line.value.id, result?.problem ?? new HttpProblem('internal'));
          return {
            id: line.value.id,
            status: 201,
            device: platform.view.assets('device').get(line.value.id),
            credential: { username: line.value.id, password: result.secret },
          };
        });
        const created = items.filter((item) => item.status === 201).length;
        return { status: 200, body: { items }, detail: `${created} of ${items.length} created` };
      },
    }),
    route({
      method: 'get',
      path: '/devices/{id}',
      operationId: 'device.get',
      tag,
      summary: 'One device, with presence and health',
      params: byId,
      replies: { 200: { description: 'The device', schema: schema.deviceWithStatus } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const device = findDevice(platform.view, actor, path.id);
        return ok({ ...device, status: platform.view.status(device.id) }, etag(device.revision));
      },
    }),
    route({
      method: 'patch',
      path: '/devices/{id}',
      operationId: 'device.change',
      inTurn: true,
      tag,
      summary:
        'Change a device; fields that are not sent stay. Its enterprise stays: the credential speaks for it there. A `reason` goes into the audit. Out of `live` only by an administrator or an operator bound to no enterprise. Where an armed mandatory limit becomes less strict, or (for who is bound to its enterprise) red is kept from coming, later than an hour after the device was registered: 202, a second person has to agree',
      params: byId,
      body: schema.devicePatch,
      replies: {
        200: { description: 'The device', schema: schema.device },
        202: { description: 'A second person has to agree: the request that waits', schema: approval },
      },
      problems: [
        'too-many-approvals',
        'not-found',
        'not-allowed',
        'revision-conflict',
        'id-retired',
        'enterprise-fixed',
        'unknown-reference',
        'invalid',
        'unavailable',
      ],
      handle: async ({ platform, actor, path, body, ifMatch, requestId, auditLine }) => {
        const current = findDevice(platform.view, actor, path.id);
        const { reason, ...changes } = present(body);
        demandChange(actor, current, changes);
        if (current.retiredAt !== null) throw new HttpProblem('id-retired', path.id);
        if (body.enterpriseId !== undefined && body.enterpriseId !== current.enterpriseId)
          throw new HttpProblem('enterprise-fixed', 'retire the device and create one at the other enterprise');
        const base = baseRevision(ifMatch, current);
        const value: Device = { ...current, ...changes, revision: base + 1, updatedAt: platform.clock.now() };
        demandReferences(platform, value);
        const change = { op: 'put', asset: 'device', value, base } as const;
        const second = await askIfSofter({ platform, actor, change, reason: reason ?? null, auditLine });
        if ('second' in second) return second.second;
        const device = await configureOne(platform, actor, requestId, 'device', path.id, change);
        const moded = current.mode === value.mode ? [] : [`mode ${current.mode} → ${value.mode}`];
        const why = reason ?? (leavesService(current, changes) ? 'no reason given' : undefined);
        const said = [...moded, ...(why === undefined ? [] : [why])].join(': ');
        const detail = [said, second.alone].filter((text) => text !== '').join('; ');
        return { ...ok(device, etag(device.revision)), ...(detail === '' ? {} : { detail }) };
      },
    }),
    ...provisionedRoutes(
      'device',
      'Retire a device: history stays, its credential and connections end, the id is not given again. Who is bound to its enterprise, where it guards red: 202, a second person has to agree',
      findDevice,
      provisioning,
    ),
    route({
      method: 'get',
      path: '/devices/{id}/latest',
      operationId: 'device.latest',
      tag,
      summary: 'Last value, time and quality of every point, and the points that have none yet',
      params: byId,
      replies: { 200: { description: 'Presence and points', schema: latestBody } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const { view } = platform;
        const device = findDevice(view, actor, path.id);
        const status = view.status(device.id) ?? { online: false, health: [], lastSeenAt: null, clockErrorMs: null };
        const unit = (measurement: string): string => measurementOf(view, device, measurement)?.ucum ?? '';
        const points = view.latest(device.id).map((point) => ({ ...point, unit: unit(point.measurement) }));
        const waiting = view.waiting(device.id).map((point) => ({ ...point, unit: unit(point.measurement) }));
        return ok({ device: device.id, status, points, waiting });
      },
    }),
    route({
      method: 'get',
      path: '/devices/{id}/limits',
      operationId: 'device.limits',
      tag,
      summary: 'Effective limits of every point: armed or why not, and on what basis',
      params: byId,
      replies: { 200: { description: 'Limits', schema: limitsBody } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const device = findDevice(platform.view, actor, path.id);
        return ok({ device: device.id, limits: platform.view.limits(device.id) });
      },
    }),
    route({
      method: 'get',
      path: '/devices/{id}/connections',
      operationId: 'device.connections',
      tag,
      summary: 'Last connection attempts with their outcome and advice, newest first',
      params: byId,
      replies: { 200: { description: 'Attempts', schema: connectionsBody } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const device = findDevice(platform.view, actor, path.id);
        demand(actor, 'ledger.view', device.enterpriseId);
        return ok({ items: platform.connections(device.id).map((line) => ({ ...line, ...adviceFor(line, platform.view) })) });
      },
    }),
  ];
}

type BulkLine = { readonly value: Device } | { readonly id: string | null; readonly problem: HttpProblem };

function bulkLine(platform: Platform, actor: AccountActor, item: unknown): BulkLine {
  const parsed = schema.newDevice.safeParse(item);
  if (!parsed.success) {
    const sent = typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id.slice(0, 64) : null;
    return { id: sent, problem: new HttpProblem('invalid-request', undefined, { errors: fieldErrors(parsed.error) }) };
  }
  try {
    const value = build(platform, parsed.data);
    demandPossible(platform, actor, value);
    demand(actor, 'credential.issue', value.enterpriseId);
    return { value };
  } catch (error) {
    if (error instanceof HttpProblem) return { id: parsed.data.id, problem: error };
    throw error;
  }
}

function refusedLine(id: string | null, problem: HttpProblem) {
  return {
    id,
    status: problem.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.extras.errors === undefined ? {} : { errors: problem.extras.errors }),
  };
}
