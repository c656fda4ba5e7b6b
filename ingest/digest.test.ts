import { assert, integer, nat, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from './digest.ts';

describe('digest of a message', () => {
  it('is one number for ever: journals of older versions hold it', () => {
    expect(digestOf('', new Uint8Array())).toBe(2_792_136_246_252_121);
    expect(digestOf('v1/devices/me/telemetry', new TextEncoder().encode('{"lel":12.5}'))).toBe(1_958_651_591_115_849);
    expect(
      digestOf(
        't',
        Uint8Array.from({ length: 10_001 }, (_, i) => (i * 31) % 256),
      ),
    ).toBe(6_796_848_015_934_863);
  });

  it('tells any one changed byte, also far inside', () => {
    assert(
      property(integer({ min: 1, max: 9_000 }), nat(), integer({ min: 1, max: 255 }), (length, at, change) => {
        const payload = Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
        const other = payload.slice();
        other[at % length] = (payload[at % length] ?? 0) ^ change;
        expect(digestOf('t', other)).not.toBe(digestOf('t', payload));
      }),
    );
  });

  it('tells a byte more at the end, and topic from payload', () => {
    for (const length of [0, 3, 4_095, 4_096, 4_097, 4_100, 8_191]) {
      expect(digestOf('t', new Uint8Array(length + 1))).not.toBe(digestOf('t', new Uint8Array(length)));
    }
    expect(digestOf('ab', new TextEncoder().encode('c'))).not.toBe(digestOf('a', new TextEncoder().encode('bc')));
  });

  it('has no equal pair among a hundred thousand long payloads that differ in two bytes', () => {
    const seen = new Set<number>();
    const payload = new Uint8Array(6_000);
    for (let i = 0; i < 100_000; i++) {
      payload[4_500] = i % 256;
      payload[5_500] = (i >> 8) % 256;
      payload[5_503] = i >> 16;
      seen.add(digestOf('t', payload));
    }
    expect(seen.size).toBe(100_000);
  });
});
