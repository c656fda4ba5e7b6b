import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Party, SIGN_IN_WITHIN_MS, WAITING_MAX, WaitingRoom } from './waiting-room.ts';

const stranger = (n: number): Party => ({ kind: 'stranger', key: `192.0.2.${n}` });
const session = (n: number): Party => ({ kind: 'session', key: `s${n}` });
class Connection {
  ended: boolean | undefined;
  close(discard?: boolean): void {
    this.ended = discard ?? false;
  }
}
/** As many as are let in. */
function crowd(room: WaitingRoom, parties: readonly Party[], mono = 0): Connection[] {
  return parties.flatMap((party) => {
    if (!room.admits(party)) return [];
    const connection = new Connection();
    room.enter(connection, party, mono);
    return [connection];
  });
}
const many = (count: number, party: (n: number) => Party): Party[] => Array.from({ length: count }, (_, n) => party(n));

describe('connections that have not signed in', () => {
  it('of one address are few, and leave room for another', () => {
    const room = new WaitingRoom();
    expect(
      crowd(
        room,
        many(1_000, () => stranger(1)),
      ),
    ).toHaveLength(WAITING_MAX.perParty);
    expect(room.admits(stranger(2))).toBe(true);
    expect(room.status()).toEqual({ waiting: 250, turnedAway: 750, timedOut: 0 });
  });

  it('of 200 boards behind one address, or with one cookie, are all let in at once', () => {
    for (const party of [stranger, session]) {
      const room = new WaitingRoom();
      const boards = many(200, () => party(1));
      expect(crowd(room, boards)).toHaveLength(200);
      expect(room.status()).toEqual({ waiting: 200, turnedAway: 0, timedOut: 0 });
    }
  });

  it('of everywhere are few, and keep no session out', () => {
    const room = new WaitingRoom();
    expect(crowd(room, many(1_000, stranger))).toHaveLength(WAITING_MAX.strangers);
    expect([room.admits(stranger(2_000)), room.admits(session(1))]).toEqual([false, true]);
    expect(crowd(room, many(2_000, session))).toHaveLength(WAITING_MAX.sessions);
  });

  it('end after their time, those that came later not yet', () => {
    const room = new WaitingRoom();
    const [early] = crowd(room, [stranger(1)], 0);
    const [late] = crowd(room, [stranger(1)], 1);
    const [gone] = crowd(room, [stranger(1)], 0);
    if (gone !== undefined) room.leave(gone);
    room.sweep(SIGN_IN_WITHIN_MS - 1);
    expect(early?.ended).toBeUndefined();
    room.sweep(SIGN_IN_WITHIN_MS);
    expect([early?.ended, late?.ended, gone?.ended]).toEqual([true, undefined, undefined]);
    expect(room.status()).toEqual({ waiting: 1, turnedAway: 0, timedOut: 1 });
  });

  it('never are more than may be, whoever comes and goes', () => {
    const step = fc.record({ party: fc.nat(9), kind: fc.constantFrom('session', 'stranger'), leaves: fc.nat(300), waitMs: fc.nat(400) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const room = new WaitingRoom();
        const inside: { readonly connection: Connection; readonly party: Party; readonly at: number }[] = [];
        let mono = 0;
        for (const { party, kind, leaves, waitMs } of steps) {
          mono += waitMs;
          room.sweep(mono);
          const [left] = leaves < inside.length ? inside.splice(leaves, 1) : [];
          if (left !== undefined) room.leave(left.connection);
          const own = kind === 'session' ? session(party) : stranger(party);
          const here = inside.filter(({ connection, at }) => connection.ended === undefined && mono < at + SIGN_IN_WITHIN_MS);
          const same = here.filter((one) => one.party.kind === own.kind);
          const expected =
            same.length < (own.kind === 'session' ? WAITING_MAX.sessions : WAITING_MAX.strangers) &&
            same.filter((one) => one.party.key === own.key).length < WAITING_MAX.perParty;
          expect([room.status().waiting, room.admits(own)]).toEqual([here.length, expected]);
          if (!expected) continue;
          const connection = new Connection();
          room.enter(connection, own, mono);
          inside.push({ connection, party: own, at: mono });
        }
      }),
      { numRuns: 50 },
    );
  });
});
