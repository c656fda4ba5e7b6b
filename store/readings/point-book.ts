/**
 * Numbers for points, so that a reading on its way to the store carries a number instead of four names. A number holds as long as its
 * book; a store keeps what it knows of a point under its number, and forgets it when another book comes.
 */
import type { NumberedPoints, PointName } from '../../model/ports/reading-store.ts';

/** The points of one device, in the order in which they were first met. */
export class DevicePoints {
  readonly #book: PointBook;
  readonly #enterprise: string;
  readonly #device: string;
  readonly #measurements: string[] = [];
  readonly #channels: (number | null)[] = [];
  readonly #numbers: number[] = [];
  readonly #places = new Map<string, Map<number | null, number>>();
  /** Where the next value is expected: a device nearly always sends its points in the same order. */
  #expected = 0;

  constructor(book: PointBook, enterprise: string, device: string) {
    this.#book = book;
    this.#enterprise = enterprise;
    this.#device = device;
  }

  /** A new message of the device begins: its first point is expected. */
  rewind(): this {
    this.#expected = 0;
    return this;
  }

  numberOf(measurement: string, channel: number | null): number {
    let place = this.#expected;
    if (this.#measurements[place] !== measurement || this.#channels[place] !== channel) place = this.#placeOf(measurement, channel);
    this.#expected = place + 1;
    return this.#numbers[place] as number;
  }

  #placeOf(measurement: string, channel: number | null): number {
    let channels = this.#places.get(measurement);
    if (channels === undefined) this.#places.set(measurement, (channels = new Map()));
    let place = channels.get(channel);
    if (place === undefined) {
      place = this.#numbers.length;
      channels.set(channel, place);
      this.#measurements.push(measurement);
      this.#channels.push(channel);
      this.#numbers.push(this.#book.add({ enterprise: this.#enterprise, device: this.#device, measurement, channel }));
    }
    return place;
  }
}

export class PointBook implements NumberedPoints {
  readonly #names: PointName[] = [];
  readonly #enterprises = new Map<string, Map<string, DevicePoints>>();

  get size(): number {
    return this.#names.length;
  }

  /** @throws RangeError for a number that was never given. */
  name(number: number): PointName {
    const name = this.#names[number];
    if (name === undefined) throw new RangeError(`no point has the number ${number}`);
    return name;
  }

  device(enterprise: string, device: string): DevicePoints {
    let devices = this.#enterprises.get(enterprise);
    if (devices === undefined) this.#enterprises.set(enterprise, (devices = new Map()));
    let points = devices.get(device);
    if (points === undefined) devices.set(device, (points = new DevicePoints(this, enterprise, device)));
    return points.rewind();
  }

  /** For `DevicePoints`, which asks once for each point. */
  add(name: PointName): number {
    return this.#names.push(name) - 1;
  }
}
