/** A recording as the messages that devices would have sent: one per device and row, in time order. */
import { parseCsv } from './csv.ts';
import { type Mapping, ReplayError, timeMs } from './mapping.ts';

export interface RecordedSample {
  /** Time in the recording, ms; 0 is the recording's own zero (for `iso` and `unix`: its first row). */
  readonly atMs: number;
  readonly device: string;
  readonly values: Readonly<Record<string, number>>;
}
export interface Recording {
  readonly samples: readonly RecordedSample[];
  readonly devices: readonly string[];
  readonly rows: number;
  /** Cells that were empty and rows without a time. */
  readonly emptyCells: number;
  /** Cells that are no number: a recording with any of these wants looking at. */
  readonly badCells: number;
}

/** Reads a recording by its mapping. A missing column is an error that names it; empty cells are skipped and counted. */
export function readRecording(csv: string, mapping: Mapping): Recording {
  const [header, ...rows] = parseCsv(csv);
  if (header === undefined) throw new ReplayError('the recording is empty');
  const names = header.map((name) => name.trim());
  const indexOf = (name: string): number => {
    const index = names.indexOf(name);
    if (index < 0) throw new ReplayError(`the recording has no column "${name}"; it has ${names.map((one) => `"${one}"`).join(', ')}`);
    return index;
  };
  const timeAt = indexOf(mapping.time.column);
  const columns = mapping.columns.map((column) => ({ ...column, index: indexOf(column.column) }));
  const devices = [...new Set(columns.map((column) => column.device))];
  const absolute = mapping.time.unit === 'iso' || mapping.time.unit.startsWith('unix');

  const samples: RecordedSample[] = [];
  let emptyCells = 0;
  let badCells = 0;
  let zero: number | null = absolute ? null : 0;
  for (const row of rows) {
    const at = timeMs(row[timeAt] ?? '', mapping.time.unit);
    if (!Number.isFinite(at)) {
      emptyCells += 1;
      continue;
    }
    zero ??= at;
    const byDevice = new Map<string, Record<string, number>>();
    for (const { index, device, key, scale, offset } of columns) {
      const cell = (row[index] ?? '').trim();
      if (cell === '') {
        emptyCells += 1;
        continue;
      }
      const value = Number(cell);
      if (!Number.isFinite(value)) {
        badCells += 1;
        continue;
      }
      const values = byDevice.get(device) ?? {};
      values[key] = scale === 1 && offset === 0 ? value : value * scale + offset;
      byDevice.set(device, values);
    }
    for (const [device, values] of byDevice) samples.push({ atMs: at - zero, device, values });
  }
  // Stable: rows of the same time keep their order.
  samples.sort((a, b) => a.atMs - b.atMs);
  return { samples, devices, rows: rows.length, emptyCells, badCells };
}
