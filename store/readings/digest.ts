import { createHash } from 'node:crypto';
import type { StoredReading } from '../../model/reading.ts';
import { inFlagOrder } from './flags.ts';

/** Order-free fingerprint of a set of stored readings: two stores that hold the same readings have the same one. */
export interface Digest {
  readonly count: number;
  /** Sum modulo 2^64 of the first 8 bytes of each reading's SHA-256, 16 hex digits. */
  readonly checksum: string;
}

const MODULUS = 1n << 64n;

/** Collects readings in any order. Each (point, sampleAt) must be added once, as a store holds it once. */
export class DigestSum {
  #count = 0;
  #sum = 0n;

  add(reading: StoredReading): void {
    // Everything a store promises to give back (semantics 7); `-0` and `0` are one value.
    const facts = [
      reading.enterprise,
      reading.device,
      reading.measurement,
      reading.channel,
      reading.sampleAt,
      reading.receivedAt,
      reading.value,
      reading.quality,
      inFlagOrder(reading.flags),
    ];
    this.#sum = (this.#sum + createHash('sha256').update(JSON.stringify(facts)).digest().readBigUInt64BE(0)) % MODULUS;
    this.#count += 1;
  }

  result(): Digest {
    return { count: this.#count, checksum: this.#sum.toString(16).padStart(16, '0') };
  }
}

/** Digest of what a store must hold after these readings were written in this order: the later one of a (point, sampleAt) counts. */
export function digestOf(readings: Iterable<StoredReading>): Digest {
  const kept = new Map<string, StoredReading>();
  for (const r of readings) kept.set(JSON.stringify([r.enterprise, r.device, r.measurement, r.channel, r.sampleAt]), r);
  const sum = new DigestSum();
  for (const r of kept.values()) sum.add(r);
  return sum.result();
}
