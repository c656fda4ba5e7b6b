import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import express from 'express';
import { addressKey, addressOf } from './address.ts';

const asked = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress },
    connection: { remoteAddress },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('where a request comes from', () => {
  it.each([
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['::ffff:127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['::1', 'made up, 198.51.100.7', '198.51.100.7'],
    ['127.0.0.1', '127.0.0.1, 198.51.100.7', '198.51.100.7'],
    ['127.0.0.1', '198.51.100.7, 127.0.0.1', '198.51.100.7'],
    ['127.0.0.1', '', '127.0.0.1'],
  ])('%s said by X-Forwarded-For %s: %s, as Express says', (remote, forwarded, expected) => {
    const request = asked(remote, forwarded);
    expect(addressOf(request)).toBe(expected);
    const app = express();
    app.set('trust proxy', 'loopback');
    Object.setPrototypeOf(request, app.request);
    expect(Reflect.get(Object.assign(request, { app }), 'ip')).toBe(expected);
  });

  it('is one party for all addresses of an IPv6 subscriber', () => {
    expect(addressKey('2001:db8:0:1::1')).toBe(addressKey('2001:db8:0:ff::2'));
    expect(addressKey('2001:db8:0:1::1')).not.toBe(addressKey('2001:db8:1:1::1'));
    expect(addressKey(undefined)).toBe('unknown');
  });
});
