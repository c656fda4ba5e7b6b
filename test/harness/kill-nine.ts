import mqtt, { type MqttClient } from 'mqtt';
import { io, type Socket } from 'socket.io-client';
import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { AlarmMessage, SnapshotEvent } from '../../alert-ui/protocol/live.ts';
import type { AlarmWithEvents, ListBody, ReadingsBody } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, signIn, withToken, type Api, type MadeDevice } from './api.ts';
import { startPlatform, temporaryFolder, type PlatformProcess } from './platform-process.ts';

export interface KillNineOptions {
  readonly program: string;
  readonly kills: number;
  readonly acknowledgedPerKill: number;
  readonly seed: number;
  readonly stopAtFirstTrouble?: boolean;
}
export interface KillNineResult {
  readonly kills: readonly { readonly acknowledged: number; readonly inFlight: number }[];
  readonly alarmEventsSeen: number;
  readonly operatorActs: number;
  readonly troubles: readonly string[];
}

const DEVICES = 24;
const WINDOW = 30;
/** Under way at least, over all devices, when it is killed. */
const IN_FLIGHT = 100;
/** No device is faster than a reading a millisecond (its stamps would run into the future); this far ahead it waits. */
const AHEAD_MS = 300;

/** mulberry32: a small seeded generator, so that a failing run can be named. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * One device under load: every value is unique, so that a lost and a doubled reading can both be told. Odd devices send no time of
 * their own: for them only the packet id tells a resend from a new message.
 */
class LoadedDevice {
  readonly acknowledged = new Map<number, number | null>();
  inFlight = 0;
  acknowledgedCount = 0;
  private n = 0;
  private stopped = false;
  private held = false;
  private lastStamp = 0;
  private pausing: NodeJS.Timeout | null = null;
  private readonly client: MqttClient;
  readonly device: MadeDevice;
  private readonly stamped: boolean;

  constructor(device: MadeDevice, index: number, mqttUrl: string) {
    this.device = device;
    this.stamped = index % 2 === 0;
    this.client = mqtt.connect(mqttUrl, {
      username: device.username,
      password: device.password,
      clientId: `load-${index}`,
      clean: false,
      reconnectPeriod: 100,
      connectTimeout: 5_000,
      keepalive: 60,
      queueQoSZero: false,
    });
    // While the platform is dead every attempt fails; the client goes on by itself.
    this.client.on('error', () => undefined);
    this.client.on('connect', () => this.fill());
  }

  private fill(): void {
    while (!this.stopped && !this.held && this.client.connected && this.inFlight < WINDOW) {
      if (this.lastStamp > Date.now() + AHEAD_MS) {
        this.pausing ??= setTimeout(() => {
          this.pausing = null;
          this.fill();
        }, 10);
        return;
      }
      this.send();
    }
  }

  private send(): void {
    this.n += 1;
    // Fifty quick closings, fifty that take 55 s (limit 10 s, no delays, latching): raised, returned and re-announced all the time.
    const value = (Math.floor(this.n / 50) % 2 === 0 ? 1 : 55) + this.n / 1e6;
    this.lastStamp = Math.max(Date.now(), this.lastStamp + 1);
    const ts = this.stamped ? this.lastStamp : null;
    const payload = ts === null ? { close_feedback_s: value } : { ts, values: { close_feedback_s: value } };
    this.inFlight += 1;
    this.client.publish(`beacon/v1/${this.device.enterprise}/${this.device.id}/telemetry`, JSON.stringify(payload), { qos: 1 }, (error) => {
      this.inFlight -= 1;
      if (error === undefined || error === null) {
        this.acknowledged.set(value, ts);
        this.acknowledgedCount += 1;
      }
      // The next turn: a callback inside a burst of PUBACKs must not recurse.
      setImmediate(() => this.fill());
    });
  }

  /** Nothing new until `go`; what is in flight is still resent and acknowledged. */
  hold(): void {
    this.held = true;
  }

  go(): void {
    this.held = false;
    this.fill();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    if (this.pausing !== null) clearTimeout(this.pausing);
    await this.client.endAsync(true);
  }
}

/** What an operator saw on the live board, by event number. */
class Board {
  readonly events = new Map<number, { alarmId: string; event: AlarmEvent }>();
  snapshotSeq = 0;
  private socket: Socket | null = null;
  readonly troubles: string[] = [];

  async connect(api: Api): Promise<void> {
    const socket = io(api.base, { auth: { token: api.token }, transports: ['websocket'], reconnection: false });
    this.socket = socket;
    socket.on('alarm', (message: AlarmMessage) => {
      const known = this.events.get(message.seq);
      const seen = { alarmId: message.alarm.id, event: message.event };
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(seen))
        this.troubles.push(`event ${message.seq} changed: ${JSON.stringify(known)} → ${JSON.stringify(seen)}`);
      this.events.set(message.seq, seen);
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('snapshot', (snapshot: SnapshotEvent) => {
        if (snapshot.seq < this.snapshotSeq) this.troubles.push(`event number went back from ${this.snapshotSeq} to ${snapshot.seq}`);
        this.snapshotSeq = snapshot.seq;
        resolve();
      });
      socket.once('connect_error', reject);
    });
  }
  close(): void {
    this.socket?.close();
  }
}

