import { describe, expect, it } from 'vitest';
import type { Api } from '../api/client.ts';
import { createDirectory } from './directory.ts';

/** A platform whose answers wait until they are let go, one path at a time. */
function slowPlatform(): { readonly api: Api; answer(path: string, items: readonly { readonly id: string }[] | null): void } {
  const open = new Map<string, (answer: unknown) => void>();
  const get = (path: string): Promise<unknown> => new Promise((resolve) => open.set(path, resolve));
  return {
    api: { get } as unknown as Api,
    answer(path, items) {
      const resolve = open.get(path);
      if (resolve === undefined) throw new Error(`${path} was not asked for`);
      open.delete(path);
      resolve(items === null ? { ok: false, problem: { status: 0, code: 'unreachable' } } : { ok: true, body: { items, next: null } });
    },
  };
}
const OTHERS = ['/areas', '/hazard-sources', '/profiles'] as const;

describe('the names of everything', () => {
  it('say that they are whole only when all of it was read: before, an empty list is only not known', async () => {
    const { api, answer } = slowPlatform();
    const directory = createDirectory(api);
    const reading = directory.load();
    for (const path of OTHERS) answer(path, []);
    await Promise.resolve();
    expect([directory.enterprises.size, directory.whole.value]).toEqual([0, false]);
    answer('/enterprises', [{ id: 'haida' }]);
    expect(await reading).toBeNull();
    expect([[...directory.enterprises.keys()], directory.whole.value]).toEqual([['haida'], true]);
  });

  it('are not whole when a part of them did not come, and are after the next reading', async () => {
    const { api, answer } = slowPlatform();
    const directory = createDirectory(api);
    const failed = directory.load();
    for (const path of OTHERS) answer(path, []);
    answer('/enterprises', null);
    expect([(await failed)?.code, directory.whole.value]).toEqual(['unreachable', false]);
    const again = directory.load();
    for (const path of ['/enterprises', ...OTHERS]) answer(path, []);
    expect([await again, directory.whole.value]).toEqual([null, true]);
  });

  it('that were asked for by somebody who has left are not shown to the next one', async () => {
    const { api, answer } = slowPlatform();
    const directory = createDirectory(api);
    const reading = directory.load();
    directory.clear();
    for (const path of ['/enterprises', ...OTHERS]) answer(path, [{ id: 'secret' }]);
    await reading;
    expect([directory.enterprises.size, directory.profiles.size, directory.whole.value]).toEqual([0, 0, false]);
  });
});
