import { describe, expect, it } from 'vitest';
import { messageDigest, Qos2Ids } from './qos2-ids.ts';

const digest = (text: string): string => messageDigest('t', Buffer.from(text));

describe('Qos2Ids', () => {
  it('tells a repeat from another message under the same id, until the PUBREL', () => {
    const ids = new Qos2Ids(100);
    expect(ids.take('d1/c', 1, digest('a'), 1)).toBe(true);
    expect(ids.take('d1/c', 1, digest('a'), 1)).toBe(false);
    expect(ids.take('d2/c', 1, digest('a'), 2)).toBe(true);
    expect(ids.take('d1/c', 1, digest('b'), 1)).toBe(true);
    ids.release('d1/c', 1);
    expect(ids.take('d1/c', 1, digest('b'), 1)).toBe(true);
  });

  it('keeps over a cut only what was durable, and only for a kept session', () => {
    const ids = new Qos2Ids(100);
    ids.take('d1/c', 1, digest('a'), 1);
    ids.take('d1/c', 2, digest('b'), 1);
    ids.durable('d1/c', 1, digest('a'));
    ids.connectionEnded('d1/c', 1, true);
    expect(ids.take('d1/c', 1, digest('a'), 2)).toBe(false);
    expect(ids.take('d1/c', 2, digest('b'), 2)).toBe(true);
    ids.connectionEnded('d1/c', 2, false);
    expect(ids.size).toBe(1);
    ids.sessionBegins('d1/c');
    expect(ids.size).toBe(0);
  });

  it('forgets the client seen first when the bound is passed', () => {
    const ids = new Qos2Ids(10);
    for (let n = 0; n < 50; n++) ids.take(`d${n}/c`, 1, digest('a'), n);
    expect(ids.size).toBe(10);
    expect(ids.take('d49/c', 1, digest('a'), 99)).toBe(false);
    expect(ids.take('d0/c', 1, digest('a'), 99)).toBe(true);
  });
});
