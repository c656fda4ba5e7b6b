/** What is asked inside the page. As text: it runs in the browser, not here. */
import type { Page } from 'playwright-core';

/** Before anything of the page: keeps its long tasks and the moment its first row stands. */
export const OBSERVE = `
  globalThis.__tasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) globalThis.__tasks.push([startTime, duration]);
  }).observe({ type: 'longtask', buffered: true });
  globalThis.__firstRowAt = null;
  const look = () => {
    if (document.querySelector('.scroller .slot') === null) return requestAnimationFrame(look);
    requestAnimationFrame(() => { globalThis.__firstRowAt = performance.now(); });
  };
  requestAnimationFrame(look);
`;

export interface LongTask {
  /** ms since the page's navigation. */
  readonly startMs: number;
  readonly ms: number;
}

export async function pageNow(page: Page): Promise<number> {
  return page.evaluate<number>('performance.now()');
}

/** Every task of 50 ms and more since the page began. */
export async function longTasks(page: Page): Promise<readonly LongTask[]> {
  const tasks = await page.evaluate<readonly (readonly [number, number])[]>('globalThis.__tasks');
  return tasks.map(([startMs, ms]) => ({ startMs, ms }));
}

export interface Loaded {
  /** When the first row stood and a frame had been answered after it, ms since the navigation. */
  readonly firstRowMs: number;
  /** The end of the last long task of the load, or the first row where that came later. */
  readonly interactiveMs: number;
  readonly scripts: number;
  /** As they came over the wire, and unpacked. */
  readonly scriptBytes: number;
  readonly unpackedBytes: number;
}

/** How the desk loaded; waits for its first row and two quiet seconds after it. */
export async function howItLoaded(page: Page): Promise<Loaded> {
  const firstRowMs = await page.evaluate<number>(`new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error('no row within three minutes')), 180_000);
    const look = () => (globalThis.__firstRowAt === null ? setTimeout(look, 20) : resolve(globalThis.__firstRowAt));
    look();
  })`);
  await page.waitForTimeout(2_000);
  const [scripts, scriptBytes, unpackedBytes] = await page.evaluate<readonly [number, number, number]>(`(() => {
    const all = performance.getEntriesByType('resource').filter(({ name }) => new URL(name).pathname.endsWith('.js'));
    const sum = (of) => all.reduce((total, one) => total + of(one), 0);
    return [all.length, sum((one) => one.encodedBodySize), sum((one) => one.decodedBodySize)];
  })()`);
  const ends = (await longTasks(page)).map(({ startMs, ms }) => startMs + ms);
  return { firstRowMs, interactiveMs: Math.max(firstRowMs, ...ends), scripts, scriptBytes, unpackedBytes };
}

/** So many alarms are a flood, in which the desk folds the list: every row of it is wanted, the most there is to show. */
export async function leaveFolding(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const rows = document.querySelectorAll('.scroller [id^="alarm-"]').length;
    const button = document.querySelector('p.flood button');
    if (rows === 0 && button === null) throw new Error('no rows, and no flood that would fold them');
    button?.click();
  })()`);
}

/** Every row of the list from top to bottom, `id state`: the list is virtual, so it is scrolled through. */
export async function wholeList(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const scroller = document.querySelector('.scroller');
    const rows = new Map();
    for (let top = 0; ; top += scroller.clientHeight) {
      scroller.scrollTop = top;
      await frame();
      for (const row of scroller.querySelectorAll('[id^="alarm-"]'))
        rows.set(row.id.slice('alarm-'.length), row.querySelector('.state').textContent.trim());
      if (top + scroller.clientHeight >= scroller.scrollHeight) break;
    }
    return [...rows].map(([id, state]) => id + ' ' + state).sort();
  })()`);
}
