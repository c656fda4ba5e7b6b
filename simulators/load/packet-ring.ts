/** PUBLISH packets of one connection, encoded once and lying side by side: the next n are one or two slices, nothing is copied. */
import mqttPacket from 'mqtt-packet';

export interface PacketRing {
  /** Packet ids run from 1 to `size`; the packet at index i has id i + 1. */
  readonly size: number;
  /** Bytes of `count` packets from index `from` on, going round; `count` ≤ `size`. */
  slices(from: number, count: number): Buffer[];
}

/** Topics and `payloads` are taken in turn, so that values move; QoS 1. Holds at least `least` packets, and one of each topic. */
export function createPacketRing(topics: readonly string[], payloads: readonly (string | Uint8Array)[], least: number): PacketRing {
  const size = Math.max(least, topics.length);
  const packets = Array.from({ length: size }, (_, i) =>
    mqttPacket.generate({
      cmd: 'publish',
      topic: topics[i % topics.length] ?? '',
      payload: Buffer.from(payloads[i % payloads.length] ?? ''),
      qos: 1,
      messageId: i + 1,
      dup: false,
      retain: false,
    }),
  );
  const all = Buffer.concat(packets);
  const starts = [0];
  for (const packet of packets) starts.push((starts.at(-1) ?? 0) + packet.length);
  const slice = (from: number, to: number): Buffer => all.subarray(starts[from], starts[to]);
  return {
    size,
    slices(from, count): Buffer[] {
      const to = from + count;
      return to <= size ? [slice(from, to)] : [slice(from, size), slice(0, to - size)];
    },
  };
}
