import { type Sleeper, WakeHeap } from '../time/wake-heap.ts';
import { nextEngine, nextWall } from './life.ts';
import type { AlarmRecord } from './record.ts';

interface Wake extends Sleeper {
  readonly record: AlarmRecord;
}
interface Wakes {
  readonly wall: Wake;
  readonly engine: Wake;
}

/** Alarms of one entry that may be told apart by their order. */
const PER_ENTRY = 2 ** 20;

/** Place of an alarm among all others, the same after a restart: its id is `<entry>-<counter>`. */
function orderOf(record: AlarmRecord): number {
  const dash = record.id.indexOf('-');
  return Number(record.id.slice(0, dash)) * PER_ENTRY + Number(record.id.slice(dash + 1));
}

/** What runs out for alarms: by wall time, and in engine time. Nothing of it is state: it is made from the records. */
export class AlarmTimers {
  private readonly wall = new WakeHeap<Wake>();
  private readonly engine = new WakeHeap<Wake>();
  private readonly wakes = new Map<string, Wakes>();

  /** Follows what the alarm's life says now. */
  schedule(record: AlarmRecord): void {
    const wall = record.life === null ? -1 : nextWall(record.life);
    const engine = record.life === null ? -1 : nextEngine(record.life);
    if (wall < 0 && engine < 0) {
      this.forget(record);
      return;
    }
    let wakes = this.wakes.get(record.id);
    if (wakes === undefined) {
      const order = orderOf(record);
      wakes = { wall: { order, wakeAt: -1, heapAt: -1, record }, engine: { order, wakeAt: -1, heapAt: -1, record } };
      this.wakes.set(record.id, wakes);
    }
    if (wall < 0) this.wall.remove(wakes.wall);
    else this.wall.set(wakes.wall, wall);
    if (engine < 0) this.engine.remove(wakes.engine);
    else this.engine.set(wakes.engine, engine);
  }

  forget(record: AlarmRecord): void {
    const wakes = this.wakes.get(record.id);
    if (wakes === undefined) return;
    this.wall.remove(wakes.wall);
    this.engine.remove(wakes.engine);
    this.wakes.delete(record.id);
  }

  /** An alarm for which something has run out at this wall or engine time. */
  due(at: number, engine: number): AlarmRecord | undefined {
    const wall = this.wall.first;
    if (wall !== undefined && wall.wakeAt <= at) return wall.record;
    const first = this.engine.first;
    return first !== undefined && first.wakeAt <= engine ? first.record : undefined;
  }

  /** Milliseconds from this wall and engine time until the next one, or null. */
  wait(at: number, engine: number): number | null {
    const wall = this.wall.first === undefined ? null : this.wall.first.wakeAt - at;
    const first = this.engine.first === undefined ? null : this.engine.first.wakeAt - engine;
    if (wall === null || first === null) return wall ?? first;
    return Math.min(wall, first);
  }
}
