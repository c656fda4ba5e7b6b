import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShiftBody } from '../../alert-ui/protocol/http.ts';
import { makeDevices, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

describe.skipIf(chromiumPath() === null)('a hand-over at the board (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let admin: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-shift', [
      ['admin', 'admin'],
      ['li', 'operator'],
      ['wang', 'operator'],
    ]);
    ({ platform, browser, api: admin } = stage);
  });
  afterAll(() => stage.close());

  async function open(user: string, language: 'en' | 'zh-CN', size = { width: 1920, height: 1080 }): Promise<Page> {
    const { page } = await openWindow(browser, language, size);
    await signInOn(page, platform.httpBase, user, ADMIN_PASSWORD);
    return page;
  }
  const section = (page: Page, name: string) => page.locator('.section').filter({ hasText: name });
  async function sign(page: Page, button: string): Promise<void> {
    await page.locator('input[name=password]').fill(ADMIN_PASSWORD);
    await page.getByRole('button', { name: button, exact: true }).click();
  }

  it('goes from one person to the next: shelving until the end of the shift is kept, what stands is gone through, both sign', async () => {
    const [made] = await makeDevices(admin, 'haida', 'gas.combustible.point.industrial', ['GD-07'], SELDOM_HEARD);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    await client.telemetry({ ts: Date.now(), values: { lel: 1 }, faults: ['F08'] });

    const shiftEnds = async (): Promise<number> => (await admin.get<{ now: { to: number } }>('/shifts/plan')).now.to;
    const ends = await shiftEnds();
    const li = await open('li', 'en');
    await li.locator('[role=row].alarm').filter({ hasText: 'GD-07' }).click();
    const panel = li.locator('.panelSide');
    await panel.getByRole('button', { name: 'Shelve', exact: true }).click();
    await panel.getByLabel(/End of shift \(/).check();
    await panel.locator('.form').getByRole('button', { name: 'Shelve' }).click();
    await li.getByRole('rowheader', { name: 'Shelved 1', exact: true }).waitFor();
    const [shelved] = (await admin.get<{ items: readonly { suppressedUntil: number }[] }>('/alarms?suppressed=shelved')).items;
    // The shift may have changed in between.
    expect([ends, await shiftEnds()]).toContain(shelved?.suppressedUntil);

    await li.getByRole('button', { name: 'li', exact: true }).click();
    await li.getByRole('link', { name: 'Hand-over' }).click();
    await li.getByText('Nobody has the watch.').waitFor();
    await section(li, 'Shelved').getByLabel('Gone through').check();
    await sign(li, 'Take the watch');
    await li.getByText('li has the watch', { exact: true }).waitFor();

    // The first signature: every shelved alarm is decided, every section ticked, and a wrong password signs nothing.
    await li.getByLabel('Notes').fill('GD-07 is known, the valve is being changed');
    await li.getByLabel('Remains to do').fill('call Haida\nlook at GD-07');
    await expect.poll(() => section(li, 'Shelved').getByLabel('Gone through').isDisabled()).toBe(true);
    await section(li, 'Shelved').getByRole('button', { name: 'Keep shelved' }).click();
    await li.getByText('Not gone through yet: Shelved').waitFor();
    await section(li, 'Shelved').getByLabel('Gone through').check();
    await li.locator('input[name=password]').fill('not this one');
    await li.keyboard.press('Control+Enter');
    await li.getByText('The password is wrong; nothing was signed.').waitFor();
    await li.locator('input[name=password]').fill(ADMIN_PASSWORD);
    await li.keyboard.press('Control+Enter');
    await li.getByText('Waiting for the next person').waitFor();

    // What comes now is not in the picture, but is shown beside it to whoever comes.
    await client.telemetry({ ts: Date.now(), values: { lel: 60 }, faults: ['F08'] });
    const wang = await open('wang', 'zh-CN', { width: 390, height: 844 });
    await wang.goto(`${platform.httpBase}/shift`);
    await wang.getByText('GD-07 is known, the valve is being changed').waitFor();
    await wang.getByText('look at GD-07').waitFor();
    await wang.locator('.panel').filter({ hasText: '签名之后的变化' }).getByText('红色').waitFor();
    await section(wang, '搁置').getByText('交班人确认继续搁置').waitFor();
    await section(wang, '搁置').getByLabel('已核对').check();
    await sign(wang, '签名接班');
    await wang.getByText('wang 当班', { exact: true }).waitFor();
    await wang.getByRole('link', { name: / – / }).first().click();
    await wang.getByText('li → wang').first().waitFor();

    const record = await admin.get<ShiftBody>('/shifts/1');
    expect(record).toMatchObject({
      shift: { by: 'li', takenBy: 'wang', signature: { todo: ['call Haida', 'look at GD-07'] } },
      picture: { shelved: { total: 1 }, open: { total: 0 } },
    });
    expect(record.picture?.kept).toEqual(record.picture?.shelved.items.map(({ id }) => id));
    await client.close();
  });

  it('who is being worked on is counted on the desk, filtered among the devices, and gone through at the hand-over', async () => {
    const made = await makeDevices(admin, 'linjiang', 'gas.combustible.point.industrial', ['LJ-01', 'LJ-02']);
    const clients = await Promise.all(made.map((one) => connectDevice(platform.mqttUrl, one)));
    await clients[0]?.telemetry({ values: { lel: 61 }, quality: { lel: 'maintenance' } });
    await clients[1]?.telemetry({ values: { lel: 1 } });
    const page = await open('wang', 'zh-CN');
    await page.getByRole('link', { name: '检修中 1', exact: true }).click();
    await page.getByRole('listitem').filter({ hasText: 'LJ-01' }).getByText('检修中，不判定').waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: 'LJ-' }).count()).toBe(1);
    await page.goto(`${platform.httpBase}/shift`);
    await section(page, '检修中（不判定）').getByText('LJ-01').waitFor();
    await section(page, '检修中（不判定）').getByLabel('已核对').check();
    // It is over: the desk counts nobody, and there is nothing to go through.
    await clients[0]?.telemetry({ values: { lel: 1 } });
    await page.goto(`${platform.httpBase}/desk`);
    await page.getByRole('link', { name: '检修中 0', exact: true }).waitFor();
    expect((await admin.get<ShiftBody>('/shifts/current')).picture?.inhibited).toEqual({ total: 0, items: [] });
    await Promise.all(clients.map((client) => client.close()));
  });
});
