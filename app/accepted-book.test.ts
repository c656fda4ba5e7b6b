import { describe, expect, it } from 'vitest';
import type { Inbound } from '../model/ports/message-source.ts';
import type { AcceptedQuery } from '../model/ports/platform.ts';
import { createAcceptedBook } from './accepted-book.ts';

const encoder = new TextEncoder();
function inbound(payload: string, receivedAt: number, topic = 'beacon/v1/e/d/telemetry'): Inbound {
  return {
    topic,
    payload: encoder.encode(payload),
    publisher: { credential: 'd', kind: 'device', device: 'd', enterprise: 'e', client: 'd/c', connection: 1, address: '10.0.0.1' },
    receivedAt,
    qos: 1,
    packetId: 1,
    nth: 0,
    retain: false,
    ack: () => undefined,
    fail: () => undefined,
  };
}

describe('the last accepted messages of a device', () => {
  it('are shown newest first, at every fill of the ring', () => {
    for (let sent = 0; sent <= 47; sent += 1) {
      const book = createAcceptedBook();
      for (let i = 0; i < sent; i += 1) book.note(inbound(`{"v":${i}}`, 1_000 + i), 'd', null);
      const expected = Array.from({ length: Math.min(20, sent) }, (_, i) => `{"v":${sent - 1 - i}}`);
      expect(book.recent('d').map((line) => line.head)).toEqual(expected);
    }
  });
  it('keep what the ledger shows of a message', () => {
    const book = createAcceptedBook();
    book.note(inbound(`\u0001温${'x'.repeat(300)}`, 5, `t/${'y'.repeat(300)}`), 'd', 'resend');
    const [line] = book.recent('d');
    expect(line).toMatchObject({
      at: 5,
      device: 'd',
      enterprise: 'e',
      verdict: 'accepted',
      detail: 'resend',
      address: '10.0.0.1',
      size: 304,
    });
    expect(line?.head.startsWith('\\x01温x')).toBe(true);
    expect(line?.head.length).toBeLessThan(130);
    expect(line?.topic).toHaveLength(200);
    expect(book.recent('another')).toEqual([]);
  });
  it('stay those of their device, and their own topics', () => {
    const book = createAcceptedBook();
    for (let i = 0; i < 25; i += 1) {
      book.note(inbound(`a${i}`, i, i % 2 === 0 ? 'even' : 'odd'), 'a', null);
      book.note(inbound(`b${i}`, i, 'b'), 'b', null);
    }
    expect(book.recent('a').map((line) => line.topic)).toEqual(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 'even' : 'odd')));
    expect(book.recent('b')[0]).toMatchObject({ head: 'b24', topic: 'b' });
  });
});

describe('the newest of all devices', () => {
  it('are given newest first, as many as asked for, of the enterprises asked for, at every fill of the ring', () => {
    const book = createAcceptedBook();
    const heard = (asked: AcceptedQuery): string[] => book.newest(asked).map(({ device, at }) => `${device}${at}`);
    for (let round = 0; round < 45; round += 1) {
      for (const device of ['a', 'b', 'c']) book.note(inbound('{}', round * 10 + device.charCodeAt(0) - 97), device, null);
      book.note(inbound('{}', round * 10 + 5), 'a', null);
      const at = round * 10;
      expect(heard({ limit: 2 })).toEqual([`a${at + 5}`, `c${at + 2}`]);
      expect(heard({ limit: 4, enterprises: ['e'] })).toEqual([`a${at + 5}`, `c${at + 2}`, `b${at + 1}`, `a${at}`]);
      expect(heard({ limit: 9, enterprises: ['another'] })).toEqual([]);
      expect(heard({ limit: 9, from: at + 1, to: at + 5 })).toEqual([`c${at + 2}`, `b${at + 1}`]);
    }
    // Of every device the last 20 are known.
    expect(heard({ limit: 500 })).toHaveLength(60);
  });

  it('are found by what of them was doubted, behind those that were not', () => {
    const book = createAcceptedBook();
    for (let at = 0; at < 6; at += 1) book.note(inbound('{}', at), 'a', null, at < 2 ? 'OUT_OF_RANGE' : null);
    expect(book.newest({ limit: 1, reason: 'OUT_OF_RANGE' }).map(({ at }) => at)).toEqual([1]);
  });
});

describe('the counts', () => {
  it('are per device and minute, each message once', () => {
    const book = createAcceptedBook();
    for (const at of [0, 10, 59_999, 60_000, 130_000, 5]) book.note(inbound('x', at), 'd', null);
    book.note(inbound('x', 60_001), 'e', null);
    const of = (): unknown[] => book.takeCounts().map((one) => [one.device, one.minute, one.count]);
    expect(of()).toEqual([
      ['d', 0, 3],
      ['d', 60_000, 1],
      ['d', 120_000, 1],
      ['d', 0, 1],
      ['e', 60_000, 1],
    ]);
    expect(of()).toEqual([]);
    book.note(inbound('x', 130_001), 'd', null);
    expect(of()).toEqual([['d', 120_000, 1]]);
  });
});
