import { describe, expect, it } from 'vitest';
import { type Alarm, type AlarmStateName, SAID_AGAIN, type SuppressedBy } from '../model/alarm.ts';
import type { AlarmCommand } from '../model/entry.ts';
import { restoreEngine } from './engine.ts';
import { catalogue, device, enterprise, limit, measurement, Plant, profile } from './testing/plant.ts';

/**
 * Every state × every set of flags × everything that can happen, a change of configuration included. What is to be expected is worked
 * out here from the rules of IEC 62682 in a few lines, not looked up in the engine.
 */

const MIN = 60_000;
const DAY = 86_400_000;
const gas = (latching: boolean, ...gone: readonly string[]) =>
  profile('gas', [
    measurement(
      'lel',
      [limit('L1', 'yellow', 25, { latching }), limit('L2', 'orange', 50, { latching })].filter(({ code }) => !gone.includes(code)),
    ),
  ]);
const moved = (latching: boolean) =>
  profile('gas', [measurement('lel', [limit('L1', 'yellow', 40, { latching }), limit('L2', 'orange', 50, { latching })])]);

interface Start {
  readonly state: AlarmStateName;
  readonly latching: boolean;
}
const STARTS: readonly Start[] = [
  { state: 'NORM', latching: false },
  { state: 'UNACK', latching: false },
  { state: 'ACKED', latching: false },
  { state: 'RTNUN', latching: false },
  { state: 'UNACK', latching: true },
  { state: 'ACKED', latching: true },
  { state: 'LUNACK', latching: true },
  { state: 'LACK', latching: true },
];
const FLAGS: readonly SuppressedBy[] = ['shelved', 'by-design', 'out-of-service'];
const SETS = Array.from({ length: 8 }, (_, n) => FLAGS.filter((_flag, i) => (n & (1 << i)) !== 0));
const EVENTS = [
  'true',
  'worse',
  'false',
  'acknowledge',
  'acknowledge twice',
  'withdraw',
  'reset',
  'silence',
  'shelve',
  'unshelve',
  'suppress',
  'unsuppress',
  'out-of-service',
  'return-to-service',
  'comment',
  'verify',
  'ten minutes',
  'a kill and a restart',
  'a cause trips',
  'limit removed',
  'limit moved away',
  'device in test',
  'device retired',
] as const;
type Event = (typeof EVENTS)[number];

interface Cell {
  readonly state: AlarmStateName;
  readonly flags: readonly SuppressedBy[];
  /** Something sounds because of it. */
  readonly rings: boolean;
  readonly refused: boolean;
}

const TRUE: readonly AlarmStateName[] = ['UNACK', 'ACKED'];
const UNSEEN: readonly AlarmStateName[] = ['UNACK', 'RTNUN', 'LUNACK'];

