import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlarmWithEvents, ListBody } from '../../alert-ui/protocol/http.ts';
import type { Alarm } from '../../model/alarm.ts';
import { type Api, eventually, makeDevices, type MadeDevice, signIn } from '../harness/api.ts';
import { type PlatformProcess, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { freePort } from '../parts/free-port.ts';
import { type HookReceiver, type Manner, startHookReceiver } from '../parts/hook-receiver.ts';

const SECRET = 'a secret for the tests, long enough';
const PATIENCE_MS = 120_000;
const IDS = Array.from({ length: 12 }, (_, i) => `N-${i}`);

/** The built platform in front of a receiver that fails in every way, and is killed meanwhile. */
describe('notices', () => {
  const folder = temporaryFolder('notices');
  let receiver: HookReceiver;
  let port = 0;
  let platform: PlatformProcess;
  let api: Api;
  let made: MadeDevice[];
  let clients: MqttClient[] = [];

  const start = (): Promise<PlatformProcess> =>
    startPlatform({
      dataDir: folder.path,
      env: {
        BEACON_WEBHOOK_URL: `http://127.0.0.1:${port}/hook`,
        BEACON_WEBHOOK_SECRET: SECRET,
        BEACON_DEADMAN_URL: `http://127.0.0.1:${port}/beat?token=beat-token`,
        BEACON_DEADMAN_SECONDS: '5',
        BEACON_LOG_LEVEL: 'debug',
      },
    });
  async function connect(): Promise<void> {
    clients = await Promise.all(
      made.map(({ username, password }) => mqtt.connectAsync(platform.mqttUrl, { username, password, reconnectPeriod: 0 })),
    );
  }
  async function disconnect(): Promise<void> {
    await Promise.all(clients.map((client) => client.endAsync(true)));
  }
  /** Every device rings or goes quiet: two events of each alarm at every change. */
  async function say(lel: number): Promise<void> {
    await Promise.all(
      clients.map((client, i) =>
        client.publishAsync(`beacon/v1/plant/${made[i]?.id}/telemetry`, JSON.stringify({ lel: lel + i / 100 }), { qos: 1 }),
      ),
    );
  }
  async function alarmEvents(): Promise<Map<string, readonly number[]>> {
    const all = new Map<string, readonly number[]>();
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: ListBody<Alarm> & { readonly next?: string | null } = await api.get(
        `/alarms?limit=200${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      for (const { id } of page.items)
        all.set(
          id,
          (await api.get<AlarmWithEvents>(`/alarms/${id}`)).events.map(({ seq }) => seq),
        );
      cursor = page.next ?? null;
    }
    return all;
  }
  /** Numbers of the first time each event was taken, by alarm. */
  function takenByAlarm(): Map<string, number[]> {
    const all = new Map<string, number[]>();
    const seen = new Set<string>();
    for (const { id, body } of receiver.taken) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (body.alarm === undefined) continue;
      const list = all.get(body.alarm.id);
      if (list === undefined) all.set(body.alarm.id, [body.seq]);
      else list.push(body.seq);
    }
    return all;
  }
  /** What was taken of one warning, each event once, in order. */
  function takenOf(warningId: string): string[] {
    const once = new Map<string, string>();
    for (const { id, body } of receiver.taken)
      if (body.warning?.id === warningId && !once.has(id)) once.set(id, `${body.type} ${body.warning.level}`);
    return [...once.values()];
  }
  /** Index 40, yellow; then 58; then 68.5, orange: the first change is not told, the second is. */
  async function worry(enterprise: string): Promise<void> {
    await api.post('/enterprises', { id: enterprise, name: enterprise });
    const until = Date.now() + 3_600_000;
    for (const factor of ['hidden-hazard', 'commitment', 'special-work']) {
      const { status } = await api.request('PUT', `/enterprises/${enterprise}/factors/${factor}`, { value: 1, until });
      expect(status).toBe(200);
    }
  }
  async function everythingTaken(): Promise<void> {
    await eventually('every alarm event is taken', PATIENCE_MS, async () => {
      const due = await alarmEvents();
      const taken = takenByAlarm();
      return [...due].every(([id, seqs]) => seqs.every((seq) => taken.get(id)?.includes(seq)));
    });
  }
  const metric = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(`${platform.httpBase}/metrics`)).text())?.[1]);

  beforeAll(async () => {
    port = await freePort();
    receiver = await startHookReceiver(SECRET, port);
    platform = await start();
    api = await signIn(platform.httpBase);
    made = await makeDevices(api, 'plant', 'gas.combustible.point.industrial', IDS);
    await connect();
  });
  afterAll(async () => {
    await disconnect();
    await platform.stop();
    await receiver.stop();
    folder.remove();
  });

  it('an alarm is at the receiver, signed, with an id', async () => {
    await say(60);
    await everythingTaken();
    expect(receiver.troubles).toEqual([]);
    const first = receiver.taken[0];
    expect(first?.id).toBe(first?.body.id);
    expect(receiver.taken.some(({ body }) => body.type === 'alarm.raised' && body.alarm?.deviceId === 'N-3' && !body.test)).toBe(true);
    await eventually('its warning is taken too', PATIENCE_MS, async () => takenOf('enterprise:plant').length > 0);
    expect(takenOf('enterprise:plant')).toEqual(['warning.issued red']);
  });

  const MANNERS: readonly (readonly [string, Manner])[] = [
    ['answers 500', { status: 500 }],
    ['answers 429 with Retry-After', { status: 429, headers: { 'retry-after': '1' } }],
    ['hangs', 'hang'],
    ['closes in the middle', 'cut'],
    ['sends us elsewhere', 'redirect'],
  ];
  it.each(MANNERS)(
    'a receiver that %s, a kill -9 of ours meanwhile: nothing is lost, the order of each alarm is kept',
    async (_, manner) => {
      const askedBefore = receiver.asked.get('/hook') ?? 0;
      receiver.manner = manner;
      await say(0);
      await say(60);
      const worried = `w-${receiver.taken.length}`;
      await worry(worried);
      await eventually('it is tried', PATIENCE_MS, async () => (receiver.asked.get('/hook') ?? 0) > askedBefore);
      await disconnect();
      await platform.kill();
      platform = await start();
      api = await signIn(platform.httpBase);
      await connect();
      await say(0);
      await say(60);
      expect((await api.request('DELETE', `/enterprises/${worried}`)).status).toBeLessThan(300);
      await eventually('it waits', PATIENCE_MS, async () => (await metric('beacon_webhook_waiting')) > 0);
      receiver.manner = 'take';
      await everythingTaken();
      await eventually('the warning is taken', PATIENCE_MS, async () => takenOf(`enterprise:${worried}`).length > 1);
      expect(takenOf(`enterprise:${worried}`)).toEqual(['warning.updated orange', 'warning.lifted blue']);
      for (const [, seqs] of takenByAlarm()) expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      expect(receiver.asked.get('/elsewhere')).toBeUndefined();
      expect(receiver.troubles).toEqual([]);
      await eventually('nothing waits', PATIENCE_MS, async () => (await metric('beacon_webhook_waiting')) === 0);
    },
  );

  it('heartbeats arrive, and when they cannot a system alarm says so and returns', async () => {
    const path = '/beat?token=beat-token';
    const beats = receiver.asked.get(path) ?? 0;
    await eventually('a heartbeat', PATIENCE_MS, async () => (receiver.asked.get(path) ?? 0) > beats);
    receiver.manner = { status: 503 };
    const open = async (): Promise<Alarm | undefined> =>
      (await api.get<ListBody<Alarm>>('/alarms?state=open')).items.find((alarm) => alarm.code === 'deadman-unheard' && alarm.active);
    expect(await eventually('it rings', PATIENCE_MS, open)).toMatchObject({ kind: 'system', level: 'orange', active: true });
    receiver.manner = 'take';
    await eventually('it returns', PATIENCE_MS, async () => (await open()) === undefined);
    await everythingTaken();
  });

  it('says neither the secret nor the addresses to anybody', () => {
    const said = platform.stdout() + platform.stderr();
    expect(said).not.toContain(SECRET);
    expect(said).not.toContain('beat-token');
    expect(JSON.stringify(receiver.taken)).not.toContain('beat-token');
  });
});
