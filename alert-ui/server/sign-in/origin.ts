import type { IncomingHttpHeaders } from 'node:http';

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}
export { isLoopback };

/**
 * Is the request's Origin our own? A missing one is (not a browser, or a plain navigation); `null` and every other host are not.
 * A proxy on loopback is believed about the host it was asked for.
 */
export function originAllowed(headers: IncomingHttpHeaders, remoteAddress: string | undefined): boolean {
  const origin = headers.origin;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const asked = new URL(origin).host;
  const forwarded = headers['x-forwarded-host'];
  const hosts = [headers.host, ...(isLoopback(remoteAddress) && typeof forwarded === 'string' ? [forwarded] : [])];
  return hosts.some((host) => host !== undefined && host.toLowerCase() === asked);
}