/** The rules. */
function expected({ state, latching }: Start, flags: readonly SuppressedBy[], event: Event): Cell {
  const open = state !== 'NORM';
  const on = TRUE.includes(state);
  const same: Cell = { state, flags, rings: false, refused: false };
  const refused: Cell = { ...same, refused: true };
  const to = (next: AlarmStateName, rings = false): Cell => ({ ...same, state: next, rings: rings && flags.length === 0 });
  /** A flag more: it does not ring from now on, and the machine stands. */
  const plus = (flag: SuppressedBy): Cell =>
    open ? { ...same, flags: FLAGS.filter((one) => one === flag || flags.includes(one)) } : refused;
  /** Flags less: when the last ends and the condition is true, it rings anew. */
  const minus = (...gone: readonly SuppressedBy[]): Cell => {
    const left = flags.filter((flag) => !gone.includes(flag));
    const anew = flags.length > 0 && left.length === 0 && on;
    return { ...same, flags: left, state: anew ? 'UNACK' : state, rings: anew };
  };
  const falls: AlarmStateName =
    state === 'UNACK' ? (latching ? 'LUNACK' : 'RTNUN') : state === 'ACKED' ? (latching ? 'LACK' : 'NORM') : state;
  switch (event) {
    case 'true':
      return on ? same : to('UNACK', true);
    case 'worse': {
      // Shelving hides nothing that is worse than what was shelved; the other flags do.
      const left = flags.filter((flag) => flag !== 'shelved');
      return { ...same, state: 'UNACK', flags: left, rings: left.length === 0 };
    }
    case 'false':
    case 'limit removed':
    case 'limit moved away':
      return to(falls);
    case 'acknowledge':
    case 'acknowledge twice':
      return to(({ UNACK: 'ACKED', RTNUN: 'NORM', LUNACK: 'LACK' } as const)[state as 'UNACK'] ?? state);
    case 'withdraw':
      if (UNSEEN.includes(state)) return refused;
      return state === 'NORM' ? to('RTNUN') : to(state === 'ACKED' ? 'UNACK' : 'LUNACK', true);
    case 'reset':
      return state === 'LACK' ? to('NORM') : refused;
    case 'silence':
      return (state === 'UNACK' || state === 'LUNACK') && flags.length === 0 ? same : refused;
    case 'shelve':
      return plus('shelved');
    case 'suppress':
      return plus('by-design');
    case 'out-of-service':
      return plus('out-of-service');
    case 'unshelve':
      return flags.includes('shelved') ? minus('shelved') : refused;
    case 'unsuppress':
      return flags.includes('by-design') ? minus('by-design') : refused;
    case 'return-to-service':
      return flags.includes('out-of-service') ? minus('out-of-service') : refused;
    case 'comment':
      return open ? same : refused;
    case 'verify':
    case 'a kill and a restart':
    case 'device in test':
      return same;
    case 'ten minutes':
      return minus('shelved', 'out-of-service');
    case 'a cause trips':
      return open ? plus('by-design') : same;
    case 'device retired':
      return { state: 'NORM', flags: [], rings: false, refused: false };
  }
}

class Cells extends Plant {
  readonly id: string;
  private readonly latching: boolean;

  constructor({ state, latching }: Start, flags: readonly SuppressedBy[]) {
    super();
    this.latching = latching;
    this.setUp([gas(latching)], [device('d', 'gas', { heartbeatMs: DAY }), device('cause', 'gas', { heartbeatMs: DAY })]);
    this.send('d', 'lel', 30);
    this.id = this.alarm('hi')?.id ?? '';
    const acked = state === 'ACKED' || state === 'LACK';
    const back = state !== 'UNACK' && state !== 'ACKED';
    const put = (flag: SuppressedBy): void => {
      const until = this.now + 10 * MIN - 1;
      const commands: Record<SuppressedBy, AlarmCommand> = {
        shelved: { op: 'shelve', alarmId: this.id, minutes: 9, reason: 'x' },
        'by-design': { op: 'suppress', alarmId: this.id, reason: 'x' },
        'out-of-service': { op: 'out-of-service', alarmId: this.id, permit: 'P-1', reason: 'x', until },
      };
      this.command(commands[flag]);
    };
    flags.forEach(put);
    if (acked) this.acknowledge('hi');
    if (back) this.send('d', 'lel', 0);
    if (state === 'NORM') this.acknowledge('hi');
  }

  /** The alarm as it stands now; null: it is not among those that stand. */
  get stands(): Alarm | null {
    const all = [...this.engine.view.openAlarms(), ...this.engine.view.restingAlarms()];
    return all.find((one) => one.deviceId === 'd') ?? null;
  }

