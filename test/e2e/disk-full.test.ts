import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListBody } from '../../alert-ui/protocol/http.ts';
import type { Alarm } from '../../model/alarm.ts';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { openBoard, type Board } from '../harness/board.ts';
import { connectDevice, type DeviceClient } from '../harness/device-client.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

const folder = temporaryFolder('disk-full');
const disk = join(folder.path, 'disk');
mkdirSync(disk);
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=220m', 'tmpfs', disk]).status === 0;

/** Takes what is free, to the last block: the platform goes on writing meanwhile, so that nobody knows beforehand how much that is. */
function fillUp(path: string): void {
  const piece = Buffer.alloc(64 * 1024);
  const file = openSync(path, 'w');
  try {
    for (let size = piece.length; size > 0; ) {
      try {
        writeSync(file, piece, 0, size);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}

/** A disk of its own, filled to the brim. */
describe.skipIf(!mounted)('disk full (needs to mount a small tmpfs: run as root)', () => {
  let platform: PlatformProcess;
  let api: Api;
  let board: Board;
  let gas: DeviceClient;
  /** Undone backwards, also when the start failed half way. */
  const opened: (() => unknown)[] = [];

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: join(disk, 'data'), env: { BEACON_JOURNAL_MAX: '10GB' } });
    opened.push(() => platform.kill());
    api = await signIn(platform.httpBase);
    board = await openBoard(api);
    opened.push(() => board.close());
    const [device] = await makeDevices(api, 'full', 'gas.combustible.point.industrial', ['F-1']);
    if (device === undefined) throw new Error('no device');
    gas = await connectDevice(platform.mqttUrl, device);
    opened.push(() => gas.close().catch(() => undefined));
  });
  afterAll(async () => {
    for (const close of opened.toReversed()) await close();
    spawnSync('umount', ['-l', disk]);
    folder.remove();
  });

  it('readings wait without PUBACK, operators go on, everybody is told, and it recovers by itself', async () => {
    await gas.telemetry({ lel: 60 });
    const raised = await board.alarm('before', (m) => m.event.type === 'raised' && m.alarm.deviceId === 'F-1');

    const filler = join(disk, 'filler');
    fillUp(filler);
    // Enough readings to need new space; from some point on none is acknowledged.
    let acknowledged = 0;
    const waiting: Promise<void>[] = [];
    let n = 0;
    await eventually('no acknowledgement any more', 120_000, async () => {
      for (let i = 0; i < 40; i += 1) {
        n += 1;
        if (waiting.length - acknowledged > 60) break;
        waiting.push(gas.telemetry({ lel: 60 + n / 1e4, pad: 'x'.repeat(2_000) }).then(() => void (acknowledged += 1)));
      }
      const ready = await fetch(`${platform.httpBase}/readyz`);
      return ready.status === 503 && (await ready.text()).includes('disk-full');
    });
    await eventually('the board is told', 90_000, () => Promise.resolve(board.heartbeats.some((h) => h.health.includes('disk-full'))));
    const before = acknowledged;
    // An operator's act is durable and answered from the reserve.
    const done = await api.post<Alarm>(`/alarms/${raised.alarm.id}/acknowledge`, {});
    expect(done.state).toBe('ACKED');
    expect(acknowledged).toBe(before);

    rmSync(filler);
    await Promise.all(waiting);
    expect(acknowledged).toBe(waiting.length);
    await eventually('ready again', 90_000, async () => (await fetch(`${platform.httpBase}/readyz`)).status === 200);
    // Silence of our own making raised no device alarm.
    expect(board.alarms.filter((m) => m.alarm.code === 'F01')).toEqual([]);
  });

  it('a start on a full disk comes up from the reserve: operators work, readings wait, and it recovers by itself', async () => {
    await gas.close();
    board.close();
    await platform.stop();
    const filler = join(disk, 'filler');
    fillUp(filler);
    // Without a bound of the user's: what is free at this start must not stay its bound.
    platform = await startPlatform({ dataDir: join(disk, 'data') });
    await expect.poll(async () => (await fetch(`${platform.httpBase}/readyz`)).text()).toContain('disk-full');
    api = await signIn(platform.httpBase);
    const open = await api.get<ListBody<Alarm>>('/alarms?state=open&device=F-1');
    const [alarm] = open.items;
    expect(await api.post<Alarm>(`/alarms/${alarm?.id}/comment`, { comment: 'by hand' })).toMatchObject({ id: alarm?.id });
    const [device] = await makeDevices(api, 'full-2', 'gas.combustible.point.industrial', ['F-2']);
    if (device === undefined) throw new Error('no device');
    const other = await connectDevice(platform.mqttUrl, device);
    opened.push(() => other.close().catch(() => undefined));
    let acknowledged = false;
    const sent = other.telemetry({ lel: 60 }).then(() => (acknowledged = true));
    await eventually('a tick and more went by', 90_000, async () => {
      const system = await api.get<ListBody<Alarm>>('/alarms?state=open&kind=system');
      return system.items.some(({ code, active }) => code === 'disk-full' && active);
    });
    expect(acknowledged).toBe(false);
    rmSync(filler);
    await sent;
    await eventually('ready again', 90_000, async () => (await fetch(`${platform.httpBase}/readyz`)).status === 200);
    const rung = await api.get<ListBody<Alarm>>('/alarms?state=open&device=F-2');
    expect(rung.items.map(({ code, level }) => [code, level])).toEqual([['L2', 'red']]);
  });
});
