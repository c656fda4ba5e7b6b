// The lines between the devices of a world and the platform: what is sent, lost and sent again over them, stamped by the clocks of devices, as
// the door makes entries of it.
import type { Device } from '../../model/asset.ts';
import type { EntryBody, MessageBody } from '../../model/entry.ts';
import type { Sample, SampleValue } from '../../model/reading.ts';
import { type EpochMs, FUTURE_TOLERANCE_MS } from '../../model/time.ts';
import type { ActSample, PublishAct } from './acts.ts';
import { DAY_ONE } from './plant.ts';

/** The shell as a line sees it. */
export interface Door {
  write(body: EntryBody, at: number): unknown;
  /** Our wall clock, so long after the world began. */
  wallAt(at: number): EpochMs;
  device(id: string): Device;
}

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

/** What arrived longer ago than this before a cut has its PUBACK, and no client sends it again. */
const UNACKNOWLEDGED_MS = 500;

function stamped(act: PublishAct): boolean {
  return act.samples.some((sample) => sample.ageMs !== null);
}

/** The code by which a device says that it is warming up. */
const WARM_UP = 'F22';

function warmedUp(value: SampleValue): SampleValue {
  return { ...value, quality: value.quality === 'good' ? 'uncertain' : value.quality, flags: [...value.flags, 'warm-up'] };
}

export class Lines {
  private connections = 0;
  private readonly lines = new Map<string, Line>();
  private readonly clockErrors = new Map<string, number>();
  private readonly door: Door;

  constructor(door: Door) {
    this.door = door;
  }

  /** The clock of a device is wrong by so much from now on. */
  setClock(device: string, errorMs: number): void {
    this.clockErrors.set(device, errorMs);
  }

  /** The platform is gone, and all connections with it. */
  lose(at: number): void {
    this.connections = 0;
    for (const line of this.lines.values()) if (line.open) Object.assign(line, { open: false, downAt: at });
  }

  /** A device says that it is there, or that it goes. */
  status(device: string, what: 'online' | 'offline', at: number): void {
    const { connection } = this.line(device, at);
    this.door.write({ kind: 'presence', credential: device, device, client: `${device}/c`, connection, what }, at);
  }

  private credential(device: string, byGateway: boolean): string {
    return byGateway ? `gate-${this.door.device(device).enterpriseId}` : device;
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
    this.door.write(
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

  cut(device: string, said: boolean, at: number): void {
    const line = this.lines.get(device);
    if (line === undefined || !line.open) return;
    line.open = false;
    line.downAt = at;
    // Who says goodbye has nothing left to send.
    if (said) line.sent = [];
    const { connection } = line;
    const client = `${device}/c`;
    this.door.write(
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

  publish(act: PublishAct & { readonly at: number }, lost: boolean): void {
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

  resend(device: string, count: number, at: number): void {
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
    const { enterpriseId: enterprise, retiredAt } = this.door.device(act.device);
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
    this.door.write(body, at);
  }

  /** As the door does it: no stamp = arrival; a stamp from the future is replaced and flagged. */
  private sample(device: string, sample: ActSample, sentAt: number, at: number): Sample {
    const arrival = this.door.wallAt(at);
    const { faults, pointFaults } = sample;
    const values = faults?.includes(WARM_UP) === true ? sample.values.map(warmedUp) : sample.values;
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
}
