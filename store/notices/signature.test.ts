import { describe, expect, it } from 'vitest';
import { signedHeaders } from './signature.ts';

describe('the signature of the webhook', () => {
  it('is that of the example published with Standard Webhooks', () => {
    const headers = signedHeaders(
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
    );
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
  it('changes with the secret, the id, the time and the body', () => {
    const all = [
      signedHeaders('a', 'i', 1, 'b'),
      signedHeaders('A', 'i', 1, 'b'),
      signedHeaders('a', 'j', 1, 'b'),
      signedHeaders('a', 'i', 2, 'b'),
      signedHeaders('a', 'i', 1, 'c'),
    ].map((headers) => headers['webhook-signature']);
    expect(new Set(all).size).toBe(all.length);
  });
});
