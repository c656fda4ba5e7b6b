import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Approval } from '../../model/approval.ts';
import type { ListBody, SessionShown, UserAccount } from '../../alert-ui/protocol/http.ts';
import { type Api } from '../harness/api.ts';
import { type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { GAS } from '../harness/outside.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const OWN = 'known to wang alone';
const SOON = { timeout: 20_000, interval: 100 };

/** An administrator adds the second person, who agrees to what he asked for, and is out at once when his session is ended. */
describe.skipIf(chromiumPath() === null)('accounts on the page (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let api: Api;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];
  let wang: Page;

  beforeAll(async () => {
    stage = await openStage('browser-accounts');
    ({ platform, browser, api } = stage);
    await api.post('/enterprises', { id: 'haida', name: 'Haida', kind: 'real' });
    ({ page, complaints } = await openWindow(browser, 'en', DESK));
    await signInOn(page, platform.httpBase, 'admin', ADMIN_PASSWORD);
  });
  afterAll(() => stage.close());

  const row = (name: string): Locator => page.locator('li.row').filter({ hasText: name });
  const account = (name: string): Promise<UserAccount> => api.get<UserAccount>(`/users/${name}`);

  it('an account is added from the menu with the keyboard, its first password shown once', async () => {
    await page.locator('.user button').click();
    await page.getByRole('link', { name: 'Accounts' }).click();
    await row('admin').getByText('(you)').waitFor();
    expect(await row('admin').getByRole('button', { name: 'Disable: admin' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Add an account' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('form input:focus').waitFor();
    await page.keyboard.type('wang');
    await page.keyboard.press('Tab');
    await page.keyboard.press('v');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    const shown = page.getByRole('dialog', { name: 'First password of wang' });
    const password = (await shown.locator('code').textContent()) ?? '';
    expect([password.length, (await account('wang')).role]).toEqual([19, 'viewer']);
    await page.keyboard.press('Escape');
    await row('wang').getByText('First password not changed yet').waitFor();
    await expect.poll(() => page.getByText(password).count(), SOON).toBe(0);

    const phone = await openWindow(browser, 'en', PHONE);
    wang = phone.page;
    await wang.goto(`${platform.httpBase}/`);
    await wang.locator('input[name=username]').fill('wang');
    await wang.locator('input[name=password]').fill(password);
    await wang.locator('button[type=submit]').click();
    await wang.waitForURL('**/password');
    const [current, next, again] = [0, 1, 2].map((n) => wang.locator('input[type=password]').nth(n));
    await current?.fill(password);
    for (const field of [next, again]) await field?.fill(OWN);
    await wang.locator('button[type=submit]').click();
    await wang.waitForURL('**/desk');
    await wang.goto(`${platform.httpBase}/accounts`);
    await wang.getByText('You lack the right to do this').waitFor();
  });

  it('its role and scope are changed, and what stands is told when somebody else was faster', async () => {
    await page.reload();
    await row('wang').getByRole('button', { name: 'Change: wang' }).click();
    const form = page.getByRole('form', { name: 'wang' });
    await form.getByLabel('Role').selectOption('operator');
    await form.getByLabel('Only these enterprises').check();
    await expect.poll(() => form.getByRole('button', { name: 'Save' }).isDisabled(), SOON).toBe(true);
    await form.getByLabel('Haida').check();
    const { revision } = await account('wang');
    await api.request('PATCH', '/users/wang', { role: 'admin' }, { 'if-match': `"${revision}"` });
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await page.reload();
    await row('wang').getByRole('button', { name: 'Change: wang' }).click();
    await form.getByLabel('Role').selectOption('operator');
    await form.getByRole('button', { name: 'Save' }).click();
    await expect.poll(async () => [(await account('wang')).role, (await account('wang')).enterprises], SOON).toEqual(['operator', null]);
  });

  it('the second person sees what would change and agrees on the phone', async () => {
    await api.post('/devices', { id: 'GD-1', enterpriseId: 'haida', profileId: GAS });
    const rule = { id: 'early', scope: 'device', scopeId: 'GD-1', measurement: 'lel', code: 'L1' };
    await api.post('/rules', { ...rule, parts: { setPoint: 15 } });
    expect((await api.request('PATCH', '/rules/early', { parts: { setPoint: 17 }, reason: 'steam' })).status).toBe(202);
    await wang.goto(`${platform.httpBase}/approvals`);
    await wang.getByText('Make a mandatory or red limit less strict').waitFor();
    await wang.getByRole('button', { name: 'Approve' }).click();
    await expect.poll(async () => (await api.get<ListBody<Approval>>('/approvals')).items[0]?.outcome, SOON).toBe('done');
  });

  it('a session is ended from the list: that person is out at once; all of it stands in the audit', async () => {
    await row('wang').getByRole('button', { name: 'Sessions: wang' }).click();
    await page.getByRole('button', { name: 'End: wang' }).click();
    await page.getByText('Nobody is signed in.').waitFor();
    expect((await api.get<ListBody<SessionShown>>('/sessions?account=wang')).items).toEqual([]);
    await wang.goto(`${platform.httpBase}/desk`);
    await wang.locator('input[name=username]').waitFor();
    await page.getByRole('button', { name: 'Audit' }).click();
    const filter = page.getByRole('form', { name: 'Narrow the audit' });
    await filter.getByLabel('What').selectOption('session');
    await row('Session ended').getByText('of wang').waitFor();
    await filter.getByLabel('Who').fill('wang');
    await filter.getByLabel('What').selectOption('approval');
    await row('Request approved').getByText('admin made or changed the account wang').waitFor();
    await filter.getByLabel('Outcome').selectOption('refused');
    await page.getByText('Nothing of that kind.').waitFor();
  });

  it('disabled after being asked, and nothing was complained about', async () => {
    await page.getByRole('button', { name: 'Accounts', exact: true }).click();
    await row('wang').getByRole('button', { name: 'Disable: wang' }).click();
    await page.getByRole('dialog', { name: 'Disable wang?' }).getByRole('button', { name: 'Disable' }).click();
    await row('wang').getByText('Disabled').waitFor();
    expect((await account('wang')).disabled).toBe(true);
    // The one change that came too late is the browser's own complaint about a 412.
    expect(complaints.filter((one) => !/status of 412/.test(one))).toEqual([]);
  });
});
