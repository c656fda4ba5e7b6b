import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDevices, signIn, type Api } from '../harness/api.ts';
import { chromiumPath, openBrowser, openWindow, signInOn, type Language } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

const WORDS: Readonly<
  Record<Language, { readonly unacked: string; readonly acked: string; readonly acknowledge: RegExp; readonly red: string }>
> = {
  'zh-CN': { unacked: '未确认', acked: '已确认', acknowledge: /^确认/, red: '红色' },
  en: { unacked: 'Unacknowledged', acked: 'Acknowledged', acknowledge: /^Acknowledge/, red: 'Red' },
};

/** What a person sees: sign in, see the leak ring, acknowledge it. */
describe.skipIf(chromiumPath() === null)('the board in a browser (needs chromium: apt-get install chromium)', () => {
  const folder = temporaryFolder('browser');
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;

  beforeAll(async () => {
    platform = await startPlatform({ dataDir: folder.path });
    api = await signIn(platform.httpBase);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await platform.kill();
    folder.remove();
  });

  it.each(['zh-CN', 'en'] as const)('signs in, sees a leak ring and acknowledges it: %s', async (language) => {
    const words = WORDS[language];
    const id = `GD-${language}`;
    const [device] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', [id]);
    if (device === undefined) throw new Error('no device');
    const { context, page, complaints } = await openWindow(browser, language, { width: 1920, height: 1080 });
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    const gas = await connectDevice(platform.mqttUrl, device);
    await gas.telemetry({ lel: 61 });
    // The row appears by itself, at once, with level in words, state, place and value.
    const row = page.locator('[role=row], tr, li, article').filter({ hasText: id }).first();
    for (const said of [words.red, words.unacked, '61']) await expect.poll(() => row.innerText()).toContain(said);
    await expect.poll(() => page.title()).toMatch(/\(\d+\)/);
    await row.getByRole('button', { name: words.acknowledge }).click();
    // This row and no other: the list also holds what earlier tests acknowledged.
    await expect.poll(() => row.innerText()).toContain(words.acked);
    const open = await api.get<{ items: { deviceId: string; state: string; acknowledgedBy: string }[] }>('/alarms?state=open');
    expect(open.items.find((alarm) => alarm.deviceId === id)).toMatchObject({ state: 'ACKED', acknowledgedBy: 'admin' });
    // The device page draws its trend, its limits and its ledger.
    await page.goto(`${platform.httpBase}/devices/${id}`);
    await page.locator('canvas').first().waitFor();
    await expect.poll(() => page.locator('body').innerText()).toContain('GB/T 50493');
    expect(complaints).toEqual([]);
    await gas.close();
    await context.close();
  });

  it('says that it is blind when the platform is gone, and catches up when it is back', async () => {
    const { context, page } = await openWindow(browser, 'en', { width: 1920, height: 1080 });
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await page.locator('text=/live/i').first().waitFor();
    const { dataDir, httpBase, mqttUrl } = platform;
    await platform.kill();
    await expect.poll(() => page.locator('body').innerText(), { timeout: 60_000, interval: 500 }).toMatch(/BLIND/i);
    platform = await startPlatform({ dataDir, httpPort: Number(new URL(httpBase).port), mqttPort: Number(new URL(mqttUrl).port) });
    await expect.poll(() => page.locator('body').innerText(), { timeout: 60_000, interval: 500 }).not.toMatch(/BLIND/i);
    await context.close();
  });
});
