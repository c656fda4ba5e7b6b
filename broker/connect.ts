import type { ConnectPacket } from 'aedes';
import type { Actor } from '../model/actor.ts';
import type { Connection, SignedIn } from './connection.ts';
import type { BrokerLimits, SignIn } from './policy.ts';
import type { RejectionCode } from '../model/rejection.ts';
import { isCleanText } from './topic-text.ts';

/** CONNACK return codes of MQTT 3.1.1, table 3.1. */
export const CONNACK = { badProtocol: 1, badClientId: 2, unavailable: 3, badCredentials: 4, notAuthorised: 5 } as const;

export type ConnectVerdict =
  | { readonly ok: true; readonly signedIn: SignedIn }
  | { readonly ok: false; readonly connack: number; readonly code: RejectionCode; readonly detail: string; readonly device: string | null };

/** The username for the ledger: what was sent without a password may be a secret and is cut short. */
export function shownUsername(username: string | undefined, password: string | null): string | null {
  if (username === undefined) return null;
  return password === null && username.length > 6 ? `${username.slice(0, 4)}…` : username.slice(0, 64);
}

/**
 * Judges a CONNECT. The answer must be one that MQTT 3.1.1 knows; the true reason is in the ledger.
 * A wrong secret and an unknown user get the same answer, so that nobody can find out which devices exist.
 */
export function judgeConnect(
  packet: ConnectPacket,
  limits: BrokerLimits,
  signIn: (username: string, password: string | null) => SignIn,
  connection: Connection,
): ConnectVerdict {
  const username: string | undefined = packet.username;
  const password = packet.password === undefined ? null : packet.password.toString('utf8');
  if ((packet.protocolVersion ?? 4) > 4) return no(CONNACK.badProtocol, 'CONNECT_MQTT5', 'MQTT 5; this door speaks 3.1 and 3.1.1');
  const clientId = packet.clientId;
  if (clientId === '' && packet.clean === false)
    return no(CONNACK.badClientId, 'CONNECT_BAD_PROTOCOL', 'empty client id with clean session 0 (MQTT-3.1.3-8)');
  if (clientId.length > limits.maxClientIdLength || !isCleanText(clientId)) {
    return no(
      CONNACK.badClientId,
      'CONNECT_BAD_PROTOCOL',
      `client id longer than ${limits.maxClientIdLength} characters or with control characters`,
    );
  }
  if (username === undefined || username === '') return no(CONNACK.notAuthorised, 'CONNECT_UNKNOWN_USER', 'no username');
  const found = signIn(username, password);
  if (!found.ok) {
    const known = found.code !== 'CONNECT_UNKNOWN_USER';
    return {
      ...no(found.code === 'CONNECT_RETIRED' ? CONNACK.notAuthorised : CONNACK.badCredentials, found.code, ''),
      device: known && password !== null ? username.slice(0, 64) : null,
    };
  }
  const keepaliveS = packet.keepalive ?? 0;
  if (keepaliveS > limits.keepaliveMaxS) {
    return {
      ...no(CONNACK.notAuthorised, 'CONNECT_KEEPALIVE', `keepalive ${keepaliveS} s, allowed are ${limits.keepaliveMaxS} s`),
      device: found.credential,
    };
  }
  const { credential, kind, enterprise } = found;
  const actor: Actor = { kind, id: credential, enterprise };
  const signedIn: SignedIn = {
    publisher: {
      credential,
      kind,
      enterprise,
      device: kind === 'device' ? credential : null,
      client: `${credential}/${clientId === '' ? `anonymous-${connection.number}` : clientId}`,
      connection: connection.number,
      address: connection.address,
    },
    actor,
    keepaliveMs: keepaliveS * 1000,
    keepSession: packet.clean === false,
  };
  return { ok: true, signedIn };

  function no(
    connack: number,
    code: RejectionCode,
    detail: string,
  ): {
    readonly ok: false;
    readonly connack: number;
    readonly code: RejectionCode;
    readonly detail: string;
    readonly device: string | null;
  } {
    return { ok: false, connack, code, detail, device: null };
  }
}
