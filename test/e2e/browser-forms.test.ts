import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Approval } from '../../model/approval.ts';
import type { Device, Enterprise } from '../../model/asset.ts';
import { makeDevices, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { GAS } from '../harness/outside.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const WAITING: Approval = {
  id: 'a-1',
  kind: 'device.retire',
  resource: 'devices/GD-07',
  enterpriseId: 'haida',
  request: { id: 'GD-07' },
  reason: 'worn out',
  requestedBy: 'engineer',
  requestedAt: 0,
  expiresAt: 0,
  state: 'pending',
  decidedBy: null,
  decidedAt: null,
  comment: null,
  outcome: null,
};
const CHANGED_MEANWHILE = 'Somebody changed it meanwhile: load it again, then change it.';

/** What is filled in about a place and a device: told what is wrong, kept while it is, saved once, and never over what somebody else has saved. */
describe.skipIf(chromiumPath() === null)('forms of an enterprise and a device (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;
  let page: Page;
  let looker: Page;
  let engineer: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    stage = await openStage('browser-forms', [
      ['admin', 'admin'],
      ['looker', 'viewer'],
      ['engineer', 'operator', ['haida']],
    ]);
    ({ platform, browser, api } = stage);
    await makeDevices(api, 'haida', GAS, ['GD-07'], SELDOM_HEARD);
    ({ page, complaints } = await openWindow(browser, 'en', DESK));
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    ({ page: looker } = await openWindow(browser, 'en', PHONE));
    await signInOn(looker, platform.httpBase, 'looker', ADMIN_PASSWORD);
    ({ page: engineer } = await openWindow(browser, 'en', PHONE));
    await signInOn(engineer, platform.httpBase, 'engineer', ADMIN_PASSWORD);
  });
  afterAll(() => stage.close());

  it('business hours: what is missing is said, the span past midnight is read back, and nobody writes over another', async () => {
    const hours = async (): Promise<Enterprise['businessHours']> => (await api.get<Enterprise>('/enterprises/haida')).businessHours;
    const address = `${platform.httpBase}/rules?scope=enterprise&at=haida`;
    const form = page.getByRole('form', { name: 'Business hours' });
    const span = (n: number) => form.getByRole('group', { name: `Span ${n}` });
    const save = form.getByRole('button', { name: 'Save business hours' });
    await page.goto(address);
    await form.getByText('None are given: every hour counts as outside.').waitFor();
    expect(await save.count()).toBe(0);

    await form.getByRole('button', { name: 'Add a span' }).click();
    for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) await span(1).getByLabel(day).uncheck();
    await span(1).getByLabel('from').fill('22:00');
    await span(1).getByLabel('to', { exact: true }).fill('06:00');
    await form.getByText('Every span needs at least one day and both times.').waitFor();
    await expect.poll(() => save.isDisabled()).toBe(true);
    await span(1).getByLabel('Sat').check();
    await span(1).getByText('ends on the next day').waitFor();
    await expect.poll(() => save.isEnabled()).toBe(true);

    // Somebody names it anew meanwhile: told, and what was typed goes on from there.
    expect((await api.request('PATCH', '/enterprises/haida', { name: 'Haida Chemicals' })).status).toBe(200);
    await save.click();
    await form.getByText(CHANGED_MEANWHILE).waitFor();
    expect(await hours()).toBeUndefined();
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => form.getByRole('alert').count()).toBe(0);
    expect(await span(1).getByLabel('from').inputValue()).toBe('22:00');
    await save.click();
    const first = { days: [6], from: '22:00', to: '06:00' };
    await expect.poll(hours).toEqual([first]);
    expect(await api.get<Enterprise>('/enterprises/haida')).toMatchObject({ name: 'Haida Chemicals' });
    await expect.poll(() => save.count()).toBe(0);

    await page.reload();
    await expect.poll(() => span(1).getByLabel('from').inputValue()).toBe('22:00');
    expect(await span(1).getByLabel('to', { exact: true }).inputValue()).toBe('06:00');
    expect(await span(1).locator('input:checked').count()).toBe(1);

    // Somebody sets other hours: nothing is put over them, and they are what stands here when they are read.
    const theirs = { days: [1, 7], from: '08:00', to: '17:00' };
    await form.getByRole('button', { name: 'Add a span' }).click();
    expect((await api.request('PATCH', '/enterprises/haida', { businessHours: [theirs] })).status).toBe(200);
    await save.click();
    await form.getByText(CHANGED_MEANWHILE).waitFor();
    expect(await span(2).getByLabel('from').inputValue()).toBe('09:00');
    expect(await hours()).toEqual([theirs]);
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => span(1).getByLabel('from').inputValue()).toBe('08:00');
    expect(await span(2).count()).toBe(0);

    await looker.goto(address);
    await looker.getByText('Mon, Sun 08:00–17:00').waitFor();
    expect(await looker.getByRole('button', { name: 'Add a span' }).count()).toBe(0);
    expect(await looker.getByRole('form', { name: 'Business hours' }).locator('input').count()).toBe(0);
  });

  it('how often a device is heard: out of range is not sent, what is saved is what counts, and nobody writes over another', async () => {
    const stands = async (): Promise<readonly (number | null)[]> => {
      const { heartbeatMs, reportMs } = await api.get<Device>('/devices/GD-07');
      return [heartbeatMs, reportMs];
    };
    const form = page.getByRole('dialog', { name: 'How often it is heard' });
    const heartbeat = form.getByLabel('Sign of life at least every');
    const open = page.getByRole('button', { name: 'Change', exact: true });
    await page.goto(`${platform.httpBase}/devices/GD-07`);
    await open.click();
    await expect.poll(() => heartbeat.inputValue()).toBe('10800');
    await heartbeat.fill('0.01');
    await form.getByLabel('A measurement every').fill('15');
    await form.getByRole('button', { name: 'Save' }).click();
    // The browser says so at the field, and sends nothing.
    await expect.poll(() => heartbeat.evaluate((field) => field.matches(':invalid:focus'))).toBe(true);
    expect(await stands()).toEqual([SELDOM_HEARD.heartbeatMs, null]);
    expect([await heartbeat.inputValue(), await form.getByLabel('A measurement every').inputValue()]).toEqual(['0.01', '15']);
    await heartbeat.fill('40');
    await form.getByText('Silent, and an alarm, after 2:00 without a word.').waitFor();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    expect(await stands()).toEqual([40_000, 15_000]);
    await page.getByText('silent after 2:00').waitFor();

    await page.reload();
    await open.click();
    await expect.poll(() => heartbeat.inputValue()).toBe('40');
    expect((await api.request('PATCH', '/devices/GD-07', { heartbeatMs: 600_000 })).status).toBe(200);
    await heartbeat.fill('20');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText(CHANGED_MEANWHILE).waitFor();
    expect(await heartbeat.inputValue()).toBe('20');
    expect(await stands()).toEqual([600_000, 15_000]);
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => heartbeat.inputValue()).toBe('600');
    // Empty: as the profile says.
    await heartbeat.fill('');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    expect(await stands()).toEqual([null, 15_000]);

    await looker.goto(`${platform.httpBase}/devices/GD-07`);
    await looker.getByText('silent after').waitFor();
    expect(await looker.getByRole('button', { name: /^(Change|Retire|Name, mode, dates)$/ }).count()).toBe(0);
  });

  it('the record of a device: days stay those of the platform, a reason is wanted out of live service, and who runs the plant may not', async () => {
    const stands = async (): Promise<Partial<Device>> => {
      const { name, mode, installedAt, calibratedAt } = await api.get<Device>('/devices/GD-07');
      return { name, mode, installedAt, calibratedAt };
    };
    const form = page.getByRole('dialog', { name: 'Name, mode and dates' });
    const mode = form.getByLabel('Mode');
    const open = page.getByRole('button', { name: 'Name, mode, dates' });
    const save = form.getByRole('button', { name: 'Save' });
    await page.goto(`${platform.httpBase}/devices/GD-07`);
    await open.press('Enter');
    await expect.poll(() => save.isDisabled()).toBe(true);
    await form.getByLabel('Installed').fill('2026-03-01');
    await form.getByLabel('Last calibrated').fill('2026-09-15');
    await form.getByLabel('Name').fill('Pump room north');
    await save.click();
    await form.waitFor({ state: 'detached' });
    const days = { installedAt: Date.parse('2026-03-01T00:00:00+08:00'), calibratedAt: Date.parse('2026-09-15T00:00:00+08:00') };
    expect(await stands()).toEqual({ name: 'Pump room north', mode: 'live', ...days });
    await page.getByText('2026-09-15 · next due 2027-09-15').waitFor();

    // Somebody calibrates it anew meanwhile: told, and not put back by what is saved here.
    await open.click();
    await mode.selectOption('test');
    await form.getByText('It is being tried out').waitFor();
    const anew = days.calibratedAt + 30 * 86_400_000;
    expect((await api.request('PATCH', '/devices/GD-07', { calibratedAt: anew })).status).toBe(200);
    await save.click();
    // Nothing goes out before it is said why.
    await expect.poll(() => form.getByLabel('Reason').evaluate((field) => field.matches(':invalid:focus'))).toBe(true);
    await form.getByLabel('Reason').fill('bump test');
    await save.click();
    await form.getByText(CHANGED_MEANWHILE).waitFor();
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => form.getByLabel('Last calibrated').inputValue()).toBe('2026-10-15');
    await mode.selectOption('test');
    expect(await form.getByLabel('Reason').inputValue()).toBe('bump test');
    await save.click();
    await form.waitFor({ state: 'detached' });
    expect(await stands()).toEqual({ name: 'Pump room north', mode: 'test', ...days, calibratedAt: anew });
    expect((await api.request('PATCH', '/devices/GD-07', { mode: 'live' })).status).toBe(200);

    await engineer.goto(`${platform.httpBase}/devices/GD-07`);
    await engineer.getByRole('button', { name: 'Name, mode, dates' }).click();
    const theirs = engineer.getByRole('dialog', { name: 'Name, mode and dates' });
    await theirs.getByText('It is taken out of live service by an administrator').waitFor();
    expect(await theirs.locator('option:disabled').allTextContents()).toEqual(['Commissioning', 'Test']);
    await theirs.press('Escape');
    await expect.poll(() => theirs.count()).toBe(0);
  });

  it('a device is retired for good after that was read and a reason given; by who runs the plant with a second person', async () => {
    const retiredAt = async (): Promise<number | null> => (await api.get<Device>('/devices/GD-07')).retiredAt;
    // Within an hour of its registration the platform asks nobody: its answer of later is played.
    await engineer.route('**/api/v1/devices/GD-07?*', (route) =>
      route.request().method() === 'DELETE' ? route.fulfill({ status: 202, json: WAITING }) : route.continue(),
    );
    await engineer.getByRole('button', { name: 'Retire' }).click();
    const theirs = engineer.getByRole('dialog', { name: 'Retire Pump room north?' });
    await theirs.getByLabel('Reason').fill('worn out');
    await theirs.getByRole('button', { name: 'Retire for good' }).click();
    await theirs.getByText('Waits for a second person').waitFor();
    expect(await theirs.getByRole('button', { name: 'Retire for good' }).isDisabled()).toBe(true);
    expect(await retiredAt()).toBeNull();

    await page.getByRole('button', { name: 'Retire' }).click();
    const form = page.getByRole('dialog', { name: 'Retire Pump room north?' });
    await form.getByText('Its id GD-07 is never given again').waitFor();
    await form.getByRole('button', { name: 'Retire for good' }).click();
    await expect.poll(() => form.getByLabel('Reason').evaluate((field) => field.matches(':invalid:focus'))).toBe(true);
    expect(await retiredAt()).toBeNull();
    await form.getByLabel('Reason').fill('worn out');
    // It is in service again since this page was read: what is retired is what was looked at.
    await form.getByRole('button', { name: 'Retire for good' }).click();
    await form.getByText(CHANGED_MEANWHILE).waitFor();
    expect(await retiredAt()).toBeNull();
    await form.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => form.getByRole('alert').count()).toBe(0);
    await form.getByRole('button', { name: 'Retire for good' }).click();
    await form.waitFor({ state: 'detached' });
    expect(await retiredAt()).not.toBeNull();
    await page.getByText('Retired', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /^(Retire|Name, mode, dates|Change)$/ }).count()).toBe(0);
    const audit = await api.get<{ items: readonly { detail: string }[] }>('/audit?action=device.retire&limit=1');
    expect(audit.items[0]?.detail).toContain('worn out');
    // What came too late is the browser's own complaint about a 412.
    expect(complaints.filter((one) => !/status of 412/.test(one))).toEqual([]);
  });
});
