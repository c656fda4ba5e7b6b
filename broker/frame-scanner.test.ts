import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameScanner } from './frame-scanner.ts';

const CONNECT = Buffer.from([0x10, 2, 0, 0]);

function frame(type: number, bodyBytes: number): Buffer {
  const length: number[] = [];
  for (let left = bodyBytes; ; left >>= 7) {
    length.push(left > 127 ? (left & 0x7f) | 0x80 : left);
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.from([type << 4, ...length]), Buffer.alloc(bodyBytes, 0x30)]);
}

function opened(before = 4_096, after = 262_144): FrameScanner {
  const scanner = new FrameScanner(before, after);
  scanner.scan(CONNECT, 1);
  scanner.open();
  return scanner;
}

describe('FrameScanner', () => {
  it('never lets more PUBLISH through than there is room for, loses no byte and cuts at borders alone, however the stream is cut up', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ type: fc.constantFrom(3, 6, 8, 12), body: fc.integer({ min: 0, max: 400 }) }), { maxLength: 40 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 4 }),
        (frames, cuts, room) => {
          const stream = Buffer.concat(frames.map(({ type, body }) => frame(type, body)));
          const borders = new Set<number>();
          let border = 0;
          for (const { type, body } of frames) {
            borders.add(border);
            border += frame(type, body).length;
          }
          const scanner = opened();
          let passed = 0;
          let publishes = 0;
          let turn = 0;
          while (passed < stream.length) {
            const chunk = stream.subarray(passed, passed + (cuts[turn++ % cuts.length] ?? 1));
            const cut = scanner.scan(chunk, room);
            expect(scanner.publishes).toBeLessThanOrEqual(room);
            publishes += scanner.publishes;
            passed += cut;
            if (cut < chunk.length) {
              expect(scanner.stop).toBe('no-room');
              expect(borders.has(passed)).toBe(true);
            }
          }
          expect(publishes).toBe(frames.filter(({ type }) => type === 3).length);
        },
      ),
    );
  });

  it('lets nothing but the CONNECT pass before the CONNACK', () => {
    const scanner = new FrameScanner(4_096, 262_144);
    const publish = frame(3, 10);
    expect(scanner.scan(Buffer.concat([CONNECT, publish]), 64)).toBe(CONNECT.length);
    expect(scanner.stop).toBe('connect');
    scanner.open();
    expect(scanner.scan(publish, 64)).toBe(publish.length);
  });

  it('refuses anything else first, a too long frame from its header alone, and a length of five bytes', () => {
    const first = new FrameScanner(4_096, 262_144);
    expect(first.scan(frame(3, 1), 64)).toBe(0);
    expect(first.stop).toBe('not-a-connect');

    const long = new FrameScanner(4_096, 262_144);
    expect(long.scan(frame(1, 4_094).subarray(0, 3), 64)).toBe(0);
    expect(long.stop).toBe('too-large');
    expect(long.tooLongBytes).toBe(4_097);
    const fits = new FrameScanner(4_096, 262_144);
    expect(fits.scan(frame(1, 4_093), 64)).toBe(4_096);

    const after = opened();
    const good = frame(3, 5);
    expect(after.scan(Buffer.concat([good, frame(3, 262_144).subarray(0, 8)]), 64)).toBe(good.length);
    expect(after.stop).toBe('too-large');

    const five = opened();
    five.scan(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]), 64);
    expect(five.stop).toBe('bad-length');
  });

  it('sees a DISCONNECT that passes, and none inside a payload', () => {
    const scanner = opened();
    scanner.scan(Buffer.concat([Buffer.from([0x30, 4]), Buffer.from([0xe0, 0, 0xe0, 0])]), 64);
    expect(scanner.sawDisconnect).toBe(false);
    scanner.scan(Buffer.from([0xe0, 0]), 0);
    expect(scanner.sawDisconnect).toBe(true);
  });

  it('ends a slice at a border once its bytes and PUBLISH frames are as much work as was allowed, and goes on from there', () => {
    const scanner = opened();
    const one = frame(3, 98);
    const stream = Buffer.concat([one, one, one, frame(12, 0)]);
    expect(scanner.scan(stream, 10, 600)).toBe(2 * one.length);
    expect(scanner.stop).toBe('turn');
    expect(scanner.publishes).toBe(2);
    expect(scanner.scan(stream.subarray(2 * one.length), 10, 0)).toBe(0);
    expect(scanner.stop).toBe('turn');
    // However little is allowed, one frame passes: a long one must not wait for ever.
    expect(scanner.scan(stream.subarray(2 * one.length), 10, 1)).toBe(one.length);
    expect(scanner.scan(stream.subarray(3 * one.length), 10, 600)).toBe(2);
    expect(scanner.stop).toBe('all');
  });
});
