import { describe, expect, it } from 'vitest';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import type { LoadProgress } from './plan.ts';
import { FLEET, fleetReports, provisionFleet } from './provision-fleet.ts';
import { progressLine, resultLines } from './told.ts';

describe('a fleet', () => {
  it.each(FLEET.map((kind) => [kind.profile, kind] as const))('%s: says what the profile has, and nothing that rings', (id, kind) => {
    const profile = builtInCatalogue.profiles.find((one) => one.id === id);
    for (const report of fleetReports('fleet-7', kind)) {
      for (const [key, value] of Object.entries(JSON.parse(report) as Record<string, number>)) {
        const measurement = profile?.measurements.find((one) => one.key === key.replace(/\.\d+$/, ''));
        expect(measurement, `${id} ${key}`).toBeDefined();
        for (const { code, dir, setPoint } of measurement?.limits ?? []) {
          if (typeof setPoint !== 'number') continue;
          if (dir === 'hi') expect(value, `${id} ${key} ${code}`).toBeLessThan(setPoint);
          if (dir === 'lo') expect(value, `${id} ${key} ${code}`).toBeGreaterThan(setPoint);
        }
      }
    }
  });

  it('is entered as one test enterprise with all kinds in turn, each with its own credential and reports', async () => {
    const entered: { readonly id: string; readonly profileId: string; readonly heartbeatMs: number }[] = [];
    const connections = await provisionFleet(
      {
        post: async (path, body) => {
          if (path !== '/devices/bulk') return {};
          const { items } = body as { items: typeof entered };
          entered.push(...items);
          return { items: items.map(({ id }) => ({ id, status: 201, credential: { username: id, password: `s-${id}` } })) };
        },
      },
      20,
      10,
    );
    expect(entered.map(({ profileId }) => profileId)).toEqual(Array.from({ length: 20 }, (_, i) => FLEET[i % FLEET.length]?.profile));
    expect(connections).toHaveLength(20);
    expect(connections[3]).toMatchObject({ clientId: 'fleet-3', username: 'fleet-3', password: 's-fleet-3' });
    expect(new Set(connections.flatMap(({ payloads }) => payloads)).size).toBeGreaterThan(200);
    // One that has ended is not told as silent a minute later.
    expect(entered[0]?.heartbeatMs).toBeGreaterThanOrEqual(86_400_000);
  });
});

describe('what a run tells', () => {
  const progress: LoadProgress = { seconds: 3.02, sent: 3_000, acked: 2_990, broken: 1, p50Ms: 1.234, p99Ms: 12.5 };
  it('is one line a second, with what is wrong only where something is', () => {
    expect(progressLine(progress)).toBe('3 s: 3000 sent, 2990 acknowledged, 10 under way, p50 1.2 ms, p99 12.5 ms, 1 connections broken');
    expect(progressLine({ ...progress, broken: 0 })).not.toContain('broken');
  });

  it('and at the end the whole, in words', () => {
    const lines = resultLines({
      connections: 20,
      sent: 100,
      acked: 97,
      lost: 3,
      broken: 0,
      seconds: 10,
      ackedMeasured: 97,
      ackedPerS: 9.7,
      latencyMs: { p50: 1, p90: 2, p99: 3, p999: 4, max: 5 },
      generatorLateMs: 80,
    });
    expect(lines[0]).toBe('100 sent by 20 connections in 10 s, 97 acknowledged, 3 lost');
    expect(lines[1]).toBe('9.7 acknowledged a second; latency p50 1.0, p90 2.0, p99 3.0, p99.9 4.0, largest 5.0 ms');
    expect(lines[2]).toMatch(/generator itself came up to 80 ms late/);
  });
});
