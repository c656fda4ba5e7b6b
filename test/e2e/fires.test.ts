import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { playFires } from '../evidence/first-fires.ts';
import { missed } from '../evidence/first-fires-page.ts';

const recordings = process.env['BEACON_RECORDINGS'];
const folder = recordings === undefined ? null : join(recordings, 'fsri_compartments_visible');

/** Two real fires through real MQTT, 60 times faster than they burnt; the evidence page plays four at 1 ×. */
describe.skipIf(folder === null || !existsSync(folder))('real fires (needs BEACON_RECORDINGS, see docs/evidence/first-fires.md)', () => {
  it('every thermocouple that reaches 57 °C alarms, none before ignition, and every reading is in the store', async () => {
    const run = await playFires(folder ?? '', ['100kW_Closed_Corner_1', 'RedAccent_Open_Center_1'], 60, null, () => undefined);
    expect(run.acknowledged).toBe(run.sent);
    expect(run.stored).toBe(run.sent);
    expect(run.results.filter((r) => r.reachedS !== null).length).toBeGreaterThan(12);
    expect(run.results.filter(missed)).toEqual([]);
    expect(run.results.filter((r) => r.early > 0)).toEqual([]);
  });
});
