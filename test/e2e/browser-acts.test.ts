import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount, ensureAdmin } from '../../alert-ui/server/accounts.ts';
import { systemClock } from '../../app/clock.ts';
import { openRecords } from '../../store/records/open-records.ts';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { chromiumPath, openBrowser, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { hearOnly, type Hears } from '../harness/hear-only.ts';
import { ADMIN_PASSWORD, startPlatform, temporaryFolder, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
/** %LEL over the lower (orange) and over the upper limit (red) of the point's profile. */
const ORANGE = 30;
const RED = 61;
/** How long a thumb holds a red one on a phone. */
const HOLD_MS = 600;

interface OpenAlarm {
  readonly id: string;
  readonly deviceId: string;
  readonly state: string;
  readonly level: string;
  readonly acknowledgedBy: string | null;
}

/** What operators do at the board, alone and beside each other, with mouse, keys and thumb. */
describe.skipIf(chromiumPath() === null)('acting at the board (needs chromium: apt-get install chromium)', () => {
  const folder = temporaryFolder('browser-acts');
  let platform: PlatformProcess;
  let chief: Api;
  let wang: Api;
  let browser: Browser;
  let generatedPassword = '';

  beforeAll(async () => {
    const records = await openRecords(folder.path);
    const clock = systemClock();
    generatedPassword = (await ensureAdmin(records, null, clock)).generatedPassword ?? '';
    for (const [name, role] of [
      ['chief', 'admin'],
      ['li', 'operator'],
      ['wang', 'operator'],
    ] as const)
      await createAccount(records, { name, password: ADMIN_PASSWORD, role, enterprises: null }, clock);
    await records.close();
    platform = await startPlatform({ dataDir: folder.path });
    chief = await signIn(platform.httpBase, 'chief');
    wang = await signIn(platform.httpBase, 'wang');
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await platform.stop();
    folder.remove();
  });

  async function detector(id: string): Promise<{ measures(lel: number): Promise<void>; alarm(): Promise<OpenAlarm | undefined> }> {
    const [made] = await makeDevices(chief, 'haida', 'gas.combustible.point.industrial', [id]);
    if (made === undefined) throw new Error('no device');
    return {
      async measures(lel) {
        const client = await connectDevice(platform.mqttUrl, made);
        await client.telemetry({ lel });
        await client.close();
      },
      async alarm() {
        const { items } = await chief.get<{ items: readonly OpenAlarm[] }>(`/alarms?state=open&device=${id}`);
        return items.find((alarm) => alarm.deviceId === id);
      },
    };
  }
  const rowOf = (page: Page, id: string): Locator => page.locator('[role=row].alarm').filter({ hasText: id });
  const held = (page: Page): Locator => page.locator('section.newcomers');
  async function top(row: Locator): Promise<number> {
    const box = await row.boundingBox();
    if (box === null) throw new Error('the row is not on the screen');
    return Math.round(box.y);
  }

  it('asks for a new password at the first sign-in with the printed one, and lets nobody past it', async () => {
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await page.goto(platform.httpBase);
    await page.locator('input[name=username]').fill('admin');
    await page.locator('input[name=password]').fill(generatedPassword);
    await page.locator('button[type=submit]').click();
    await page.waitForURL('**/password');
    await page.goto(`${platform.httpBase}/desk`);
    await page.waitForURL('**/password');
    const [current, next, again] = [0, 1, 2].map((n) => page.locator('input[type=password]').nth(n));
    await current?.fill(generatedPassword);
    await next?.fill('a new one that is long');
    await again?.fill('a new one that is long');
    await page.locator('button[type=submit]').click();
    await page.waitForURL('**/desk');
    await page.getByText('No device is connected yet').waitFor();
    await expect.poll(() => page.locator('time.clock').innerText()).toMatch(/^\d\d:\d\d:\d\d$/);
    await signIn(platform.httpBase, 'admin', 'a new one that is long');
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('keeps the row under the hand where it is, shows newcomers apart, and acts by keys', async () => {
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'li', ADMIN_PASSWORD);
    const [first, second] = [await detector('HAND-1'), await detector('HAND-2')];
    await first.measures(ORANGE);
    const row = rowOf(page, 'HAND-1');
    await row.waitFor();
    // It says above the list that nothing is heard here: from then on the list has its place.
    await page.locator('.silent').waitFor();
    await row.hover();
    const before = await top(row);
    await second.measures(RED);
    const inTheList = rowOf(page, 'HAND-2').and(page.locator('[aria-rowindex]'));
    let moved = false;
    // The order is held for ten seconds after the hand has moved: it goes on moving, however long the newcomer takes.
    await expect
      .poll(async () => {
        moved = !moved;
        await row.hover({ position: { x: moved ? 12 : 8, y: 12 } });
        return [await held(page).getByText('HAND-2').count(), await top(row), await inTheList.count()];
      })
      .toEqual([1, before, 0]);

    await page.keyboard.press('Period');
    await expect.poll(() => page.locator('[role=row].alarm').first().innerText()).toContain('HAND-2');
    await expect.poll(() => held(page).count()).toBe(0);
    for (const key of ['KeyJ', 'KeyJ', 'KeyK', 'Enter']) await page.keyboard.press(key);
    await page.getByRole('complementary').getByText('Timeline').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0);
    await page.keyboard.press('KeyA');
    // It can be withdrawn for ten seconds: nothing stands between the two but the way there and back.
    await rowOf(page, 'HAND-2')
      .getByRole('button', { name: /^Withdraw/ })
      .click();
    await rowOf(page, 'HAND-2').getByRole('button', { name: 'Acknowledge' }).waitFor();
    // Read aloud, a list of buttons says of each which alarm it takes.
    expect(await rowOf(page, 'HAND-2').getByRole('button', { name: 'Acknowledge' }).getAttribute('aria-description')).toContain('HAND-2');
    const alarm = await second.alarm();
    expect([alarm?.state, (await first.alarm())?.state]).toEqual(['UNACK', 'UNACK']);
    const { events } = await chief.get<{ events: readonly { type: string; by: string | null }[] }>(`/alarms/${alarm?.id}`);
    expect(events.filter(({ by }) => by === 'li').map(({ type }) => type)).toEqual(['acknowledged', 'withdrawn']);

    // By keys alone: the button goes away with what it did, and the keys go on acting at its row; into the details, and back.
    await row.getByRole('button', { name: 'Acknowledge' }).focus();
    await page.keyboard.press('Enter');
    await row.getByText('Acknowledged', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('complementary').getByRole('link', { name: 'HAND-1' }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('aside:focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('complementary').count()).toBe(0);
    await expect.poll(() => page.locator('.grid:focus').count()).toBe(1);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('says who was first, and that an alarm rose, instead of acknowledging what was not seen', async () => {
    const { context, page } = await openWindow(browser, 'en', DESK);
    let hears: Hears = 'all';
    await hearOnly(page, () => hears);
    await signInOn(page, platform.httpBase, 'li', ADMIN_PASSWORD);
    const [taken, rising] = [await detector('RACE-1'), await detector('RACE-2')];
    await taken.measures(RED);
    await rising.measures(ORANGE);
    await rowOf(page, 'RACE-1').waitFor();
    await rowOf(page, 'RACE-2').waitFor();
    hears = 'beats';
    await wang.post(`/alarms/${(await taken.alarm())?.id}/acknowledge`, {});
    await rising.measures(RED);
    await eventually('it rose', 30_000, async () => (await rising.alarm())?.level === 'red');
    // What is told stands there for some seconds: one after the other.
    await rowOf(page, 'RACE-1').getByRole('button', { name: 'Acknowledge' }).click();
    await rowOf(page, 'RACE-1')
      .getByText(/^wang did, /)
      .waitFor();
    await rowOf(page, 'RACE-2').getByRole('button', { name: 'Acknowledge' }).click();
    await rowOf(page, 'RACE-2').getByText('Changed: look again').waitFor();
    expect(await rising.alarm()).toMatchObject({ state: 'UNACK', level: 'red' });
    expect((await taken.alarm())?.acknowledgedBy).toBe('wang');
    hears = 'all';
    await rowOf(page, 'RACE-2').getByText('Red', { exact: true }).waitFor();
    await rowOf(page, 'RACE-1').getByText('Acknowledged', { exact: true }).waitFor();
    await context.close();
  });

  it('is not acknowledged by a pocket: a red one on a phone wants a held thumb', async () => {
    const { context, page, complaints } = await openWindow(browser, 'zh-CN', PHONE);
    await signInOn(page, platform.httpBase, 'li', ADMIN_PASSWORD);
    const point = await detector('POCKET-1');
    await point.measures(RED);
    let pressed = false;
    const sentWhilePressed: boolean[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/acknowledge')) sentWhilePressed.push(pressed);
    });
    const button = rowOf(page, 'POCKET-1').getByRole('button', { name: '按住确认' });
    await button.waitFor();
    // The page's clock stands still: how long a thumb is on the glass is the test's to say, not the machine's.
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    // After the jump it has heard nothing for a minute, and allows nothing until it hears again: so far its time has to go on.
    await expect
      .poll(async () => {
        await page.clock.runFor(1_000);
        return button.isEnabled();
      })
      .toBe(true);
    await button.click();
    await button.tap();
    await page.clock.runFor(HOLD_MS);
    const box = await button.boundingBox();
    if (box === null) throw new Error('no button');
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(48);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    pressed = true;
    await page.mouse.down();
    await page.clock.runFor(HOLD_MS - 1);
    expect(sentWhilePressed).toEqual([]);
    await page.clock.runFor(1);
    await expect.poll(async () => (await point.alarm())?.acknowledgedBy).toBe('li');
    await page.mouse.up();
    expect(sentWhilePressed).toEqual([true]);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('keeps the language one chose', async () => {
    const { context, page } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'li', ADMIN_PASSWORD);
    await page.getByText('中文', { exact: true }).click();
    await page.getByText('报警台', { exact: true }).first().waitFor();
    await page.reload();
    await page.getByText('报警台', { exact: true }).first().waitFor();
    await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('zh-CN');
    await context.close();
  });

  it('shows what a device needs to reach this platform, and the rungs it climbed', async () => {
    await makeDevices(chief, 'haida', 'gas.combustible.point.industrial', []);
    const { context, page, complaints } = await openWindow(browser, 'en', DESK);
    await signInOn(page, platform.httpBase, 'chief', ADMIN_PASSWORD);
    await page.goto(`${platform.httpBase}/connect`);
    await page.getByLabel('Device id').fill('NEW-1');
    await page.getByLabel('Enterprise').selectOption('haida');
    await page.getByLabel('Device profile').selectOption('gas.combustible.point.industrial');
    await page.getByRole('button', { name: 'Create device' }).click();
    const snippet = await page.locator('pre').innerText();
    expect(snippet).toContain(`-h '${new URL(platform.httpBase).hostname}' -p ${new URL(platform.mqttUrl).port}`);
    const password = /-P '([^']+)'/.exec(snippet)?.[1] ?? '';
    const client = await connectDevice(platform.mqttUrl, { id: 'NEW-1', enterprise: 'haida', username: 'NEW-1', password });
    await client.telemetry({ lel: 1 });
    await page.locator('.ladder .ok').nth(4).waitFor();
    await client.close();
    expect(complaints).toEqual([]);
    await context.close();
  });

  it.each([
    ['desk', DESK],
    ['phone', PHONE],
  ] as const)('can be used with a screen reader and keys: no serious finding of axe on a %s', async (name, size) => {
    const id = `AXE-${name}`;
    await (await detector(id)).measures(RED);
    const { context, page } = await openWindow(browser, 'en', size);
    const found: string[] = [];
    const look = async (where: string, ready: Locator): Promise<void> => {
      await ready.waitFor();
      // A page scrolls inside its frame: what is hidden from the eye must not lend the document a second bar.
      const below = Number(await page.evaluate('document.documentElement.scrollHeight - innerHeight'));
      if (below > 0) found.push(`${where}: the document is ${below} px higher than the window`);
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults;
      for (const { id, impact, nodes } of violations)
        if (impact === 'serious' || impact === 'critical')
          found.push(`${where}: ${id} ${nodes.map(({ html }) => html).join(' ')}`.slice(0, 600));
    };
    await page.goto(platform.httpBase);
    await look('sign-in', page.locator('input[name=username]'));
    await signInOn(page, platform.httpBase, 'chief', ADMIN_PASSWORD);
    await look('desk', rowOf(page, id));
    for (const [path, ready] of [
      ['devices', id],
      [`devices/${id}`, 'Limits'],
      ['connect', 'Connect a device'],
    ] as const) {
      await page.goto(`${platform.httpBase}/${path}`);
      await look(path, page.getByText(ready).first());
    }
    expect(found).toEqual([]);
    await context.close();
  });
});
