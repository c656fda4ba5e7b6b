import type { EngineMs } from '../../model/time.ts';
import type { AlarmRecord } from './record.ts';

/**
 * First-out: which alarm of a group came first (fact: OPC UA Part 9, FirstInGroup). The first one that rang keeps its mark until
 * every member of the group is back to normal; ordered by the time of the sample, and where that is equal, by who was told first.
 */
export interface GroupMark {
  readonly id: string;
  /** Alarms of a test are a group of their own: what is tried out comes before nothing that is real. */
  readonly test: boolean;
  /** When it became true, in engine time: a step of our own clock turns no order round. */
  readonly since: EngineMs;
  readonly first: boolean;
}

interface Group {
  /** Open alarms in it. */
  members: number;
  /** The open alarm that came first; null: that one is over while others are not, and nobody is first after it. */
  first: AlarmRecord | null;
}

/** All groups with an open alarm. Nothing of it is state: it is made from the marks of the records. */
export class FirstOutGroups {
  private readonly groups = new Map<string, Group>();

  /**
   * The alarm rings for the first time. Returns the one that has been first so far, where the newcomer's sample is older than its own:
   * to be told that it is not.
   */
  join(record: AlarmRecord, id: string, since: EngineMs): AlarmRecord | null {
    const mark: GroupMark = { id, test: record.place.test, since, first: false };
    const group = this.of(mark);
    const { first } = group;
    const begins = group.members === 0;
    group.members += 1;
    const overtakes = first !== null && first.group !== undefined && since < first.group.since;
    record.group = { ...mark, first: begins || overtakes };
    if (begins || overtakes) group.first = record;
    if (!overtakes) return null;
    unmark(first);
    return first;
  }

  /** It closes. */
  leave(record: AlarmRecord): void {
    if (record.group === undefined) return;
    const key = keyOf(record.group);
    const group = this.groups.get(key);
    if (group === undefined) return;
    group.members -= 1;
    if (group.first === record) group.first = null;
    if (group.members === 0) this.groups.delete(key);
  }

  /** A closed one is open again. It is first as before unless another has become it meanwhile, and in any case when it is alone. */
  back(record: AlarmRecord): void {
    if (record.group === undefined) return;
    const group = this.of(record.group);
    if (group.members === 0) record.group = { ...record.group, first: true };
    else if (group.first !== null) unmark(record);
    group.members += 1;
    if (record.group.first) group.first = record;
  }

  /** Takes an open record of a snapshot in. */
  restore(record: AlarmRecord): void {
    if (record.group === undefined) return;
    const group = this.of(record.group);
    group.members += 1;
    if (record.group.first) group.first = record;
  }

  private of(mark: GroupMark): Group {
    const key = keyOf(mark);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = { members: 0, first: null };
      this.groups.set(key, group);
    }
    return group;
  }
}

function keyOf({ id, test }: GroupMark): string {
  return test ? `test ${id}` : id;
}

function unmark(record: AlarmRecord): void {
  if (record.group !== undefined) record.group = { ...record.group, first: false };
}
