import type { Alarm, AlarmEvent } from '../../model/alarm.ts';
import type { Engine } from '../../model/engine.ts';
import { ENTRY_VERSION, type EntryBody } from '../../model/entry.ts';
import type { RuleTest } from '../../alert-ui/server/site-file/schema.ts';
import { ingest } from '../../ingest/ingest.ts';
import { restoreEngine } from '../../rules/engine.ts';
import { localTimeOf } from '../local-time.ts';
import { registryOf } from '../registry.ts';

/** Plays one rule test of a site file on the real engine, on virtual time: nothing waits, and the same file gives the same answer. */

/** One alarm that rang, or rose to a worse level. */
interface Rang {
  readonly code: string;
  readonly level: Alarm['level'];
  /** ms since the beginning of the test. */
  readonly atMs: number;
  readonly device: string;
  readonly measurement: string | null;
  readonly value: Alarm['value'];
  readonly unit: string | null;
  readonly kind: Alarm['kind'];
}

/** What did not come out as the test says; `path` is a place inside the test. */
export interface TestFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const BEGIN = Date.UTC(2026, 0, 1);
/** Of the usual time zone: a test begins at 08:00 of a Thursday there. */
const LOCAL_TIME = localTimeOf('Asia/Shanghai', BEGIN);
const TICK_MS = 5_000;
const GATHER_MS = 50;
/** How long the plant is watched after the last reading where the test does not say. */
const WATCH_MS = 60_000;

class Bench {
  readonly rang: Rang[] = [];
  private readonly engine: Engine;
  private ms = 0;
  private messages = 0;

  constructor(snapshot: string) {
    this.engine = restoreEngine(snapshot);
    this.apply({ kind: 'start', build: 'rules:check', clockBelieved: true, localTime: LOCAL_TIME });
  }

  private apply(body: EntryBody): void {
    const { view } = this.engine;
    const applied = this.engine.apply({
      ...body,
      seq: view.appliedSeq + 1,
      v: ENTRY_VERSION,
      at: BEGIN + this.ms,
      boot: 'test',
      mono: this.ms,
    });
    if (applied.fault) throw new Error(applied.faultDetail ?? 'the engine could not apply an entry');
    for (const one of applied.events) if (one.kind === 'alarm' && rings(one.event)) this.rang.push(rangOf(one.alarm, one.event));
  }

  /** Time passes with ticks, as the shell writes them. */
  pass(to: number): void {
    while (this.ms < to) {
      const due = this.engine.nextDue();
      const wait = due === null ? TICK_MS : due - this.engine.engineTime(this.ms);
      this.ms = Math.min(to, this.ms + Math.min(TICK_MS, Math.max(GATHER_MS, wait)));
      this.apply({ kind: 'tick' });
    }
  }

  /** One message through the door that every message comes through. Returns what was refused of it. */
  send(deviceId: string, payload: object): readonly string[] {
    const device = this.engine.view.assets('device').get(deviceId);
    if (device === undefined) return [`there is no device ${deviceId}`];
    this.messages += 1;
    const topic = `beacon/v1/${device.enterpriseId}/${deviceId}/telemetry`;
    const client = `${deviceId}/test`;
    const publisher = {
      credential: deviceId,
      kind: 'device',
      enterprise: device.enterpriseId,
      device: deviceId,
      client,
      connection: 1,
      address: '',
    } as const;
    const taken = ingest(
      { topic, payload: Buffer.from(JSON.stringify(payload)), publisher, receivedAt: BEGIN + this.ms, clockBelieved: true },
      registryOf(this.engine.view),
    );
    this.apply({
      kind: 'message',
      credential: deviceId,
      enterprise: device.enterpriseId,
      client,
      connection: 1,
      nth: this.messages,
      qos: 0,
      packetId: null,
      digest: taken.digest,
      topic,
      stamped: taken.stamped,
      counter: taken.counter,
      retain: false,
      samples: taken.samples,
      refused: taken.refused,
    });
    return taken.refused.map(({ code, at, detail }) => [code, at, detail].filter((part) => part !== undefined).join(' '));
  }
}

function rings(event: AlarmEvent): boolean {
  return event.type === 'raised' || event.type === 'level-raised';
}

function rangOf(alarm: Alarm, event: AlarmEvent): Rang {
  return {
    code: alarm.code,
    level: alarm.level,
    atMs: event.at - BEGIN,
    device: alarm.deviceId ?? alarm.hazardSourceId ?? '',
    measurement: alarm.measurement,
    value: alarm.value,
    unit: alarm.unit,
    kind: alarm.kind,
  };
}

/** `snapshot`: the engine with the site in it and no reading yet. */
export function playTest(snapshot: string, test: RuleTest): readonly TestFault[] {
  const bench = new Bench(snapshot);
  const faults: TestFault[] = [];
  const readings = test.readings.map((reading, i) => [i, reading] as const).sort(([i, a], [j, b]) => a.at - b.at || i - j);
  for (const [i, { at, device, values, quality }] of readings) {
    bench.pass(at);
    const to = device ?? test.device;
    if (to === undefined) {
      faults.push({ path: ['readings', i], message: 'of which device? Name one here or for the test' });
      continue;
    }
    for (const refused of bench.send(to, { values, ...(quality === undefined ? {} : { quality }) }))
      faults.push({ path: ['readings', i], message: `is refused at the door: ${refused}` });
  }
  bench.pass(Math.max(test.until ?? 0, readings.at(-1)?.[1].at ?? 0) + (test.until === undefined ? WATCH_MS : 0));
  return [...faults, ...compare(test, bench.rang)];
}

function compare(test: RuleTest, rang: readonly Rang[]): readonly TestFault[] {
  const faults: TestFault[] = [];
  const left = [...rang];
  const wanted = test.expect === 'none' ? [] : test.expect;
  wanted.forEach((one, i) => {
    const at = left.findIndex((found) => fits(one, found));
    if (at >= 0) left.splice(at, 1);
    else
      faults.push({
        path: ['expect', i],
        message: `${wantedText(one)} did not ring; ${rangText(left.filter(({ code }) => code === one.code))}`,
      });
  });
  // Instrument alarms (a device that fell silent) need not be named.
  for (const one of left)
    if (one.kind === 'process' || one.kind === 'fire')
      faults.push({ path: ['expect'], message: `${oneText(one)} rang and is not expected` });
  return faults;
}

type Wanted = Exclude<RuleTest['expect'], 'none'>[number];

function fits(wanted: Wanted, found: Rang): boolean {
  return (
    wanted.code === found.code &&
    (wanted.level === undefined || wanted.level === found.level) &&
    (wanted.device === undefined || wanted.device === found.device) &&
    (wanted.measurement === undefined || wanted.measurement === found.measurement) &&
    (wanted.at === undefined || Math.abs(wanted.at - found.atMs) <= wanted.within)
  );
}

function seconds(ms: number): string {
  return `${Number((ms / 1_000).toFixed(3))}s`;
}

function wantedText({ code, level, at, device, measurement }: Wanted): string {
  const words = [
    measurement,
    code,
    level,
    at === undefined ? undefined : `at ${seconds(at)}`,
    device === undefined ? undefined : `(${device})`,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function oneText({ code, level, atMs, device, measurement, value, unit }: Rang): string {
  return `${measurement ?? ''} ${code} ${level} at ${seconds(atMs)} (${device}, ${value ?? 'no value'} ${unit ?? ''})`.trim();
}

function rangText(found: readonly Rang[]): string {
  return found.length === 0 ? 'it did not ring at all' : `it rang as ${found.map(oneText).join(', ')}`;
}
