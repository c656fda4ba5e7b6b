import type { Alarm } from '../../model/alarm.ts';
import type { AlarmWithEvents, ListBody } from '../../alert-ui/protocol/http.ts';
import type { Api } from '../harness/api.ts';

/** What a golden folder must still say: assets, open alarms with their events, latest values. Devices' silence since then is left out. */
export async function goldenAnswers(api: Api): Promise<unknown> {
  const devices = await api.get<ListBody<{ id: string; profileId: string; revision: number }>>('/devices');
  const open = await api.get<ListBody<Alarm>>('/alarms?state=open');
  const alarms: unknown[] = [];
  for (const alarm of open.items.filter((a) => a.code !== 'F01').toSorted((a, b) => a.id.localeCompare(b.id))) {
    const full = await api.get<AlarmWithEvents>(`/alarms/${alarm.id}`);
    alarms.push({
      id: full.id, code: full.code, level: full.level, state: full.state, deviceId: full.deviceId, raisedAt: full.raisedAt, recurrences: full.recurrences,
      events: full.events.map(({ seq, type, at, by, entry }) => ({ seq, type, at, by, entry })),
    });
  }
  const latest: Record<string, unknown> = {};
  for (const { id } of devices.items) latest[id] = (await api.get<{ points: unknown }>(`/devices/${id}/latest`)).points;
  return { devices: devices.items.map(({ id, profileId, revision }) => ({ id, profileId, revision })), alarms, latest };
}
