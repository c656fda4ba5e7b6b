import { describe, expect, it } from 'vitest';
import type { KeptSnapshot, Piece } from './files.ts';
import { toDelete } from './keep.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = 100 * DAY;
const BOUNDS = { days: 35, maxBytes: 1e9 };

/** A piece an hour, a hundred entries each; the last ends now. */
const piecesOf = (hours: number): Piece[] =>
  Array.from({ length: hours }, (_, i) => ({
    path: `p${i}`,
    firstSeq: i * 100 + 1,
    lastSeq: (i + 1) * 100,
    firstAt: NOW - (hours - i) * HOUR,
    lastAt: NOW - (hours - i - 1) * HOUR,
    bytes: 1_000,
  }));
const snapshotAt = (hoursAgo: number, seq: number): KeptSnapshot => ({ path: `s${hoursAgo}`, seq, at: NOW - hoursAgo * HOUR, bytes: 10 });

describe('what goes from the archive', () => {
  it('nothing while all is inside its bounds', () => {
    expect(toDelete({ pieces: piecesOf(48), snapshots: [snapshotAt(47, 100), snapshotAt(46, 200)] }, NOW, BOUNDS)).toEqual([]);
  });

  it('pieces past their days, and the snapshots that begin nothing any more', () => {
    const files = { pieces: piecesOf(30), snapshots: [snapshotAt(29, 100), snapshotAt(20, 1_000)] };
    expect(toDelete(files, NOW, { ...BOUNDS, days: 1 })).toEqual(['p0', 'p1', 'p2', 'p3', 'p4', 's29']);
  });

  it('the oldest pieces when it is larger than it may be', () => {
    expect(toDelete({ pieces: piecesOf(5), snapshots: [] }, NOW, { ...BOUNDS, maxBytes: 3_500 })).toEqual(['p0', 'p1']);
  });

  it('a snapshot stays where the first piece goes on from it, and the newest always', () => {
    const files = { pieces: piecesOf(5).slice(2), snapshots: [snapshotAt(4, 150), snapshotAt(3, 200)] };
    expect(toDelete(files, NOW, BOUNDS)).toEqual(['s4']);
    expect(toDelete({ pieces: piecesOf(5).slice(3), snapshots: [snapshotAt(3, 200)] }, NOW, BOUNDS)).toEqual([]);
  });

  it('snapshots stand an hour apart for two days, then six', () => {
    const snapshots = Array.from({ length: 72 }, (_, i) => snapshotAt(72 - i, i * 100));
    const gone = toDelete({ pieces: piecesOf(72), snapshots }, NOW, BOUNDS);
    const kept = snapshots.filter((one) => !gone.includes(one.path)).map((one) => (NOW - one.at) / HOUR);
    expect(kept.slice(0, 5)).toEqual([72, 66, 60, 54, 48]);
    expect(kept.slice(5)).toEqual(Array.from({ length: 47 }, (_, i) => 47 - i));
  });
});
