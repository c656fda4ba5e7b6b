import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, makeDevices, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn, type Language } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const GAS = 'gas.combustible.point.industrial';
const EACH = 20;

/** Forty alarms in two areas within seconds: the board folds them, and nothing gets lost on the way. */
describe.skipIf(chromiumPath() === null)('a flood at the board (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-flood');
    ({ platform, browser, api } = stage);
    for (const [area, enterprise] of [
      ['north', 'haida'],
      ['south', 'other'],
    ] as const) {
      await api.post('/areas', { id: area, name: area === 'north' ? 'North quay' : 'South street' });
      await api.post('/enterprises', { id: enterprise, name: enterprise, kind: 'real', areaId: area });
      const ids = Array.from({ length: EACH }, (_, n) => `${area}-${n + 1}`);
      for (const [n, made] of (await makeDevices(api, enterprise, GAS, ids, SELDOM_HEARD)).entries()) {
        const client = await connectDevice(platform.mqttUrl, made);
        // One red alarm in each area, the others are milder.
        await client.telemetry({ lel: n === 0 ? 61 : 30 });
        await client.close();
      }
    }
    await eventually('forty alarms', 30_000, async () => {
      const { items } = await api.get<{ items: readonly { kind: string }[] }>('/alarms?state=open&limit=500&kind=process');
      return items.length === 2 * EACH ? items : undefined;
    });
  });
  afterAll(() => stage.close());

  const numbers = (text: string | null): number[] => [...(text ?? '').matchAll(/\d+/g)].map(([digits]) => Number(digits));
  async function board(language: Language, size: { width: number; height: number }): Promise<Page> {
    const { page } = await openWindow(browser, language, size);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await page.locator('.fold').nth(1).waitFor();
    return page;
  }

  it.each([
    ['zh-CN', { width: 1920, height: 1080 }],
    ['en', { width: 390, height: 844 }],
  ] as const)('is told and folded by area, red alarms stand singly, and the sum is the list (%s)', async (language, size) => {
    const page = await board(language, size);
    // The sum is told apart from the list that is drawn: both are asked until they are of the same moment.
    await expect
      .poll(async () => {
        const { items } = await api.get<{ items: readonly unknown[] }>('/alarms?state=open&limit=500');
        const sum = numbers(await page.locator('.flood span').nth(1).textContent());
        const [total = 0, ...parts] = language === 'en' ? sum : [sum[0] ?? 0, sum[1] ?? 0, sum[3] ?? 0, sum[2] ?? 0];
        const [singles = 0, folded = 0, folds = 0] = parts;
        const shown = await page.locator('.fold .total').allTextContents();
        return {
          missing: [items.length - total, items.length - singles - folded],
          folds,
          notInFolds: folded - shown.flatMap(numbers).reduce((a, b) => a + b, 0),
          notSingle: singles - (await page.locator('.alarm').count()),
          red: await page.locator('.alarm.red').count(),
        };
      })
      .toEqual({ missing: [0, 0], folds: 2, notInFolds: 0, notSingle: 0, red: 2 });
  });

  it('a fold is acknowledged only after it was opened, and the sum stays whole', async () => {
    const page = await board('en', { width: 1920, height: 1080 });
    const north = page.locator('.fold').filter({ hasText: 'North quay' });
    await north.locator('.name').waitFor();
    expect(await north.getByRole('button', { name: /Acknowledge/ }).count()).toBe(0);
    await north.locator('.name').click();
    await north.getByRole('button', { name: `Acknowledge ${EACH - 1} shown` }).click();
    await eventually('all acknowledged', 30_000, async () => {
      const { items } = await api.get<{ items: readonly { areaId: string; level: string; state: string }[] }>(
        '/alarms?state=open&limit=500',
      );
      const waiting = items.filter((alarm) => alarm.areaId === 'north' && alarm.state !== 'ACKED');
      return waiting.every((alarm) => alarm.level === 'red') && items.length >= 2 * EACH ? waiting : undefined;
    });
    await page.locator('.flood .button').click();
    await page.locator('.fold').first().waitFor({ state: 'detached' });
    await page.locator('.section').first().waitFor();
    await expect
      .poll(async () => (await api.get<{ now: { annunciated: number } | null }>('/floods')).now?.annunciated)
      .toBeGreaterThanOrEqual(2 * EACH);
  });
});
