import { z } from 'zod';
import type { Gateway } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import { demand, sees } from '../access.ts';
import type { AssetPages } from '../http/page.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import * as schema from '../schema/asset.ts';
import { cursor, limit, listBody, queryFlag, reference } from '../schema/common.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { randomText } from '../sign-in/secrets.ts';
import { baseRevision, configureOne, etag } from './outcome.ts';
import { createProvisioned, provisionedRoutes } from './provisioned.ts';
import type { Provisioning } from './provisioning.ts';

const byId = z.object({ id: reference });
const issuedBody = z.object({ gateway: schema.gateway, credential: schema.credential });

function find(view: EngineView, actor: AccountActor, id: string): Gateway {
  const gateway = view.assets('gateway').get(id);
  if (gateway === undefined || !sees(actor, gateway.enterpriseId)) throw new HttpProblem('not-found', `gateway ${id}`);
  return gateway;
}

/** A gateway's credential speaks for all devices of its enterprise. */
export function gatewayRoutes(pages: AssetPages, provisioning: Provisioning): Route[] {
  const tag = 'devices';
  return [
    route({
      method: 'post',
      path: '/enterprises/{id}/gateways',
      operationId: 'gateway.create',
      tag,
      summary: 'Create a gateway; without an id it is given one. Its secret is shown once',
      params: byId,
      body: schema.newGateway,
      bodyLimit: BODY_BYTES.names,
      replies: { 201: { description: 'Created', schema: issuedBody } },
      problems: ['not-found', 'not-allowed', 'id-taken', 'id-retired', 'unavailable'],
      handle: async ({ platform, actor, path, body, requestId }) => {
        const enterprise = platform.view.assets('enterprise').get(path.id);
        if (enterprise === undefined || !sees(actor, path.id)) throw new HttpProblem('not-found', `enterprise ${path.id}`);
        demand(actor, 'device.write', path.id);
        demand(actor, 'credential.issue', path.id);
        const now = platform.clock.now();
        const id = body.id ?? `gw-${randomText(6).replaceAll(/[^A-Za-z0-9]/g, '0')}`;
        const value: Gateway = {
          id,
          name: body.name ?? id,
          enterpriseId: path.id,
          revision: 1,
          createdAt: now,
          updatedAt: now,
          retiredAt: null,
        };
        return createProvisioned(platform, provisioning, actor, requestId, { kind: 'gateway', asset: value });
      },
    }),
    route({
      method: 'get',
      path: '/enterprises/{id}/gateways',
      operationId: 'gateway.list',
      tag,
      summary: 'The gateways of an enterprise',
      params: byId,
      query: z.strictObject({ retired: queryFlag.optional(), cursor: cursor.optional(), limit: limit(1_000, 200) }),
      replies: { 200: { description: 'A page', schema: listBody(schema.gateway) } },
      problems: ['not-found'],
      handle: ({ platform, actor, path, query }) => {
        if (!platform.view.assets('enterprise').has(path.id) || !sees(actor, path.id))
          throw new HttpProblem('not-found', `enterprise ${path.id}`);
        return ok(
          pages.page(
            'gateway',
            (gateway) => gateway.enterpriseId === path.id && (gateway.retiredAt === null || query.retired === true),
            query.cursor,
            query.limit,
          ),
        );
      },
    }),
    route({
      method: 'get',
      path: '/gateways/{id}',
      operationId: 'gateway.get',
      tag,
      summary: 'One gateway',
      params: byId,
      replies: { 200: { description: 'The gateway', schema: schema.gateway } },
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const gateway = find(platform.view, actor, path.id);
        return ok(gateway, etag(gateway.revision));
      },
    }),
    route({
      method: 'patch',
      path: '/gateways/{id}',
      operationId: 'gateway.change',
      tag,
      summary: 'Rename a gateway',
      params: byId,
      body: schema.gatewayPatch,
      bodyLimit: BODY_BYTES.names,
      replies: { 200: { description: 'The gateway', schema: schema.gateway } },
      problems: ['not-found', 'not-allowed', 'revision-conflict', 'id-retired', 'unavailable'],
      handle: async ({ platform, actor, path, body, ifMatch, requestId }) => {
        const current = find(platform.view, actor, path.id);
        demand(actor, 'device.write', current.enterpriseId);
        if (current.retiredAt !== null) throw new HttpProblem('id-retired', path.id);
        const base = baseRevision(ifMatch, current);
        const value: Gateway = { ...current, ...present(body), revision: base + 1, updatedAt: platform.clock.now() };
        const gateway = await configureOne(platform, actor, requestId, 'gateway', path.id, { op: 'put', asset: 'gateway', value, base });
        return ok(gateway, etag(gateway.revision));
      },
    }),
    ...provisionedRoutes('gateway', 'Retire a gateway: its credential and connections end', find, provisioning),
  ];
}
