import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDevices, type Api } from '../harness/api.ts';
import { type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const SOON = { timeout: 20_000, interval: 200 };

/** From an empty platform to the first alarm, and what becomes of a board whose session is over. */
describe.skipIf(chromiumPath() === null)('the first day and the end of a session (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-session');
    ({ platform, browser, api } = stage);
  });
  afterAll(() => stage.close());
  const rowOf = (page: Page, id: string): Locator => page.locator('[role=row].alarm').filter({ hasText: id });
  /** Another tab of the same browser signs out: the session of both is over. */
  async function signOutElsewhere(page: Page): Promise<void> {
    const other = await page.context().newPage();
    await other.goto(`${platform.httpBase}/desk`);
    await other.getByRole('button', { name: 'admin' }).click();
    await other.getByRole('button', { name: 'Sign out' }).click();
    await other.waitForURL('**/sign-in');
    await other.close();
  }
  async function fillIn(page: Page): Promise<void> {
    await page.locator('input[name=username]').fill('admin');
    await page.locator('input[name=password]').fill(ADMIN_PASSWORD);
    await page.locator('button[type=submit]').click();
  }

  it('an empty platform says what to do next, as far as the first device', async () => {
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await page.getByText('No device is connected yet').waitFor();
    await page.getByRole('link', { name: 'Connect the first device' }).click();
    await page.getByLabel('Enterprise id').fill('haida');
    await page.getByLabel('Enterprise name').fill('Haida Chemicals');
    await page.getByRole('button', { name: 'Add enterprise' }).click();
    await page.getByLabel('Device id').fill('FIRST-1');
    // The enterprise that was just added is chosen as soon as the form is there.
    await expect.poll(() => page.getByLabel('Enterprise').inputValue(), SOON).toBe('haida');
    // So is a second one; what was typed of the device stays.
    await page.getByRole('button', { name: 'Add another enterprise' }).click();
    await page.getByLabel('Enterprise id').fill('beihai');
    await page.getByLabel('Enterprise name').fill('Beihai Foods');
    await page.getByRole('button', { name: 'Add enterprise' }).click();
    await expect.poll(() => page.getByLabel('Enterprise').inputValue(), SOON).toBe('beihai');
    expect(await page.getByLabel('Device id').inputValue()).toBe('FIRST-1');
    await page.getByLabel('Search profiles').fill('commercial');
    await page.getByLabel('Device profile').selectOption('gas.combustible.commercial');
    await page.getByRole('button', { name: 'Create device' }).click();
    await page.getByText('The secret is shown only this once').waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });

  // Each test brings what it needs: one that fails takes no other with it.
  it('while the list of enterprises is on its way nobody is told that there is none, nor led to add one', async () => {
    await makeDevices(api, 'haida', 'gas.combustible.commercial', []);
    const { context, page } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await page.route('**/api/v1/enterprises?**', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(`${platform.httpBase}/connect`);
    await page.getByText('Loading…').waitFor();
    expect(await page.getByRole('button', { name: 'Add enterprise' }).count()).toBe(0);
    letGo();
    await page.getByLabel('Enterprise').selectOption('haida');
    await context.close();
  });

  it('a calm board whose session ends gives way to the sign-in, and comes back to its page', async () => {
    await makeDevices(api, 'haida', 'gas.combustible.commercial', ['CALM-1']);
    const { context, page } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    // Its one device has never spoken: the board does not call that calm.
    await page.getByText('No device is online: that nothing rings says nothing about the sites.').waitFor();
    await page.goto(`${platform.httpBase}/devices`);
    await page.getByText('CALM-1').first().waitFor();
    await signOutElsewhere(page);
    await page.waitForURL('**/sign-in?to=**', SOON);
    await page.getByText('Your session has ended: sign in again.').waitFor();
    // Back does not bring the empty board up again.
    await page.goBack();
    await page.waitForURL('**/sign-in**', SOON);
    await fillIn(page);
    await page.waitForURL((url) => url.pathname === '/devices' || url.pathname === '/desk', SOON);
    await expect.poll(() => page.locator('.link').innerText(), SOON).toMatch(/^Live/);
    await context.close();
  });

  // The valve says that it is closed: an open one rings by itself ten seconds after L1, and how long a test takes must not matter.
  it('a board with an alarm keeps its picture, says that it is no longer true and leads to the sign-in', async () => {
    const [made] = await makeDevices(api, 'haida', 'gas.combustible.commercial', ['LOUD-1']);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    await client.telemetry({ lel: 61, valve_open: false });
    const { context, page } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await rowOf(page, 'LOUD-1').waitFor();
    await expect.poll(() => page.title(), SOON).toMatch(/^\(1\) R /);
    // Its live value goes on while the details are opened and closed again.
    await rowOf(page, 'LOUD-1').click();
    await client.telemetry({ lel: 72.5, valve_open: false });
    await expect.poll(() => rowOf(page, 'LOUD-1').locator('.val').innerText(), SOON).toContain('72.5');
    await expect.poll(() => page.locator('.facts').innerText(), SOON).toMatch(/Now\s+72\.5/);
    // Two who watch the same device from the start show the same value, whoever asked first.
    await page.reload();
    await expect.poll(() => page.locator('.facts').innerText(), SOON).toMatch(/Now\s+72\.5/);
    await expect.poll(() => rowOf(page, 'LOUD-1').locator('.val').innerText(), SOON).toContain('72.5');
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await client.telemetry({ lel: 73.5, valve_open: false });
    await expect.poll(() => rowOf(page, 'LOUD-1').locator('.val').innerText(), SOON).toContain('73.5');
    await signOutElsewhere(page);
    const again = page.getByRole('link', { name: 'Sign in again' });
    await again.waitFor(SOON);
    await expect.poll(() => rowOf(page, 'LOUD-1').getByRole('button', { name: 'Acknowledge' }).isDisabled(), SOON).toBe(true);
    expect(await rowOf(page, 'LOUD-1').count()).toBe(1);
    await again.click();
    await page.waitForURL('**/sign-in?to=**');
    await fillIn(page);
    await page.waitForURL('**/desk**');
    await expect.poll(() => page.locator('.link').innerText(), SOON).toMatch(/^Live/);
    await expect.poll(() => rowOf(page, 'LOUD-1').getByRole('button', { name: 'Acknowledge' }).isEnabled(), SOON).toBe(true);
    // The device's switch is said in words.
    await page.goto(`${platform.httpBase}/devices/LOUD-1`);
    await page.getByRole('cell', { name: 'closed', exact: true }).waitFor();
    await client.close();
    await context.close();
  });

  it('does not blink for those who asked for less motion: a heavier outline stands for it', async () => {
    const [made] = await makeDevices(api, 'haida', 'gas.combustible.commercial', ['STILL-1']);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    await client.telemetry({ lel: 61, valve_open: false });
    await client.close();
    const { context, page } = await openWindow(browser, 'en', DESK);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    const shape = rowOf(page, 'STILL-1').locator('.shape');
    await shape.waitFor();
    const look = (): Promise<unknown> =>
      shape.evaluate((path) => [path.getAnimations().length, path.ownerDocument.defaultView?.getComputedStyle(path).strokeWidth]);
    await expect.poll(look, SOON).toEqual([0, '5px']);
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await expect.poll(look, SOON).toEqual([1, '2px']);
    await context.close();
  });
});
