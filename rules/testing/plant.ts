import type { Alarm, AlarmEvent, LiveEvent } from '../../model/alarm.ts';
import type { Area, AssetOf, Device, HazardSource, Rule } from '../../model/asset.ts';
import type { Applied, Engine } from '../../model/engine.ts';
import { type AlarmCommand, type ConfigChange, ENTRY_VERSION, type Entry, type EntryBody, type MessageBody } from '../../model/entry.ts';
import type { Catalogue, LimitDef, MeasurementDef, Profile } from '../../model/profile.ts';
import type { Quality, Sample, SampleValue, Value } from '../../model/reading.ts';
import { exampleDevice, exampleEnterprise } from '../../model/testing/example-assets.ts';
import type { SetFactorName, Warning, WarningLive, WarningScope } from '../../model/warning.ts';
import { createEngine } from '../engine.ts';

/** A small plant around one engine for tests that read like an incident report: it numbers the entries and owns the time. */

export const START = 1_763_900_000_000;
const STAMPS = { revision: 1, createdAt: 0, updatedAt: 0, retiredAt: null } as const;

export const enterprise = exampleEnterprise;

export function area(id: string, parentId: string | null = null): Area {
  return { ...STAMPS, id, name: id, parentId };
}

export function hazardSource(id: string, more: Partial<HazardSource> = {}): HazardSource {
  return { ...STAMPS, id, name: id, enterpriseId: 'works', siteId: null, attributes: {}, ...more };
}

export const device = exampleDevice;

/** A rule about the limit L1 of `lel` of the profile `gas`, for the whole of `works`. */
export function rule(id: string, parts: Rule['parts'], more: Partial<Rule> = {}): Rule {
  return {
    ...STAMPS,
    id,
    name: id,
    scope: 'enterprise',
    scopeId: 'works',
    profileId: 'gas',
    measurement: 'lel',
    code: 'L1',
    adds: null,
    parts,
    reason: null,
    approvedBy: null,
    ...more,
  };
}

export function limit(code: string, level: LimitDef['level'], setPoint: number | string, more: Partial<LimitDef> = {}): LimitDef {
  return {
    code,
    dir: 'hi',
    setPoint,
    level,
    deadband: 1,
    onDelayMs: 0,
    offDelayMs: 0,
    latching: false,
    basis: 'test',
    confidence: 'D',
    ...more,
  };
}

export function measurement(key: string, limits: readonly LimitDef[], more: Partial<MeasurementDef> = {}): MeasurementDef {
  return { key, zh: key, en: key, ucum: '1', range: [0, 100], resolution: 1, valueType: 'number', limits, ...more };
}

export function profile(id: string, measurements: readonly MeasurementDef[], more: Partial<Profile> = {}): Profile {
  return {
    id,
    zh: id,
    en: id,
    sector: ['gas'],
    alarmKind: 'process',
    reportMs: 10_000,
    heartbeatMs: 60_000,
    measurements,
    faults: ['F01'],
    ...more,
  };
}

export function catalogue(version: string, profiles: readonly Profile[]): Catalogue {
  const fault = (code: string, level: Catalogue['faults'][number]['level']) => ({ code, zh: code, en: code, level });
  return {
    version,
    profiles,
    faults: [fault('F01', 'yellow'), fault('F03', 'yellow'), fault('F04', 'orange'), fault('F09', 'blue'), fault('F22', 'none')],
  };
}

export interface Sending {
  /** Milliseconds by which the stamp differs from now; null (default) = no stamp. */
  readonly stamp?: number | null;
  readonly quality?: Quality;
  readonly channel?: number | null;
  readonly faults?: readonly string[];
  readonly message?: Partial<MessageBody>;
}

/** Entries go through JSON, as they do through the journal. */
function throughJournal(entry: Entry): Entry {
  const back: Entry = JSON.parse(JSON.stringify(entry));
  return back;
}

export class Plant {
  engine: Engine;
  readonly entries: Entry[] = [];
  readonly events: LiveEvent[] = [];
  readonly warned: WarningLive[] = [];
  boot = 'boot-1';
  mono = 0;
  /** Wall time minus monotonic time: changing it is a step of our own clock. */
  offset = START;
  private packet = 0;

  constructor(engine: Engine = createEngine()) {
    this.engine = engine;
    this.starts();
  }

  private starts(): void {
    this.apply({ kind: 'start', build: 'test', clockBelieved: true, localTime: { zone: 'Asia/Shanghai', offsets: [[0, 480]] } });
  }

  get now(): number {
    return this.offset + this.mono;
  }

  apply(body: EntryBody): Applied {
    const entry = throughJournal({
      ...body,
      seq: this.engine.view.appliedSeq + 1,
      v: ENTRY_VERSION,
      at: this.now,
      boot: this.boot,
      mono: this.mono,
    });
    this.entries.push(entry);
    const applied = this.engine.apply(entry);
    this.events.push(...applied.events);
    this.warned.push(...(applied.warnings ?? []));
    return applied;
  }

