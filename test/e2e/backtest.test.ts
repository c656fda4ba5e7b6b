import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { Alarm } from '../../model/alarm.ts';
import type { Backtest } from '../../model/backtest.ts';
import { type Api, makeDevices, signIn } from '../harness/api.ts';
import { connectDevice } from '../harness/device-client.ts';
import { repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';

const GAS = 'gas.combustible.point.industrial';
/** What a public person sees of an alarm but its place in the numbering of another engine. */
function essence(alarm: Alarm): object {
  const { seq: _seq, ruleRevision: _revision, ...rest } = alarm;
  return rest;
}

async function finished(api: Api, body: object): Promise<Backtest> {
  const started = await api.post<Backtest>('/backtests', body);
  return vi.waitFor(
    async () => {
      const now = await api.get<Backtest>(`/backtests/${started.id}`);
      expect(['done', 'failed']).toContain(now.state);
      return now;
    },
    { timeout: 180_000, interval: 200 },
  );
}

/** The command line over a data folder. */
function backtest(data: string, from: number, to: number): Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'> {
  const args = [join(repositoryRoot, 'dist/app/backtest/cli.js'), '--data', data, '--from', String(from), '--to', String(to)];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

describe('a backtest', () => {
  it('with unchanged rules gives exactly the alarms recorded, over late, doubled and bad samples, an outage and a kill; a rule tried shows its difference', async () => {
    const folder = temporaryFolder('backtest');
    let platform = await startPlatform({ dataDir: folder.path });
    try {
      let api = await signIn(platform.httpBase);
      const made = await makeDevices(api, 'works', GAS, ['GD-1', 'GD-2', 'GD-3', 'GD-4']);
      const began = Date.now();
      const play = async (round: number): Promise<void> => {
        const clients = await Promise.all(made.map((device) => connectDevice(platform.mqttUrl, device)));
        const [one, two, three, four] = clients;
        await one?.telemetry({ lel: 30 + round });
        await one?.telemetry({ lel: 61 });
        await one?.telemetry({ lel: null });
        await one?.telemetry({ lel: 3 });
        // Doubled: the same stamp with another value, and the very same message again.
        const ts = Date.now();
        await two?.telemetry({ ts, values: { lel: 1 } });
        await two?.telemetry({ ts, values: { lel: 27 } });
        await two?.telemetry({ ts, values: { lel: 27 } });
        // Late: an hour of backlog in which a limit was passed and left, and the end of it passed and not left; the second time it is
        // older than what was judged, and history alone.
        const backlog = Array.from({ length: 60 }, (_, n) => ({
          ts: Date.now() - 3_540_000 + n * 60_000,
          values: { lel: n > 20 && n < 25 ? 55 : n > 57 ? 26 : 0 },
        }));
        await three?.telemetry(backlog);
        await three?.telemetry({ ts: Date.now(), values: { lel: 26 } });
        await four?.telemetry({ ts: Date.now() + 86_400_000, values: { lel: 22 } });
        for (const client of clients) await client.close();
      };
      await play(0);
      const ringing = (await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items;
      for (const alarm of ringing.slice(0, 2)) await api.post(`/alarms/${alarm.id}/acknowledge`, { seen: alarm.seq });
      await platform.kill();
      // Our own outage: longer than the 15 s that count as one.
      await new Promise((resolve) => setTimeout(resolve, 16_000));
      platform = await startPlatform({ dataDir: folder.path });
      api = await signIn(platform.httpBase);
      await play(1);
      const to = Date.now();
      // The period is closed: nothing more of it can come.
      await vi.waitFor(async () => expect((await fetch(`${platform.httpBase}/readyz`)).status).toBe(200), { timeout: 60_000 });
      const recorded = (await api.get<{ items: readonly Alarm[] }>(`/alarms?from=0&to=${to}&limit=1000`)).items;
      // Before the off-delays of what was sent last run out.
      const open = new Map((await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items.map((alarm) => [alarm.id, alarm]));

      const again = await finished(api, { from: began, to });
      expect(again.failure).toBeUndefined();
      expect(again.result).toMatchObject({ added: [], removed: [], changed: [], cut: false });
      const judged = (again.result?.alarms ?? []).map(({ alarm }) => essence(alarm));
      const kept = recorded.map((alarm) => essence(open.get(alarm.id) ?? alarm));
      const byId = (a: object, b: object): number => ((a as Alarm).id < (b as Alarm).id ? -1 : 1);
      expect(judged.sort(byId)).toEqual(kept.sort(byId));
      expect(judged.length).toBeGreaterThan(3);
      expect(new Set((judged as Alarm[]).map((alarm) => alarm.historic))).toEqual(new Set([true, false]));

      // A lower first limit would have shown the value stamped a day ahead, too.
      const rule = { id: 'lower', scope: 'profile', scopeId: GAS, profileId: GAS, measurement: 'lel', code: 'L1', parts: { setPoint: 20 } };
      const tried = await finished(api, { from: began, to, rules: [rule] });
      expect(tried.failure).toBeUndefined();
      expect(tried.result?.removed).toEqual([]);
      expect((tried.result?.added ?? []).map(({ alarm }) => [alarm.deviceId, alarm.code, alarm.limit, alarm.value])).toEqual([
        ['GD-4', 'L1', 20, 22],
      ]);
      expect(tried.result?.after.alarms).toBe((tried.result?.before.alarms ?? 0) + 1);

      // Of one device, which came within the period: its profile need not be said.
      const { scopeId: _scopeId, profileId: _profileId, ...rest } = rule;
      const own = await finished(api, { from: began - 60_000, to, rules: [{ ...rest, scope: 'device', scopeId: 'GD-4' }] });
      expect(own.failure).toBeUndefined();
      expect((own.result?.added ?? []).map(({ alarm }) => [alarm.deviceId, alarm.limit])).toEqual([['GD-4', 20]]);

      const wrong = await finished(api, { from: began, to, rules: [{ ...rule, code: 'NONE' }] });
      expect(wrong).toMatchObject({ state: 'failed', failure: { code: 'refused', change: 0 } });
      expect((await api.request('DELETE', `/backtests/${wrong.id}`)).status).toBe(204);
      expect((await api.request('GET', `/backtests/${wrong.id}`)).status).toBe(404);
      // Nothing of it reached what is in force.
      const limits = await api.get<{ limits: readonly { code: string; setPoint: number }[] }>('/devices/GD-4/limits');
      expect(limits.limits.find((limit) => limit.code === 'L1')?.setPoint).toBe(25);

      // The command beside it: a period of which nothing is known is no period in which nothing is different.
      expect(backtest(folder.path, began - 7_200_000, began - 3_600_000)).toMatchObject({
        status: 2,
        stdout: '',
        stderr: expect.stringMatching(/^nothing was recorded between .*Z and .*Z in /),
      });
      const since = backtest(folder.path, began - 7_200_000, to);
      expect([since.status, since.stderr]).toEqual([0, expect.stringMatching(/^nothing was recorded before .*Z\n$/)]);
      // It went to 61 and came back to 3: the worst is told, beside the limit of its level.
      expect(since.stdout).toMatch(/GD-1 lel \w+ {2}61 \/ \d+/);
    } finally {
      await platform.kill();
      folder.remove();
    }
  });
});
