import type { MessageBody } from '../model/entry.ts';
import type { EngineMs } from '../model/time.ts';
import type { EngineClock } from './time/engine-clock.ts';

/**
 * Recognises a message that a client sends again after a cut (semantics 2): the same credential, the same bytes, and either
 * (a) it carries `ts` or `seq`, or (b) it is among the first 64 of a new connection and has the packet id of one of the last
 * messages of that client's previous connection, which was cut uncleanly. Everything else is new.
 */

/** Digests of stamped messages kept per credential. */
const DIGESTS = 64;
/** Rule (b): messages of a new connection that may be resends, and messages of the old one that are remembered. */
const FIRST_OF_CONNECTION = 64;
/** Rule (b): a message received longer than this before the cut was acknowledged long since. */
const BEFORE_CUT_MS = 30_000;
/** Client ids remembered per credential: anybody may choose a new one at each connection. */
const CLIENTS = 8;
/** Numbers of a remembered message, and for how many of them there is room at first. */
const ROW = 3;
const FIRST_ROWS = 4;

interface Sent {
  readonly packetId: number;
  readonly digest: number;
  readonly at: EngineMs;
}

/** The last messages of a connection, oldest first: numbers in one array, because objects would all outlive the garbage collector's young space. */
class SentRing {
  private rows = new Float64Array(FIRST_ROWS * ROW);
  private first = 0;
  length = 0;

  add(packetId: number, digest: number, at: EngineMs): void {
    if (this.length === FIRST_OF_CONNECTION) this.dropFirst();
    if (this.length * ROW === this.rows.length) this.grow();
    const to = ((this.first + this.length) * ROW) % this.rows.length;
    this.rows[to] = packetId;
    this.rows[to + 1] = digest;
    this.rows[to + 2] = at;
    this.length += 1;
  }

  dropBefore(at: EngineMs): void {
    while (this.length > 0 && (this.rows[this.first * ROW + 2] ?? 0) < at) this.dropFirst();
  }

  list(): Sent[] {
    return Array.from({ length: this.length }, (_, i) => {
      const from = ((this.first + i) * ROW) % this.rows.length;
      return { packetId: this.rows[from] ?? 0, digest: this.rows[from + 1] ?? 0, at: this.rows[from + 2] ?? 0 };
    });
  }

  clear(): void {
    this.first = 0;
    this.length = 0;
  }

  private dropFirst(): void {
    this.first = (this.first + 1) % (this.rows.length / ROW);
    this.length -= 1;
  }

  private grow(): void {
    const kept = this.list();
    this.rows = new Float64Array(Math.min(FIRST_OF_CONNECTION * ROW, this.rows.length * 2));
    this.clear();
    for (const one of kept) this.add(one.packetId, one.digest, one.at);
  }
}

interface ClientState {
  /** Number of the start and of the connection; connection -1 = cut, none since. */
  boot: number;
  connection: number;
  readonly sent: SentRing;
  /** Possibly unacknowledged messages of the connection before. */
  before: Sent[];
  /** When the present connection began, as long as nothing new came over it; -1 = something did, or it is not known. */
  onlyResendsSince: EngineMs;
}

export interface CredentialState {
  readonly id: string;
  digests: number[];
  next: number;
  readonly clients: Map<string, ClientState>;
  snapshotOf: number;
}

export class ResendBook {
  readonly credentials = new Map<string, CredentialState>();
  /** Called before a credential changes. */
  private readonly touch: (state: CredentialState) => void;

  constructor(touch: (state: CredentialState) => void) {
    this.touch = touch;
  }

  private of(id: string): CredentialState {
    let state = this.credentials.get(id);
    if (state === undefined) {
      state = { id, digests: [], next: 0, clients: new Map(), snapshotOf: -1 };
      this.touch(state);
      this.credentials.set(id, state);
      return state;
    }
    this.touch(state);
    return state;
  }

  forget(id: string): void {
    const state = this.credentials.get(id);
    if (state === undefined) return;
    this.touch(state);
    this.credentials.delete(id);
  }

  /** True when the message is one already kept. Notes it otherwise. */
  recognise(message: MessageBody, clock: EngineClock): boolean {
    if (message.stamped) return this.sameBytes(message);
    if (message.qos === 0 || message.packetId === null) return false;
    const client = this.client(this.of(message.credential), message.client, message.connection, clock);
    const { packetId, digest } = message;
    let resend = false;
    if (message.nth >= FIRST_OF_CONNECTION) {
      if (client.before.length > 0) client.before = [];
    } else {
      const at = client.before.findIndex((sent) => sent.packetId === packetId && sent.digest === digest);
      if (at >= 0) {
        client.before.splice(at, 1);
        resend = true;
      }
    }
    if (!resend) client.onlyResendsSince = -1;
    client.sent.dropBefore(clock.now - BEFORE_CUT_MS);
    client.sent.add(packetId, digest, clock.now);
    return resend;
  }