  /** Makes it happen; true when it was refused. */
  happen(event: Event): boolean {
    const { id: alarmId } = this;
    const run = (command: AlarmCommand): boolean => this.command(command).outcomes[0]?.ok === false;
    switch (event) {
      case 'true':
        this.send('d', 'lel', 30);
        return false;
      case 'worse':
        this.send('d', 'lel', 60);
        return false;
      case 'false':
        this.send('d', 'lel', 0);
        return false;
      case 'acknowledge':
        return run({ op: 'acknowledge', alarmId });
      case 'acknowledge twice': {
        run({ op: 'acknowledge', alarmId });
        const before = this.events.length;
        const again = run({ op: 'acknowledge', alarmId });
        expect(this.events.length).toBe(before);
        return again;
      }
      case 'shelve':
        return run({ op: 'shelve', alarmId, minutes: 9, reason: 'x' });
      case 'suppress':
        return run({ op: 'suppress', alarmId, reason: 'x' });
      case 'out-of-service':
        return run({ op: 'out-of-service', alarmId, permit: 'P-2', reason: 'x' });
      case 'comment':
        return run({ op: 'comment', alarmId, comment: 'x' });
      case 'verify':
        return run({ op: 'verify', alarmId, as: 'real' });
      case 'withdraw':
      case 'reset':
      case 'silence':
      case 'unshelve':
      case 'unsuppress':
      case 'return-to-service':
        return run({ op: event, alarmId });
      case 'ten minutes':
        this.pass(10 * MIN);
        return false;
      case 'a kill and a restart':
        this.engine = restoreEngine(this.engine.serialise());
        this.restart(MIN);
        return false;
      case 'a cause trips': {
        const base = this.engine.view.assets('enterprise').get('works')?.revision ?? 0;
        const causes = [{ id: 'c', cause: { device: 'cause' }, hides: [{ device: 'd' }] }];
        this.config({ op: 'put', asset: 'enterprise', base, value: enterprise('works', { causes }) });
        this.send('cause', 'lel', 60);
        return false;
      }
      case 'limit removed':
        this.config({ op: 'catalogue', catalogue: catalogue('v2', [gas(this.latching, 'L1', 'L2')]) });
        return false;
      case 'limit moved away':
        this.config({ op: 'catalogue', catalogue: catalogue('v2', [moved(this.latching)]) });
        return false;
      case 'device in test':
        this.put(device('d', 'gas', { mode: 'test', heartbeatMs: DAY }));
        return false;
      case 'device retired':
        this.config({ op: 'retire', asset: 'device', id: 'd', base: null });
        return false;
    }
  }
}

describe('every state, every set of flags, everything that can happen', () => {
  for (const start of STARTS) {
    for (const flags of SETS) {
      it(`${start.state}${start.latching ? ' latching' : ''} [${flags.join(' ')}]`, () => {
        for (const event of EVENTS) {
          const want = expected(start, flags, event);
          const plant = new Cells(start, flags);
          const before = plant.stands;
          expect([event, before?.state ?? 'NORM', before?.suppressedBy ?? []]).toEqual([event, start.state, flags]);
          const mark = plant.events.length;
          const refused = plant.happen(event);
          const own = plant.alarmEvents().filter(([alarm]) => alarm.deviceId === 'd');
          const told = plant.events.slice(mark).flatMap((one) => (one.kind === 'alarm' && one.alarm.deviceId === 'd' ? [one] : []));
          const after = plant.stands;
          const rings = told.some(
            ({ alarm, event: { type, cause } }) =>
              alarm.suppressedBy.length === 0 &&
              (alarm.state === 'UNACK' || alarm.state === 'LUNACK') &&
              ['raised', 'level-raised', 're-announced', 'withdrawn'].includes(type) &&
              !SAID_AGAIN.includes(cause ?? ''),
          );
          const cell: Cell = { state: after?.state ?? 'NORM', flags: after?.suppressedBy ?? [], rings, refused };
          expect([event, cell]).toEqual([event, want]);
          // A refused command changes nothing; what stands is what was told last; a restart knows all of it.
          if (refused) expect([event, plant.events.length]).toEqual([event, mark]);
          if (after !== null) expect([event, own.at(-1)?.[0]]).toEqual([event, after]);
          expect(restoreEngine(plant.engine.serialise()).serialise()).toBe(plant.engine.serialise());
          const { unacknowledged, open } = plant.engine.view.counts();
          const counted = after !== null && after.state !== 'NORM' && after.suppressedBy.length === 0 && !after.test;
          const others = event === 'a cause trips' ? 1 : 0;
          const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0) - others;
          expect([event, sum(open), sum(unacknowledged)]).toEqual([
            event,
            counted ? 1 : 0,
            counted && UNSEEN.includes(after.state) ? 1 : 0,
          ]);
        }
      });
    }
  }
});
