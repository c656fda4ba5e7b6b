import { describe, expect, it } from 'vitest';
import type { LoadResult } from '../../simulators/load/plan.ts';
import { makeDevices, signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { simulate } from '../harness/simulate.ts';

describe('a fleet and a load against a running platform', () => {
  it('report in their turn, tell how far they are, lose nothing, are understood, and ring nothing', async () => {
    const folder = temporaryFolder('fleet');
    const platform = await startPlatform({ dataDir: folder.path });
    const at = ['--http', platform.httpBase, '--mqtt', platform.mqttUrl];
    try {
      const fleet = await simulate('fleet', ...at, '--devices', '48', '--rate', '24', '--seconds', '4');
      expect(fleet.code, fleet.stderr).toBe(0);
      // 24 messages a second for four seconds, whatever the answers do.
      const result = JSON.parse(fleet.stdout) as LoadResult;
      expect(result).toMatchObject({ connections: 48, sent: 96, acked: 96, lost: 0, broken: 0 });
      expect(result.latencyMs.p50).toBeGreaterThan(0);
      // Once a second; which seconds these are, a busy machine decides.
      expect(fleet.stderr).toMatch(/^\d s: \d+ sent, \d+ acknowledged, \d+ under way, p50 [\d.]+ ms, p99 [\d.]+ ms$/m);
      expect(fleet.stderr).toMatch(/^96 sent by 48 connections in 4 s, 96 acknowledged, 0 lost$/m);

      // Somebody cleaned up after a load of before: its ids are never given again.
      const api = await signIn(platform.httpBase);
      await makeDevices(api, 'load-test', 'hazchem.tank.pressurized', ['load-0']);
      for (const path of ['/devices/load-0', '/enterprises/load-test']) expect((await api.request('DELETE', path)).status).toBe(204);
      const load = await simulate('load', ...at, '--devices', '4', '--seconds', '2', '--rate', '100');
      expect(load.code, load.stderr).toBe(0);
      expect(JSON.parse(load.stdout)).toMatchObject({ sent: 200, lost: 0 });
      expect(load.stderr).toMatch(/^\d s: \d+ sent/m);
      expect(load.stderr).toMatch(/^load-test or a device of it was removed here.*: this run is load2-test$/m);
      expect((await api.get<{ readonly items: readonly unknown[] }>('/devices?enterprise=load2-test')).items).toHaveLength(4);

      for (const path of ['/ledger?verdict=refused', '/alarms?state=open'])
        expect((await api.get<{ readonly items: readonly unknown[] }>(path)).items).toEqual([]);
    } finally {
      await platform.stop();
      folder.remove();
    }
  });
});
