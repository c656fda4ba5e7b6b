// Plays a script on virtual time against the real engine, as the shell would: messages, commands and changes become entries, a tick
// is written when the engine asks for one (gathered to 50 ms) and every 5 s anyway, a crash brings a new engine from a snapshot
// and the journal's tail. Watchers look at every entry and say when something is wrong.
import type { Alarm } from '../../model/alarm.ts';
import type { Device } from '../../model/asset.ts';
import type { Applied, Engine, SnapshotJob } from '../../model/engine.ts';
import { ENTRY_VERSION, type Entry, type EntryBody } from '../../model/entry.ts';
import { type EpochMs, TICK_EVERY_MS, TICK_GATHER_MS } from '../../model/time.ts';
import type { Act, OperatorAct, Script } from './acts.ts';
import { type Change, changeOf } from './engineers.ts';
import { Lines } from './lines.ts';
import { Operators } from './operators.ts';
import { DAY_ONE, groundWork } from './plant.ts';
import { LOCAL_TIME } from './plant-rising.ts';

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

/**
 * The state as it is compared after a restart. The quality kept with an alarm that is closed is left out: a restored engine does not
 * carry it on with later samples, which shows nowhere else.
 */
export function stateOf(serialised: string): string {
  return serialised.replaceAll(/"quality":"[a-z]+","peak"/g, '"peak"');
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
  private readonly lines = new Lines({
    write: (body, at) => this.write(body, at),
    wallAt: (at) => this.wallAt(at),
    device: (id) => this.deviceNow(id),
  });
  private readonly operators = new Operators();
  private open: ReadonlyMap<string, Alarm> = new Map();
  private readonly named = new Map<string, Alarm>();
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
        if (act.does === 'publish') this.lines.publish(act, true);
        if (act.does === 'wall-step') this.wallOffset += act.byMs;
        if (act.does === 'device-clock') this.lines.setClock(act.device, act.errorMs);
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
      const tickAt = Math.min(
        Math.max(dueAt, this.lastTickAt + TICK_GATHER_MS),
        this.lastTickAt + (this.script.tickEveryMs ?? TICK_EVERY_MS),
      );
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
        this.lines.publish(act, act.lost === true);
        return null;
      case 'cut':
        this.lines.cut(act.device, act.said, act.at);
        return null;
      case 'resend':
        this.lines.resend(act.device, act.count, act.at);
        return null;
      case 'status':
        this.lines.status(act.device, act.what, act.at);
        return null;
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
      case 'rule':
      case 'retire-rule':
      case 'limit':
      case 'source':
      case 'table':
      case 'works':
        this.change(act);
        return null;
      case 'factor': {
        const { by, scope, id, factor, value, forMs } = act;
        const until = value === null ? null : this.wallAt(act.at) + forMs;
        this.request += 1;
        const changes = [{ op: 'factor' as const, scope, id, factor, value, until }];
        this.write({ kind: 'config', by, requestId: `f${this.request}`, changes }, act.at);
        return null;
      }
      case 'system': {
        const { code, active, level } = act;
        this.write({ kind: 'system', code, active, level }, act.at);
        return null;
      }
      case 'wall-step':
        this.wallOffset += act.byMs;
        return null;
      case 'device-clock':
        this.lines.setClock(act.device, act.errorMs);
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
      at: this.wallAt(at),
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
    const shown = [...this.open.values(), ...this.engine.view.restingAlarms()];
    for (const alarm of shown) this.named.set(alarm.id, alarm);
    this.operators.show(shown);
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
    this.lines.lose(killedAt);
    this.write({ kind: 'start', build: 'sim', clockBelieved: true, localTime: LOCAL_TIME }, startAt);
    this.lastTickAt = startAt;
  }

  private wallAt(at: number): EpochMs {
    return DAY_ONE + at + this.wallOffset;
  }

  private deviceNow(device: string): Device {
    const found = this.engine.view.assets('device').get(device) ?? this.script.devices.find((d) => d.id === device);
    if (found === undefined) throw new Error(`no device ${device} in this world`);
    return found;
  }

  private command(act: OperatorAct & { readonly at: number }): void {
    const command = this.operators.commandOf(act, this.wallAt(act.at));
    if (command === null) return;
    this.request += 1;
    this.write({ kind: 'command', by: act.by, requestId: `r${this.request}`, command }, act.at);
  }

  private change(act: Change & { readonly at: number }): void {
    const change = changeOf(this.engine, act, (id) => this.deviceNow(id), this.wallAt(act.at));
    if (change === null) return;
    this.request += 1;
    this.write({ kind: 'config', by: 'engineer', requestId: `c${this.request}`, changes: [change] }, act.at);
  }
}
