import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFlat, stepFlat } from '../../rules/health/flat.ts';
import type { FlatSpec } from '../../rules/health/spec.ts';

/** The stuck-value detector on recordings of real and simulated plants that were well (BEACON_RECORDINGS): it has nothing to say. */

const MINUTE = 60_000;
const round = (value: number, step: number): number => Math.round(value / step) * step;
/** Equal to the last digit written, and no rest of any kind. */
const EXACT: FlatSpec = { within: 1e-9, zero: [0, 0], ends: [-Infinity, Infinity], restless: Infinity };

function flatRings(ms: number, everyMs: number, value: (ms: number) => number): number {
  const flat = newFlat(value(0));
  let found = false;
  let rings = 0;
  for (let at = 0; at < ms; at += everyMs) {
    const now = stepFlat(flat, EXACT, value(at), everyMs, found);
    if (now && !found) rings += 1;
    found = now;
  }
  return rings;
}

const recordings = process.env['BEACON_RECORDINGS'];
function columns(file: string): readonly (readonly string[])[] {
  return readFileSync(join(recordings ?? '', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/[,\s]+/));
}

describe.skipIf(recordings === undefined || !existsSync(recordings))('recordings', () => {
  it('NAB machine temperature, 78 days at 5 min: it never stands still', () => {
    const values = columns('nab_machine_temperature/machine_temperature_system_failure.csv').flatMap((row) => {
      const value = Number(row.at(-1));
      return Number.isFinite(value) ? [value] : [];
    });
    expect(values.length).toBeGreaterThan(20_000);
    expect(flatRings(values.length * 5 * MINUTE, 5 * MINUTE, (ms) => round(values[ms / (5 * MINUTE)] ?? 0, 0.1))).toBe(0);
  });

  it.each(['d00.csv', 'd00_te.csv'])('Tennessee Eastman, normal operation, %s: no column stands still', (file) => {
    const rows = columns(`tep_visible/${file}`).filter((row) => row.every((cell) => cell !== '' && Number.isFinite(Number(cell))));
    expect(rows.length).toBeGreaterThan(400);
    const width = rows[0]?.length ?? 0;
    let rings = 0;
    for (let column = 0; column < width; column += 1)
      rings += flatRings(rows.length * 3 * MINUTE, 3 * MINUTE, (ms) => Number(rows[ms / (3 * MINUTE)]?.[column] ?? 0));
    expect(rings).toBe(0);
  });
});
