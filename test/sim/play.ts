// Plays a script on virtual time against the real engine, as the shell would: messages, commands and changes become entries, a tick
// is written when the engine asks for one (gathered to 50 ms) and every 5 s anyway, a crash brings a new engine from a snapshot
// and the journal's tail. Watchers look at every entry and say when something is wrong.
import type { Alarm } from '../../model/alarm.ts';
import type { AlarmSelector, Device, Enterprise } from '../../model/asset.ts';
import type { Applied, Engine, SnapshotJob } from '../../model/engine.ts';
import { type AlarmCommand, type ConfigChange, ENTRY_VERSION, type Entry, type EntryBody, type MessageBody } from '../../model/entry.ts';
import type { Sample } from '../../model/reading.ts';
import { FUTURE_TOLERANCE_MS, TICK_EVERY_MS, TICK_GATHER_MS } from '../../model/time.ts';
import type { Act, ActSample, AlarmName, OperatorAct, PublishAct, Script, Seen } from './acts.ts';
import { sourceChange } from './joint-play.ts';
import { DAY_ONE, ENTERPRISES, groundWork } from './plant.ts';
import { atHome, LOCAL_TIME } from './plant-rising.ts';

/** The engine under test, or a mutant of it. */
export interface EngineMaker {
  createEngine(): Engine;
  restoreEngine(text: string): Engine;
}

/** One entry and what the engine made of it. */
export interface Step {
  readonly entry: Entry;
  readonly applied: Applied;
  readonly engine: Engine;
  /** Open alarms before and after, by id. */
  readonly before: ReadonlyMap<string, Alarm>;
  readonly after: ReadonlyMap<string, Alarm>;
  /** Every alarm that ever was, by id, as it was last seen: a command may name one that has closed. */
  readonly named: ReadonlyMap<string, Alarm>;
}

export interface Watcher {
  /** Throws a Disagreement. */
  see(step: Step): void;
}

/** The engine and what watches it do not agree. */
export class Disagreement extends Error {
  /** Stable name of what was broken, so that a shrinker stays with it. */
  readonly rule: string;
  constructor(rule: string, detail: string) {
    super(`${rule}: ${detail}`);
    this.rule = rule;
  }
}

export interface Played {
  readonly disagreement: Disagreement | null;
  /** Every entry so far, the one it failed at last. */
  readonly entries: readonly Entry[];
  readonly engine: Engine;
}

/** A process that has just begun needs this long before it writes its first entry, ms. */
const START_UP_MS = 200;

interface Line {
  connection: number;
  nth: number;
  packet: number;
  open: boolean;
  /** QoS 1 messages of the connection now and of the one before, oldest first. */
  sent: Sent[];
  sentBefore: Sent[];
  /** When it went down last. */
  downAt: number;
}
interface Sent {
  readonly packetId: number;
  readonly act: PublishAct;
  /** Stamps are of the moment of sending, also in a resend. */
  readonly sentAt: number;
  readonly digest: number;
  readonly lost: boolean;
}

/**
 * The state as it is compared after a restart. The quality kept with an alarm that is closed is left out: a restored engine does not
 * carry it on with later samples, which shows nowhere else.
 */
export function stateOf(serialised: string): string {
  return serialised.replaceAll(/"quality":"[a-z]+","peak"/g, '"peak"');
}

/** What arrived longer ago than this before a cut has its PUBACK, and no client sends it again. */
const UNACKNOWLEDGED_MS = 500;

function stamped(act: PublishAct): boolean {
  return act.samples.some((sample) => sample.ageMs !== null);
}

export function play(script: Script, maker: EngineMaker, watchers: readonly Watcher[]): Played {
  const player = new Player(script, maker, watchers);
  try {
    player.run();
  } catch (error) {
    if (!(error instanceof Disagreement)) throw error;
    return {
      disagreement: error,
      entries: player.entries,
      engine: player.engine,
    };
  }
  return { disagreement: null, entries: player.entries, engine: player.engine };
}

