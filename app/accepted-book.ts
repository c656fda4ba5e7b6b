import type { Inbound } from '../model/ports/message-source.ts';
import type { AcceptedQuery } from '../model/ports/platform.ts';
import type { LedgerCount, LedgerLine } from '../model/ports/records.ts';
import type { DoubtCode } from '../model/rejection.ts';
import type { EpochMs } from '../model/time.ts';
import { HEAD_BYTES, printableHead, TOPIC_CHARS } from './ledger-lines.ts';

/**
 * The last accepted messages of every device, and how many per minute. Every message passes here, so nothing is made per message: the
 * facts go into a ring of bytes that the device keeps, and become lines when somebody asks. (As lines made at once they were a third
 * of the main thread's time, most of it in the garbage collector.)
 */
export interface AcceptedBook {
  /** @param detail what the line adds in words; null = nothing. @param reason what of it was doubted. */
  note(inbound: Inbound, device: string, detail: string | null, reason?: DoubtCode | null): void;
  /** Newest first. */
  recent(device: string): readonly LedgerLine[];
  /** The newest of all devices, newest first; of every device no more than its last 20 are known. */
  newest(asked: AcceptedQuery): readonly LedgerLine[];
  /** Counts since the last call. */
  takeCounts(): LedgerCount[];
}

const KEEP = 20;
const FIRST_SLOTS = 4;
/** Of a slot: time as float64, size as uint32, length of the head, then the head. */
const SIZE_AT = 8;
const USED_AT = 12;
const HEAD_AT = 13;
const SLOT_BYTES = HEAD_AT + HEAD_BYTES;
const MINUTE_MS = 60_000;

interface DeviceRing {
  bytes: Buffer;
  readonly topics: string[];
  readonly addresses: (string | null)[];
  readonly details: (string | null)[];
  readonly reasons: (DoubtCode | null)[];
  enterprise: string;
  /** Slots in use, and the one to be written next. */
  filled: number;
  next: number;
  minute: EpochMs;
  count: number;
}

export function createAcceptedBook(): AcceptedBook {
  const rings = new Map<string, DeviceRing>();
  /** Those with a count not taken yet. */
  let counting: string[] = [];
  let finished: LedgerCount[] = [];

  function ringOf(device: string, enterprise: string): DeviceRing {
    let ring = rings.get(device);
    if (ring === undefined) {
      ring = {
        bytes: Buffer.alloc(FIRST_SLOTS * SLOT_BYTES),
        topics: [],
        addresses: [],
        details: [],
        reasons: [],
        enterprise,
        filled: 0,
        next: 0,
        minute: 0,
        count: 0,
      };
      rings.set(device, ring);
    }
    return ring;
  }

  function count(ring: DeviceRing, device: string, at: EpochMs): void {
    if (ring.count > 0 && at >= ring.minute && at < ring.minute + MINUTE_MS) {
      ring.count += 1;
      return;
    }
    if (ring.count > 0) finished.push(tally(ring, device));
    else counting.push(device);
    ring.minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    ring.count = 1;
  }

  return {
    note(inbound, device, detail, reason = null) {
      const { payload, publisher } = inbound;
      const ring = ringOf(device, publisher.enterprise);
      count(ring, device, inbound.receivedAt);
      ring.enterprise = publisher.enterprise;
      const slot = ring.next;
      const at = slot * SLOT_BYTES;
      if (at >= ring.bytes.length) ring.bytes = Buffer.concat([ring.bytes], Math.min(ring.bytes.length * 2, KEEP * SLOT_BYTES));
      const { bytes } = ring;
      const used = Math.min(HEAD_BYTES, payload.byteLength);
      bytes.writeDoubleLE(inbound.receivedAt, at);
      bytes.writeUInt32LE(payload.byteLength, at + SIZE_AT);
      bytes[at + USED_AT] = used;
      for (let i = 0; i < used; i += 1) bytes[at + HEAD_AT + i] = payload[i] ?? 0;
      // A device nearly always speaks on one topic: the text that is there already is kept, the new one goes.
      const before = ring.topics[slot] ?? ring.topics[0];
      ring.topics[slot] = before === inbound.topic ? before : inbound.topic.slice(0, TOPIC_CHARS);
      ring.addresses[slot] = publisher.address;
      ring.details[slot] = detail;
      ring.reasons[slot] = reason;
      ring.next = (slot + 1) % KEEP;
      ring.filled = Math.max(ring.filled, slot + 1);
    },
    recent(device) {
      const ring = rings.get(device);
      return ring === undefined ? [] : Array.from({ length: ring.filled }, (_, i) => lineOf(device, ring, slotOf(ring, i)));
    },
    newest({ limit, enterprises, reason, from = -Infinity, to = Infinity }) {
      // All devices are looked at on the thread that serves the broker: what is not shown is neither sorted nor made a line of.
      const found: { readonly device: string; readonly ring: DeviceRing; readonly slot: number; readonly at: EpochMs }[] = [];
      for (const [device, ring] of rings) {
        if (enterprises !== undefined && !enterprises.includes(ring.enterprise)) continue;
        for (let i = 0; i < ring.filled; i += 1) {
          const slot = slotOf(ring, i);
          const at = ring.bytes.readDoubleLE(slot * SLOT_BYTES);
          if (at < from || (found.length === limit && at <= (found.at(-1)?.at ?? 0))) break;
          if (at >= to || (reason !== undefined && ring.reasons[slot] !== reason)) continue;
          let place = found.length;
          while (place > 0 && (found[place - 1]?.at ?? 0) < at) place -= 1;
          found.splice(place, 0, { device, ring, slot, at });
          if (found.length > limit) found.pop();
        }
      }
      return found.map(({ device, ring, slot }) => lineOf(device, ring, slot));
    },
    takeCounts() {
      const taken = finished;
      for (const device of counting) {
        const ring = rings.get(device);
        if (ring === undefined || ring.count === 0) continue;
        taken.push(tally(ring, device));
        ring.count = 0;
      }
      counting = [];
      finished = [];
      return taken;
    },
  };
}

/** @param back 0 = the newest */
function slotOf({ next, filled }: DeviceRing, back: number): number {
  return (next - 1 - back + 2 * filled) % filled;
}

function lineOf(device: string, ring: DeviceRing, slot: number): LedgerLine {
  const at = slot * SLOT_BYTES;
  const headAt = at + HEAD_AT;
  return {
    at: ring.bytes.readDoubleLE(at),
    device,
    enterprise: ring.enterprise,
    verdict: 'accepted',
    reason: ring.reasons[slot] ?? null,
    topic: ring.topics[slot] ?? null,
    head: printableHead(ring.bytes.subarray(headAt, headAt + (ring.bytes[at + USED_AT] ?? 0))),
    size: ring.bytes.readUInt32LE(at + SIZE_AT),
    detail: ring.details[slot] ?? null,
    address: ring.addresses[slot] ?? null,
    more: 0,
  };
}

function tally(ring: DeviceRing, device: string): LedgerCount {
  return { minute: ring.minute, device, verdict: 'accepted', reason: null, count: ring.count };
}
