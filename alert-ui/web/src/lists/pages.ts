/** A list of the platform, read page by page: what was read, whether there is more, and what went wrong. */
import { shallowReactive } from 'vue';
import type { ListBody, Problem } from '../../../protocol/http.ts';
import type { Api } from '../api/client.ts';

export type ListQuery = Readonly<Record<string, string | number>>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export interface Pages<T> {
  /** Null until the first answer; what was shown stays while it is read anew and when that fails. */
  items: readonly T[] | null;
  /** Of the last answer, or of what was done to a line of the list. */
  problem: Problem | null;
  readonly hasMore: boolean;
  /** The first page, in place of what is shown. */
  read(): Promise<void>;
  /** The next page, behind what is shown; nothing where there is none. */
  more(): Promise<void>;
}

/** @param asked what narrows the list, as it is at each reading. An answer to an earlier question is dropped. */
export function pagesOf<T>(api: Pick<Api, 'get'>, path: () => string, asked: () => ListQuery = () => ({})): Pages<T> {
  let turn = 0;
  let cursor: string | null = null;
  async function ask(from: string | null): Promise<void> {
    turn += 1;
    const mine = turn;
    const answer = await api.get<ListBody<T>>(path(), { ...asked(), ...(from === null ? {} : { cursor: from }) });
    if (mine !== turn) return;
    pages.problem = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    pages.items = from === null || pages.items === null ? answer.body.items : [...pages.items, ...answer.body.items];
    cursor = answer.body.next ?? null;
    pages.hasMore = cursor !== null;
  }
  const pages = shallowReactive<Writable<Pages<T>>>({
    items: null,
    problem: null,
    hasMore: false,
    read: () => ask(null),
    more: async () => {
      if (cursor !== null) await ask(cursor);
    },
  });
  return pages;
}
