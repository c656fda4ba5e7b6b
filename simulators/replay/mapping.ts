/** A mapping file says which column of a recording is which point of which device (YAML or JSON). */
import { parse } from 'yaml';
import { isId } from '../../model/ids.ts';

/** Milliseconds of one unit of the time column; `iso` are time stamps with an offset, `unix-ms` and `unix-s` count from 1970. */
const UNIT_MS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, 'unix-ms': 1, 'unix-s': 1_000 } as const;
export type TimeUnit = keyof typeof UNIT_MS | 'iso';

export interface MappedColumn {
  readonly column: string;
  readonly device: string;
  /** Payload key: `temp`, or `cable_temp.2` for channel 2. */
  readonly key: string;
  /** value · scale + offset is sent. */
  readonly scale: number;
  readonly offset: number;
}
export interface Mapping {
  readonly time: { readonly column: string; readonly unit: TimeUnit };
  readonly columns: readonly MappedColumn[];
}

/** A mapping or a recording that cannot be used, said in one line. */
export class ReplayError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ReplayError';
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function textAt(value: Readonly<Record<string, unknown>>, key: string, where: string): string {
  const found = value[key];
  if (typeof found !== 'string' || found === '') throw new ReplayError(`${where}: ${key} is missing or no text`);
  return found;
}
function numberAt(value: Readonly<Record<string, unknown>>, key: string, usual: number, where: string): number {
  const found = value[key] ?? usual;
  if (typeof found !== 'number' || !Number.isFinite(found)) throw new ReplayError(`${where}: ${key} is no number`);
  return found;
}

function columnOf(value: unknown, where: string): MappedColumn {
  if (!isObject(value)) throw new ReplayError(`${where} is no object`);
  const device = textAt(value, 'device', where);
  if (!isId(device)) throw new ReplayError(`${where}: ${device} is no device id`);
  const channel = value['channel'];
  if (channel !== undefined && !(typeof channel === 'number' && Number.isInteger(channel) && channel >= 1))
    throw new ReplayError(`${where}: channel is 1, 2, …`);
  const measurement = textAt(value, 'measurement', where);
  return {
    column: textAt(value, 'column', where),
    device,
    key: channel === undefined ? measurement : `${measurement}.${channel}`,
    scale: numberAt(value, 'scale', 1, where),
    offset: numberAt(value, 'offset', 0, where),
  };
}

/** Checks a mapping as it comes out of a file. */
export function mappingOf(value: unknown): Mapping {
  if (!isObject(value)) throw new ReplayError('the mapping is no object');
  const { time, columns } = value;
  if (!isObject(time)) throw new ReplayError('time is missing');
  const unit = textAt(time, 'unit', 'time');
  if (unit !== 'iso' && !Object.hasOwn(UNIT_MS, unit))
    throw new ReplayError(`time: unit ${unit} is none of ${['iso', ...Object.keys(UNIT_MS)].join(', ')}`);
  if (!Array.isArray(columns) || columns.length === 0) throw new ReplayError('columns is missing or empty');
  const mapped = columns.map((column, i) => columnOf(column, `column ${i + 1}`));
  const points = mapped.map((one) => `${one.device} ${one.key}`);
  const twice = points.find((point, i) => points.indexOf(point) !== i);
  if (twice !== undefined) throw new ReplayError(`${twice} is given by two columns`);
  return { time: { column: textAt(time, 'column', 'time'), unit: unit as TimeUnit }, columns: mapped };
}

/** Reads a mapping from YAML; JSON is YAML too. */
export function parseMapping(text: string): Mapping {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new ReplayError(`the mapping is no YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  return mappingOf(value);
}

/** A cell of the time column in ms; NaN where it says no time. */
export function timeMs(cell: string, unit: TimeUnit): number {
  const trimmed = cell.trim();
  if (trimmed === '') return Number.NaN;
  return unit === 'iso' ? Date.parse(trimmed) : Number(trimmed) * UNIT_MS[unit];
}
