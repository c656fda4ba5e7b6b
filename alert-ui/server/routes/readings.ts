import { z } from 'zod';
import { ok, type Route, route } from '../http/route.ts';
import { queryTime, reference } from '../schema/common.ts';
import { readingsBody } from '../schema/device-detail.ts';
import { rangeAsked } from './reading-range.ts';

const RAW_MAX = 10_000;

export const readingRoutes: Route[] = [
  route({
    method: 'get',
    path: '/devices/{id}/readings',
    operationId: 'device.readings',
    tag: 'devices',
    summary: 'Stored readings of one point, raw or in buckets',
    params: z.object({ id: reference }),
    query: z.strictObject({
      measurement: z.string().min(1).max(64),
      channel: z.coerce.number().int().min(0).max(100_000).optional(),
      from: queryTime.optional().meta({ description: 'Inclusive. Default: an hour before `to`.' }),
      to: queryTime.optional().meta({ description: 'Exclusive. Default: now.' }),
      cursor: queryTime.optional().meta({ description: '`next` of the page before; stands in for `from`.' }),
      maxPoints: z.coerce.number().int().min(1).max(10_000).optional(),
      limit: z.coerce.number().int().min(1).max(RAW_MAX).optional(),
    }),
    replies: { 200: { description: 'Readings', schema: readingsBody } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path, query }) => {
      const { range, unit } = rangeAsked(platform, actor, path.id, query);
      if (query.maxPoints !== undefined) {
        const answer = await platform.readings.buckets({ ...range, maxPoints: query.maxPoints });
        return ok({
          unit,
          points: answer.buckets,
          bad: answer.bad,
          bucketMs: answer.bucketMs,
          source: answer.source,
          through: answer.through,
        });
      }
      const { points, through, next } = await platform.readings.rangeText({ ...range, limit: query.limit ?? RAW_MAX });
      const head = JSON.stringify({ unit, source: 'raw', through, ...(next === null ? {} : { next }) });
      return { status: 200, json: `${head.slice(0, -1)},"points":${points}}` };
    },
  }),
];
