import { z } from 'zod';
import type { PublicInfo } from '../../protocol/http.ts';
import { identify } from '../http/mount.ts';
import { ok, type Route, route } from '../http/route.ts';
import type { Identities } from '../sign-in/identity.ts';

export interface InfoParts {
  readonly demo: boolean;
  readonly mqttPort: () => number | null;
  readonly identities: Identities;
}

/** What anybody may know: the sign-in page asks this first, so that nobody signed in is an answer and not an error. */
export function infoRoutes(parts: InfoParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/info',
      operationId: 'info',
      tag: 'session',
      summary: 'Name, build, time zone and doors of this installation, and whether this request is signed in',
      access: 'open',
      replies: {
        200: {
          description: 'Public facts',
          schema: z.object({
            name: z.string(),
            build: z.string(),
            timeZone: z.string(),
            demo: z.boolean(),
            mqttPort: z
              .int()
              .min(1)
              .max(65_535)
              .nullable()
              .meta({ description: 'Port of the plain MQTT door, at the host of this address; null when none is open.' }),
            signedIn: z.boolean().meta({ description: 'The request carries a valid session or API token.' }),
          }),
        },
      },
      handle: async ({ platform, request }) => {
        const info: PublicInfo = {
          name: 'Beacon Tower',
          build: platform.build,
          timeZone: platform.timeZone,
          demo: parts.demo,
          mqttPort: parts.mqttPort(),
          signedIn: (await identify(request, parts.identities)) !== null,
        };
        return ok(info);
      },
    }),
  ];
}
