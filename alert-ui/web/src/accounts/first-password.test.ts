import { expect, it } from 'vitest';
import { firstPassword } from './first-password.ts';

it('is long enough for the server, in groups, without what is mistaken for something else', () => {
  expect(firstPassword(new Uint8Array([0, 1, 2, 3, 31, 32, 255]))).toBe('abcd-9a9');
  const all = firstPassword(new Uint8Array(Array.from({ length: 256 }, (_, i) => i)));
  expect(all).not.toMatch(/[A-Zilo1]/);
  const counted = new Map<string, number>();
  for (const letter of all.replaceAll('-', '')) counted.set(letter, (counted.get(letter) ?? 0) + 1);
  // Each of 32 letters as often as every other: no byte is nearer to one of them.
  expect([counted.size, new Set(counted.values())]).toEqual([32, new Set([8])]);
  // A blank between the groups would be taken for a way of writing, and not typed.
  expect(firstPassword(new Uint8Array(16))).not.toMatch(/\s/);
  expect(firstPassword(new Uint8Array(16)).length).toBeGreaterThanOrEqual(10);
});
