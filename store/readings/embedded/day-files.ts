import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EpochMs } from '../../../model/time.ts';
import { type Day, dayOf, dayOfFileName, fileNameOf } from './day.ts';
import { type DayFile, openDayFile } from './day-file.ts';

/** Open files are dear (descriptors, caches): the least recently used one above this number is closed. */
const MAX_OPEN = 16;

export interface DayFiles {
  /** Opens the day's file; created when missing and `access` is `write`. */
  of(day: Day): DayFile;
  /** Days on disk that can hold samples of [from, to), oldest first. */
  between(from: EpochMs, to: EpochMs): readonly Day[];
  close(): void;
}

/** The day files of one folder, opened as they are needed. */
export function dayFiles(folder: string, access: 'write' | 'read'): DayFiles {
  /** In order of use: a Map keeps the order of insertion. */
  const open = new Map<Day, DayFile>();

  return {
    of(day) {
      const found = open.get(day) ?? openDayFile(join(folder, fileNameOf(day)), access);
      open.delete(day);
      open.set(day, found);
      for (const [oldest, file] of open) {
        if (open.size <= MAX_OPEN) break;
        file.close();
        open.delete(oldest);
      }
      return found;
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
      for (const file of open.values()) file.close();
      open.clear();
    },
  };
}