  private sameBytes(message: MessageBody): boolean {
    const state = this.of(message.credential);
    if (state.digests.includes(message.digest)) return true;
    if (state.digests.length < DIGESTS) state.digests.push(message.digest);
    else state.digests[state.next] = message.digest;
    state.next = (state.next + 1) % DIGESTS;
    return false;
  }

  /**
   * A new start of ours: every connection of the one before ended with it. Noted now and not when the client is back, which may be
   * several starts later: what it sent was cut off then.
   */
  started(clock: EngineClock): void {
    for (const state of this.credentials.values()) {
      if (![...state.clients.values()].some((client) => endedWithBoot(client, clock))) continue;
      this.touch(state);
      for (const client of state.clients.values()) if (endedWithBoot(client, clock)) cut(client, clock.bootAt);
    }
  }

  connected(credential: string, client: string, connection: number, clock: EngineClock): void {
    const known = this.credentials.get(credential)?.clients.has(client) === true;
    if (known) this.client(this.of(credential), client, connection, clock);
  }

  disconnected(credential: string, client: string, connection: number, clean: boolean, clock: EngineClock): void {
    const known = this.credentials.get(credential)?.clients.get(client);
    if (known === undefined || known.boot !== clock.bootNumber || known.connection !== connection) return;
    const state = this.of(credential);
    if (clean) state.clients.delete(client);
    else cut(known, clock.now);
  }

  private client(state: CredentialState, id: string, connection: number, clock: EngineClock): ClientState {
    const known = state.clients.get(id);
    if (known === undefined) {
      const oldest = state.clients.size >= CLIENTS ? state.clients.keys().next() : undefined;
      if (oldest !== undefined && oldest.done !== true) state.clients.delete(oldest.value);
      const made: ClientState = { boot: clock.bootNumber, connection, sent: new SentRing(), before: [], onlyResendsSince: -1 };
      state.clients.set(id, made);
      return made;
    }
    if (known.boot === clock.bootNumber && known.connection === connection) return known;
    // Our own restart cut it, or a cut that nobody told us of.
    if (known.connection >= 0) cut(known, endedWithBoot(known, clock) ? clock.bootAt : clock.now);
    known.boot = clock.bootNumber;
    known.connection = connection;
    known.onlyResendsSince = clock.now;
    return known;
  }
}

function endedWithBoot(client: ClientState, clock: EngineClock): boolean {
  return client.connection >= 0 && client.boot !== clock.bootNumber;
}

/**
 * The connection ended without DISCONNECT. What it sent may come again, and so may what was left over from the connection before: a
 * client that is cut in the middle of its resends has the rest of them still to send, however long ago it sent them first.
 */
function cut(client: ClientState, at: EngineMs): void {
  const oldest = at - BEFORE_CUT_MS;
  const stillSending = client.onlyResendsSince >= 0 && client.onlyResendsSince >= oldest;
  const recent = (sent: Sent): boolean => sent.at >= oldest;
  const left = stillSending ? client.before : client.before.filter(recent);
  client.before = [...left, ...client.sent.list().filter(recent)].slice(-FIRST_OF_CONNECTION);
  client.sent.clear();
  client.connection = -1;
  client.onlyResendsSince = -1;
}

/** One credential as plain data. */
export function writeCredential(state: CredentialState): unknown {
  const list = (sent: readonly Sent[]): unknown => sent.map((one) => [one.packetId, one.digest, one.at]);
  const clients = [...state.clients].map(([id, one]) => {
    const { boot, connection, sent, before, onlyResendsSince } = one;
    const more = onlyResendsSince < 0 ? [] : [{ onlyResendsSince }];
    return [id, boot, connection, list(sent.list()), list(before), ...more];
  });
  return [state.id, state.next, state.digests, clients];
}

type SentRow = [number, number, number];
/** What came after format 1, by name; absent where it is as in a new client. */
interface ClientMore {
  readonly onlyResendsSince?: EngineMs;
}
type ClientRow = [string, number, number, SentRow[], SentRow[], ClientMore?];
export type CredentialRow = [string, number, number[], ClientRow[]];

export function readCredential([id, next, digests, rows]: CredentialRow): CredentialState {
  const list = (sent: readonly SentRow[]): Sent[] => sent.map(([packetId, digest, at]) => ({ packetId, digest, at }));
  const clients = new Map<string, ClientState>();
  for (const [client, boot, connection, sent, before, more = {}] of rows) {
    const ring = new SentRing();
    for (const [packetId, digest, at] of sent) ring.add(packetId, digest, at);
    const { onlyResendsSince = -1 } = more;
    clients.set(client, { boot, connection, sent: ring, before: list(before), onlyResendsSince });
  }
  return { id, digests, next, clients, snapshotOf: -1 };
}
