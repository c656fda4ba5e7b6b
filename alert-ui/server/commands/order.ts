import type { Device } from '../../../model/asset.ts';
import type { EngineView } from '../../../model/engine.ts';
import {
  ANSWER_WITHIN_MS,
  commandsOf,
  type DeviceCommand,
  type DeviceCommandName,
  deviceCommandAt,
  needsReason,
} from '../../../model/device-command.ts';
import type { Platform } from '../../../model/ports/platform.ts';
import { HttpProblem } from '../problem.ts';
import { digest, randomText } from '../sign-in/secrets.ts';

/** Of one kind to one device: a flood of tests never stands in the way of closing the valve. */
const MOST = 5;
const MOST_WITHIN_MS = 60_000;

/** What somebody asks of a device. */
export interface Order {
  readonly device: Device;
  readonly by: string;
  /** As it was sent: what the device's profile does not know is refused. */
  readonly command: string;
  readonly comment: string | null;
  /** `Idempotency-Key`, or null. */
  readonly key: string | null;
}

/** Commands the profile of a device knows; none where the catalogue does not have it. */
export function commandsOfDevice(view: EngineView, device: Device): readonly DeviceCommandName[] {
  const profile = view.catalogue?.profiles.find((one) => one.id === device.profileId);
  return profile === undefined ? [] : commandsOf(profile);
}

/**
 * Writes a command down and then sends it, once: what was written and whose sending nobody saw (the process ended in between) is never sent
 * again by itself, nor by a request of the same key. Throws `unknown-command`, `invalid-request` (no reason where one is needed),
 * `too-many-commands`, `idempotency-key-reused`. One that nobody listened to comes back as failed, `device-offline`.
 */
export async function orderDevice(platform: Platform, order: Order): Promise<DeviceCommand> {
  const { device, comment } = order;
  const known = commandsOfDevice(platform.view, device);
  const command = known.find((name) => name === order.command);
  if (command === undefined) throw new HttpProblem('unknown-command', notKnown(order.command, known));
  if (needsReason(command) && comment === null)
    throw new HttpProblem('invalid-request', `body: comment: ${command} needs a reason`, {
      errors: [{ path: 'comment', message: `${command} needs a reason` }],
    });
  const requestKey = order.key === null ? null : digest(`${order.by} ${order.key}`);
  const before = requestKey === null ? null : await platform.records.commands.ofRequest(requestKey);
  const now = platform.clock.now();
  if (before !== null) {
    const same = before.deviceId === device.id && before.command === command && before.comment === comment;
    if (!same) throw new HttpProblem('idempotency-key-reused', 'the same Idempotency-Key came with another request');
    return deviceCommandAt(before, now);
  }
  const fresh: DeviceCommand = {
    id: randomText(12),
    deviceId: device.id,
    enterpriseId: device.enterpriseId,
    command,
    comment,
    by: order.by,
    at: now,
    state: 'sent',
    reason: null,
    answeredAt: null,
    detail: null,
  };
  if (!(await platform.records.commands.add(fresh, requestKey, { from: now - MOST_WITHIN_MS + 1, most: MOST })))
    throw new HttpProblem('too-many-commands', `${MOST} of these within a minute already`);
  // A device with a clock can tell one that was long under way; it is dangerous then.
  const payload = JSON.stringify({ id: fresh.id, command, expiresAt: now + ANSWER_WITHIN_MS });
  if (await platform.sendCommand(device.enterpriseId, device.id, fresh.id, payload)) return fresh;
  await platform.records.commands.offline(fresh.id);
  return { ...fresh, state: 'failed', reason: 'device-offline' };
}

function notKnown(asked: string, known: readonly DeviceCommandName[]): string {
  const others = known.length === 0 ? 'its profile knows no commands' : `its profile knows ${known.join(', ')}`;
  return asked.startsWith('open') ? `a valve is opened on site, by hand, after a leak test; ${others}` : others;
}