class Player {
  readonly entries: Entry[] = [];
  engine: Engine;
  private readonly told: string[] = [];
  private readonly snapshots: {
    readonly seq: number;
    readonly text: string;
  }[] = [];
  private job: {
    readonly job: SnapshotJob;
    readonly whole: string;
    text: string;
  } | null = null;
  private boot = 1;
  private bootAt = -START_UP_MS;
  private wallOffset = 0;
  private lastAt = 0;
  private lastTickAt = 0;
  private request = 0;
  private connections = 0;
  private readonly lines = new Map<string, Line>();
  private readonly clockErrors = new Map<string, number>();
  private readonly screens = new Map<string, number[]>();
  private open: ReadonlyMap<string, Alarm> = new Map();
  private readonly named = new Map<string, Alarm>();
  /** Closed, and still suppressed. */
  private resting: readonly Alarm[] = [];
  private readonly script: Script;
  private readonly maker: EngineMaker;
  private readonly watchers: readonly Watcher[];

  constructor(script: Script, maker: EngineMaker, watchers: readonly Watcher[]) {
    this.script = script;
    this.maker = maker;
    this.watchers = watchers;
    this.engine = maker.createEngine();
  }

  run(): void {
    this.write({ kind: 'start', build: 'sim', clockBelieved: true, localTime: LOCAL_TIME }, 0);
    const changes = [
      ...groundWork(),
      ...this.script.devices.map((value) => ({
        op: 'put' as const,
        asset: 'device' as const,
        base: 0,
        value,
      })),
    ];
    const { outcomes } = this.write({ kind: 'config', by: 'engineer', requestId: 'ground', changes }, 0);
    const refused = outcomes.find((outcome) => !outcome.ok);
    if (refused !== undefined) throw new Error(`the plant of the world is refused: ${JSON.stringify(refused)}`);
    let downUntil = 0;
    for (const act of this.script.acts) {
      if (act.at < downUntil) {
        // Nobody is there to take it: a message is sent and gone, a clock that is set is set all the same.
        if (act.does === 'publish') this.publish(act, true);
        if (act.does === 'wall-step') this.wallOffset += act.byMs;
        if (act.does === 'device-clock') this.clockErrors.set(act.device, act.errorMs);
        continue;
      }
      this.tickUntil(act.at);
      downUntil = this.act(act) ?? downUntil;
    }
    this.tickUntil(this.script.endMs);
    this.write({ kind: 'tick' }, Math.max(this.script.endMs, this.lastAt));
  }

  /** Writes the ticks that fall due before `at`; one due exactly then is left to the entry of that moment. */
  private tickUntil(at: number): void {
    for (;;) {
      const due = this.engine.nextDue();
      const dueAt = due === null ? Infinity : this.lastAt + due - this.engine.engineTime(this.lastAt - this.bootAt);
      const tickAt = Math.min(Math.max(dueAt, this.lastTickAt + TICK_GATHER_MS), this.lastTickAt + TICK_EVERY_MS);
      if (tickAt >= at) return;
      this.tick(Math.max(tickAt, this.lastAt));
    }
  }

  private tick(at: number): void {
    this.write({ kind: 'tick' }, at);
    this.lastTickAt = at;
  }

