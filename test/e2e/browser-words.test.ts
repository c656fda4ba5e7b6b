import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDevices, type Api } from '../harness/api.ts';
import { type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn, type Language } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { hearOnly, type Hears } from '../harness/hear-only.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** Words of one language that the other's pages must not show. */
const SAID: Readonly<
  Record<
    Language,
    {
      readonly bad: string;
      readonly good: RegExp;
      readonly hold: string;
      readonly due: RegExp;
      readonly why: string;
      readonly number: string;
      readonly waits: RegExp;
    }
  >
> = {
  'zh-CN': {
    bad: '坏值',
    good: /最近好值 12\.5 %LEL.*前/,
    hold: '按住确认',
    due: /时限\s*\d+:\d\d/,
    why: '燃气浓度 L1 正在报警',
    number: '应为数字，而不是文本',
    waits: /valve_open\s*尚未收到数据\s*应随每次上报发送，自 .+ 起等待/,
  },
  en: {
    bad: 'Bad quality',
    good: /Last good 12\.5 %LEL.*ago/,
    hold: 'Hold to acknowledge',
    due: /Due\s*\d+:\d\d/,
    why: 'the gas limit L1 is active',
    number: 'a number is expected, not a text',
    waits: /valve_open\s*no value has come yet\s*expected with every report, waiting since /,
  },
};

/** What the pages say in words: of a bad point, of a limit that is not in force, of a refused message, of the thumb's button. */
describe.skipIf(chromiumPath() === null)('what the pages say (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-words');
    ({ platform, browser, api } = stage);
    const [device, red] = await makeDevices(api, 'haida', 'gas.combustible.commercial', ['DIM-1', 'RED-1']);
    if (device === undefined || red === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, device);
    await client.telemetry({ lel: 12.5, valve_open: true });
    await client.telemetry({ lel: null });
    await client.telemetry({ lel: '12' });
    await client.close();
    const loud = await connectDevice(platform.mqttUrl, red);
    await loud.telemetry({ lel: 61 });
    await loud.close();
  });
  afterAll(() => stage.close());
  const text = (page: Page): Promise<string> => page.locator('main').innerText();

  it.each(['zh-CN', 'en'] as const)(
    'a bad point keeps its trend and says its last good value, each limit says why it is not in force: %s',
    async (language) => {
      const words = SAID[language];
      const { context, page, complaints } = await openWindow(browser, language, DESK);
      await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
      await page.goto(`${platform.httpBase}/devices/DIM-1`);
      await page.locator('canvas').first().waitFor();
      await expect.poll(() => text(page)).toMatch(words.good);
      await expect.poll(() => page.locator('tr.current').innerText()).toContain(words.bad);
      // The stored 12.5 is on the canvas: the cursor on it reads the value. It stands alone, near the right edge.
      const plot = page.locator('.u-over').first();
      const cursor = page.locator('figcaption .cursor').first();
      // The chart may be drawn anew, or move with what comes above it, while the cursor is on its way: it is gone over until it reads.
      await expect
        .poll(async () => {
          const box = await plot.boundingBox();
          if (box === null) return '';
          for (let dx = 1; dx < 200 && !(await cursor.innerText()).includes('12.5'); dx++)
            await page.mouse.move(box.x + box.width - dx, box.y + box.height / 2);
          return cursor.innerText();
        })
        .toContain('12.5 %LEL');
      for (const said of [words.why, words.number]) await expect.poll(() => text(page)).toContain(said);
      expect(await text(page)).not.toMatch(/%\{|\bBAD\b|undefined|NaN/);
      if (language === 'zh-CN') {
        // Names of devices, standards, codes and what the device sent are Latin; no English sentence is.
        const limits = (): Promise<string> => page.locator('table.limits').innerText();
        await expect.poll(limits).toContain('缓慢泄漏预警');
        expect(await limits()).not.toMatch(/[a-z]{3,} [a-z]{3,}/);
      }
      // The other one's valve has never said how it stands.
      await page.goto(`${platform.httpBase}/devices/RED-1`);
      await expect.poll(() => page.locator('tr.waiting').innerText()).toMatch(words.waits);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  it.each(['zh-CN', 'en'] as const)("the thumb's button names its act and the row its time limit: %s", async (language) => {
    const words = SAID[language];
    const { context, page, complaints } = await openWindow(browser, language, PHONE);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    const row = page.locator('[role=row].alarm').filter({ hasText: 'RED-1' });
    const button = row.getByRole('button', { name: words.hold });
    await button.waitFor();
    await expect.poll(() => row.innerText()).toMatch(words.due);
    // Nothing is cut: the words fit into the button, the button into the row, both measured in one moment.
    await expect.poll(() => button.evaluate((b) => b.scrollWidth <= b.clientWidth && b.scrollHeight <= b.clientHeight)).toBe(true);
    const below = (): Promise<number> =>
      button.evaluate((b) => b.getBoundingClientRect().bottom - (b.closest('[role=row]')?.getBoundingClientRect().bottom ?? 0));
    await expect.poll(below).toBeLessThanOrEqual(0);
    // On the device page no limit is taller than a hand's breadth.
    await page.goto(`${platform.httpBase}/devices/DIM-1`);
    await page.locator('table.limits tbody tr').first().waitFor();
    const heights = (): Promise<number[]> =>
      page.locator('table.limits tbody tr').evaluateAll((rows) => rows.map((r) => r.getBoundingClientRect().height));
    await expect.poll(async () => Math.max(...(await heights()))).toBeLessThan(300);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('speaks of a device by its name and place, also when it is blind', async () => {
    const { context, page } = await openWindow(browser, 'zh-CN', DESK);
    let hears: Hears = 'all';
    await hearOnly(page, () => hears);
    const named = await api.request('PATCH', '/devices/RED-1', { name: '泵房探测器' });
    expect(named.status).toBe(200);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    const spoken = page.locator('p[aria-live=assertive]');
    // It is not kept from being spoken for longer than 1.5 s: where its name took longer the board is opened again.
    await expect
      .poll(async () => {
        const text = await spoken.textContent();
        if (text?.includes('RED-1') === true) await page.reload();
        return text;
      })
      .toContain('泵房探测器');
    expect(await spoken.textContent()).not.toContain('RED-1');
    hears = 'nothing';
    const banner = page.locator('.banner [role=alert]');
    await banner.waitFor();
    await expect.poll(() => banner.innerText()).toContain('泵房探测器');
    expect(await banner.innerText()).not.toContain('RED-1');
    await context.close();
  });
});
