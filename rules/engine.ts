import type { Engine } from '../model/engine.ts';
import { EngineFold } from './fold.ts';

/** A new engine with nothing in it: no catalogue, no assets, entry 0. */
export function createEngine(): Engine {
  return new EngineFold();
}

/**
 * An engine at the state of a snapshot's text (`serialise()`, or the joined pieces of a `SnapshotJob`).
 * Throws an Error that names both versions when the text is of an unknown format, and one that says what is wrong when it is damaged.
 */
export function restoreEngine(text: string): Engine {
  return EngineFold.restore(text);
}
