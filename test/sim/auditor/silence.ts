// Dead-men: a device that says nothing for max(3 × heartbeat, 60 s) is silent (decision 3), and somebody is told: by its own F01, or by
// that of its gateway, one for all behind it (decision 9). Our own absence is nobody's silence, and puts it off (absences.ts).
import type { Entry } from '../../../model/entry.ts';
import type { EngineMs } from '../../../model/time.ts';
import { Disagreement, type Step, type Watcher } from '../play.ts';
import { Absences } from './absences.ts';

const FLOOR_MS = 60_000;

interface Watched {
  /** Last sign of life. */
  sign: EngineMs;
  /** The gateway it was last heard through, or null. */
  through: string | null;
  /** Its dead-man has run out. */
  silent: boolean;
  /** Not before this, where something gave it grace that the rules do not make certain. */
  graceFrom: EngineMs;
  /** It was silent when its gateway came back: whether it still is depends on who had been told. */
  unsure: boolean;
}

export class Silence implements Watcher {
  private readonly devices = new Map<string, Watched>();
  /** Connected gateways. */
  private readonly connected = new Set<string>();
  private readonly heartbeats: ReadonlyMap<string, number>;
  private readonly absences = new Absences();
  private boot: string | null = null;

  /** @param heartbeats of every device, ms */
  constructor(heartbeats: ReadonlyMap<string, number>) {
    this.heartbeats = heartbeats;
  }

  see(step: Step): void {
    const { entry, engine } = step;
    const now = engine.engineTime(entry.mono);
    this.absences.see(entry, now);
    if (this.boot !== entry.boot) this.connected.clear();
    this.boot = entry.boot;
    // What ran out did so before the entry that shows it.
    for (const [device, watched] of this.devices)
      if (!watched.silent && now >= this.latest(device, watched)) this.ranOut(device, watched, step);
    this.live(entry, now);
    for (const [device, watched] of this.devices) this.judge(device, watched, step, now);
  }

  private period(device: string): number {
    return Math.max(3 * (this.heartbeats.get(device) ?? 0), FLOOR_MS);
  }

  private earliest(device: string, { sign }: Watched): EngineMs {
    return this.absences.runsOut(sign, this.period(device));
  }

  private latest(device: string, watched: Watched): EngineMs {
    return Math.max(this.earliest(device, watched), watched.graceFrom + this.period(device));
  }

  private ranOut(device: string, watched: Watched, { engine, applied }: Step): void {
    watched.silent = true;
    if (engine.view.assets('device').get(device)?.retiredAt !== null) return;
    if (watched.through === null || this.connected.has(watched.through)) return;
    // A gateway that is gone speaks for all behind it.
    const own = applied.events.some(
      (e) => e.kind === 'alarm' && e.alarm.deviceId === device && e.alarm.ladder === 'F01' && e.event.type === 'raised',
    );
    if (own) throw new Disagreement('silence-of-each', `${device} rings by itself, and it is ${watched.through} that is out of reach`);
  }

  private live(entry: Entry, now: EngineMs): void {
    // Behind a gateway is whose last message came through it.
    const alive = (device: string, through = this.devices.get(device)?.through ?? null): void => {
      this.devices.set(device, { sign: now, through, silent: false, graceFrom: 0, unsure: false });
    };
    if (entry.kind === 'message') {
      const through = entry.credential.startsWith('gate-') ? entry.credential : null;
      for (const { device } of entry.samples) alive(device, through);
      if (through !== null) this.gatewayIsBack(through, now);
    }
    if (entry.kind !== 'presence') return;
    const { credential, device, what } = entry;
    if (device === null) {
      if (what === 'disconnected') this.connected.delete(credential);
      if (what !== 'connected') return;
      this.connected.add(credential);
      this.gatewayIsBack(credential, now);
    } else if (what === 'connected' || what === 'online') alive(device);
  }

  /** Each of those it speaks for may have a whole period from now on; those it spoke for while it was out of reach have. */
  private gatewayIsBack(gateway: string, now: EngineMs): void {
    for (const watched of this.devices.values()) {
      if (watched.through !== gateway) continue;
      watched.graceFrom = now;
      watched.unsure ||= watched.silent;
      watched.silent = false;
    }
  }

  private judge(device: string, watched: Watched, { engine, after }: Step, now: EngineMs): void {
    if (engine.view.assets('device').get(device)?.retiredAt !== null) return;
    const status = engine.view.status(device);
    const since = now - watched.sign;
    const isDue = now >= this.earliest(device, watched);
    const told = [...after.values()]
      .filter((alarm) => alarm.ladder === 'F01' && alarm.measurement === null && alarm.active)
      .map((alarm) => alarm.deviceId);
    const own = told.includes(device);
    const gateway = watched.through !== null && told.includes(watched.through);
    const spokenFor = gateway && status?.health.includes('gateway') === true;
    if (own && spokenFor) throw new Disagreement('silence-twice', `${device} is told to be silent, and so is ${watched.through} for it`);
    if (!watched.silent && !watched.unsure && !isDue) {
      if (own || status?.health.includes('silent') === true)
        throw new Disagreement(
          'silence-too-early',
          `${device} is called silent after ${since} ms, at ${now}; its dead-man runs out at ${this.earliest(device, watched)}`,
        );
      const due = engine.nextDue();
      const latest = this.latest(device, watched);
      if (due === null || due > latest)
        throw new Disagreement(
          'silence-not-woken',
          `the dead-man of ${device} runs out at ${latest}, the engine wants to be woken at ${due}`,
        );
    }
    // Where grace is not certain, the earlier end of the two is as right as the later one.
    if ((own || spokenFor) && isDue) watched.silent = true;
    if (!watched.silent) return;
    if ((!own && !gateway) || status?.online === true)
      throw new Disagreement('silence-untold', `${device} has said nothing for ${since} ms, and nobody is told`);
  }
}
