import { describe, expect, it } from 'vitest';
import type { StoredReading } from '../../../model/reading.ts';
import { Freshness } from './freshness.ts';
import { deliver } from './isolate.ts';
import { linesOf } from './lines.ts';
import type { Answer, Sender } from './send.ts';

const NOON = Date.UTC(2025, 10, 23, 12);

function reading(i: number, measurement: string, value: number | string): StoredReading {
  const sampleAt = NOON + i * 1_000;
  return { enterprise: 'e', device: 'd', measurement, channel: null, sampleAt, receivedAt: sampleAt, value, quality: 'good', flags: [] };
}

/** A server that holds `lel` to be a number, drops lines that say otherwise, and keeps the rest, as InfluxDB 1.x does. */
function typedServer(options: { countsDropped: boolean; failAfter?: number }): Sender & { readonly kept: Set<string>; requests: number } {
  const kept = new Set<string>();
  const server = {
    kept,
    requests: 0,
    async send(lines: readonly string[]): Promise<Answer> {
      server.requests += 1;
      if (options.failAfter !== undefined && server.requests > options.failAfter) return { kind: 'failed', message: 'ECONNRESET' };
      const bad = lines.filter((line) => /[ ,]lel="/.test(line));
      for (const line of lines) if (!bad.includes(line)) kept.add(line);
      if (bad.length === 0) return { kind: 'written' };
      return { kind: 'partly', dropped: options.countsDropped ? bad.length : null, message: 'partial write: field type conflict' };
    },
    close: () => {},
  };
  return server;
}

describe('a batch that the server refuses in part', () => {
  const batch = Array.from({ length: 1_000 }, (_, i) => [reading(i, 'lel', i % 97 === 5 ? 'high' : i), reading(i, 'temp', 20)]).flat();
  const bad = batch.filter((r) => typeof r.value === 'string');

  it.each([true, false])(
    'leaves the bad readings alone and writes all others, also of the same line (server counts: %s)',
    async (countsDropped) => {
      const server = typedServer({ countsDropped });
      const delivery = await deliver(server, linesOf(batch, new Freshness(null)));
      expect(delivery.kind === 'delivered' && new Set(delivery.rejected.map((r) => r.reading))).toEqual(new Set(bad));
      for (const r of batch) {
        const time = String(r.sampleAt);
        const there = [...server.kept].some((line) => line.endsWith(` ${time}`) && line.includes(`${r.measurement}=${String(r.value)}`));
        if (!bad.includes(r) && !there) throw new Error(`${r.measurement} at ${time} was lost`);
      }
    },
  );

  it('asks seldom where the bad ones are one run of one field and type', async () => {
    const server = typedServer({ countsDropped: true });
    await deliver(server, linesOf(batch, new Freshness(null)));
    expect(server.requests).toBeLessThan(60);
  });

  it('gives up only what was refused alone, where a server drops good points along with a bad one', async () => {
    const kept = new Set<string>();
    const sweeping: Sender = {
      async send(lines) {
        if (!lines.some((line) => /[ ,]lel="/.test(line))) {
          for (const line of lines) kept.add(line);
          return { kind: 'written' };
        }
        return { kind: 'partly', dropped: lines.length, message: 'partial write: field type conflict' };
      },
      close: () => {},
    };
    const delivery = await deliver(sweeping, linesOf(batch, new Freshness(null)));
    expect(delivery.kind === 'delivered' && new Set(delivery.rejected.map((r) => r.reading))).toEqual(new Set(bad));
    for (const r of batch) {
      const there = [...kept].some((line) => line.endsWith(` ${r.sampleAt}`) && line.includes(`${r.measurement}=${String(r.value)}`));
      expect(there).toBe(!bad.includes(r));
    }
  });

  it('says nothing is known when the server goes away in the middle', async () => {
    const delivery = await deliver(typedServer({ countsDropped: true, failAfter: 4 }), linesOf(batch, new Freshness(null)));
    expect(delivery).toEqual({ kind: 'failed', message: 'ECONNRESET' });
  });
});
