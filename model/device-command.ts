import type { Profile } from './profile.ts';
import type { EpochMs } from './time.ts';

/**
 * What people ask of a device from afar. A command changes no alarm: that an alarm makes no sound on the desk is the alarm's own silence,
 * and whether the gas is gone the next readings say. The truth of it is in the records (docs/decisions).
 */
export const DEVICE_COMMANDS = ['silence', 'self-test', 'close-valve'] as const;
export type DeviceCommandName = (typeof DEVICE_COMMANDS)[number];

/** `sent`: written down and handed to whoever listens; `unanswered`: nothing came within `ANSWER_WITHIN_MS`. */
export const DEVICE_COMMAND_STATES = ['sent', 'done', 'failed', 'unanswered'] as const;
export type DeviceCommandState = (typeof DEVICE_COMMAND_STATES)[number];

/** So long a device has to answer, ms, and so long an external broker may keep a command: what arrives later may be dangerous. */
export const ANSWER_WITHIN_MS = 30_000;
/** Longest text of a device that is kept, characters. */
export const ANSWER_DETAIL_CHARS = 200;

export interface DeviceCommand {
  /** Of our making, and not to be guessed: the device answers with it. */
  readonly id: string;
  readonly deviceId: string;
  readonly enterpriseId: string;
  readonly command: DeviceCommandName;
  /** Why; `close-valve` is not sent without. */
  readonly comment: string | null;
  readonly by: string;
  readonly at: EpochMs;
  readonly state: DeviceCommandState;
  /** Why it failed where the device had no part in it: nobody listened. */
  readonly reason: 'device-offline' | null;
  /** A late answer is written down, too: it says what the device did. */
  readonly answeredAt: EpochMs | null;
  /** The device's own words, ≤ 200 characters, nothing in it but what prints. */
  readonly detail: string | null;
}

/** What a device said about a command. */
export interface CommandAnswer {
  readonly device: string;
  readonly id: string;
  readonly ok: boolean;
  readonly detail: string | null;
}

/** As it stands at `now`. Nothing is written for it: an answer that did not come needs no clock but the reader's. */
export function deviceCommandAt(command: DeviceCommand, now: EpochMs): DeviceCommand {
  return command.state === 'sent' && now - command.at >= ANSWER_WITHIN_MS ? { ...command, state: 'unanswered' } : command;
}

/** Whether it may be asked for without saying why. */
export function needsReason(command: DeviceCommandName): boolean {
  return command === 'close-valve';
}

/**
 * Kinds of device that have a sounder for the room they are in, and nobody whom it warns of his own air: a portable detector's and the
 * field sounders of a plant are silenced by whoever stands there. By hand [D]: no standard at hand says what such a device takes.
 */
const SOUNDERS: readonly string[] = ['gas.combustible.commercial', 'gas.combustible.household', 'fire.smoke.standalone', 'fire.electrical'];
/** Fixed detectors, which test themselves without anybody going there; by hand, as above [D]. */
const SELF_TESTING: readonly string[] = [
  ...SOUNDERS,
  'gas.combustible.point.industrial',
  'gas.combustible.openpath.industrial',
  'gas.toxic.co',
  'gas.toxic.h2s',
  'gas.toxic.nh3',
  'gas.toxic.cl2',
  'gas.toxic.so2',
  'gas.oxygen',
  'gas.underground.methane',
  'fire.uitd',
  'coal.methane',
];

/** Names of the catalogue that mean one of ours. */
const OF_CATALOGUE: Readonly<Record<string, DeviceCommandName>> = { close: 'close-valve' };

/**
 * Commands a kind of device knows, in the order of `DEVICE_COMMANDS`. A valve closes from afar where the profile says that it may, or where
 * the device tells how its valve stands; there is no command that opens one: that is done by hand, on site, after a leak test [D].
 */
export function commandsOf(profile: Pick<Profile, 'id' | 'commands' | 'measurements'>): readonly DeviceCommandName[] {
  const known = new Set<DeviceCommandName>();
  if (SOUNDERS.includes(profile.id)) known.add('silence');
  if (SELF_TESTING.includes(profile.id)) known.add('self-test');
  if (profile.measurements.some((measurement) => measurement.key === 'valve_open')) known.add('close-valve');
  for (const { name, remote } of profile.commands ?? []) {
    const own = OF_CATALOGUE[name];
    if (remote && own !== undefined) known.add(own);
  }
  return DEVICE_COMMANDS.filter((name) => known.has(name));
}
