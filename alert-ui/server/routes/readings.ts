import { z } from 'zod';
import type { MeasurementDef } from '../../../model/profile.ts';
import { FUTURE_TOLERANCE_MS } from '../../../model/time.ts';
import { ok, type Route, route } from '../http/route.ts';
import { HttpProblem } from '../problem.ts';
import { queryTime, reference } from '../schema/common.ts';
import { readingsBody } from '../schema/device-detail.ts';
import { findDevice, measurementOf } from './devices.ts';

const USUAL_SPAN_MS = 3_600_000;
const RAW_MAX = 10_000;

/** The first channel where there are several and none is named, as in a payload; null where the measurement has none. */
function channelOf(definition: MeasurementDef | undefined, named: number | undefined): number | null {
  if (definition === undefined) return named ?? null;
  const channels = definition.channels ?? 0;
  if (named === undefined) return channels === 0 ? null : 1;
  if (named >= 1 && named <= channels) return named;
  const detail = channels === 0 ? `${definition.key} has no channels` : `${definition.key} has channels 1 to ${channels}`;
  throw new HttpProblem('invalid-request', detail, { errors: [{ path: 'query.channel', message: detail }] });
}

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
      const device = findDevice(platform.view, actor, path.id);
      const definition = measurementOf(platform.view, device, query.measurement);
      if (platform.view.catalogue !== null && definition === undefined) {
        throw new HttpProblem('invalid-request', `profile ${device.profileId} has no measurement ${query.measurement}`, {
          errors: [{ path: 'query.measurement', message: 'not of this profile' }],
        });
      }
      const channel = channelOf(definition, query.channel);
      // A reading taken this very moment is in; its stamp may be a little ahead.
      const to = query.to ?? platform.clock.now() + FUTURE_TOLERANCE_MS;
      const from = query.cursor ?? query.from ?? Math.max(0, to - USUAL_SPAN_MS);
      if (from > to)
        throw new HttpProblem('invalid-request', 'from is after to', { errors: [{ path: 'query.from', message: 'after to' }] });
      const range = {
        enterprise: device.enterpriseId,
        device: device.id,
        measurement: query.measurement,
        channel,
        from,
        to,
      };
      const unit = definition?.ucum ?? '';
      if (query.maxPoints !== undefined) {
        const answer = await platform.readings.buckets({ ...range, maxPoints: query.maxPoints });
        return ok({ unit, points: answer.buckets, bucketMs: answer.bucketMs, source: answer.source, through: answer.through });
      }
      const answer = await platform.readings.range({ ...range, limit: query.limit ?? RAW_MAX });
      return ok({
        unit,
        points: answer.points,
        source: 'raw',
        through: answer.through,
        ...(answer.next === null ? {} : { next: answer.next }),
      });
    },
  }),
];
