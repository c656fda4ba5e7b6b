/** What a simulated device shows at one instant; a pure function of time, so that two runs with one seed are the same. */
export interface DeviceMoment {
  /** Payload keys and values as the profile names them (`lel`, `cable_temp.2`). */
  readonly values: Readonly<Record<string, number | boolean | null>>;
  /** Fault codes the device reports for itself; an empty list says that it has none (any more), absent that it does not speak of faults. */
  readonly faults?: readonly string[];
  /** What it says of values that are not to be taken for the process, by payload key. */
  readonly quality?: Readonly<Record<string, 'test' | 'maintenance'>>;
  /**
   * `up`: connected; `down`: the network is away, the device keeps what it measures and sends it on its return;
   * `mute`: connected and silent (a dead sensor); `off`: no power, nothing measured, the connection breaks off without a word.
   */
  readonly link: 'up' | 'down' | 'mute' | 'off';
  /** Device's clock − true time, ms; absent = right. */
  readonly clockErrorMs?: number;
  /** The device's own counter of reports. */
  readonly seq?: number;
  /** Simulated time to the next report, ms, where it is not the usual one. */
  readonly nextInMs?: number;
}

/**
 * What a device does with what it kept while its network was away: in arrays of 100, all in one array, or one message each.
 */
export type BacklogHabit = 'arrays' | 'one-array' | 'singles';

/** What a device makes of a command. */
export interface Obeyed {
  readonly ok: boolean;
  /** In its own words. */
  readonly detail?: string;
}

/** A device as the simulators run it. */
export interface SimulatedDevice {
  readonly id: string;
  readonly enterpriseId: string;
  /** Simulated time between two reports, ms. */
  readonly reportEveryMs: number;
  /** Whether its messages carry their own time stamp; without one the platform takes the arrival. */
  readonly stamps: boolean;
  /** Default `arrays`. */
  readonly backlog?: BacklogHabit;
  /** What it shows `elapsedS` seconds after the start of the run. */
  at(elapsedS: number): DeviceMoment;
  /** Does what it is asked from afar, `elapsedS` seconds after the start; null, or absent: what every detector does. */
  obey?(command: string, elapsedS: number): Obeyed | null;
}

/** Username and secret as the platform gave them out. */
export interface DeviceCredential {
  readonly username: string;
  readonly password: string;
}
