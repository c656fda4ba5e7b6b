import { z } from 'zod';
import type { HazardSource } from '../../../model/asset.ts';
import { type Classification, classify } from '../../../model/hazard/classify.ts';
import { HAZARD_CLASSES, NAMED_SUBSTANCES } from '../../../model/hazard/tables.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { demand, sees } from '../access.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { hazardSource } from '../schema/asset.ts';
import { reference } from '../schema/common.ts';
import * as schema from '../schema/hazard.ts';
import type { AccountActor } from '../sign-in/identity.ts';
import { baseRevision, configureOne, etag } from './outcome.ts';

const tag = 'hazards';
const byId = z.object({ id: reference });

/** Works it out; what cannot be is refused with the place in the list. */
function worked(body: z.output<typeof schema.classificationBody>): Classification {
  const result = classify(body.substances.map(present), body.people);
  if (result.ok) return result.classification;
  const path = result.at === null ? 'people' : `substances.${result.at}`;
  throw new HttpProblem('invalid', `${path}: ${result.code}: ${result.detail}`, { errors: [{ path, message: result.code }] });
}

/** Stands and may be seen; what one may not even see does not exist. */
function standing(platform: Platform, actor: AccountActor, id: string): HazardSource {
  const source = platform.view.assets('hazard-source').get(id);
  if (source === undefined || !sees(actor, source.enterpriseId)) throw new HttpProblem('not-found', `hazard source ${id}`);
  demand(actor, 'config.write', source.enterpriseId);
  if (source.retiredAt !== null) throw new HttpProblem('id-retired', id);
  return source;
}

/** Identification and classification by GB 18218: a calculator for everybody, and the class of a hazard source with its working. */
export const classificationRoutes: Route[] = [
  route({
    method: 'get',
    path: '/calculators/gb18218',
    operationId: 'gb18218.tables',
    tag,
    summary: 'Substances and hazard classes of GB 18218-2018 with their figures, and how sure each is',
    replies: { 200: { description: 'Tables', schema: schema.gb18218Tables } },
    handle: () => ok({ substances: NAMED_SUBSTANCES, classes: HAZARD_CLASSES }),
  }),
  route({
    method: 'post',
    path: '/calculators/gb18218',
    operationId: 'gb18218.classify',
    tag,
    summary: 'Work out S and R of a list of substances; nothing is stored',
    body: schema.classificationBody,
    bodyLimit: BODY_BYTES.asset,
    replies: { 200: { description: 'The classification with its working', schema: schema.classification } },
    problems: ['invalid'],
    handle: ({ body }) => ok(worked(body)),
  }),
  route({
    method: 'post',
    path: '/hazard-sources/{id}/classification',
    operationId: 'hazard-source.classify',
    tag,
    summary: 'Classify a hazard source by its design maximum; the class and its working are kept with it',
    params: byId,
    body: schema.classificationBody,
    bodyLimit: BODY_BYTES.asset,
    replies: { 200: { description: 'The hazard source', schema: hazardSource } },
    problems: ['not-found', 'not-allowed', 'invalid', 'id-retired', 'revision-conflict', 'unavailable'],
    handle: async ({ platform, actor, path, body, ifMatch, requestId }) => {
      const current = standing(platform, actor, path.id);
      const base = baseRevision(ifMatch, current);
      const now = platform.clock.now();
      const value: HazardSource = {
        ...current,
        classification: { ...worked(body), at: now, by: actor.name },
        revision: base + 1,
        updatedAt: now,
      };
      const put = { op: 'put', asset: 'hazard-source', value, base } as const;
      const asset = await configureOne(platform, actor, requestId, 'hazard-source', path.id, put);
      return { ...ok(asset, etag(asset.revision)), detail: `class ${asset.classification?.class ?? 'none'}` };
    },
  }),
  route({
    method: 'delete',
    path: '/hazard-sources/{id}/classification',
    operationId: 'hazard-source.unclassify',
    tag,
    summary: 'Take the classification of a hazard source back: its inherent risk is then unknown, not nothing',
    params: byId,
    replies: { 200: { description: 'The hazard source', schema: hazardSource } },
    problems: ['not-found', 'not-allowed', 'id-retired', 'revision-conflict', 'unavailable'],
    handle: async ({ platform, actor, path, ifMatch, requestId }) => {
      const current = standing(platform, actor, path.id);
      const base = baseRevision(ifMatch, current);
      if (current.classification === undefined) return ok(current, etag(current.revision));
      const { classification: _taken, ...rest } = current;
      const value: HazardSource = { ...rest, revision: base + 1, updatedAt: platform.clock.now() };
      const put = { op: 'put', asset: 'hazard-source', value, base } as const;
      const asset = await configureOne(platform, actor, requestId, 'hazard-source', path.id, put);
      return ok(asset, etag(asset.revision));
    },
  }),
];
