import { request as httpRequest } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alarm } from '../../../model/alarm.ts';
import { eventually } from '../../harness/api.ts';
import { chain, Outside } from '../../harness/outside.ts';

/** Live clients: what they are told, in what order, and what they missed. */

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

function refusedConnection(options: Parameters<typeof io>[1]): Promise<string> {
  const socket: Socket = io(outside.platform.httpBase, { reconnection: false, ...options });
  return new Promise((resolve) => {
    socket.once('connect_error', (error) => resolve(error.message));
    socket.once('connect', () => resolve('connected'));
  }).finally(() => socket.close()) as Promise<string>;
}

describe('live', () => {
  it('latest values of what was subscribed to, and of nothing else', async () => {
    const made = await outside.device('GD-10');
    const client = await outside.connected(made);
    const [watching, idle] = [await outside.board(), await outside.board()];
    watching.socket.emit('subscribe', { devices: ['GD-10'] });
    await client.telemetry({ lel: 11 });
    const item = await eventually('the value', 30_000, () =>
      Promise.resolve(watching.readings.flatMap((message) => message.items).find((one) => one[4] === 11)),
    );
    expect([item[0], item[1], item[2], item[5]]).toEqual(['GD-10', 'lel', null, 'good']);
    expect(idle.readings).toEqual([]);
    const beat = await eventually('a heartbeat', 30_000, () => Promise.resolve(watching.heartbeats.at(-1)));
    expect(beat).toMatchObject({
      epoch: watching.snapshots[0]?.epoch,
      seq: expect.any(Number),
      prev: expect.any(Number),
      at: expect.any(Number),
      health: [],
    });
  });

  it('long polling works; a wrong token, no token and another Origin do not', async () => {
    expect(await refusedConnection({ transports: ['polling'], auth: { token: outside.api.token } })).toBe('connected');
    expect(await refusedConnection({ transports: ['websocket'], auth: { token: 'bt_this-token-is-not-known-here' } })).toBe(
      'not-signed-in',
    );
    expect(await refusedConnection({ transports: ['websocket'] })).toBe('not-signed-in');
    expect(
      await refusedConnection({
        transports: ['websocket'],
        auth: { token: outside.api.token },
        extraHeaders: { origin: 'http://evil.example' },
      }),
    ).not.toBe('connected');
  });

  it('an upgrade that nobody takes is answered, not held', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upgrade = httpRequest(`${outside.platform.httpBase}/elsewhere`, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      upgrade.once('response', (response) => resolve(response.statusCode));
      upgrade.once('error', reject);
      upgrade.end();
    });
    expect(status).toBe(404);
  });

  it('MQTT over WebSocket is at /mqtt of the HTTP port', async () => {
    const made = await outside.device('WS-1');
    const client = await outside.connected(made, `${outside.platform.httpBase.replace('http', 'ws')}/mqtt`);
    await client.telemetry({ lel: 2 });
    await expect
      .poll(async () => (await outside.api.get<{ status: { online: boolean } }>('/devices/WS-1/latest')).status.online)
      .toBe(true);
  });

  it.each(['SIGTERM', 'kill -9'])('after a %s a viewer is told exactly what it missed, and everything stands as before', async (how) => {
    const before = await outside.board();
    const id = how === 'SIGTERM' ? 'R-1' : 'R-2';
    const client = await outside.connected(await outside.device(id));
    const { epoch, seq } = before.snapshots[0] ?? { epoch: '', seq: -1 };
    await client.telemetry({ lel: 60 });
    const raised = await before.alarm('the alarm', (m) => m.alarm.deviceId === id && m.event.type === 'raised');
    const acknowledged = await outside.api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, { seen: raised.alarm.seq });
    await before.alarm('the acknowledgement', (m) => m.seq === acknowledged.seq);
    const told = chain(before).filter((link) => Number(link.split('>')[1]) <= acknowledged.seq);
    if (how === 'SIGTERM') expect(await outside.platform.stop()).toBe(0);
    else await outside.platform.kill();
    await outside.startAgain();
    const after = await outside.board();
    expect(after.snapshots[0]?.epoch).not.toBe(epoch);
    expect(after.snapshots[0]?.seq).toBeGreaterThanOrEqual(acknowledged.seq);
    after.socket.emit('resume', { epoch, seq });
    await after.alarm('the acknowledgement', (m) => m.seq === acknowledged.seq);
    expect(after.snapshots).toHaveLength(1);
    expect(chain(after).filter((link) => Number(link.split('>')[1]) <= acknowledged.seq)).toEqual(told);
    expect(await outside.api.get<Alarm>(`/alarms/${raised.alarm.id}`)).toMatchObject(acknowledged);
    // Another installation's epoch, and a place that is still to come, get the whole picture.
    after.socket.emit('resume', { epoch: 'no-such-epoch', seq });
    await eventually('a snapshot', 30_000, () => Promise.resolve(after.snapshots.length === 2));
    after.socket.emit('resume', { epoch, seq: 1e9 });
    await eventually('a snapshot', 30_000, () => Promise.resolve(after.snapshots.length === 3));
  });
});
