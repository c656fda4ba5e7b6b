/** A chemical reactor as a process example: limits from its normal operation, and when they tell of nine faults. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from '../../simulators/replay/csv.ts';
import { mappingOf } from '../../simulators/replay/mapping.ts';
import { readRecording } from '../../simulators/replay/recording.ts';
import { hearRecordings } from './recorded.ts';

/** A row every three minutes; in a test file the fault begins after row 159. */
const ROW_MS = 180_000;
const FAULT_AT_S = (160 * ROW_MS) / 1_000;
/** Limits lie this many standard deviations off the mean of the normal run. */
export const SIGMAS = 5;

/** Column, device, measurement, and what one unit of the column is in the measurement's unit (the level: 10 m for 100 %). */
const COLUMNS = [
  { column: 'XMEAS_07', device: 'reactor', measurement: 'pressure', scale: 0.001 },
  { column: 'XMEAS_09', device: 'reactor', measurement: 'temp', scale: 1 },
  { column: 'XMEAS_08', device: 'level', measurement: 'level', scale: 0.1 },
] as const;
const PROFILES: Readonly<Record<string, string>> = { reactor: 'hazchem.reactor', level: 'hazchem.tank.atmospheric' };

export interface ProcessRun {
  readonly name: string;
  /** Alarms before the fault; of a normal run, all. */
  readonly falseAlarms: number;
  /** Minutes from the fault to the first alarm of each measurement, and which limit; null = none came. */
  readonly first: Readonly<Record<string, { readonly minutes: number; readonly code: string } | null>>;
}
export interface ProcessRuns {
  readonly sent: number;
  readonly acknowledged: number;
  /** In the unit of the profile. */
  readonly limits: Readonly<Record<string, number>>;
  readonly runs: readonly ProcessRun[];
}

/** Mean and standard deviation of a column of the run that is nothing but normal. */
function normalOf(folder: string, column: string): { readonly mean: number; readonly sd: number } {
  const [header = [], ...rows] = parseCsv(readFileSync(join(folder, 'd00.csv'), 'utf8'));
  const at = header.map((name) => name.trim()).indexOf(column);
  const values = rows.map((row) => Number(row[at])).filter((value) => Number.isFinite(value));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return { mean, sd };
}

/** Upper (and for the level lower) limit of normal operation; the second limits are those of the process's own description. */
function limitsOf(folder: string): Readonly<Record<string, number>> {
  const [pressure, temp, level] = COLUMNS.map(({ column, scale }) => {
    const { mean, sd } = normalOf(folder, column);
    return { low: (mean - SIGMAS * sd) * scale, high: (mean + SIGMAS * sd) * scale };
  });
  const rounded = (value: number | undefined): number => Number((value ?? 0).toPrecision(6));
  return {
    pressure_h: rounded(pressure?.high),
    pressure_hh: 2.895,
    temp_h: rounded(temp?.high),
    temp_hh: 150,
    level_l: rounded(level?.low),
    level_ll: 5,
    level_h: rounded(level?.high),
    level_hh: 10,
  };
}

export async function playProcess(folder: string): Promise<ProcessRuns> {
  const limits = limitsOf(folder);
  const names = readdirSync(folder).flatMap((file) => /^(d\d\d_te)\.csv$/.exec(file)?.[1] ?? []);
  const plays = names.toSorted().map((name) => {
    const lines = readFileSync(join(folder, `${name}.csv`), 'utf8')
      .trimEnd()
      .split('\n');
    const text = lines.map((line, i) => (i === 0 ? `time,${line}` : `${((i - 1) * ROW_MS) / 1_000},${line}`)).join('\n');
    const columns = COLUMNS.map(({ column, device, measurement, scale }) => ({
      column,
      device: `${name.replace('_', '-')}.${device}`,
      measurement,
      scale,
    }));
    return { name, recording: readRecording(text, mappingOf({ time: { column: 'time', unit: 's' }, columns })) };
  });
  const heard = await hearRecordings(
    plays.map(({ name, recording }) => ({
      enterpriseId: name.replace('_', '-'),
      profileOf: (device: string) => PROFILES[device.split('.').at(-1) ?? ''] ?? 'hazchem.reactor',
      attributes: limits,
      heartbeatMs: ROW_MS,
      reportMs: ROW_MS,
      recording,
    })),
  );
  const runs = plays.map(({ name }): ProcessRun => {
    const rungs = COLUMNS.map(({ measurement, device }) => ({
      measurement,
      rungs: (heard.rungs.get(`${name.replace('_', '-')}.${device}`) ?? []).filter((one) => one.measurement === measurement),
    }));
    const normal = name.startsWith('d00');
    const after = (atS: number): boolean => !normal && atS >= FAULT_AT_S;
    return {
      name,
      falseAlarms: rungs.reduce((sum, one) => sum + one.rungs.filter(({ atS }) => !after(atS)).length, 0),
      first: Object.fromEntries(
        rungs.map((one) => {
          const first = one.rungs.find(({ atS }) => after(atS));
          return [one.measurement, first === undefined ? null : { minutes: (first.atS - FAULT_AT_S) / 60, code: first.code }];
        }),
      ),
    };
  });
  return { sent: heard.sent, acknowledged: heard.acknowledged, limits, runs };
}
