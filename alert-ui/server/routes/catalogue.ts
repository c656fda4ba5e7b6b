import { z } from 'zod';
import { ok, type Route, route } from '../http/route.ts';
import { faultDef, profile } from '../schema/device-detail.ts';

/** The catalogue is part of the product, not of anybody's plant: everyone who is signed in may read it. */
export const catalogueRoutes: Route[] = [
  route({
    method: 'get',
    path: '/profiles',
    operationId: 'profile.list',
    tag: 'devices',
    summary: 'The device profiles in force, with every limit, its basis and how sure it is',
    replies: {
      200: {
        description: 'Profiles and fault codes',
        schema: z.object({ version: z.string(), items: z.array(profile), faults: z.array(faultDef) }),
      },
    },
    handle: ({ platform }) => {
      const catalogue = platform.view.catalogue;
      return ok({ version: catalogue?.version ?? '', items: catalogue?.profiles ?? [], faults: catalogue?.faults ?? [] });
    },
  }),
];
