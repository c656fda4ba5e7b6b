import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Outside } from '../../harness/outside.ts';

/** What stands outside the base of the API. */

let outside: Outside;
beforeAll(async () => {
  outside = await Outside.open();
});
afterAll(() => outside.close());

describe('the root', () => {
  it.each([
    ['/healthz', 'application/json', '"ok"'],
    ['/readyz', 'application/json', '"ready":true'],
    ['/metrics', 'text/plain', '# TYPE '],
    ['/openapi.json', 'application/json', '"openapi":"3.1'],
    ['/asyncapi.json', 'application/json', '"asyncapi":"3.0'],
    ['/docs', 'text/html', '<html'],
  ])('%s', async (path, type, holds) => {
    const answer = await fetch(`${outside.platform.httpBase}${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(type);
    expect(await answer.text()).toContain(holds);
  });
});
