import { z } from 'zod';
import type { Area, AssetOf, Enterprise, HazardSource, Site } from '../../../model/asset.ts';
import type { ConfigChange } from '../../../model/entry.ts';
import type { EngineView } from '../../../model/engine.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demand, demandNew, sees, visibleAreas } from '../access.ts';
import { askIfSofter, type OneOrTwo } from '../approvals/change-asset.ts';
import type { Telling } from '../approvals/second-person.ts';
import { AssetPages } from '../http/page.ts';
import { type Call, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { approval } from '../schema/approval.ts';
import * as schema from '../schema/asset.ts';
import { cursor, limit, listBody, listOf, queryFlag, reference } from '../schema/common.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { baseRevision, configureOne, demandFreeId, etag } from './outcome.ts';

type Kind = 'area' | 'site' | 'enterprise' | 'hazard-source';

/** What differs between the plainly configured assets. */
interface Family<K extends Kind, New extends { readonly id: string }, Patch extends object> {
  readonly kind: K;
  readonly path: string;
  readonly noun: string;
  readonly asset: z.ZodType;
  readonly fresh: z.ZodType<New>;
  readonly patch: z.ZodType<Patch>;
  /** Enterprise it belongs to, for rights; null = of the whole system. */
  readonly enterpriseOf: (asset: { readonly id: string; readonly enterpriseId?: string | undefined }) => string | null;
  readonly build: (fresh: New, head: { revision: number; createdAt: number; updatedAt: number; retiredAt: null }) => AssetOf[K];
  readonly put: (value: AssetOf[K], base: number) => ConfigChange;
  /** References to check beyond what the engine does: nothing of one enterprise refers to another's. */
  readonly check?: (value: AssetOf[K], view: EngineView) => void;
  /** Whether one person alone may change it so. */
  readonly second?: (call: Wanted<AssetOf[K]>) => Promise<OneOrTwo>;
  /** What else a change may be answered with. */
  readonly changeReplies?: Route['replies'];
  /** Rights a change takes beyond `config.write` at its enterprise. */
  readonly demandChange?: (actor: AccountActor, current: AssetOf[K], value: AssetOf[K]) => void;
}

interface Wanted<A> {
  readonly platform: Platform;
  readonly actor: AccountActor;
  readonly value: A;
  readonly base: number;
  readonly reason: string | null;
  readonly auditLine: Telling['auditLine'];
}

const byId = z.object({ id: reference });
const listQuery = z.strictObject({
  enterprise: listOf(reference).optional(),
  area: listOf(reference).optional(),
  q: z.string().max(100).optional(),
  retired: queryFlag.optional(),
  cursor: cursor.optional(),
  limit: limit(1_000, 200),
});

function familyRoutes<
  K extends Kind,
  New extends { readonly id: string; readonly enterpriseId?: string },
  Patch extends {
    readonly name?: string | undefined;
    readonly enterpriseId?: string | undefined;
    readonly reason?: string | undefined;
  },
>(family: Family<K, New, Patch>, pages: AssetPages): Route[] {
  const one = `${family.path}/{id}`;
  const tag = 'assets';
  const oneOf = `${/^[aeiou]/.test(family.noun) ? 'an' : 'a'} ${family.noun}`;
  const replies = { 200: { description: `The ${family.noun}`, schema: family.asset } };

  /** Visible to the actor, retired or not; else it does not exist for him. */
  const find = (view: EngineView, actor: AccountActor, id: string): AssetOf[K] => {
    const asset = view.assets(family.kind).get(id);
    if (asset === undefined || !visible(view, actor, family, asset)) throw new HttpProblem('not-found', `${family.noun} ${id}`);
    return asset;
  };

  return [
    route({
      method: 'get',
      path: family.path,
      operationId: `${family.kind}.list`,
      tag,
      summary: `The ${family.noun}s one may see, by id`,
      query: listQuery,
      replies: { 200: { description: 'A page', schema: listBody(family.asset) } },
      handle: ({ platform, actor, query }) => {
        const areas = family.kind === 'area' ? visibleAreas(actor, platform.view) : null;
        const text = query.q?.toLowerCase();
        const wanted = (asset: AssetOf[K]): boolean => {
          if (asset.retiredAt !== null && query.retired !== true) return false;
          const enterprise = family.enterpriseOf(asset);
          if (family.kind === 'area' ? areas !== null && !areas.has(asset.id) : !sees(actor, enterprise)) return false;
          if (query.enterprise !== undefined && (enterprise === null || !query.enterprise.includes(enterprise))) return false;
          if (query.area !== undefined && !('areaId' in asset && asset.areaId !== null && query.area.includes(asset.areaId))) return false;
          return text === undefined || asset.id.toLowerCase().includes(text) || asset.name.toLowerCase().includes(text);
        };
        return ok(pages.page(family.kind, wanted, query.cursor, query.limit));
      },
    }),
    route({
      method: 'post',
      path: family.path,
      operationId: `${family.kind}.create`,
      tag,
      summary: `Create ${oneOf}`,
      body: family.fresh,
      replies: { 201: { description: 'Created', schema: family.asset } },
      problems: ['not-allowed', 'id-taken', 'id-retired', 'unknown-reference', 'unavailable'],
      handle: async ({ platform, actor, body, requestId }) => {
        if (family.kind === 'enterprise') demandNew(actor, 'config.write', body.id);
        else demand(actor, 'config.write', family.enterpriseOf(body));
        demandFreeId(platform.view.assets(family.kind).get(body.id), body.id);
        const now = platform.clock.now();
        const value = family.build(body, { revision: 1, createdAt: now, updatedAt: now, retiredAt: null });
        family.check?.(value, platform.view);
        const asset = await configureOne(platform, actor, requestId, family.kind, body.id, family.put(value, 0));
        return { status: 201, body: asset, headers: etag(asset.revision), resource: `${family.path.slice(1)}/${body.id}` };
      },
    }),
    route({
      method: 'get',
      path: one,
      operationId: `${family.kind}.get`,
      tag,
      summary: `One ${family.noun}`,
      params: byId,
      replies,
      problems: ['not-found'],
      handle: ({ platform, actor, path }) => {
        const asset = find(platform.view, actor, path.id);
        return ok(asset, etag(asset.revision));
      },
    }),
    route({
      method: 'patch',
      path: one,
      operationId: `${family.kind}.change`,
      ...(family.second === undefined ? {} : { inTurn: true as const }),
      tag,
      summary: `Change ${oneOf}; fields that are not sent stay`,
      params: byId,
      body: family.patch,
      replies: { ...replies, ...family.changeReplies },
      problems: [
        ...(family.second === undefined ? [] : (['too-many-approvals'] as const)),
        'not-found',
        'not-allowed',
        'revision-conflict',
        'unknown-reference',
        'invalid',
        'id-retired',
        'unavailable',
      ],
      handle: async ({ platform, actor, body, path, ifMatch, requestId, auditLine }: Call<Patch, unknown, { id: string }>) => {
        const current = find(platform.view, actor, path.id);
        demand(actor, 'config.write', family.enterpriseOf(current));
        // Moving something to another enterprise takes the right there, too.
        if (body.enterpriseId !== undefined)
          demand(actor, 'config.write', family.enterpriseOf({ id: path.id, enterpriseId: body.enterpriseId }));
        if (current.retiredAt !== null) throw new HttpProblem('id-retired', path.id);
        const base = baseRevision(ifMatch, current);
        const { reason, ...changes } = present(body);
        const value: AssetOf[K] = { ...current, ...changes, revision: base + 1, updatedAt: platform.clock.now() };
        family.demandChange?.(actor, current, value);
        family.check?.(value, platform.view);
        const second = await family.second?.({ platform, actor, value, base, reason: reason ?? null, auditLine });
        if (second !== undefined && 'second' in second) return second.second;
        const asset = await configureOne(platform, actor, requestId, family.kind, path.id, family.put(value, base));
        const detail = [reason ?? '', second?.alone ?? ''].filter((text) => text !== '').join('; ');
        return { ...ok(asset, etag(asset.revision)), ...(detail === '' ? {} : { detail }) };
      },
    }),
    route({
      method: 'delete',
      path: one,
      operationId: `${family.kind}.retire`,
      tag,
      summary: `Retire ${oneOf}: history stays, the id is not given again`,
      params: byId,
      replies: { 204: { description: 'Retired' } },
      problems: ['not-found', 'not-allowed', 'in-use', 'revision-conflict', 'unavailable'],
      handle: async ({ platform, actor, path, ifMatch, requestId }) => {
        const current = find(platform.view, actor, path.id);
        demand(actor, 'config.write', family.enterpriseOf(current));
        const base = ifMatch === null ? null : baseRevision(ifMatch, current);
        if (current.retiredAt === null)
          await configureOne(platform, actor, requestId, family.kind, path.id, { op: 'retire', asset: family.kind, id: path.id, base });
        return { status: 204 };
      },
    }),
  ];
}

function visible<K extends Kind>(
  view: EngineView,
  actor: AccountActor,
  family: Family<K, never, never> | Pick<Family<K, { id: string }, object>, 'kind' | 'enterpriseOf'>,
  asset: AssetOf[K],
): boolean {
  if (family.kind !== 'area') return sees(actor, family.enterpriseOf(asset));
  const areas = visibleAreas(actor, view);
  return areas === null || areas.has(asset.id);
}

const enterpriseOfField = (asset: { readonly enterpriseId?: string | undefined }): string | null => asset.enterpriseId ?? null;

/** A site or hazard source that is referred to must stand and be the same enterprise's; whose it is otherwise is not told. */
export function demandOwn(view: EngineView, kind: 'site' | 'hazard-source', id: string | null, enterprise: string): void {
  if (id === null) return;
  const asset = view.assets(kind).get(id);
  if (asset === undefined || asset.retiredAt !== null || asset.enterpriseId !== enterprise)
    throw new HttpProblem('unknown-reference', `${kind} ${id}`);
}

export function assetRoutes(pages: AssetPages): Route[] {
  return [
    ...familyRoutes(
      {
        kind: 'area',
        path: '/areas',
        noun: 'area',
        asset: schema.area,
        fresh: schema.newArea,
        patch: schema.areaPatch,
        enterpriseOf: () => null,
        build: (fresh, head): Area => ({ ...fresh, ...head }),
        put: (value, base) => ({ op: 'put', asset: 'area', value, base }),
      },
      pages,
    ),
    ...familyRoutes(
      {
        kind: 'enterprise',
        path: '/enterprises',
        noun: 'enterprise',
        asset: schema.enterprise,
        fresh: schema.newEnterprise,
        patch: schema.enterprisePatch,
        enterpriseOf: (asset) => asset.id,
        build: ({ businessHours, ...fresh }, head): Enterprise => ({
          ...fresh,
          contacts: fresh.contacts.map(present),
          ...(businessHours === undefined ? {} : { businessHours }),
          ...head,
        }),
        put: (value, base) => ({ op: 'put', asset: 'enterprise', value, base }),
        // Alarms of a test enterprise warn nobody: that is not for its own people to say.
        demandChange: (actor, current, value) => {
          if (current.kind === 'real' && value.kind === 'test') demand(actor, 'config.write', null);
        },
        changeReplies: { 202: { description: 'Red would be kept from coming: the request that waits', schema: approval } },
        second: ({ value, base, ...asked }) => askIfSofter({ ...asked, change: { op: 'put', asset: 'enterprise', value, base } }),
      },
      pages,
    ),
    ...familyRoutes(
      {
        kind: 'site',
        path: '/sites',
        noun: 'site',
        asset: schema.site,
        fresh: schema.newSite,
        patch: schema.sitePatch,
        enterpriseOf: enterpriseOfField,
        build: (fresh, head): Site => ({ ...fresh, ...head }),
        put: (value, base) => ({ op: 'put', asset: 'site', value, base }),
      },
      pages,
    ),
    ...familyRoutes(
      {
        kind: 'hazard-source',
        path: '/hazard-sources',
        noun: 'hazard source',
        asset: schema.hazardSource,
        fresh: schema.newHazardSource,
        patch: schema.hazardSourcePatch,
        enterpriseOf: enterpriseOfField,
        build: (fresh, head): HazardSource => ({ ...fresh, ...head }),
        put: (value, base) => ({ op: 'put', asset: 'hazard-source', value, base }),
        check: (value, view) => demandOwn(view, 'site', value.siteId, value.enterpriseId),
        changeReplies: {
          202: { description: 'A mandatory limit would be less strict, or red kept from coming: the request that waits', schema: approval },
        },
        second: ({ value, base, ...asked }) => askIfSofter({ ...asked, change: { op: 'put', asset: 'hazard-source', value, base } }),
      },
      pages,
    ),
  ];
}