interface Act {
  readonly alarmId: string;
  readonly at: number | null;
  readonly by: string | null;
}

/** Acknowledges whatever rings; only what was answered 200 counts. */
async function operate(api: Api, acts: Act[], going: () => boolean): Promise<void> {
  while (going()) {
    try {
      const open = await api.get<ListBody<Alarm>>('/alarms?state=UNACK');
      const alarm = open.items[0];
      if (alarm !== undefined) {
        const answer = await api.request('POST', `/alarms/${alarm.id}/acknowledge`, { seen: alarm.seq, comment: `act ${acts.length}` });
        if (answer.status === 200) {
          const body = answer.body as Alarm;
          acts.push({ alarmId: body.id, at: body.acknowledgedAt, by: body.acknowledgedBy });
          // Refused while the limit is on; when it is allowed the next occurrence gets a new id.
          await api.request('POST', `/alarms/${alarm.id}/reset`, {});
        }
      }
    } catch (error) {
      // The platform was killed under the request: nobody was answered, so nothing is owed.
      if (!going()) return;
      if (!(error instanceof Error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function storedValues(api: Api, device: string, from: number, to: number): Promise<Map<number, number[]>> {
  const stored = new Map<number, number[]>();
  for (let cursor: number | undefined = from; cursor !== undefined; ) {
    const body: ReadingsBody = await api.get<ReadingsBody>(
      `/devices/${device}/readings?measurement=close_feedback_s&from=${cursor}&to=${to}`,
    );
    for (const [ts, value] of body.points) {
      if (typeof value !== 'number') continue;
      const at = stored.get(value);
      if (at === undefined) stored.set(value, [ts]);
      else at.push(ts);
    }
    cursor = body.next;
  }
  return stored;
}

async function compareReadings(api: Api, loads: readonly LoadedDevice[], from: number): Promise<string[]> {
  const troubles: string[] = [];
  // The projector may be catching up, for as long as the machine makes it.
  await eventually('everything is projected', 180_000, async () =>
    /^beacon_projector_lag_entries 0$/m.test(await (await fetch(`${api.base}/metrics`)).text()),
  );
  // One deadline for all: what is under way now is soon there, and what is lost stays lost however long one waits.
  const until = Date.now() + 30_000;
  for (const load of loads) {
    const due = [...load.acknowledged];
    const to = Date.now() + 3_600_000;
    let stored = new Map<number, number[]>();
    let missing: readonly (readonly [number, number | null])[] = [];
    await eventually(`readings of ${load.device.id}`, Math.max(100, until - Date.now()), async () => {
      stored = await storedValues(api, load.device.id, from, to);
      missing = due.filter(([value]) => !stored.has(value));
      return missing.length === 0;
    }).catch(() => undefined);
    for (const [value] of missing.slice(0, 5)) troubles.push(`reading lost: ${load.device.id} ${value} (${missing.length} in all)`);
    const doubled = [...stored].filter(([, stamps]) => stamps.length > 1);
    for (const [value, stamps] of doubled.slice(0, 5))
      troubles.push(`reading doubled: ${load.device.id} ${value} at ${stamps.join(', ')} (${doubled.length} in all)`);
    const moved = due.filter(([value, ts]) => ts !== null && stored.get(value)?.[0] !== ts && stored.has(value));
    for (const [value, ts] of moved.slice(0, 5))
      troubles.push(`reading moved: ${load.device.id} ${value} sent at ${ts}, stored at ${stored.get(value)?.[0]}`);
  }
  return troubles;
}

async function compareEvents(api: Api, board: Board, acts: readonly Act[]): Promise<string[]> {
  const troubles = [...board.troubles];
  const byAlarm = new Map<string, { seq: number; event: AlarmEvent }[]>();
  for (const [seq, { alarmId, event }] of board.events) {
    const list = byAlarm.get(alarmId);
    if (list === undefined) byAlarm.set(alarmId, [{ seq, event }]);
    else list.push({ seq, event });
  }
  const alarms = new Map<string, AlarmWithEvents | null>();
  async function alarmOf(id: string): Promise<AlarmWithEvents | null> {
    const known = alarms.get(id);
    if (known !== undefined) return known;
    const answer = await api.request('GET', `/alarms/${id}`);
    const alarm = answer.status === 200 ? (answer.body as AlarmWithEvents) : null;
    alarms.set(id, alarm);
    return alarm;
  }
  for (const [alarmId, seen] of byAlarm) {
    const alarm = await alarmOf(alarmId);
    if (alarm === null) {
      troubles.push(`alarm lost: ${alarmId}`);
      continue;
    }
    const numbers = alarm.events.map((e) => e.seq);
    if (new Set(numbers).size !== numbers.length) troubles.push(`event doubled in ${alarmId}`);
    for (const { seq, event } of seen) {
      const stored = alarm.events.find((e) => e.seq === seq);
      if (stored === undefined) troubles.push(`event lost: ${seq} (${event.type}) of ${alarmId}`);
      else if (stored.type !== event.type || stored.at !== event.at || stored.entry !== event.entry)
        troubles.push(`event changed: ${seq} ${JSON.stringify(event)} → ${JSON.stringify(stored)}`);
    }
  }
  for (const act of acts) {
    const alarm = await alarmOf(act.alarmId);
    const found = alarm?.events.filter((e) => e.type === 'acknowledged' && e.by === act.by && e.at === act.at) ?? [];
    if (found.length !== 1) troubles.push(`acknowledgement ${found.length === 0 ? 'lost' : 'doubled'}: ${act.alarmId} at ${act.at}`);
  }
  return troubles;
}

/** Kills, restarts and compares. `troubles` is empty when nothing was lost, doubled or changed. */
export async function killNineRun(options: KillNineOptions): Promise<KillNineResult> {
  const chance = random(options.seed);
  const folder = temporaryFolder('kill-nine');
  let platform: PlatformProcess = await startPlatform({ dataDir: folder.path, program: options.program });
  const httpPort = Number(new URL(platform.httpBase).port);
  const mqttPort = Number(new URL(platform.mqttUrl).port);
  const loads: LoadedDevice[] = [];
  const board = new Board();
  const kills: { acknowledged: number; inFlight: number }[] = [];
  const troubles: string[] = [];
  let operatorActs = 0;
  try {
    const begun = Date.now() - 1_000;
    let api = await signIn(platform.httpBase);
    const token = api.token;
    const devices = await makeDevices(
      api,
      'kill-nine',
      'gas.valve.shutoff',
      Array.from({ length: DEVICES }, (_, i) => `KN-${i}`),
    );
    for (const [index, device] of devices.entries()) loads.push(new LoadedDevice(device, index, platform.mqttUrl));
    let from = begun;
    for (let round = 0; round < options.kills; round += 1) {
      const acts: Act[] = [];
      let going = true;
      const total = (): number => loads.reduce((sum, load) => sum + load.acknowledgedCount, 0);
      const before = total();
      await board.connect(api);
      for (const load of loads) load.go();
      const operator = operate(api, acts, () => going);
      await eventually(`${options.acknowledgedPerKill} acknowledged in round ${round}`, 120_000, () =>
        Promise.resolve(total() - before >= options.acknowledgedPerKill),
      );
      // A wrong platform that acknowledges at once has no back-pressure and may serve no operator: there the readings alone must tell.
      if (options.stopAtFirstTrouble !== true) await eventually('an operator acted', 20_000, () => Promise.resolve(acts.length > 0));
      const inFlight = (): number => loads.reduce((sum, load) => sum + load.inFlight, 0);
      // Somewhere inside a commit: they follow each other within a few milliseconds.
      await new Promise((resolve) => setTimeout(resolve, chance() * 25));
      // PUBACKs of a whole commit may just have come: then the moment is when the devices have sent again.
      for (const until = Date.now() + 10_000; inFlight() < IN_FLIGHT && Date.now() < until; ) await new Promise(setImmediate);
      going = false;
      const atKill = inFlight();
      await platform.kill();
      // While it is compared nothing is added: else most of the run would be spent reading what no kill has touched.
      for (const load of loads) load.hold();
      kills.push({ acknowledged: total() - before, inFlight: atKill });
      await operator;
      operatorActs += acts.length;
      board.close();
      platform = await startPlatform({ dataDir: folder.path, program: options.program, httpPort, mqttPort });
      if (round % 5 === 4) {
        // A clean stop writes a snapshot: the kills after it recover from that and a tail instead of from the first entry.
        const code = await platform.stop();
        if (code !== 0) troubles.push(`a clean stop ended with ${code} [round ${round}]`);
        platform = await startPlatform({ dataDir: folder.path, program: options.program, httpPort, mqttPort });
      }
      api = withToken(platform.httpBase, token);
      const roundTroubles = [...(await compareReadings(api, loads, from)), ...(await compareEvents(api, board, acts))];
      troubles.push(...roundTroubles.map((t) => `${t} [round ${round}]`));
      if (troubles.length > 0 && options.stopAtFirstTrouble === true) break;
      from = Date.now() - 120_000;
      const keepFrom = from;
      for (const load of loads) {
        for (const [value, ts] of load.acknowledged) if (ts === null || ts < keepFrom) load.acknowledged.delete(value);
      }
    }
    return { kills, alarmEventsSeen: board.events.size, operatorActs, troubles };
  } finally {
    for (const load of loads) await load.stop();
    board.close();
    await platform.kill();
    folder.remove();
  }
}
