import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';
import { factorRight, type SetFactorName, type Warning, type WarningHead, type WarningScope } from '../../../model/warning.ts';
import { areaWithin, demand, sees } from '../access.ts';
import { cursorOf, positionOf } from '../http/page.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { worseFirst } from '../live/worst-warnings.ts';
import { HttpProblem } from '../problem.ts';
import { cursor, level, limit, listBody, listOf, queryTime, reference } from '../schema/common.ts';
import * as schema from '../schema/warning.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { asRefusal } from './outcome.ts';
import { enterpriseScope } from './scope.ts';

const tag = 'warnings';
const byId = z.object({ id: z.string().min(1).max(160) });
const byFactor = z.object({ id: reference, name: schema.setFactorName });

/** Newest events of one warning that its page shows. */
const EVENTS_SHOWN = 200;

/** Stands and may be seen; what one may not even see does not exist. */
function find(platform: Platform, actor: AccountActor, id: string, noun: string, shown: string): Warning {
  const warning = platform.view.warning(id);
  if (warning === undefined || !sees(actor, warning.enterpriseId)) throw new HttpProblem('not-found', `${noun} ${shown}`);
  return warning;
}

/** A place in a list sorted by `worseFirst`. */
function isPlace(value: unknown): value is Pick<WarningHead, 'level' | 'scope' | 'ri' | 'id'> {
  return typeof value === 'object' && value !== null && 'level' in value && 'scope' in value && 'ri' in value && 'id' in value;
}

const FAMILIES = [
  { scope: 'hazard-source', path: '/hazard-sources', noun: 'hazard source', article: 'a' },
  { scope: 'enterprise', path: '/enterprises', noun: 'enterprise', article: 'an' },
  { scope: 'area', path: '/areas', noun: 'area', article: 'an' },
] as const;

async function setFactor(
  platform: Platform,
  actor: AccountActor,
  requestId: string,
  what: { readonly scope: WarningScope; readonly noun: string; readonly id: string; readonly name: SetFactorName },
  said: { readonly value: number; readonly until: number; readonly comment?: string } | null,
): Promise<Warning> {
  const id = `${what.scope}:${what.id}`;
  const { enterpriseId } = find(platform, actor, id, what.noun, what.id);
  demand(actor, factorRight(what.name), enterpriseId);
  const change = { op: 'factor', scope: what.scope, id: what.id, factor: what.name } as const;
  const [outcome] = await platform.configure(actor, requestId, [
    said === null ? { ...change, value: null, until: null } : { ...change, ...present(said) },
  ]);
  if (outcome === undefined) throw new HttpProblem('unavailable', 'no outcome');
  if (!outcome.ok) throw asRefusal(outcome);
  return find(platform, actor, id, what.noun, what.id);
}

