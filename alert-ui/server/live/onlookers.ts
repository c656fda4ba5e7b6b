import type { PresenceItem } from '../../protocol/live.ts';

/** Most that are told at once; a desk of more people looking at alarms tells the first of them. */
const TOLD_MAX = 200;

interface Present {
  readonly by: string;
  /** Id of an alarm. */
  readonly looking: string | null;
  readonly audible: boolean;
}

/** Who looks at which alarm, and whose desk can be heard, by connection: for people, kept nowhere, gone with the connection. */
export class Onlookers {
  private readonly present = new Map<string, Present>();
  /** Something is different from what was told last. */
  changed = false;

  /** What is not said stays as it was. */
  say(
    connection: string,
    by: string,
    said: { readonly looking?: string | null | undefined; readonly audible?: boolean | undefined },
  ): void {
    const before = this.present.get(connection);
    const looking = said.looking === undefined ? (before?.looking ?? null) : said.looking;
    const audible = said.audible ?? before?.audible ?? false;
    if (before?.looking === looking && before.audible === audible && before.by === by) return;
    this.present.set(connection, { by, looking, audible });
    this.changed = true;
  }

  forget(connection: string): void {
    if (this.present.delete(connection)) this.changed = true;
  }

  /**
   * As somebody may know it: once for each person and alarm. Of an alarm one may not see nobody is told that it is looked at.
   * @param whole sees everything, and so who can be heard
   */
  items(sees: (alarm: string) => boolean, whole: boolean): readonly PresenceItem[] {
    const told = new Map<string, PresenceItem>();
    for (const one of this.present.values()) {
      const looking = one.looking !== null && sees(one.looking) ? one.looking : null;
      if (looking === null && !(whole && one.audible)) continue;
      const key = JSON.stringify([one.by, looking]);
      const audible = whole && (one.audible || told.get(key)?.audible === true);
      told.set(key, { by: one.by, looking, audible });
      if (told.size === TOLD_MAX) break;
    }
    return [...told.values()];
  }
}
