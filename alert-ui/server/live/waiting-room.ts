/** A connection that has not signed in must do so within this time. */
export const SIGN_IN_WITHIN_MS = 10_000;
/**
 * Connections that have not signed in: of one address (of one session), of all addresses, of all sessions. A control room's 200
 * boards behind one address come at the same moment when we start again, each with its token in the packet after the handshake.
 */
export const WAITING_MAX = { perParty: 250, strangers: 400, sessions: 1_000 } as const;

/** Whose handshake it is: a session that the cookie named already, or an address. */
export interface Party {
  readonly kind: 'session' | 'stranger';
  readonly key: string;
}

/** The little that is needed of an engine.io connection. */
export interface Waiting {
  close(discard?: boolean): void;
}

export interface WaitingStatus {
  /** Connections that have not signed in now. */
  readonly waiting: number;
  /** Handshakes turned away because too many waited, since the start. */
  readonly turnedAway: number;
  /** Connections ended because they did not sign in in time, since the start. */
  readonly timedOut: number;
}

/**
 * Connections between their handshake and their sign-in. Anybody can open one, so they are few and short-lived; those whose cookie
 * names a session do not share their places with strangers, so that a flood keeps no board out.
 */
export class WaitingRoom {
  private readonly waiting = new Map<Waiting, { readonly party: Party; readonly until: number }>();
  private readonly perParty = new Map<string, number>();
  private readonly perKind = { session: 0, stranger: 0 };
  private turnedAway = 0;
  private timedOut = 0;

  /** May one more of them come in? */
  admits(party: Party): boolean {
    const most = party.kind === 'session' ? WAITING_MAX.sessions : WAITING_MAX.strangers;
    const room = this.perKind[party.kind] < most && (this.perParty.get(nameOf(party)) ?? 0) < WAITING_MAX.perParty;
    if (!room) this.turnedAway += 1;
    return room;
  }

  enter(connection: Waiting, party: Party, mono: number): void {
    this.leave(connection);
    this.waiting.set(connection, { party, until: mono + SIGN_IN_WITHIN_MS });
    this.count(party, 1);
  }

  /** It has signed in, or is gone. */
  leave(connection: Waiting): void {
    const held = this.waiting.get(connection);
    if (held === undefined) return;
    this.waiting.delete(connection);
    this.count(held.party, -1);
  }

  /** Ends what has waited too long. */
  sweep(mono: number): void {
    for (const [connection, { until }] of this.waiting) {
      // In order of arrival: all that follow have longer.
      if (until > mono) return;
      this.timedOut += 1;
      this.leave(connection);
      connection.close(true);
    }
  }

  status(): WaitingStatus {
    return { waiting: this.waiting.size, turnedAway: this.turnedAway, timedOut: this.timedOut };
  }

  private count(party: Party, by: 1 | -1): void {
    this.perKind[party.kind] += by;
    const name = nameOf(party);
    const now = (this.perParty.get(name) ?? 0) + by;
    if (now === 0) this.perParty.delete(name);
    else this.perParty.set(name, now);
  }
}

function nameOf({ kind, key }: Party): string {
  return `${kind} ${key}`;
}
