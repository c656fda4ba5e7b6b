import { demand } from '../access.ts';
import { ok, type Route, route } from '../http/route.ts';
import { floods } from '../schema/flood.ts';

export const floodRoutes: Route[] = [
  route({
    method: 'get',
    path: '/floods',
    operationId: 'flood.list',
    tag: 'alarms',
    summary: 'Whether the desk is flooded with alarms now, and the last floods; of the whole platform',
    replies: { 200: { description: 'Now, and the last 20', schema: floods } },
    problems: ['not-allowed'],
    handle: ({ platform, actor }) => {
      demand(actor, 'view', null);
      return ok({ ...platform.view.flood, items: platform.view.floods() });
    },
  }),
];
