import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochMs } from '../../../model/time.ts';
import { type Day, dayOf, dayOfFileName, fileNameOf } from './day.ts';
import { type DayFile, openDayFile } from './day-file.ts';
import { removeFile } from './file.ts';

/** Open files are dear (descriptors, caches): the least recently used one above this number is closed. */
const MAX_OPEN = 16;

export interface DayFiles {
  /** Opens the day's file; created when missing and `access` is `write`. */
  of(day: Day): DayFile;
  /** Days on disk that can hold samples of [from, to), oldest first. */
  between(from: EpochMs, to: EpochMs): readonly Day[];
  /** For a reader: null when the day was deleted meanwhile. */
  present(day: Day): DayFile | null;
  /** Deletes the day's raw readings. */
  remove(day: Day): void;
  close(): void;
}

/** The day files of one folder, opened as they are needed. */
export function dayFiles(folder: string, access: 'write' | 'read'): DayFiles {
  /** In order of use: a Map keeps the order of insertion. */
  const open = new Map<Day, { readonly file: DayFile; readonly inode: number }>();

  function shut(day: Day): void {
    open.get(day)?.file.close();
    open.delete(day);
  }

  function of(day: Day): DayFile {
    const path = join(folder, fileNameOf(day));
    const known = open.get(day);
    // The writer may have deleted the day, and begun it anew for readings that came late.
    if (access === 'read' && known !== undefined && statSync(path, { throwIfNoEntry: false })?.ino !== known.inode) shut(day);
    const found = open.get(day) ?? openNow(path, day);
    open.delete(day);
    open.set(day, found);
    for (const oldest of open.keys()) {
      if (open.size <= MAX_OPEN) break;
      shut(oldest);
    }
    return found.file;
  }

  function openNow(path: string, day: Day): { readonly file: DayFile; readonly inode: number } {
    const file = openDayFile(path, day, access);
    return { file, inode: statSync(path, { throwIfNoEntry: false })?.ino ?? 0 };
  }

  return {
    of,
    present: (day) => (existsSync(join(folder, fileNameOf(day))) ? of(day) : null),
    remove(day) {
      shut(day);
      removeFile(join(folder, fileNameOf(day)));
    },

    between(from, to) {
      if (to <= from || !existsSync(folder)) return [];
      const days: Day[] = [];
      for (const name of readdirSync(folder)) {
        const day = dayOfFileName(name);
        if (day !== null && day >= dayOf(from) && day <= dayOf(to - 1)) days.push(day);
      }
      return days.sort((a, b) => a - b);
    },

    close() {
      for (const day of open.keys()) shut(day);
    },
  };
}
