import type { IncomingMessage } from 'node:http';
import { ipKeyGenerator } from 'express-rate-limit';
import { isLoopback } from './origin.ts';

/**
 * Where a plain Node request comes from, as Express' `trust proxy: loopback` says it: a proxy on loopback is believed about the address
 * before its own, and no other one is.
 */
export function addressOf(request: IncomingMessage): string {
  const forwarded = request.headers['x-forwarded-for'];
  const said = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? '')).split(',').map((part) => part.trim());
  let address = request.socket.remoteAddress ?? 'unknown';
  for (const before of said.toReversed()) {
    if (!isLoopback(address) || before === '') break;
    address = before;
  }
  return address;
}

/** What is counted as one party: an IPv4 address, an IPv6 subscriber's /56. */
export function addressKey(address: string | undefined): string {
  return address === undefined ? 'unknown' : ipKeyGenerator(address);
}
