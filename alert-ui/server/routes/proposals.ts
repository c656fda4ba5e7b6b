import { z } from 'zod';
import { ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { queryTime, reference } from '../schema/common.ts';
import { proposals } from '../schema/proposal.ts';
import { rangeAsked } from './reading-range.ts';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 31;

export const proposalRoutes: Route[] = [
  route({
    method: 'get',
    path: '/devices/{id}/limit-proposals',
    operationId: 'device.limit-proposals',
    tag: 'devices',
    summary: 'Deadband and delays that would have kept the limits of one point from chattering, from its own history; nothing changes',
    params: z.object({ id: reference }),
    query: z.strictObject({
      measurement: z.string().min(1).max(64),
      channel: z.coerce.number().int().min(0).max(100_000).optional(),
      from: queryTime.optional().meta({ description: 'Inclusive. Default: a day before `to`.' }),
      to: queryTime.optional().meta({ description: 'Exclusive. Default: now.' }),
    }),
    replies: { 200: { description: 'One for each limit with a number as set point', schema: proposals } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path, query }) => {
      const to = query.to ?? platform.clock.now();
      const { range, unit } = rangeAsked(platform, actor, path.id, { ...query, from: query.from ?? Math.max(0, to - DAY_MS), to });
      if (range.to - range.from > LONGEST_DAYS * DAY_MS) {
        const message = `longer than ${LONGEST_DAYS} days`;
        throw new HttpProblem('invalid-request', message, { errors: [{ path: 'query.from', message }] });
      }
      const { device, measurement, channel } = range;
      return ok({ device, measurement, channel, unit, ...(await platform.proposals(range)) });
    },
  }),
];
