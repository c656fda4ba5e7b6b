/**
 * Plays a scenario against a running platform at the speed of life: devices entered through the API and speaking MQTT, operators over
 * HTTP, alarms heard over Socket.IO as a board hears them. Devices get names of their own for each run and are retired when it is over.
 */
import { io } from 'socket.io-client';
import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { SimulatedDevice } from '../device.ts';
import { field, type PlatformClient, PlatformError } from '../platform-client.ts';
import { eachOf, provision } from '../provision.ts';
import { firstReportMs } from '../report.ts';
import { runDevices } from '../runner.ts';
import { devicesOf, heartbeatMs } from './devices.ts';
import { alarmFor, bodyOf, heardOf, type OperatorAct, type Played, refusedAct } from './played.ts';
import type { Scenario } from './schema.ts';

export interface RealRun {
  readonly client: PlatformClient;
  readonly mqttUrl: string;
  /** Of this run alone; devices are named `<runId>.<id of the file>`. */
  readonly runId: string;
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
}

/** Ends the run early: what was heard until then is no verdict. */
class Interrupted extends Error {}

const until = (atMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new Interrupted('interrupted'));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.max(0, atMs - performance.now()),
    );
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });

export async function playReal(scenario: Scenario, run: RealRun): Promise<Played> {
  const { client, runId, signal, log } = run;
  const real = (id: string): string => `${runId}.${id}`;
  const ofFile = new Map(scenario.devices.map(({ id }) => [real(id), id]));
  const credentials = await provision(client, {
    areas: [],
    sites: [],
    hazardSources: [],
    enterprises: [{ id: runId, name: `${scenario.name} ${runId}`, kind: 'test' }],
    devices: scenario.devices.map((device) => ({
      id: real(device.id),
      name: device.id,
      enterpriseId: runId,
      profileId: device.profile,
      attributes: device.attributes,
      conditions: device.conditions,
      variant: device.variant,
      ...(device.calibratedDaysAgo === undefined ? {} : { calibratedAt: Math.round(Date.now() - device.calibratedDaysAgo * 86_400_000) }),
      heartbeatMs: heartbeatMs(device),
      reportMs: device.reportS * 1_000,
    })),
  });
  const heard: Played['heard'][number][] = [];
  const troubles = scenario.gateways.flatMap(({ id }) =>
    id === undefined ? [] : [`${id}: a gateway speaks for others on virtual time only`],
  );
  let begun = Number.POSITIVE_INFINITY;
  const board = await openBoard(client, (alarm, event) => {
    const device = ofFile.get(alarm.deviceId ?? '');
    if (device === undefined) return;
    const one = heardOf({ ...alarm, deviceId: device }, event, 0);
    heard.push({ ...one, atS: (performance.now() - begun) / 1_000 });
  });
  board.onLost((why) => troubles.push(`the live connection broke off (${why}): what came after it was not heard`));

  const playing = devicesOf(scenario).flatMap((device) => {
    const credential = credentials.get(real(device.id));
    const renamed: SimulatedDevice = { ...device, id: real(device.id), enterpriseId: runId };
    return credential === undefined ? [] : [{ device: renamed, credential }];
  });
  begun = performance.now();
  const devices = runDevices({
    mqttUrl: run.mqttUrl,
    devices: playing,
    seed: scenario.seed,
    speed: 1,
    log,
    // By the name in the file, so that every run of a scenario has the same timetable.
    firstMs: (device) => firstReportMs({ ...device, id: ofFile.get(device.id) ?? device.id }, scenario.seed),
  });
  async function operate(act: OperatorAct): Promise<void> {
    const answer = (await client.get(`/alarms?state=open&device=${encodeURIComponent(real(act.device))}`)) as {
      readonly items: readonly Alarm[];
    };
    const alarm = alarmFor(
      act,
      answer.items.map((one) => ({ ...one, deviceId: ofFile.get(one.deviceId ?? '') ?? null })),
    );
    if (typeof alarm === 'string') {
      troubles.push(alarm);
      return;
    }
    try {
      const { op, ...body } = bodyOf(act, alarm);
      await client.post(`/alarms/${alarm.id}/${op}`, body);
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
      troubles.push(refusedAct(act, error.code));
    }
  }
  try {
    for (const act of scenario.operators.toSorted((a, b) => a.atS - b.atS)) {
      await until(begun + act.atS * 1_000, signal);
      await operate(act);
    }
    await until(begun + scenario.lastsS * 1_000, signal);
    board.close();
    const refused = field(await client.get(`/ledger?verdict=refused&enterprise=${encodeURIComponent(runId)}`), 'items');
    if (Array.isArray(refused))
      for (const one of refused.slice(0, 10) as readonly unknown[]) troubles.push(`refused at the door: ${JSON.stringify(one)}`);
    return { heard, troubles, messages: devices.counts().messages };
  } finally {
    board.close();
    await devices.stop();
    await eachOf([...ofFile.keys()], async (id) => void (await client.delete(`/devices/${encodeURIComponent(id)}`)));
    await client.delete(`/enterprises/${encodeURIComponent(runId)}`);
  }
}

interface ScenarioBoard {
  /** Called once, when the connection breaks off without `close`. */
  onLost(listener: (why: string) => void): void;
  close(): void;
}

/** @throws when the platform does not let the live connection in */
async function openBoard(client: PlatformClient, onAlarm: (alarm: Alarm, event: AlarmEvent) => void): Promise<ScenarioBoard> {
  const { base, token, cookie } = client.live;
  const socket = io(base, {
    transports: ['websocket'],
    reconnection: false,
    ...(token === undefined ? {} : { auth: { token } }),
    ...(cookie === undefined ? {} : { extraHeaders: { cookie } }),
  });
  socket.on('alarm', ({ alarm, event }: { readonly alarm: Alarm; readonly event: AlarmEvent }) => onAlarm(alarm, event));
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve());
    socket.once('connect_error', (error) => reject(new Error(`live connection to ${base}: ${error.message}`)));
  });
  let closing = false;
  return {
    onLost(listener) {
      socket.once('disconnect', (why) => {
        if (!closing) listener(why);
      });
    },
    close() {
      closing = true;
      socket.close();
    },
  };
}
