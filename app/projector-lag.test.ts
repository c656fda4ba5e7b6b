import { expect, it } from 'vitest';
import { NOTHING_YET } from '../store/projector/status.ts';
import { projectorLagEntries, projectorLagMs } from './projector-lag.ts';

it.each([
  ['works', { lagMs: 300, position: 90 }, 200, 100, 300],
  ['is down and says so', { lagMs: 70_000, position: 90 }, 200, 100, 70_000],
  ['has died or hangs, and was well when it last spoke', { lagMs: 0, position: 90 }, 61_000, 100, 61_000],
  ['has died or hangs, and was late already', { lagMs: 30_000, position: 90 }, 31_000, 100, 61_000],
  ['has nothing to say because the journal stands still', { lagMs: 0, position: 100 }, 3_600_000, 100, 0],
])('a projector that %s', (_what, status, untoldMs, lastSeq, lagMs) => {
  expect(projectorLagMs({ ...NOTHING_YET, ...status }, untoldMs, lastSeq)).toBe(lagMs);
});

it.each([
  ['is at the end of the journal', 100, 100, 0],
  ['had everything when it last spoke, before ten more came', 90, 100, 10],
  ['belongs to a journal that had more', 120, 100, 0],
])('entries of a projector that %s', (_what, position, lastSeq, entries) => {
  expect(projectorLagEntries({ ...NOTHING_YET, position, lastSeq: position }, lastSeq)).toBe(entries);
});
