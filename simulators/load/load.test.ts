import mqttPacket from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { openAnsweringSocket } from './answering-socket.ts';
import { createFrameReader } from './frames.ts';
import { createLatencies } from './latency.ts';
import { createPacketRing } from './packet-ring.ts';
import type { LoadPlan } from './plan.ts';
import { loadHeartbeatMs, provisionLoad } from './provision-load.ts';
import { dueMessages, runLoad } from './run-load.ts';

describe('latencies', () => {
  it('give percentiles to 2 % of what a sorted list gives', () => {
    const latencies = createLatencies();
    for (let i = 1; i <= 10_000; i += 1) latencies.add(i / 100);
    for (const p of [0.01, 0.5, 0.9, 0.99, 0.999]) expect(latencies.percentile(p) / (p * 100)).toBeCloseTo(1, 1);
    expect(latencies.percentile(1)).toBe(100);
    expect(latencies.count).toBe(10_000);
    expect(createLatencies().percentile(0.5)).toBe(0);
  });
});

describe('frames', () => {
  const stream = Buffer.concat([
    mqttPacket.generate({ cmd: 'connack', returnCode: 5, sessionPresent: false }),
    mqttPacket.generate({ cmd: 'puback', messageId: 513 }),
    mqttPacket.generate({ cmd: 'pingresp' }),
    mqttPacket.generate({ cmd: 'publish', topic: 'a/b', payload: 'x'.repeat(300), qos: 1, messageId: 7, dup: false, retain: false }),
    mqttPacket.generate({ cmd: 'puback', messageId: 65_535 }),
  ]);
  const expected = [
    [2, 5, 0],
    [4, 0, 513],
    [13, 0, 0],
    [3, 2, 7],
    [4, 0, 65_535],
  ];

  it('are read the same wherever the stream is cut', () => {
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const seen: number[][] = [];
      const read = createFrameReader((...frame) => seen.push(frame));
      read(stream.subarray(0, cut));
      read(stream.subarray(cut));
      expect(seen).toEqual(expected);
    }
    const seen: number[][] = [];
    const read = createFrameReader((...frame) => seen.push(frame));
    for (const byte of stream) read(Buffer.from([byte]));
    expect(seen).toEqual(expected);
  });
});

describe('packet ring', () => {
  it('gives the packets in turn, ids included, going round', () => {
    const ring = createPacketRing(['t'], ['{"v":1}', '{"v":22}', '{"v":333}'], 4);
    const ids: number[] = [];
    const read = createFrameReader((_type, _flags, id) => ids.push(id));
    for (const [from, count] of [
      [0, 3],
      [3, 4],
      [3, 1],
    ] as const)
      for (const slice of ring.slices(from, count)) read(slice);
    expect(ids).toEqual([1, 2, 3, 4, 1, 2, 3, 4]);
  });
});

describe('a load run against a socket that only answers', () => {
  const plan = (port: number): LoadPlan => ({
    host: '127.0.0.1',
    port,
    window: 5,
    seconds: 0.3,
    connections: ['a', 'b', 'c'].map((id) => ({
      clientId: id,
      username: id,
      password: 's',
      topic: `beacon/v1/e/${id}/telemetry`,
      payloads: ['{"lel":1}', '{"lel":2}'],
    })),
  });

  it('closed loop: everything sent is acknowledged, no window is overrun', async () => {
    const server = await openAnsweringSocket(0);
    const result = await runLoad(plan(server.port));
    await server.close();
    expect(result).toMatchObject({ connections: 3, lost: 0, broken: 0 });
    // More than the first fill of the windows.
    expect(result.sent).toBeGreaterThan(15);
    expect(result.latencyMs.p50).toBeGreaterThan(0);
    expect(result.latencyMs.max).toBeGreaterThanOrEqual(result.latencyMs.p99);
  });

  it('open loop: sends as many as the timetable has, no more', async () => {
    const server = await openAnsweringSocket(0);
    const result = await runLoad({ ...plan(server.port), ratePerS: 1_000 });
    await server.close();
    expect(result.sent).toBe(300);
    expect(result.acked).toBe(300);
  });

  it('tells both phases, in their order, also when its thread is kept busy over the end of the stretch', async () => {
    const server = await openAnsweringSocket(0);
    const phases: string[] = [];
    const busy = (): void => {
      for (const until = performance.now() + 150; performance.now() < until; );
    };
    // Three messages, answered after 0.2 s: from then on it only looks whether 0.3 s are over.
    await runLoad({ ...plan(server.port), ratePerS: 10 }, (phase) => {
      phases.push(phase);
      if (phase === 'measuring') setTimeout(busy, 240);
    });
    await server.close();
    expect(phases).toEqual(['measuring', 'measured']);
  });

  it('open loop: a rounding error leaves no message out', () => {
    expect(0.29 * 100).toBeLessThan(29);
    expect(dueMessages(0.29, 100)).toBe(29);
    for (let rate = 1; rate <= 2_000; rate += 7)
      for (const seconds of [1, 2, 10, 60, 3_600]) expect(dueMessages(seconds, rate)).toBe(seconds * rate);
    expect(dueMessages(0.25, 10)).toBe(2);
  });

  it('says so when nobody listens', async () => {
    const server = await openAnsweringSocket(0);
    await server.close();
    await expect(runLoad(plan(server.port))).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('devices of a load run', () => {
  it('are not told silent between two runs of a day, nor during a run that gives each its turn only now and then', () => {
    expect(loadHeartbeatMs(100)).toBe(86_400_000);
    expect(loadHeartbeatMs(100, 5_000)).toBe(86_400_000);
    // 100,000 devices at one message a second: each has its turn every 27.8 h.
    expect(loadHeartbeatMs(100_000, 1)).toBe(200_000_000);
    expect(loadHeartbeatMs(1e6, 0.001)).toBe(31 * 86_400_000);
  });

  it('are entered with that heartbeat', async () => {
    const bodies: unknown[] = [];
    const connections = await provisionLoad(
      {
        post: async (path, body) => {
          if (path !== '/devices/bulk') return {};
          const { items } = body as { items: readonly { id: string }[] };
          bodies.push(...items);
          return { items: items.map(({ id }) => ({ id, status: 201, credential: { username: id, password: 's' } })) };
        },
      },
      3,
      100,
    );
    expect(connections.map((one) => one.clientId)).toEqual(['load-0', 'load-1', 'load-2']);
    expect(bodies).toHaveLength(3);
    for (const body of bodies) expect(body).toMatchObject({ heartbeatMs: 86_400_000 });
  });
});
