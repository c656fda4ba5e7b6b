// What falls due by the calendar (decision 9): F08 of the device when the days that its profile allows between calibrations have passed since
// it was calibrated (never: since it was installed), F06 when its life is over. No date, no alarm; a new date takes it back. The worlds that ask this have no outage and do not
// set our clock.
import type { Device } from '../../../model/asset.ts';
import type { Profile } from '../../../model/profile.ts';
import type { Board } from './board.ts';

const DAY_MS = 86_400_000;
const F06 = { code: 'F06', level: 'yellow' } as const;
const F08 = { code: 'F08', level: 'blue' } as const;

export class DueDates {
  private readonly board: Board;

  constructor(board: Board) {
    this.board = board;
  }

  /** @param wall of the entry in hand, @param t its engine time */
  judge(device: Device, profile: Profile, wall: number, t: number): void {
    const home = { device: device.id, measurement: null, channel: null };
    const over = (since: number | null, days: number | undefined): boolean =>
      since !== null && days !== undefined && wall >= since + days * DAY_MS;
    this.board.find(home, F08, over(device.calibratedAt ?? device.installedAt, profile.calibrationDays), t);
    this.board.find(home, F06, over(device.installedAt, profile.lifeDays), t);
  }
}
