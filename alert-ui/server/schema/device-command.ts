import { z } from 'zod';
import { ANSWER_DETAIL_CHARS, ANSWER_WITHIN_MS, DEVICE_COMMAND_STATES, DEVICE_COMMANDS } from '../../../model/device-command.ts';
import { epochMs } from './common.ts';

export const deviceCommandName = z.enum(DEVICE_COMMANDS).meta({ id: 'DeviceCommandName' });
export const deviceCommand = z
  .object({
    id: z.string().meta({ description: 'The device answers with it.' }),
    deviceId: z.string(),
    enterpriseId: z.string(),
    command: deviceCommandName,
    comment: z.string().nullable(),
    by: z.string(),
    at: epochMs,
    state: z.enum(DEVICE_COMMAND_STATES).meta({
      description: `\`sent\`: handed to somebody who listens; \`done\`, \`failed\`: what the device said; \`unanswered\`: nothing within ${ANSWER_WITHIN_MS / 1_000} s. A late answer still counts.`,
    }),
    reason: z
      .enum(['device-offline'])
      .nullable()
      .meta({ description: 'Why it failed where nobody listened: it went nowhere and is not kept for later.' }),
    answeredAt: epochMs.nullable(),
    detail: z
      .string()
      .nullable()
      .meta({ description: `The device's own words, at most ${ANSWER_DETAIL_CHARS} characters; text, never markup.` }),
  })
  .meta({ id: 'DeviceCommand', description: 'Something asked of a device from afar. It changes no alarm.' });
export const orderBody = z.strictObject({
  command: z
    .string()
    .min(1)
    .max(64)
    .meta({ description: `Of ${DEVICE_COMMANDS.join(', ')} those that its profile knows; the list says which.` }),
  comment: z.string().trim().min(1).max(2_000).optional().meta({ description: 'Why. `close-valve` is not sent without.' }),
});