  /** Lets time pass with ticks, as the shell writes them: when one is due, and every 5 s. */
  pass(ms: number): void {
    const end = this.mono + ms;
    while (this.mono < end) {
      const due = this.engine.nextDue();
      const wait = due === null ? 5_000 : due - this.engine.engineTime(this.mono);
      this.mono = Math.min(end, this.mono + Math.min(5_000, Math.max(50, wait)));
      this.apply({ kind: 'tick' });
    }
  }

  /** Our own outage: the process dies and a new one starts. */
  restart(outageMs: number): void {
    const at = this.now + outageMs;
    this.boot = `boot-${Number(this.boot.slice(5)) + 1}`;
    this.mono = 10;
    this.offset = at - this.mono;
    this.starts();
  }

  config(...changes: readonly ConfigChange[]): Applied {
    return this.apply({ kind: 'config', by: 'admin', requestId: `c${this.entries.length}`, changes });
  }

  put(value: Device): Applied {
    return this.config({ op: 'put', asset: 'device', base: this.engine.view.assets('device').get(value.id)?.revision ?? 0, value });
  }

  /** Puts a rule: new, or over its present revision. */
  rule(value: Rule): Applied {
    return this.config({ op: 'put', asset: 'rule', base: this.engine.view.assets('rule').get(value.id)?.revision ?? 0, value });
  }

  /** Puts an asset over what stands of it. */
  place<K extends 'area' | 'enterprise' | 'hazard-source'>(kind: K, value: AssetOf[K]): Applied {
    const base = this.engine.view.assets(kind).get(value.id)?.revision ?? 0;
    return this.config({ op: 'put', asset: kind, base, value } as ConfigChange);
  }

  /** Sets a factor of a warning for so long from now; null takes it back. */
  factor(scope: WarningScope, id: string, factor: SetFactorName, value: number | null, ms = 3_600_000): Applied {
    return this.config({ op: 'factor', scope, id, factor, value, until: value === null ? null : this.now + ms });
  }

  warning(id: string): Warning {
    const found = this.engine.view.warning(id);
    if (found === undefined) throw new Error(`no warning ${id}`);
    return found;
  }

  setUp(profiles: readonly Profile[], devices: readonly Device[], version = 'v1'): this {
    this.config(
      { op: 'catalogue', catalogue: catalogue(version, profiles) },
      { op: 'put', asset: 'enterprise', base: 0, value: enterprise('works') },
    );
    for (const one of devices) this.put(one);
    return this;
  }

  value(key: string, value: Value, sending: Sending = {}): SampleValue {
    return { measurement: key, channel: sending.channel ?? null, value, quality: sending.quality ?? 'good', flags: [] };
  }

  sample(deviceId: string, values: readonly SampleValue[], stamp: number | null = null, faults?: readonly string[]): Sample {
    const stampedAt = stamp === null ? null : this.now + stamp;
    const future = stampedAt !== null && stampedAt > this.now + 5_000;
    const sampleAt = stampedAt === null || future ? this.now : stampedAt;
    return { device: deviceId, sampleAt, stampedAt, values, ...(faults === undefined ? {} : { faults }) };
  }

  message(deviceId: string, samples: readonly Sample[], more: Partial<MessageBody> = {}): Applied {
    this.packet += 1;
    return this.apply({
      kind: 'message',
      credential: deviceId,
      enterprise: 'works',
      client: `${deviceId}/c`,
      connection: 1,
      nth: this.packet,
      qos: 1,
      packetId: this.packet % 65_536,
      digest: this.packet * 7_919,
      topic: `beacon/v1/works/${deviceId}/telemetry`,
      stamped: samples.some((one) => one.stampedAt !== null),
      counter: null,
      retain: false,
      samples,
      refused: [],
      ...more,
    });
  }

  send(deviceId: string, key: string, value: Value, sending: Sending = {}): Applied {
    const values = [this.value(key, value, sending)];
    return this.message(deviceId, [this.sample(deviceId, values, sending.stamp ?? null, sending.faults)], sending.message);
  }

  command(command: AlarmCommand, by = 'wang'): Applied {
    return this.apply({ kind: 'command', by, requestId: `r${this.entries.length}`, command });
  }

  /** The one open alarm of a ladder (of any device), or undefined. */
  alarm(ladder: string): Alarm | undefined {
    return [...this.engine.view.openAlarms()].find((one) => one.ladder === ladder);
  }

  acknowledge(ladder: string, by = 'wang'): Applied {
    const alarm = this.alarm(ladder);
    return this.command({ op: 'acknowledge', alarmId: alarm?.id ?? 'none', ...(alarm === undefined ? {} : { seen: alarm.seq }) }, by);
  }

  /** Alarm events so far, as `ladder type`. */
  told(ladder?: string): readonly string[] {
    return this.alarmEvents(ladder).map(([alarm, event]) => `${alarm.ladder} ${event.type}`);
  }

  alarmEvents(ladder?: string): readonly (readonly [Alarm, AlarmEvent])[] {
    return this.events.flatMap((one) =>
      one.kind === 'alarm' && (ladder === undefined || one.alarm.ladder === ladder) ? [[one.alarm, one.event] as const] : [],
    );
  }
}