export const warningRoutes: Route[] = [
  route({
    method: 'get',
    path: '/warnings',
    operationId: 'warning.list',
    tag,
    summary: 'Warnings, worst first: of everything, or `state=issued` (above blue), `resting`; `state=lifted` is history, newest first',
    query: z.strictObject({
      state: z.enum(['issued', 'open', 'resting', 'lifted']).optional().meta({ description: '`open` means `issued`.' }),
      level: listOf(level, 4).optional(),
      scope: listOf(schema.warningScope, 3).optional(),
      enterprise: listOf(reference).optional(),
      area: listOf(reference).optional(),
      from: queryTime.optional().meta({ description: 'Of history: issued at or after.' }),
      to: queryTime.optional().meta({ description: 'Of history: issued before.' }),
      cursor: cursor.optional(),
      limit: limit(500, 100),
    }),
    replies: { 200: { description: 'A page', schema: listBody(schema.listedWarning) } },
    problems: ['unavailable'],
    handle: async ({ platform, actor, query }) => {
      const enterprises = enterpriseScope(actor, query.enterprise);
      if (enterprises?.length === 0) return ok({ items: [] });
      const areas = query.area === undefined ? undefined : [...new Set(query.area.flatMap((area) => areaWithin(platform.view, area)))];
      if (query.state === 'lifted') {
        await platform.flushWarnings();
        const { level: levels, scope: scopes, from, to } = query;
        const page = await platform.records.warnings.past({
          ...present({ levels, scopes, enterprises, areas, from, to, cursor: query.cursor }),
          limit: query.limit,
        });
        return ok({
          items: page.items.filter((warning) => sees(actor, warning.enterpriseId)),
          ...(page.next === null ? {} : { next: page.next }),
        });
      }
      const state = query.state === 'open' ? 'issued' : query.state;
      const wanted = (head: WarningHead): boolean =>
        sees(actor, head.enterpriseId) &&
        (state === undefined || head.state === state) &&
        (query.level === undefined || query.level.includes(head.level)) &&
        (query.scope === undefined || query.scope.includes(head.scope)) &&
        (enterprises === undefined || (head.enterpriseId !== null && enterprises.includes(head.enterpriseId))) &&
        (areas === undefined || (head.areaId !== null && areas.includes(head.areaId)));
      const after = positionOf(query.cursor, isPlace);
      const heads: WarningHead[] = [];
      for (const head of platform.view.warningHeads())
        if (wanted(head) && (after === null || worseFirst({ ...head, ...after }, head) < 0)) heads.push(head);
      heads.sort(worseFirst);
      const shown = heads.slice(0, query.limit);
      const last = shown.at(-1);
      return ok({
        items: shown.flatMap(({ id }) => platform.view.warning(id) ?? []),
        ...(heads.length > shown.length && last !== undefined
          ? { next: cursorOf({ level: last.level, scope: last.scope, ri: last.ri, id: last.id }) }
          : {}),
      });
    },
  }),
  route({
    method: 'get',
    path: '/warnings/{id}',
    operationId: 'warning.get',
    tag,
    summary: 'One warning with its break-down and its history: `hazard-source:<id>`, `enterprise:<id>` or `area:<id>`',
    params: byId,
    replies: { 200: { description: 'The warning', schema: schema.warningWithEvents } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path }) => {
      find(platform, actor, path.id, 'warning', path.id);
      await platform.flushWarnings();
      const events = await platform.records.warnings.events(path.id, EVENTS_SHOWN);
      return ok({ ...find(platform, actor, path.id, 'warning', path.id), events });
    },
  }),
  ...FAMILIES.flatMap(({ scope, path: base, noun, article }) => [
    route({
      method: 'put',
      path: `${base}/{id}/factors/{name}`,
      operationId: `${scope}.factor.set`,
      tag,
      summary: `Say how a factor of ${article} ${noun} stands, and until when`,
      params: byFactor,
      body: schema.factorBody,
      bodyLimit: BODY_BYTES.comment,
      replies: { 200: { description: 'The warning after it', schema: schema.warning } },
      problems: ['not-found', 'not-allowed', 'invalid', 'unavailable'],
      handle: async ({ platform, actor, path, body, requestId }) => {
        const what = { scope, noun, id: path.id, name: path.name };
        const warning = await setFactor(platform, actor, requestId, what, present(body));
        return { ...ok(warning), detail: `${path.name} ${body.value} until ${body.until}` };
      },
    }),
    route({
      method: 'delete',
      path: `${base}/{id}/factors/{name}`,
      operationId: `${scope}.factor.clear`,
      tag,
      summary: `Take a factor of ${article} ${noun} back: it is then without data`,
      params: byFactor,
      replies: { 200: { description: 'The warning after it', schema: schema.warning } },
      problems: ['not-found', 'not-allowed', 'invalid', 'unavailable'],
      handle: async ({ platform, actor, path, requestId }) =>
        ok(await setFactor(platform, actor, requestId, { scope, noun, id: path.id, name: path.name }, null)),
    }),
  ]),
];
