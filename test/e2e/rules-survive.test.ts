import { describe, expect, it } from 'vitest';
import { createAccount } from '../../alert-ui/server/accounts.ts';
import { systemClock } from '../../app/clock.ts';
import type { Alarm } from '../../model/alarm.ts';
import type { Shift } from '../../model/shift.ts';
import { openRecords } from '../../store/records/open-records.ts';
import { type Api, eventually, makeDevices, signIn } from '../harness/api.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, startPlatform, temporaryFolder } from '../harness/platform-process.ts';

const GAS = 'gas.combustible.point.industrial';
const IDS = ['GD-1', 'GD-2', 'GD-3'];

/** Everything that a person can read about the rules, and the first shift. */
async function readAll(api: Api): Promise<object> {
  const { items } = await api.get<{ items: readonly { readonly id: string }[] }>('/rules?retired=true');
  const versions = await Promise.all(items.map(({ id }) => api.get<object>(`/rules/${id}/versions`)));
  const approvals = await api.get<object>('/approvals');
  const limits = await Promise.all(IDS.map((id) => api.get<object>(`/devices/${id}/limits`)));
  const joint = await api.get<object>('/hazard-sources/tank/limits');
  const open = await api.get<{ items: readonly Alarm[] }>('/alarms?state=open');
  const shift = await api.get<object>('/shifts/1');
  return { items, versions, approvals, limits, joint, alarms: open.items, shift };
}

describe('rules', () => {
  it('survive kill -9 exactly: every revision, what waits for a second person, the votes, and the alarm of a hazard source', async () => {
    const folder = temporaryFolder('rules-survive');
    const records = await openRecords(folder.path);
    for (const [name, role] of [['admin', 'admin'] as const, ['watch', 'operator'] as const])
      await createAccount(records, { name, password: ADMIN_PASSWORD, role, enterprises: null }, systemClock());
    await records.close();
    let platform = await startPlatform({ dataDir: folder.path });
    try {
      let api = await signIn(platform.httpBase);
      await api.post('/enterprises', { id: 'works', name: 'Works', sector: 'hazchem', kind: 'real' });
      await api.post('/hazard-sources', { id: 'tank', name: 'Tank', enterpriseId: 'works' });
      const made = await makeDevices(api, 'works', GAS, IDS, { hazardSourceId: 'tank' });
      const rule = { id: 'early', scope: 'enterprise', scopeId: 'works', profileId: GAS, measurement: 'lel', code: 'L1' };
      await api.post('/rules', { ...rule, parts: { setPoint: 18 } });
      expect((await api.request('PATCH', '/rules/early', { parts: { setPoint: 15 } }, { 'if-match': '"1"' })).status).toBe(200);
      await api.post('/rules', {
        id: 'two-of-three',
        scope: 'hazard-source',
        scopeId: 'tank',
        code: 'LEAK',
        joint: { vote: { atLeast: 2, of: { profileId: GAS, measurement: 'lel' }, when: { limit: 'L1' } } },
        parts: { level: 'red', basis: 'plan 5' },
      });
      // Softer than it stands, and a standard is behind it: it waits.
      const asked = await api.request('PATCH', '/rules/early', { parts: { setPoint: 17 }, reason: 'steam' }, { 'if-match': '"2"' });
      expect(asked.status).toBe(202);
      const { id } = asked.body as { id: string };
      const clients = await Promise.all(made.map((device) => connectDevice(platform.mqttUrl, device)));
      for (const client of clients) await client.telemetry({ lel: 1 });
      await clients[0]?.telemetry({ lel: 16 });
      await clients[2]?.telemetry({ lel: 16 });
      await eventually('the alarm of the tank', 30_000, async () =>
        (await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items.find(({ code }) => code === 'LEAK'),
      );
      // A watch that was handed over: what stood, both names, the figures.
      const next = await signIn(platform.httpBase, 'watch');
      await api.post('/shifts/handover', {});
      const left = await api.post<{ shift: Shift }>('/shifts/handover', { sign: 'outgoing', notes: 'tank leaks', todo: ['call works'] });
      await next.post('/shifts/handover', { sign: 'incoming', shift: '1', seen: left.shift.signature?.digest });
      const before = await readAll(api);
      expect(before).toMatchObject({ shift: { shift: { takenBy: 'watch', signature: { notes: 'tank leaks' } } } });
      await platform.kill();
      platform = await startPlatform({ dataDir: folder.path });
      api = await signIn(platform.httpBase);
      expect(await readAll(api)).toEqual(before);

      // The one who agrees comes after the kill; then it dies again at once.
      const watch = await signIn(platform.httpBase, 'watch');
      await watch.post(`/approvals/${id}/approve`, {});
      await platform.kill();
      platform = await startPlatform({ dataDir: folder.path });
      api = await signIn(platform.httpBase);
      const { items } = await api.get<{ items: readonly { readonly revision: number; readonly rule: object }[] }>('/rules/early/versions');
      expect(items.map(({ revision }) => revision)).toEqual([3, 2, 1]);
      expect(items[0]?.rule).toMatchObject({ parts: { setPoint: 17 }, approvedBy: 'watch', reason: 'steam' });
      const open = (await api.get<{ items: readonly Alarm[] }>('/alarms?state=open')).items;
      expect(open.filter(({ code }) => code === 'LEAK')).toMatchObject([{ hazardSourceId: 'tank', deviceId: null, active: true }]);
      for (const client of clients) await client.close();
    } finally {
      await platform.stop();
      folder.remove();
    }
  });
});