  /** @returns until when nobody is there, where that is so */
  private act(act: Act): number | null {
    switch (act.does) {
      case 'publish':
        this.publish(act, act.lost === true);
        return null;
      case 'cut':
        this.cut(act.device, act.said, act.at);
        return null;
      case 'resend':
        this.resend(act.device, act.count, act.at);
        return null;
      case 'status': {
        const line = this.line(act.device, act.at);
        const { device, what } = act;
        this.write(
          {
            kind: 'presence',
            credential: device,
            device,
            client: `${device}/c`,
            connection: line.connection,
            what,
          },
          act.at,
        );
        return null;
      }
      case 'acknowledge':
      case 'withdraw':
      case 'reset':
      case 'comment':
      case 'shelve':
      case 'unshelve':
      case 'suppress':
      case 'unsuppress':
      case 'out-of-service':
      case 'return-to-service':
      case 'silence':
      case 'verify':
        this.command(act);
        return null;
      case 'configure':
      case 'retire':
        this.configure(act);
        return null;
      case 'rule':
      case 'retire-rule':
      case 'source':
        this.changeSource(act);
        return null;
      case 'table':
        this.rewriteTable(act);
        return null;
      case 'works':
        this.changeWorks(act.enterprise, act.change, act.at);
        return null;
      case 'system': {
        const { code, active, level } = act;
        this.write({ kind: 'system', code, active, level }, act.at);
        return null;
      }
      case 'wall-step':
        this.wallOffset += act.byMs;
        return null;
      case 'device-clock':
        this.clockErrors.set(act.device, act.errorMs);
        return null;
      case 'freeze':
        this.tick(act.at + act.forMs);
        return act.at + act.forMs;
      case 'crash':
        this.crash(act.at, act.at + act.downMs, act.back);
        return act.at + act.downMs;
      case 'snapshot':
        this.job?.job.abort();
        this.job = {
          job: this.engine.beginSnapshot(),
          whole: this.engine.serialise(),
          text: '',
        };
        return null;
    }
  }

  private write(body: EntryBody, at: number): Applied {
    const head = {
      seq: this.entries.length + 1,
      v: ENTRY_VERSION,
      at: DAY_ONE + at + this.wallOffset,
      boot: `boot-${this.boot}`,
      mono: at - this.bootAt,
    };
    const entry: Entry = { ...head, ...body };
    this.entries.push(entry);
    this.lastAt = at;
    const before = this.open;
    const applied = this.ask('apply', () => this.engine.apply(entry));
    if (applied.fault) throw new Disagreement('fault', `entry ${entry.seq} (${entry.kind}) threw inside: ${applied.faultDetail}`);
    this.told.push(JSON.stringify(applied));
    this.open = new Map([...this.engine.view.openAlarms()].map((alarm) => [alarm.id, alarm]));
    this.resting = [...this.engine.view.restingAlarms()];
    for (const alarm of [...this.open.values(), ...this.resting]) {
      this.named.set(alarm.id, alarm);
      const screens = this.screens.get(alarm.id) ?? [];
      if (screens.at(-1) !== alarm.seq) this.screens.set(alarm.id, [...screens, alarm.seq]);
    }
    for (const watcher of this.watchers)
      watcher.see({
        entry,
        applied,
        engine: this.engine,
        before,
        after: this.open,
        named: this.named,
      });
    this.sliceSnapshot();
    return applied;
  }

