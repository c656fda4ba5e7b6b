import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SimulatedDevice } from './device.ts';
import { withMadRate } from './faults/link-faults.ts';
import { NO_COUNTS } from './link/device-link.ts';
import type { OutgoingSample } from './link/payload.ts';
import { sampleOf } from './report.ts';
import { type Run, runDevices } from './runner.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] }));
afterEach(() => vi.useRealTimers());

const device: SimulatedDevice = {
  id: 'd',
  enterpriseId: 'e',
  reportEveryMs: 1_000,
  stamps: true,
  at: () => ({ link: 'up', values: { lel: 1 } }),
};

function run(one: SimulatedDevice): { sent: OutgoingSample[]; run: Run } {
  const sent: OutgoingSample[] = [];
  const running = runDevices({
    mqttUrl: 'mqtt://x',
    devices: [{ device: one, credential: { username: 'd', password: 's' } }],
    seed: 1,
    speed: 1,
    log: () => {},
    openLink: () => ({
      send: (sample) => void sent.push(sample),
      setNetwork: () => {},
      counts: () => ({ ...NO_COUNTS, sent: sent.length }),
      stop: async () => {},
    }),
  });
  return { sent, run: running };
}

describe('the runner', () => {
  it('reports once in an interval, until it is stopped', async () => {
    const { sent, run: running } = run(device);
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(10);
    await running.stop();
    vi.advanceTimersByTime(10_000);
    expect(sent).toHaveLength(10);
  });

  it('lets one gone mad say what it would say, as many in a round as the round is long', async () => {
    const { sent, run: running } = run(withMadRate(device, { fromS: 0, toS: 1e9, everyMs: 5 }));
    vi.advanceTimersByTime(10_000);
    // Its first report is somewhere in its first second.
    expect(sent.length).toBeGreaterThan(9_000 / 5);
    expect(sent.length).toBeLessThanOrEqual(10_000 / 5 + 1);
    await running.stop();
  });

  it('stamps by the clock of the device', () => {
    expect(sampleOf({ link: 'up', values: { lel: 1 }, clockErrorMs: -1_000.4, seq: 7, faults: ['F02'] }, 5_000)).toEqual({
      ts: 4_000,
      values: { lel: 1 },
      seq: 7,
      faults: ['F02'],
    });
  });
});
