/**
 * The reading store's own files while the projector writes them. Raw readings first, then what was rolled up from them: an hour that is
 * struck off as rolled up is then always in the roll-ups. A day whose raw readings are deleted meanwhile is left out: they are in its roll-ups,
 * and would be counted twice.
 */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dayOfFileName, type Day } from '../readings/embedded/day.ts';
import { openDaysFile } from '../readings/embedded/days-file.ts';
import { openView } from './database-view.ts';

const ROLL_UPS = 'rollups';
/** Copied before, by itself: it must not say more than the readings that are copied after it. */
export const POSITION_FILE = 'position.db';
/** Days are deleted once an hour at most: a second look finds peace. */
const LOOKS = 10;

export interface ReadingsCopy {
  /** The days of raw readings, in order of time, as their files are called. */
  readonly days: readonly string[];
}

/**
 * @param source `data/readings`; it may be missing.
 * @param onStep called often, with the file under way.
 */
export async function copyReadings(source: string, target: string, onStep: (file: string) => void): Promise<ReadingsCopy> {
  if (!existsSync(source)) return { days: [] };
  mkdirSync(join(target, ROLL_UPS), { recursive: true });
  const copied = new Map<Day, string>();
  for (let look = 0; look < LOOKS; look++) {
    const before = partsOf(source);
    for (const name of databasesIn(source)) {
      if (name === POSITION_FILE) continue;
      const day = dayOfFileName(name);
      if (day !== null && copied.has(day)) continue;
      if ((await copyOver(source, target, name, onStep)) && day !== null) copied.set(day, name);
    }
    const rolled = join(source, ROLL_UPS);
    // The marks of the days before the roll-ups: a day deleted in between has its roll-ups whole.
    const marksFirst = databasesIn(rolled).sort((a, b) => Number(b === 'days.db') - Number(a === 'days.db'));
    for (const name of marksFirst) await copyOver(rolled, join(target, ROLL_UPS), name, onStep);
    const after = partsOf(source);
    const stale = [...copied].filter(([day]) => before.get(day) !== after.get(day));
    if (stale.length === 0) return { days: [...copied].sort(([a], [b]) => a - b).map(([, name]) => name.replace(/\.db$/, '')) };
    for (const [day, name] of stale) {
      rmSync(join(target, name), { force: true });
      copied.delete(day);
    }
  }
  throw new Error(`${source}: raw readings are deleted all the time`);
}

/** What a day's raw readings are now: another text after they were deleted. */
function partsOf(source: string): ReadonlyMap<Day, string> {
  const days = openDaysFile(join(source, ROLL_UPS), 'read');
  try {
    return new Map([...days.all()].map(([day, { part, deleting }]) => [day, `${part}${deleting === true ? ' deleting' : ''}`]));
  } finally {
    days.close();
  }
}

function databasesIn(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.db'))
        .sort()
    : [];
}

/** False when the file is gone. */
async function copyOver(from: string, to: string, name: string, onStep: (file: string) => void): Promise<boolean> {
  const view = openView(join(from, name));
  if (view === null) return false;
  try {
    const path = join(to, name);
    rmSync(path, { force: true });
    await view.copyTo(path, () => onStep(name));
    return true;
  } finally {
    view.close();
  }
}
