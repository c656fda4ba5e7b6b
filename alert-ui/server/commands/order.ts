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
import type { EpochMs } from '../../../model/time.ts';
import { KEPT_MS } from '../http/idempotency.ts';
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
    // As everywhere, an answer is kept for a day. The command is not: nobody is told of an old one as if it had just been sent, nor is one sent
    // that a request left lying for days asks for.
    if (now - before.at >= KEPT_MS)
      throw new HttpProblem('idempotency-key-reused', `the same Idempotency-Key sent ${before.command} more than a day ago`);
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
  const payload = JSON.stringify({ id: fresh.id, command, expiresAt: expiresAt(platform.view, device, now) });
  if (await platform.sendCommand(device.enterpriseId, device.id, fresh.id, payload)) return fresh;
  await platform.records.commands.offline(fresh.id);
  return { ...fresh, state: 'failed', reason: 'device-offline' };
}

/**
 * A device with a clock can tell a command that was long under way; it is dangerous then. Where its clock is ahead of ours, as its stamps tell,
 * the end is by its clock: else it would take every command for an old one, and close no valve. Where it is behind, the end is by ours: a
 * stamp can be a wrong one of a clock that is right.
 */
function expiresAt(view: EngineView, device: Device, now: EpochMs): EpochMs {
  const aheadMs = -(view.status(device.id)?.clockErrorMs ?? 0);
  return now + ANSWER_WITHIN_MS + Math.max(0, aheadMs);
}

function notKnown(asked: string, known: readonly DeviceCommandName[]): string {
  const others = known.length === 0 ? 'its profile knows no commands' : `its profile knows ${known.join(', ')}`;
  return asked.startsWith('open') ? `a valve is opened on site, by hand, after a leak test; ${others}` : others;
}
