import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, makeDevices, signIn, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };

/** Silence, shelving by two people, out of service by permit, verification: at the board and through the API. */
describe.skipIf(chromiumPath() === null)('the life of an alarm at the board (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let chief: Api;
  let browser: Browser;

  beforeAll(async () => {
    stage = await openStage('browser-life', [
      ['admin', 'admin'],
      ['chief', 'admin'],
      ['wang', 'operator'],
      ['plant', 'operator', ['haida']],
    ]);
    ({ platform, browser } = stage);
    chief = await signIn(platform.httpBase, 'chief');
  });
  afterAll(() => stage.close());

  const rowOf = (page: Page, id: string): Locator => page.locator('[role=row].alarm').filter({ hasText: id });
  const section = (page: Page, name: string): Locator => page.getByRole('rowheader', { name, exact: true });
  const panel = (page: Page): Locator => page.locator('.panelSide');
  async function open(user: string, size = DESK): Promise<Page> {
    const { page } = await openWindow(browser, 'en', size);
    await signInOn(page, platform.httpBase, user, ADMIN_PASSWORD);
    return page;
  }
  /** A cover that was opened (F12) is an orange alarm of the instrument. */
  async function says(id: string, lel: number, faults: readonly string[] = []): Promise<void> {
    const [made] = await makeDevices(chief, 'haida', 'gas.combustible.point.industrial', [id], SELDOM_HEARD);
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    await client.telemetry({ ts: Date.now(), values: { lel }, faults });
    await client.close();
  }
  const standing = async (query: string): Promise<readonly { id: string; deviceId: string; state: string; suppressedBy: string[] }[]> =>
    (await chief.get<{ items: { id: string; deviceId: string; state: string; suppressedBy: string[] }[] }>(`/alarms?${query}`)).items;

  it('is silenced on every board, shelved by two people, taken out by permit, verified, and listed all the while', async () => {
    await says('GD-07', 1, ['F12']);
    const board = await open('wang');
    const other = await open('chief');
    await rowOf(board, 'GD-07').waitFor();
    await board.keyboard.press('F8');
    for (const page of [board, other]) await page.getByText(/Silenced, again in/).waitFor();
    expect(await standing('state=open&device=GD-07')).toMatchObject([{ state: 'UNACK', suppressedBy: [] }]);

    // Orange: the first person asks, the second agrees.
    await rowOf(board, 'GD-07').click();
    await panel(board).getByRole('button', { name: 'Shelve', exact: true }).click();
    await panel(board).getByLabel('1 h', { exact: true }).check();
    await panel(board).locator('.form').getByRole('button', { name: 'Ask for approval' }).click();
    await panel(board).getByText('Waits for a second person.').waitFor();
    await other.goto(`${platform.httpBase}/approvals`);
    // What is agreed to is named, not numbered.
    await other.getByRole('listitem').filter({ hasText: 'Orange · Unacknowledged' }).filter({ hasText: 'GD-07' }).waitFor();
    await other.getByRole('button', { name: 'Approve' }).click();
    await other.getByText('Nothing waits for a second person.').waitFor();
    await section(board, 'Shelved 1').waitFor();
    expect(await standing('suppressed=shelved')).toMatchObject([{ deviceId: 'GD-07', suppressedBy: ['shelved'] }]);
    await panel(board).getByText('agreed by chief').first().waitFor();
    await panel(board).getByText('Waits for a second person.').waitFor({ state: 'detached' });

    await panel(board).getByRole('button', { name: 'Unshelve' }).click();
    await section(board, 'Ringing 1').waitFor();

    // Out of service is the administrator's: an operator has no such button among those that stand here.
    await panel(board).getByRole('button', { name: 'Shelve', exact: true }).waitFor();
    expect(await panel(board).getByRole('button', { name: 'Take out of service' }).count()).toBe(0);
    await other.goto(`${platform.httpBase}/desk`);
    await rowOf(other, 'GD-07').click();
    // Each is told that the other looks at it.
    await panel(board).getByText('chief looking').waitFor();
    await panel(other).getByText('wang looking').waitFor();
    await panel(other).getByRole('button', { name: 'Take out of service' }).click();
    await panel(other).getByLabel('Permit').fill('PTW-118');
    await panel(other).locator('.form').getByRole('button', { name: 'Take out of service' }).click();
    await section(board, 'Out of service 1').waitFor();
    await panel(board).getByText('PTW-118').first().waitFor();
    await panel(other).getByRole('button', { name: 'Return to service' }).click();
    await section(board, 'Ringing 1').waitFor();

    // Suppression by hand is the administrator's, too; what is hidden goes on and rings when it ends.
    await panel(board).getByRole('button', { name: 'Shelve', exact: true }).waitFor();
    expect(await panel(board).getByRole('button', { name: 'Suppress by design' }).count()).toBe(0);
    await panel(other).getByRole('button', { name: 'Suppress by design' }).click();
    await panel(other).locator('.form').getByRole('button', { name: 'Suppress by design' }).click();
    await section(board, 'Suppressed by design 1').waitFor();
    await panel(other).getByRole('button', { name: 'End suppression' }).click();
    await section(board, 'Ringing 1').waitFor();

    // C goes to the comment, also where the panel is open already.
    await rowOf(board, 'GD-07').click();
    await rowOf(board, 'GD-07').press('c');
    await panel(board).locator('input:focus').waitFor();
    await board.keyboard.type('cover was open');
    await board.keyboard.press('Enter');
    await panel(board).locator('.timeline').getByText('cover was open').waitFor();
    // Again, and what is typed before the box has the focus is no command: an `a` would acknowledge.
    await board.evaluate(`(() => {
      document.querySelector('.grid').focus();
      for (const code of ['KeyC', 'KeyA']) document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { code, bubbles: true }));
    })()`);
    await panel(board).locator('input:focus').waitFor();
    expect((await standing('state=open&device=GD-07'))[0]).toMatchObject({ state: 'UNACK' });

    await panel(board).getByRole('button', { name: 'Verify', exact: true }).click();
    await panel(board).getByRole('button', { name: 'False alarm' }).click();
    await rowOf(board, 'GD-07').getByText('False alarm').waitFor();
    expect((await standing('state=open&device=GD-07'))[0]).toMatchObject({ verifiedAs: 'false' });

    // Looking back: it stands in the history with what it turned out to be, and in the figures with their targets as a table to keep.
    await board.goto(`${platform.httpBase}/devices/GD-07`);
    await board.getByRole('link', { name: 'Alarm history of this device' }).click();
    await board.getByRole('listitem').filter({ hasText: 'GD-07' }).getByText('False alarm').waitFor();
    await board.getByLabel('Standing').selectOption('closed');
    await board.getByText('No such alarm.').waitFor();
    await board.goto(`${platform.httpBase}/reports`);
    await board.getByRole('row', { name: /Alarms per hour .* 6 12/ }).waitFor();
    const table = await board.getByRole('link', { name: 'Download as CSV' }).getAttribute('href');
    const kept = await chief.request('GET', (table ?? '').replace('/api/v1', ''));
    expect([kept.status, String(kept.body).split('\r\n')[0]]).toEqual([200, 'from,to,area,measure,value,target,manageable,met']);
  });

  it('what fell back before anybody saw it says so in its row, in words, until somebody has it', async () => {
    const [made] = await makeDevices(chief, 'haida', 'construction.tower_crane', ['TC-01'], SELDOM_HEARD);
    if (made === undefined) throw new Error('no device');
    const crane = await connectDevice(platform.mqttUrl, made);
    // Orange from 100 %, yellow from 90 % after two seconds; either is left after five.
    const before = Date.now() - 20_000;
    for (const [s, percent] of [
      [0, 105],
      [6, 105],
      [7, 95],
      [19, 95],
    ] as const)
      await crane.telemetry({ ts: before + s * 1_000, values: { load_pct: percent } });
    await crane.close();
    const board = await open('wang');
    const phone = await open('wang', PHONE);
    for (const page of [board, phone]) {
      const row = rowOf(page, 'TC-01');
      await row.getByText('Yellow', { exact: true }).waitFor();
      await row.getByText('was Orange, unacked', { exact: true }).waitFor();
    }
    // However narrow the list is, beside the details too: its rows stay rows, and their buttons stand on it.
    await rowOf(board, 'TC-01').click();
    await panel(board).getByText('Timeline').waitFor();
    for (const width of [1_536, 1_280, 1_100, 1_024]) {
      await board.setViewportSize({ width, height: 864 });
      const onIt = `(() => {
        const edge = document.querySelector('.list').getBoundingClientRect().right;
        const all = [...document.querySelectorAll('.alarm button')].map((one) => one.getBoundingClientRect().right - edge);
        return all.length > 0 && all.every((beyond) => beyond <= 0.5) && document.querySelector('.alarm.card') === null;
      })()`;
      await expect.poll(() => board.evaluate(onIt), { message: `at ${width} px` }).toBe(true);
    }
    await board.setViewportSize(DESK);
    await rowOf(board, 'TC-01').getByRole('button', { name: 'Acknowledge' }).click();
    for (const page of [board, phone]) await expect.poll(() => rowOf(page, 'TC-01').getByText('was Orange').count()).toBe(0);
    expect(await standing('state=open&device=TC-01')).toMatchObject([{ state: 'ACKED', level: 'yellow', acknowledgedLevel: 'yellow' }]);
  });

  it('a red one is never shelved; on a phone the same acts are there', async () => {
    await says('GD-08', 61);
    const red = await eventually('GD-08 rings', 30_000, async () => (await standing('state=open&device=GD-08'))[0]);
    await expect(chief.post(`/alarms/${red.id}/shelve`, { minutes: 30, reason: 'x' })).rejects.toThrow(/red-not-shelvable|409/);
    const phone = await open('chief', PHONE);
    await phone.goto(`${platform.httpBase}/alarms/${red.id}`);
    await phone.getByText('A red alarm is never shelved.').waitFor();
    await expect.poll(() => phone.getByRole('button', { name: 'Shelve', exact: true }).isDisabled()).toBe(true);
    await phone.getByRole('button', { name: 'Verify', exact: true }).click();
    await phone.getByRole('button', { name: 'Real', exact: true }).click();
    await eventually('verified', 30_000, async () => {
      const [alarm] = await standing('state=open&device=GD-08');
      return alarm !== undefined && 'verifiedAs' in alarm ? alarm : undefined;
    });

    // Its plant is told beforehand that it hides nothing red alone; a second person is shown what, for how long.
    const plant = await open('plant', PHONE);
    await plant.goto(`${platform.httpBase}/alarms/${red.id}`);
    await plant.getByRole('button', { name: 'Suppress by design' }).click();
    await plant.getByText(/It can become red, or .* has to agree within 1 h/).waitFor();
    await plant.getByLabel('2 h', { exact: true }).check();
    await plant.locator('.form').getByRole('button', { name: 'Ask for approval' }).click();
    await plant.getByText('Waits for a second person.').waitFor();
    expect(await standing('suppressed=by-design')).toEqual([]);
    const second = await open('wang', PHONE);
    await second.goto(`${platform.httpBase}/approvals`);
    const asked = second.getByRole('listitem').filter({ hasText: 'Suppress an alarm that can become red' }).filter({ hasText: '120 min' });
    await asked.filter({ hasText: 'GD-08' }).getByRole('button', { name: 'Approve' }).click();
    await second.getByText('Nothing waits for a second person.').waitFor();
    expect(await standing('suppressed=by-design')).toMatchObject([{ deviceId: 'GD-08' }]);
  });

  it('its device is asked to close its valve, with a reason, from where the alarm is, and says what became of it', async () => {
    const [made] = await makeDevices(chief, 'haida', 'gas.combustible.commercial', ['GK-09'], SELDOM_HEARD);
    if (made === undefined) throw new Error('no device');
    const kitchen = await connectDevice(platform.mqttUrl, made);
    kitchen.client.on('message', (_topic, payload) => {
      const { id } = JSON.parse(payload.toString()) as { id: string };
      const answer = JSON.stringify({ id, ok: false, detail: '<b>stuck</b>' });
      void kitchen.publish('beacon/v1/haida/GK-09/command/result', answer);
    });
    await kitchen.client.subscribeAsync('beacon/v1/haida/GK-09/command', { qos: 1 });
    await kitchen.telemetry({ lel: 30, valve_open: true });
    const ringing = await eventually('GK-09 rings', 30_000, async () => (await standing('state=open&device=GK-09'))[0]);
    const page = await open('wang', PHONE);
    await page.goto(`${platform.httpBase}/alarms/${ringing.id}`);
    await page.getByRole('link', { name: 'Commands to this device' }).click();
    const commands = page.locator('#commands');
    await commands.getByRole('button', { name: 'Close the valve' }).click();
    const dialog = page.getByRole('dialog', { name: 'Close the valve' });
    const send = dialog.getByRole('button', { name: 'Close the valve' });
    await expect.poll(() => send.isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('gas in the kitchen');
    await send.click();
    // Its words are text, whatever they look like.
    const told = commands.getByRole('listitem').filter({ hasText: 'Failed' });
    await told.filter({ hasText: 'Device: <b>stuck</b>' }).filter({ hasText: 'Reason: gas in the kitchen' }).waitFor();
    expect((await standing('state=open&device=GK-09')).map((alarm) => alarm.id)).toContain(ringing.id);
    await kitchen.close();
    // It reports seldom and is not missed yet, but it does not listen.
    await commands.getByRole('button', { name: 'Self-test' }).click();
    await commands.getByRole('alert').getByText('The device does not listen now').waitFor();
    await commands.getByRole('listitem').filter({ hasText: 'Self-test' }).filter({ hasText: 'Not sent: device offline' }).waitFor();
  });
});
