import { describe, expect, it } from 'vitest';
import type { Answer } from '../api/client.ts';
import { pagesOf } from './pages.ts';

/** A platform that answers when it is told to, in any order. */
function platform() {
  const asked: { readonly path: string; readonly query: object; readonly answer: (answer: Answer<unknown>) => void }[] = [];
  const get = <T>(path: string, query: object = {}): Promise<Answer<T>> =>
    new Promise((resolve) => {
      asked.push({ path, query, answer: (answer) => resolve(answer as Answer<T>) });
    });
  return { asked, get };
}
const page = (items: readonly string[], next?: string): Answer<unknown> => ({ ok: true, body: { items, next }, etag: null });
const lost: Answer<unknown> = { ok: false, problem: { type: 'about:blank', title: 'lost', status: 0, code: 'unreachable' } };

describe('a list read page by page', () => {
  it('begins with nothing known, then shows the first page and goes on behind it', async () => {
    const { asked, get } = platform();
    const pages = pagesOf<string>(
      { get },
      () => '/alarms',
      () => ({ limit: 2 }),
    );
    expect(pages).toMatchObject({ items: null, problem: null, hasMore: false });
    const first = pages.read();
    asked[0]?.answer(page(['a', 'b'], 'p2'));
    await first;
    expect(pages).toMatchObject({ items: ['a', 'b'], hasMore: true });
    const second = pages.more();
    expect(asked[1]).toMatchObject({ path: '/alarms', query: { limit: 2, cursor: 'p2' } });
    asked[1]?.answer(page(['c']));
    await second;
    expect(pages).toMatchObject({ items: ['a', 'b', 'c'], hasMore: false });
    await pages.more();
    expect(asked).toHaveLength(2);
  });

  it('keeps the answer to what was asked last, whichever comes last', async () => {
    const { asked, get } = platform();
    let level = 'red';
    const pages = pagesOf<string>(
      { get },
      () => '/alarms',
      () => ({ level }),
    );
    const early = pages.read();
    level = 'blue';
    const late = pages.read();
    asked[1]?.answer(page(['blue one']));
    await late;
    asked[0]?.answer(page(['red one'], 'p2'));
    await early;
    expect(pages).toMatchObject({ items: ['blue one'], hasMore: false });
    expect(asked.map(({ query }) => query)).toEqual([{ level: 'red' }, { level: 'blue' }]);
  });

  it('leaves what is shown when reading fails, and forgets the problem with the next answer', async () => {
    const { asked, get } = platform();
    const pages = pagesOf<string>({ get }, () => '/alarms');
    const first = pages.read();
    asked[0]?.answer(page(['a'], 'p2'));
    await first;
    const failed = pages.more();
    asked[1]?.answer(lost);
    await failed;
    expect(pages).toMatchObject({ items: ['a'], problem: { code: 'unreachable' }, hasMore: true });
    const again = pages.more();
    asked[2]?.answer(page(['b']));
    await again;
    expect(pages).toMatchObject({ items: ['a', 'b'], problem: null, hasMore: false });
  });

  it('is new from its first page where what it is about is another', async () => {
    const { asked, get } = platform();
    let rule = 'r1';
    const pages = pagesOf<string>({ get }, () => `/rules/${rule}/versions`);
    const first = pages.read();
    asked[0]?.answer(page(['v2'], 'p2'));
    await first;
    rule = 'r2';
    const other = pages.read();
    asked[1]?.answer(page(['v9']));
    await other;
    expect(asked[1]?.path).toBe('/rules/r2/versions');
    expect(pages).toMatchObject({ items: ['v9'], hasMore: false });
  });
});
