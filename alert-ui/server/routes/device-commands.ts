import { z } from 'zod';
import { deviceCommandAt } from '../../../model/device-command.ts';
import { demand } from '../access.ts';
import { commandsOfDevice, orderDevice } from '../commands/order.ts';
import { BODY_BYTES, ok, type Route, route } from '../http/route.ts';
import { present } from '../http/validate.ts';
import { HttpProblem } from '../problem.ts';
import { cursor, limit, listBody, reference } from '../schema/common.ts';
import { deviceCommand, deviceCommandName, orderBody } from '../schema/device-command.ts';
import { findDevice } from './devices.ts';

const tag = 'devices';

/** What is asked of devices from afar: silence, a test, closing a valve. None of it changes an alarm. */
export const deviceCommandRoutes: Route[] = [
  route({
    method: 'post',
    path: '/devices/{id}/commands',
    operationId: 'device-command.send',
    tag,
    summary:
      'Ask something of a device that is connected. Written down before it is sent; what nobody listens to is `device-offline`, and nothing is kept for later: a command that arrives hours later is dangerous. At most 5 of a kind to one device within a minute. No command opens a valve: that is done on site',
    params: z.object({ id: reference }),
    body: orderBody,
    bodyLimit: BODY_BYTES.comment,
    replies: { 202: { description: 'Sent; its outcome is asked for by its id', schema: deviceCommand } },
    problems: ['not-found', 'not-allowed', 'id-retired', 'unknown-command', 'device-offline', 'too-many-commands', 'unavailable'],
    handle: async ({ platform, actor, path, body, request, requestId }) => {
      const device = findDevice(platform.view, actor, path.id);
      demand(actor, 'device.command', device.enterpriseId);
      if (device.retiredAt !== null) throw new HttpProblem('id-retired', device.id);
      const comment = body.comment ?? null;
      const key = request.get('idempotency-key') ?? null;
      const command = await orderDevice(platform, { device, by: actor.name, command: body.command, comment, key });
      const inAudit = {
        resource: `devices/${device.id}/commands/${command.id}`,
        detail: comment === null ? command.command : `${command.command}: ${comment}`,
      };
      if (command.reason === null) return { status: 202, body: command, ...inAudit };
      const offline = new HttpProblem(command.reason, `nobody listens to the command topic of ${device.id}; nothing is kept for later`);
      const headers = { 'content-type': 'application/problem+json' };
      return { status: offline.status, body: offline.body(requestId), headers, ...inAudit };
    },
  }),
  route({
    method: 'get',
    path: '/devices/{id}/commands',
    operationId: 'device-command.list',
    tag,
    summary: 'What was asked of a device, newest first (the newest 1,000 are kept), and what may be asked of it',
    params: z.object({ id: reference }),
    query: z.strictObject({ cursor: cursor.optional(), limit: limit(200, 20) }),
    replies: {
      200: {
        description: 'A page, and the commands its profile knows',
        schema: listBody(deviceCommand).extend({ knows: z.array(deviceCommandName) }),
      },
    },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path, query }) => {
      const device = findDevice(platform.view, actor, path.id);
      const asked = present({ device: device.id, cursor: query.cursor, limit: query.limit });
      const page = await platform.records.commands.list(asked);
      const now = platform.clock.now();
      return ok({
        items: page.items.map((one) => deviceCommandAt(one, now)),
        ...(page.next === null ? {} : { next: page.next }),
        knows: commandsOfDevice(platform.view, device),
      });
    },
  }),
  route({
    method: 'get',
    path: '/devices/{id}/commands/{commandId}',
    operationId: 'device-command.get',
    tag,
    summary: 'One command and what became of it',
    params: z.object({ id: reference, commandId: z.string().min(1).max(64) }),
    replies: { 200: { description: 'The command', schema: deviceCommand } },
    problems: ['not-found', 'unavailable'],
    handle: async ({ platform, actor, path }) => {
      const device = findDevice(platform.view, actor, path.id);
      const found = await platform.records.commands.get(device.id, path.commandId);
      if (found === null) throw new HttpProblem('not-found', `command ${path.commandId}`);
      return ok(deviceCommandAt(found, platform.clock.now()));
    },
  }),
];