  /** What the engine throws is the engine's fault, not the world's. */
  private ask<T>(what: string, question: () => T): T {
    try {
      return question();
    } catch (error) {
      throw new Disagreement('throws', `${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private sliceSnapshot(): void {
    if (this.job === null) return;
    const piece = this.job.job.next(1);
    if (piece !== null) {
      this.job.text += piece;
      return;
    }
    if (this.job.text !== this.job.whole) throw new Disagreement('snapshot', 'cut slice by slice it is not the state at its beginning');
    this.snapshots.push({ seq: this.job.job.seq, text: this.job.text });
    this.job = null;
  }

  /** A new engine from a snapshot and the tail must be the one that was killed, to the byte, and have said the same. */
  private crash(killedAt: number, startAt: number, back: number): void {
    const killed = stateOf(this.engine.serialise());
    this.job = null;
    const snapshot = this.snapshots.at(-1 - Math.floor(back * this.snapshots.length));
    const engine = snapshot === undefined ? this.maker.createEngine() : this.ask('restore', () => this.maker.restoreEngine(snapshot.text));
    for (const entry of this.entries.slice(snapshot?.seq ?? 0)) {
      const again = JSON.stringify(this.ask('replay', () => engine.apply(entry)));
      if (again !== this.told[entry.seq - 1]) {
        throw new Disagreement('replay', `entry ${entry.seq} says ${again} after a restart, said ${this.told[entry.seq - 1]}`);
      }
    }
    if (stateOf(engine.serialise()) !== killed) throw new Disagreement('replay', 'after a restart the state is another');
    this.engine = engine;
    this.boot += 1;
    this.bootAt = startAt - START_UP_MS;
    this.connections = 0;
    for (const line of this.lines.values()) if (line.open) Object.assign(line, { open: false, downAt: killedAt });
    this.write({ kind: 'start', build: 'sim', clockBelieved: true, localTime: LOCAL_TIME }, startAt);
    this.lastTickAt = startAt;
  }

  private credential(device: string, byGateway: boolean): string {
    return byGateway ? `gate-${this.deviceNow(device).enterpriseId}` : device;
  }

  private deviceNow(device: string): Device {
    const found = this.engine.view.assets('device').get(device) ?? this.script.devices.find((d) => d.id === device);
    if (found === undefined) throw new Error(`no device ${device} in this world`);
    return found;
  }

  /** The credential's line, opened anew where it is down. */
  private line(credential: string, at: number): Line {
    const known = this.lines.get(credential);
    if (known?.open === true) return known;
    this.connections += 1;
    const line: Line = known ?? {
      connection: 0,
      nth: 0,
      packet: 0,
      open: true,
      sent: [],
      sentBefore: [],
      downAt: 0,
    };
    line.connection = this.connections;
    line.nth = 0;
    line.open = true;
    line.sentBefore = line.sent;
    line.sent = [];
    this.lines.set(credential, line);
    const { connection } = line;
    const device = credential.startsWith('gate-') ? null : credential;
    this.write(
      {
        kind: 'presence',
        credential,
        device,
        client: `${credential}/c`,
        connection,
        what: 'connected',
      },
      at,
    );
    return line;
  }

  private cut(device: string, said: boolean, at: number): void {
    const line = this.lines.get(device);
    if (line === undefined || !line.open) return;
    line.open = false;
    line.downAt = at;
    // Who says goodbye has nothing left to send.
    if (said) line.sent = [];
    const { connection } = line;
    const client = `${device}/c`;
    this.write(
      {
        kind: 'presence',
        credential: device,
        device: device.startsWith('gate-') ? null : device,
        client,
        connection,
        what: 'disconnected',
        clean: said,
      },
      at,
    );
  }

  private publish(act: PublishAct & { readonly at: number }, lost: boolean): void {
    const credential = this.credential(act.device, act.byGateway === true);
    const packet = (line: Line): number | null => (act.qos === 0 ? null : (line.packet += 1));
    if (lost) {
      const line = this.lines.get(credential);
      if (line === undefined) return;
      const packetId = packet(line);
      if (packetId !== null)
        line.sent.push({
          packetId,
          act,
          sentAt: act.at,
          digest: this.digest(act, act.at),
          lost,
        });
      return;
    }
    const line = this.line(credential, act.at);
    const packetId = packet(line);
    const digest = this.digest(act, act.at);
    if (packetId !== null) line.sent.push({ packetId, act, sentAt: act.at, digest, lost });
    this.message(line, credential, { packetId, act, sentAt: act.at, digest, lost }, act.at);
  }

  private resend(device: string, count: number, at: number): void {
    // Only over a fresh line, before anything else: that is when an MQTT client does it.
    if (this.lines.get(device)?.open === true) return;
    const line = this.line(device, at);
    // What was lost and is stamped would come late, out of order: that is a backlog, and a matter of its own.
    const again = line.sentBefore
      .filter((sent) => (sent.lost ? !stamped(sent.act) : sent.sentAt >= line.downAt - UNACKNOWLEDGED_MS))
      .slice(-count);
    for (const sent of again) {
      line.sent.push({ ...sent, lost: false });
      this.message(line, device, sent, at);
    }
  }

  private message(line: Line, credential: string, sent: Omit<Sent, 'packetId'> & { readonly packetId: number | null }, at: number): void {
    const { act } = sent;
    const { enterpriseId: enterprise, retiredAt } = this.deviceNow(act.device);
    // The door lets nothing in that comes from a retired device.
    if (retiredAt !== null) return;
    const body: MessageBody = {
      kind: 'message',
      credential,
      enterprise,
      client: `${credential}/c`,
      connection: line.connection,
      nth: line.nth,
      qos: act.qos,
      packetId: sent.packetId,
      digest: sent.digest,
      topic: `beacon/v1/${enterprise}/${act.device}/telemetry`,
      stamped: stamped(act),
      counter: null,
      retain: act.retain === true,
      samples: act.samples.map((sample) => this.sample(act.device, sample, sent.sentAt, at)),
      refused: [],
    };
    line.nth += 1;
    this.write(body, at);
  }

  /** As the door does it: no stamp = arrival; a stamp from the future is replaced and flagged. */
  private sample(device: string, sample: ActSample, sentAt: number, at: number): Sample {
    const arrival = DAY_ONE + at + this.wallOffset;
    const { values, faults, pointFaults } = sample;
    const rest = { ...(faults === undefined ? {} : { faults }), ...(pointFaults === undefined ? {} : { pointFaults }) };
    if (sample.ageMs === null) return { device, sampleAt: arrival, stampedAt: null, values, ...rest };
    const stampedAt = DAY_ONE + sentAt - sample.ageMs + (this.clockErrors.get(device) ?? 0);
    if (stampedAt <= arrival + FUTURE_TOLERANCE_MS) return { device, sampleAt: stampedAt, stampedAt, values, ...rest };
    return {
      device,
      sampleAt: arrival,
      stampedAt,
      values: values.map((value) => ({
        ...value,
        flags: [...value.flags, 'clock' as const],
      })),
      ...rest,
    };
  }

  /** Same bytes, same digest: topic, values and, where the device stamps, its stamps. */
  private digest(act: PublishAct, sentAt: number): number {
    const error = this.clockErrors.get(act.device) ?? 0;
    const bytes = JSON.stringify([
      act.device,
      act.samples.map((s) => [s.ageMs === null ? null : sentAt - s.ageMs + error, s.values, s.faults, s.pointFaults]),
    ]);
    let high = 0x811c9dc5;
    let low = 0x1000193;
    for (let i = 0; i < bytes.length; i += 1) {
      high = Math.imul(high ^ bytes.charCodeAt(i), 0x01000193);
      low = Math.imul(low ^ bytes.charCodeAt(i), 0x5bd1e995);
    }
    return (high >>> 11) * 2 ** 32 + (low >>> 0);
  }

  private find(name: AlarmName): Alarm | undefined {
    return [...this.open.values(), ...this.resting].find(
      (a) =>
        (a.deviceId ?? `hazard:${a.hazardSourceId}`) === name.device &&
        a.measurement === name.measurement &&
        a.channel === name.channel &&
        a.ladder === name.ladder,
    );
  }

  private seen(alarm: Alarm, seen: Seen): { readonly seen?: number } {
    if (seen === 'none') return {};
    if (seen === 'now') return { seen: alarm.seq };
    const screens = this.screens.get(alarm.id) ?? [alarm.seq];
    return {
      seen: screens[Math.max(0, screens.length - 1 - seen.changesAgo)] ?? alarm.seq,
    };
  }

  private command(act: OperatorAct & { readonly at: number }): void {
    const alarm = this.find(act.target);
    if (alarm === undefined) return;
    this.request += 1;
    const command = this.commandOf(act, alarm);
    this.write({ kind: 'command', by: act.by, requestId: `r${this.request}`, command }, act.at);
  }

  private commandOf(act: OperatorAct & { readonly at: number }, alarm: Alarm): AlarmCommand {
    const alarmId = alarm.id;
    const reason = 'work on site';
    switch (act.does) {
      case 'acknowledge':
        return { op: 'acknowledge', alarmId, ...this.seen(alarm, act.seen) };
      case 'comment':
        return { op: 'comment', alarmId, comment: 'seen on site' };
      case 'shelve': {
        const second = act.approvedBy === null ? {} : { approvedBy: act.approvedBy };
        return {
          op: 'shelve',
          alarmId,
          reason,
          ...(act.minutes === null ? { oneShot: true } : { minutes: act.minutes }),
          ...second,
        };
      }
      case 'suppress':
        return { op: 'suppress', alarmId, reason };
      case 'out-of-service': {
        const until = act.forMs === null ? {} : { until: DAY_ONE + act.at + this.wallOffset + act.forMs };
        return {
          op: 'out-of-service',
          alarmId,
          permit: 'W-1',
          reason,
          ...until,
        };
      }
      case 'verify':
        return { op: 'verify', alarmId, as: act.as ?? 'real' };
      default:
        return { op: act.does, alarmId };
    }
  }

  private changeSource(act: Extract<Act, { does: 'rule' | 'retire-rule' | 'source' }>): void {
    const change = sourceChange(this.engine, act, DAY_ONE + act.at + this.wallOffset);
    if (change !== null) this.change(change, act.at);
  }

  private rewriteTable({ enterprise, source, lines, at }: Extract<Act, { does: 'table' }>): void {
    // Who writes a table sees which devices there are.
    const here = ({ device }: AlarmSelector): boolean => {
      const found = this.engine.view.assets('device').get(device);
      return found?.retiredAt === null && found.enterpriseId === enterprise;
    };
    const causes = lines.filter(({ cause, hides }) => [cause, ...hides].every(here));
    if (source === undefined) {
      this.changeWorks(enterprise, { causes }, at);
      return;
    }
    const known = this.engine.view.assets('hazard-source').get(source);
    if (known === undefined) throw new Error(`no hazard source ${source} in this world`);
    this.change({ op: 'put', asset: 'hazard-source', base: known.revision, value: { ...known, causes, ...this.revised(known, at) } }, at);
  }

  private changeWorks(enterprise: string, change: Partial<Enterprise>, at: number): void {
    const known = this.engine.view.assets('enterprise').get(enterprise);
    if (known === undefined) throw new Error(`no enterprise ${enterprise} in this world`);
    this.change({ op: 'put', asset: 'enterprise', base: known.revision, value: { ...known, ...change, ...this.revised(known, at) } }, at);
  }

  private revised({ revision }: { readonly revision: number }, at: number): { readonly revision: number; readonly updatedAt: number } {
    return { revision: revision + 1, updatedAt: DAY_ONE + at + this.wallOffset };
  }

  private change(change: ConfigChange, at: number): void {
    this.request += 1;
    this.write({ kind: 'config', by: 'engineer', requestId: `c${this.request}`, changes: [change] }, at);
  }

  private configure(act: Extract<Act, { does: 'configure' | 'retire' }>): void {
    const device = this.deviceNow(act.device);
    if (device.retiredAt !== null) return;
    if (act.does === 'retire') {
      this.change({ op: 'retire', asset: 'device', id: act.device, base: null }, act.at);
      return;
    }
    const { enterpriseId = device.enterpriseId, siteId = device.siteId, hazardSourceId = device.hazardSourceId } = act.change;
    const value: Device = {
      ...device,
      ...act.change,
      siteId: atHome(siteId, enterpriseId),
      hazardSourceId: atHome(hazardSourceId, enterpriseId),
      ...this.revised(device, act.at),
    };
    if (!ENTERPRISES.some((id) => id === value.enterpriseId)) throw new Error(`no enterprise ${value.enterpriseId} in this world`);
    this.change({ op: 'put', asset: 'device', base: device.revision, value }, act.at);
  }
}
