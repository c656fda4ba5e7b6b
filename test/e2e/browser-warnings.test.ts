import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ListBody } from '../../alert-ui/protocol/http.ts';
import type { Alarm } from '../../model/alarm.ts';
import type { Warning } from '../../model/warning.ts';
import { makeDevices, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const SOON = { timeout: 20_000, interval: 100 };

/** Warnings as people meet them: issued by an alarm in the source, broken down, made worse by what a person says, lifted. */
describe.skipIf(chromiumPath() === null)('warnings on the page (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    stage = await openStage('browser-warnings');
    ({ platform, browser, api } = stage);
    await api.post('/enterprises', { id: 'haida', name: 'Haida', kind: 'real' });
    await api.post('/hazard-sources', { id: 'tanks', name: 'Tank farm 3', enterpriseId: 'haida' });
    const window = await openWindow(browser, 'en', DESK);
    ({ page, complaints } = window);
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
  });
  afterAll(() => stage.close());

  const row = (): Locator => page.locator('li.row').filter({ hasText: 'Tank farm 3' });
  const factor = (name: string): Locator => row().locator('tbody tr').filter({ hasText: name });
  const told = (): Promise<Warning> => api.get<Warning>('/warnings/hazard-source%3Atanks');

  it('is issued by an alarm in the source and broken down', async () => {
    await page.goto(`${platform.httpBase}/warnings`);
    await row().getByText('Blue', { exact: true }).waitFor();
    const [made] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', ['GD-07'], {
      ...SELDOM_HEARD,
      hazardSourceId: 'tanks',
    });
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    // A cover that was opened (F12) is an orange alarm of the instrument.
    await client.telemetry({ ts: Date.now(), values: { lel: 1 }, faults: ['F12'] });
    await client.close();
    await row().getByText('Orange warning').waitFor();
    await row().getByRole('button', { name: 'Break-down' }).click();
    // Weight 0.9, orange 0.7; nobody has classified the source.
    await expect
      .poll(() => factor('Worst alarm').locator('td').allTextContents(), SOON)
      .toEqual(expect.arrayContaining(['0.90', '0.70', '0.63']));
    await expect.poll(() => factor('Inherent (class)').textContent(), SOON).toContain('no data');
  });

  it('rises by what a person says, with a reason and an end, and says who', async () => {
    await row().getByRole('button', { name: 'Set: Major hidden hazard open' }).click();
    const form = row().getByRole('form', { name: 'Major hidden hazard open' });
    await expect.poll(() => form.getByRole('button', { name: 'Set factor' }).isDisabled(), SOON).toBe(true);
    await form.getByLabel('x, 0 to 1').fill('0.5');
    await form.getByLabel('Reason').fill('Ledger 2026-118 open');
    const before = (await told()).ri;
    await form.getByRole('button', { name: 'Set factor' }).click();
    await factor('Major hidden hazard open').getByText('set by admin').waitFor();
    await factor('Major hidden hazard open').getByText('Ledger 2026-118 open').waitFor();
    const set = await told();
    expect(set.ri).toBeGreaterThan(before);
    expect(set.factors.find((one) => one.name === 'hidden-hazard')).toMatchObject({ x: 0.5, by: 'admin', comment: 'Ledger 2026-118 open' });
    expect(set.factors.find((one) => one.name === 'hidden-hazard')?.until).toBeGreaterThan(Date.now() + 7 * 3_600_000);
    await row().getByRole('button', { name: 'Set: Weather' }).click();
    await row().getByRole('form', { name: 'Weather' }).getByLabel('Reason').fill('Storm');
    await row().getByRole('form', { name: 'Weather' }).getByRole('button', { name: 'Set factor' }).click();
    await factor('Weather').getByText('Storm').waitFor();
    await row().getByRole('button', { name: 'Set: Weather' }).click();
    await row().getByRole('button', { name: 'Take back' }).click();
    await expect.poll(() => factor('Weather').textContent(), SOON).toContain('no data');
  });

  it('is read on a phone without scrolling sideways, and what was is two presses away, its filters folded', async () => {
    await page.setViewportSize(PHONE);
    const list = page.locator('.scroll-page');
    await factor('Worst alarm').waitFor();
    const tooWide = (): Promise<number> =>
      row()
        .locator('.wrap')
        .evaluate((box) => box.scrollWidth - box.clientWidth);
    await expect.poll(async () => [await tooWide(), await list.evaluate((box) => box.scrollWidth - box.clientWidth)], SOON).toEqual([0, 0]);
    const links = page.getByRole('navigation', { name: 'Main navigation' });
    await links.getByRole('button', { name: 'More' }).click();
    const history = links.getByRole('link', { name: 'History' });
    await expect.poll(async () => (await history.boundingBox())?.height, SOON).toBeGreaterThanOrEqual(44);
    await page.keyboard.press('Escape');
    await history.waitFor({ state: 'hidden' });
    await links.getByRole('button', { name: 'More' }).click();
    await history.click();
    await list.getByRole('listitem').first().waitFor();
    const filters = page.getByRole('form', { name: 'Narrow the history' });
    const level = filters.getByLabel('Level');
    await filters.getByRole('button', { name: 'Filters' }).waitFor();
    await level.waitFor({ state: 'hidden' });
    await filters.getByRole('button', { name: 'Filters' }).click();
    await level.selectOption('orange');
    await filters.getByRole('button', { name: 'Filters (1 set)' }).click();
    await level.waitFor({ state: 'hidden' });
    await page.setViewportSize(DESK);
    await level.waitFor();
    await page.goto(`${platform.httpBase}/warnings`);
    await row().waitFor();
  });

  it('takes its inherent risk from a classification that is worked out first and kept then', async () => {
    await row().getByRole('link', { name: 'Tank farm 3' }).click();
    await page.getByText('Not classified').waitFor();
    await page.getByRole('button', { name: 'Classify', exact: true }).click();
    const form = page.getByRole('form', { name: 'Classify' });
    await form.getByLabel('Substance', { exact: true }).selectOption('chlorine');
    await form.getByLabel('Design maximum, t').fill('50');
    await form.getByLabel('People within 500 m').fill('60');
    await form.getByRole('button', { name: 'Work out' }).click();
    await form.getByText('S = Σ q/Q = 10').waitFor();
    expect((await api.get<{ classification?: unknown }>('/hazard-sources/tanks')).classification).toBeUndefined();
    await form.getByRole('button', { name: 'Keep as its class' }).click();
    // Chlorine: Q 5 t, β 4; 60 people: α 1.5. R = 1.5 · 4 · 10 = 60.
    await page.getByText('Major hazard installation, class II').waitFor();
    await page.getByText(/^by admin/).waitFor();
    await expect.poll(() => page.locator('tbody tr').filter({ hasText: 'Inherent (class)' }).textContent(), SOON).toContain('0.80');
  });

  it('hides by design what its cause-and-effect table names, line by line, until the line is taken out', async () => {
    const hidden = async (): Promise<readonly (string | null)[]> =>
      (await api.get<ListBody<Alarm>>('/alarms?suppressed=by-design')).items.map((alarm) => alarm.deviceId);
    const [esd] = await makeDevices(api, 'haida', 'gas.combustible.point.industrial', ['ESD-1'], {
      ...SELDOM_HEARD,
      hazardSourceId: 'tanks',
    });
    if (esd === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, esd);
    await client.telemetry({ ts: Date.now(), values: { lel: 1 }, faults: ['F12'] });
    await client.close();
    const add = page.getByRole('form', { name: 'Add a line' });
    await page.getByRole('button', { name: 'Add a line' }).click();
    await add.getByLabel('Line').fill('esd');
    await add.getByLabel('Cause (device)').fill('ESD-9');
    await add.getByLabel('Hides (device)').fill('GD-07');
    await add.getByLabel('Reason').fill('Trip isolates the tank');
    await add.getByRole('button', { name: 'Add a line' }).click();
    await page.getByText('causes: line esd names the device ESD-9').waitFor();
    await add.getByLabel('Cause (device)').fill('ESD-1');
    await add.getByRole('button', { name: 'Add a line' }).click();
    await page.getByRole('cell', { name: 'Trip isolates the tank' }).waitFor();
    await expect.poll(hidden, SOON).toEqual(['GD-07']);
    await page.getByRole('button', { name: 'Remove line esd' }).click();
    await page.getByText('No line yet').waitFor();
    await expect.poll(hidden, SOON).toEqual([]);
  });

  it('is lifted: the plant becomes a test enterprise', async () => {
    await page.goto(`${platform.httpBase}/warnings`);
    await row()
      .getByText(/warning$/)
      .waitFor();
    expect((await api.request('PATCH', '/enterprises/haida', { kind: 'test' })).status).toBe(200);
    await row().getByText('Blue', { exact: true }).waitFor();
    await row().getByText('test enterprise, not counted').waitFor();
    expect((await told()).state).toBe('resting');
    // The one line that was refused is the browser's own complaint about a 404 or 409.
    expect(complaints.filter((one) => !/status of 4\d\d/.test(one))).toEqual([]);
  });
});
