import { z } from 'zod';
import type { PublicInfo } from '../../protocol/http.ts';
import { ok, type Route, route } from '../http/route.ts';

/** What the sign-in page may know. */
export function infoRoutes(demo: boolean): Route[] {
  return [
    route({
      method: 'get',
      path: '/info',
      operationId: 'info',
      tag: 'session',
      summary: 'Name, build and time zone of this installation',
      access: 'open',
      replies: {
        200: {
          description: 'Public facts',
          schema: z.object({ name: z.string(), build: z.string(), timeZone: z.string(), demo: z.boolean() }),
        },
      },
      handle: ({ platform }) => {
        const info: PublicInfo = { name: 'Beacon Tower', build: platform.build, timeZone: platform.timeZone, demo };
        return ok(info);
      },
    }),
  ];
}
