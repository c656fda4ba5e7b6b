// A sensor that folds back (decision 9): a pellistor or a semiconductor above the stoichiometric mixture reads 3 %LEL in pure gas. One value
// at the end of its range or beyond raises F04 of the point, which latches, and from then on the point counts as full scale, whatever it reads,
// until a person has shown otherwise: by a reset of that F04, or by its verification as `instrument` or `false`. Nothing is released while it
// is beyond its range or reports so itself, and what is released is the hold alone: what the sensor reads counts again from its next sample on.
import type { Device } from '../../../model/asset.ts';
import type { AlarmCommand } from '../../../model/entry.ts';
import type { Profile } from '../../../model/profile.ts';
import { type Board, type Home, keyOfHome } from './board.ts';

const FOLDS_IN = '%{LEL}';
/** Principles of measurement that do not fold back. */
const STRAIGHT: ReadonlySet<unknown> = new Set(['infrared', 'tdlas']);
const F04 = { code: 'F04', level: 'orange', latching: true } as const;

interface Sensor {
  /** End of its range, and whether that is still a measurement: a limit stands there. */
  readonly full: number;
  readonly measures: boolean;
  beyond: boolean;
  /** The device itself says so. */
  reported: boolean;
  held: boolean;
}

export class OverRange {
  private readonly board: Board;
  private readonly sensors = new Map<string, Sensor>();

  constructor(board: Board) {
    this.board = board;
  }

  /** @returns what a judged value counts as */
  counts(value: number, home: Home, device: Device, profile: Profile, t: number): number {
    const sensor = this.sensorOf(home, device, profile);
    if (sensor === null) return value;
    const { full, measures } = sensor;
    sensor.beyond = measures ? value > full : value >= full;
    this.tell(home, sensor, t);
    return sensor.held ? Math.max(value, full) : value;
  }

  /**
   * The device says whether a sensor that folds back is beyond its range: the same alarm as if we had found it (decision 19).
   * @returns what the point counts as from now on, where that is new
   */
  report(named: boolean, home: Home, device: Device, profile: Profile, t: number): number | null {
    const sensor = this.sensorOf(home, device, profile);
    if (sensor === null || sensor.reported === named) return null;
    sensor.reported = named;
    this.tell(home, sensor, t);
    return named ? sensor.full : null;
  }

  /** Does a sensor fold back, so that its F04 is more than a fault it reports? */
  folds(home: Home, device: Device, profile: Profile): boolean {
    return this.sensorOf(home, device, profile) !== null;
  }

  private tell(home: Home, sensor: Sensor, t: number): void {
    const over = sensor.beyond || sensor.reported;
    sensor.held ||= over;
    this.board.find(home, F04, over, t);
  }

  private sensorOf(home: Home, device: Device, profile: Profile): Sensor | null {
    const def = profile.measurements.find(({ key }) => key === home.measurement);
    if (def?.ucum !== FOLDS_IN || STRAIGHT.has(device.attributes['principle'])) return null;
    const [, full] = def.range;
    const measures = def.limits.some(({ setPoint }) => typeof setPoint === 'number' && setPoint >= full);
    const key = keyOfHome(home);
    const sensor = this.sensors.get(key) ?? { full, measures, beyond: false, reported: false, held: false };
    this.sensors.set(key, sensor);
    return sensor;
  }

  /** Somebody did something about an alarm, and it was taken. */
  heed(home: Home, ladder: string, command: AlarmCommand): void {
    const sensor = this.sensors.get(keyOfHome(home));
    if (ladder !== F04.code || sensor === undefined || sensor.beyond || sensor.reported) return;
    if (command.op === 'reset' || (command.op === 'verify' && (command.as === 'instrument' || command.as === 'false'))) sensor.held = false;
  }
}
