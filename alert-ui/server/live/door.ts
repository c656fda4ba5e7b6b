import type { IncomingMessage } from 'node:http';
import type { Request } from 'express';
import type { Socket } from 'socket.io';
import type { Identities, Identity } from '../sign-in/identity.ts';
import { addressKey, addressOf } from '../sign-in/address.ts';
import { digest } from '../sign-in/secrets.ts';
import type { Party } from './waiting-room.ts';

/** Who stands at the door of the live side: by session cookie, by API token, or a stranger by his address. */

/** Why somebody is not let in, as a code of the API. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/** The client sees `connect_error` with this message and `data.code`. */
export function refusal(code: string): Error {
  return Object.assign(new Error(code), { data: { code } });
}

/** The session middleware has run before: a cookie that names a session is known. */
export function partyOf(request: IncomingMessage): Party {
  const { session, sessionID } = request as Partial<Request>;
  if (session?.account !== undefined && sessionID !== undefined) return { kind: 'session', key: digest(sessionID) };
  return { kind: 'stranger', key: addressKey(addressOf(request)) };
}

/** Throws `Refused` for who is nobody, or has to change his password first. */
export async function identityOf(socket: Socket, identities: Identities): Promise<Identity> {
  const offered: unknown = socket.handshake.auth['token'];
  const header = /^Bearer +(\S+)$/i.exec(socket.handshake.headers.authorization ?? '')?.[1];
  const token = typeof offered === 'string' && offered !== '' ? offered : header;
  const request = socket.request as Partial<Request>;
  let identity: Identity | null = null;
  if (token !== undefined) identity = await identities.ofToken(token);
  else if (request.session?.account !== undefined && request.sessionID !== undefined)
    identity = await identities.ofSession(digest(request.sessionID));
  if (identity === null) throw new Refused('not-signed-in');
  if (identity.mustChangePassword) throw new Refused('password-change-required');
  return identity;
}
