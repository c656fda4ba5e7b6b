import { describe, expect, it } from 'vitest';
import { killNineRun } from '../harness/kill-nine.ts';

/**
 * kill -9 under load. What was acknowledged to a device, shown as an alarm event or answered to an operator is there after the restart,
 * once. The two other runs prove that this test can fail: with the acknowledgement sent before the commit, and with the alarm state not
 * restored, it must find a loss.
 */
describe('kill -9 under load', () => {
  it('loses and doubles nothing in 20 kills with at least 5,000 acknowledged readings and 100 in flight at each', async () => {
    const result = await killNineRun({ program: 'app/main.js', kills: 20, acknowledgedPerKill: 5_000, seed: 7 });
    expect(result.kills.length).toBe(20);
    expect(Math.min(...result.kills.map((k) => k.acknowledged))).toBeGreaterThanOrEqual(5_000);
    expect(Math.min(...result.kills.map((k) => k.inFlight))).toBeGreaterThanOrEqual(100);
    expect(result.alarmEventsSeen).toBeGreaterThan(100);
    expect(result.operatorActs).toBeGreaterThanOrEqual(20);
    expect(result.troubles).toEqual([]);
  }, 1_800_000);

  it('finds the loss when the acknowledgement goes out before the commit', async () => {
    const result = await killNineRun({
      program: 'test/mutants/early-ack.js',
      kills: 4,
      acknowledgedPerKill: 3_000,
      seed: 8,
      stopAtFirstTrouble: true,
    });
    expect(result.troubles.some((t) => t.startsWith('reading lost'))).toBe(true);
  });

  it('finds the loss when the engine is not restored', async () => {
    const result = await killNineRun({
      program: 'test/mutants/no-restore.js',
      kills: 6,
      acknowledgedPerKill: 2_000,
      seed: 9,
      stopAtFirstTrouble: true,
    });
    expect(result.troubles.length).toBeGreaterThan(0);
  });
});
