import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDevices, type Api } from '../harness/api.ts';
import { type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { forget, heardOn, holdSound, listen } from '../harness/listen.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const SOON = { timeout: 30_000, interval: 100 };
/** A profile, a value that is over one limit only, and what must be heard of it, Hz (± a bin of the analyser). */
const LEVELS = [
  { level: 'blue', profile: 'gas.underground.methane', values: { lel: 6 }, low: 520, high: 520 },
  { level: 'yellow', profile: 'fire.smoke.point', values: { status: 4 }, low: 660, high: 660 },
  { level: 'orange', profile: 'gas.combustible.commercial', values: { lel: 30 }, low: 880, high: 880 },
  { level: 'red', profile: 'gas.combustible.commercial', values: { lel: 61 }, low: 600, high: 1200 },
] as const;

/** The alarm as a person hears it: signal at the loudspeaker, per level, until somebody takes it; and what the page says while it is silent. */
describe.skipIf(chromiumPath() === null)('the sound of the board (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-sound');
    ({ platform, browser, api } = stage);
  });
  afterAll(() => stage.close());

  async function ring(id: string, profile: string, values: Readonly<Record<string, number>>): Promise<void> {
    const [made] = await makeDevices(api, 'haida', profile, [id]);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    await client.telemetry(values);
    await client.close();
  }
  const rowOf = (page: Page, id: string): Locator => page.locator('[role=row].alarm').filter({ hasText: id });
  async function acknowledge(page: Page, id: string): Promise<void> {
    await rowOf(page, id)
      .getByRole('button', { name: /^Acknowledge/ })
      .click();
    await rowOf(page, id).getByText('Acknowledged', { exact: true }).waitFor();
  }
  const notice = (page: Page): Locator => page.locator('.silent');
  /** Starts the watch and says that the sound of the test was heard, once it was and is over: on a slow machine it may come after the question. */
  async function startWatch(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Start watch' }).click();
    await page.getByText('Heard it?').waitFor();
    await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeLessThan(60);
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeGreaterThan(1);
  }

  it('says that alarms are silent here until somebody turns the sound on, and rings from then on until it is taken', async () => {
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await listen(page);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await page.getByText('No device is connected yet').waitFor();
    expect(await notice(page).count()).toBe(0);
    await ring('MUTE-1', 'gas.combustible.commercial', { lel: 61 });
    await rowOf(page, 'MUTE-1').waitFor();
    await notice(page).waitFor();
    expect((await heardOn(page)).tones).toEqual([]);
    await notice(page).getByRole('button', { name: 'Turn sound on' }).click();
    // No question stands before an alarm that rings.
    await expect.poll(async () => (await heardOn(page)).hz.length, SOON).toBeGreaterThan(3);
    expect(await page.getByText('Heard it?').count()).toBe(0);
    await expect.poll(() => notice(page).count(), SOON).toBe(0);
    await acknowledge(page, 'MUTE-1');
    // Two repeats of red and more have passed on the audio clock: it does not come back.
    await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeGreaterThan(4.5);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('sounds each level in its own pitch', async () => {
    const { context, page } = await openWindow(browser, 'en', DESK);
    await listen(page);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await startWatch(page);
    for (const { level, profile, values, low, high } of LEVELS) {
      await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeGreaterThan(1);
      await forget(page);
      await ring(`PITCH-${level}`, profile, values);
      await rowOf(page, `PITCH-${level}`).locator('.level').getByText(level).waitFor();
      await expect
        .poll(async () => (await heardOn(page)).hz.filter((hz) => Math.abs(hz - low) <= 40 || (low < high && hz > 1100)).length, SOON)
        .toBeGreaterThan(0);
      if (low < high) await expect.poll(async () => (await heardOn(page)).hz.at(-1) ?? 0, SOON).toBeGreaterThan(1100);
      const { hz } = await heardOn(page);
      expect(
        hz.filter((f) => f < low - 40 || f > high + 40),
        level,
      ).toEqual([]);
      await acknowledge(page, `PITCH-${level}`);
    }
    await context.close();
  });

  it('chimes once for a warning that is issued or rises, unlike any alarm; not on a muted desk', async () => {
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await listen(page);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await startWatch(page);
    await forget(page);
    const said = page.locator('.warned');
    /** So much of the audio clock has passed in silence that whatever was to be heard of this has been. */
    const quiet = (): Promise<void> => expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeGreaterThan(1);
    const worry = async (enterprise: string, factor: string): Promise<void> => {
      const { status } = await api.request('PUT', `/enterprises/${enterprise}/factors/${factor}`, {
        value: 1,
        until: Date.now() + 3_600_000,
      });
      expect(status).toBe(200);
    };
    for (const id of ['quiet-works', 'muted-works']) await api.post('/enterprises', { id, name: id });
    // Index 40: issued as yellow. 58: no other level. 68.5: orange.
    await worry('quiet-works', 'hidden-hazard');
    await expect.poll(async () => said.textContent(), SOON).toBe('Yellow warning: Enterprise quiet-works');
    await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeLessThan(60);
    await quiet();
    expect((await heardOn(page)).tones).toHaveLength(2);
    await worry('quiet-works', 'commitment');
    await worry('quiet-works', 'special-work');
    await expect.poll(async () => said.textContent(), SOON).toBe('Orange warning: Enterprise quiet-works');
    await expect.poll(async () => (await heardOn(page)).tones.length, SOON).toBe(4);
    await quiet();
    expect((await heardOn(page)).hz.filter((hz) => Math.abs(hz - 1760) > 40 && Math.abs(hz - 1480) > 40)).toEqual([]);
    expect((await heardOn(page)).hz.length).toBeGreaterThan(1);
    await page.getByTitle(/^Mutes this desk only/).click();
    await worry('muted-works', 'hidden-hazard');
    await expect.poll(async () => said.textContent(), SOON).toBe('Yellow warning: Enterprise muted-works');
    const { quietS } = await heardOn(page);
    await expect.poll(async () => (await heardOn(page)).quietS, SOON).toBeGreaterThan(quietS + 1);
    expect((await heardOn(page)).tones).toHaveLength(4);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('goes on after a reload by itself; where the browser holds the sound back the page says so and goes on with the first key', async () => {
    const { context, page } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await page.getByRole('button', { name: 'Start watch' }).click();
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
    await page.reload();
    await page.getByText('Sound on', { exact: true }).waitFor();
    // A tab that the browser restored: the watch was started in it, but nobody has touched it since.
    const restored = await context.newPage();
    await listen(restored);
    await holdSound(restored);
    await restored.addInitScript("sessionStorage.setItem('beacon.watch', '1')");
    await restored.goto(`${platform.httpBase}/desk`);
    await restored.getByText('The browser blocks sound').waitFor();
    await ring('AGAIN-1', 'gas.combustible.commercial', { lel: 61 });
    await rowOf(restored, 'AGAIN-1').waitFor();
    expect((await heardOn(restored)).hz).toEqual([]);
    await restored.keyboard.press('j');
    await expect.poll(async () => (await heardOn(restored)).hz.length, SOON).toBeGreaterThan(3);
    await expect.poll(() => notice(restored).count(), SOON).toBe(0);
    // By keys alone: J went to the first row, the newest red; A takes it, and it is silent.
    await restored.keyboard.press('a');
    await rowOf(restored, 'AGAIN-1').getByText('Acknowledged', { exact: true }).waitFor();
    await expect.poll(async () => (await heardOn(restored)).quietS, SOON).toBeGreaterThan(4.5);
    await context.close();
  });
});
