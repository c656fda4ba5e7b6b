/**
 * Frames of an MQTT stream as the generator needs them: what type, and which packet id. Packets are encoded by mqtt-packet; a whole
 * parser on this side would make the generator slower than what it measures (MQTT 3.1.1, section 2.2: fixed header).
 */
export type OnFrame = (type: number, flagsOrCode: number, packetId: number) => void;

/** Packet types of MQTT 3.1.1, table 2.1. */
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;

/** Feeds on chunks however they are cut. For CONNACK the second argument is its return code, else the fixed header's flags. */
export function createFrameReader(onFrame: OnFrame): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (;;) {
      const frame = frameAt(data, at);
      if (frame === null) break;
      const { type, flags, bodyAt, end } = frame;
      const body = data.subarray(bodyAt, end);
      if (type === CONNACK) onFrame(type, body[1] ?? 0, 0);
      else if (type === PUBACK) onFrame(type, flags, body.readUInt16BE(0));
      else if (type === PUBLISH && flags !== 0) onFrame(type, flags, body.readUInt16BE(2 + body.readUInt16BE(0)));
      else onFrame(type, flags, 0);
      at = end;
    }
    rest = at === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
  };
}

/** The whole frame at a place, or null when it is not all there yet. */
function frameAt(data: Buffer, at: number): { type: number; flags: number; bodyAt: number; end: number } | null {
  const header = data[at];
  if (header === undefined) return null;
  let length = 0;
  let shift = 0;
  for (let i = at + 1; i <= at + 4; i += 1) {
    const byte = data[i];
    if (byte === undefined) return null;
    length |= (byte & 0x7f) << shift;
    shift += 7;
    if ((byte & 0x80) === 0) {
      const end = i + 1 + length;
      return end <= data.length ? { type: header >> 4, flags: header & 0x0f, bodyAt: i + 1, end } : null;
    }
  }
  throw new Error('the remaining length of an MQTT frame has more than four bytes');
}
