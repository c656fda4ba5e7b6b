import axe from 'axe-core';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LimitsBody, ListBody, RuleItem } from '../../alert-ui/protocol/http.ts';
import { eventually, makeDevices, type Api } from '../harness/api.ts';
import { SELDOM_HEARD, type Stage, openStage } from '../harness/stage.ts';
import { chromiumPath, openWindow, signInOn } from '../harness/browser.ts';
import { connectDevice } from '../harness/device-client.ts';
import { ADMIN_PASSWORD, type PlatformProcess } from '../harness/platform-process.ts';

const DESK = { width: 1920, height: 1080 };
const PHONE = { width: 390, height: 844 };
const SOON = { timeout: 20_000, interval: 100 };
const CHANGED_MEANWHILE = 'Somebody changed it meanwhile: load it again, then change it.';

/** A limit is changed by who may, seen beforehand on history, kept with its reason, and gone back on. */
describe.skipIf(chromiumPath() === null)('rules on the page (needs chromium: apt-get install chromium)', () => {
  let stage: Stage;
  let platform: PlatformProcess;
  let chief: Api;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    stage = await openStage('browser-rules', [
      ['admin', 'admin'],
      ['engineer', 'operator', ['haida']],
      ['looker', 'viewer'],
    ]);
    ({ platform, browser, api: chief } = stage);
    await chief.post('/enterprises', { id: 'haida', name: 'Haida', kind: 'real' });
    await chief.post('/hazard-sources', { id: 'tanks', name: 'Tank farm 3', enterpriseId: 'haida' });
    const [made] = await makeDevices(chief, 'haida', 'gas.combustible.point.industrial', ['GD-07'], {
      ...SELDOM_HEARD,
      hazardSourceId: 'tanks',
    });
    if (made === undefined) throw new Error('no device');
    const client = await connectDevice(platform.mqttUrl, made);
    // Under the 25 %LEL of the catalogue, over the 20 that the engineer is about to try.
    for (const lel of [1, 22, 2]) await client.telemetry({ lel });
    await client.close();
    ({ page, complaints } = await openWindow(browser, 'en', DESK));
    await signInOn(page, platform.httpBase, 'engineer', ADMIN_PASSWORD);
  });
  afterAll(() => stage.close());

  const part = (name: string): Locator => page.getByRole('row', { name: new RegExp(`^${name}`) });
  const save = (): Locator => page.getByRole('form', { name: 'Save' });
  const version = (n: number): Locator => page.getByRole('listitem', { name: `Revision ${n}`, exact: true });
  const inForce = async (): Promise<number | string | null | undefined> =>
    (await chief.get<LimitsBody>('/devices/GD-07/limits')).limits.find(({ code }) => code === 'L1')?.setPoint;

  it('a limit is changed from its device: tried on history, saved with a reason, changed again and rolled back', async () => {
    await page.goto(`${platform.httpBase}/devices/GD-07`);
    await page.getByRole('link', { name: /^Change this limit .* L1$/ }).click();
    await part('Set point').getByText('≥ 25 %LEL').waitFor();
    await part('Set point').getByText('catalogue').first().waitFor();
    await expect
      .poll(() =>
        save()
          .getByRole('button', { name: /^Save as/ })
          .isDisabled(),
      )
      .toBe(true);

    await part('Set point').getByRole('spinbutton').fill('20');
    await part('Off-delay').getByRole('spinbutton').fill('60');
    await page.getByText('Devices in service that it reaches: 1.').waitFor();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('Would have come: 1').waitFor(SOON);
    await page.getByRole('row', { name: 'Alarms 0 1 +1' }).waitFor();
    expect(await inForce()).toBe(25);

    await save().getByLabel('Reason').fill('crowded on market days');
    await save().getByRole('button', { name: 'Save as revision 1' }).click();
    await page.getByText('Saved as revision 1. It is in force.').waitFor();
    await version(1).getByText('engineer').waitFor();
    await version(1).getByText('Reason: crowded on market days').waitFor();
    await version(1).getByText('Set point: as without this rule → 20 %LEL').waitFor();
    await part('Set point').getByRole('link', { name: 'rule for Device, revision 1' }).waitFor();
    expect(await inForce()).toBe(20);

    await part('Off-delay').getByRole('spinbutton').fill('90');
    await save().getByLabel('Reason').fill('wind');
    await save().getByRole('button', { name: 'Save as revision 2' }).click();
    await version(2).getByText('Off-delay: 60 s → 90 s').waitFor();
    await version(1).getByRole('button', { name: 'Compare with revision 2' }).click();
    await version(1).getByText('Off-delay: 60 s → 90 s').waitFor();
    await version(1).getByRole('button', { name: 'Roll back to 1' }).click();
    await version(1).getByLabel('Reason').fill('wind has gone');
    await version(1).getByRole('button', { name: 'Make revision 1 the new one' }).click();
    await page.getByText('Rolled back: revision 3 is in force.').waitFor();
    await version(3).getByText('Reason: wind has gone').waitFor();
    expect((await chief.get<ListBody<RuleItem>>('/rules')).items).toMatchObject([
      { revision: 3, parts: { setPoint: 20, offDelayMs: 60_000 } },
    ]);
  });

  it('a mandatory limit is not made less strict by one person: it is asked for, and shown where the second one decides', async () => {
    await part('Set point').getByRole('spinbutton').fill('40');
    await page.getByText('A second person has to agree: saving puts it before one.').waitFor();
    await save().getByLabel('Reason').fill('steam');
    await save().getByRole('button', { name: 'Ask for approval' }).click();
    await page.getByText('Not in force yet: a second person has to agree.').waitFor();
    expect(await inForce()).toBe(20);
    await page.locator('.waits').getByRole('link', { name: 'Approvals' }).click();
    await page.getByText('Set point: 20 %LEL → 40 %LEL').waitFor();
    await page.getByText('Your own request: somebody else has to agree.').waitFor();
    expect(complaints).toEqual([]);
  });

  it('a rule over several points is written as text, and a mistake is shown with its line and column', async () => {
    await page.goto(`${platform.httpBase}/rules?scope=hazard-source&at=tanks`);
    await page.getByRole('button', { name: 'New rule over several points' }).click();
    const text = page.getByLabel('The rule as text');
    const of = (expression: string): string => `code: HOT\njoint:\n  expression: ${expression}\nparts:\n  level: orange\n  basis: plan\n`;
    await text.fill(of('valu("GD-07", "lel") > 10.0'));
    await page.getByRole('button', { name: 'line 3, column 15' }).click();
    await text.fill(of('value("GD-07", "lel") > 10.0'));
    await page.getByText('Sound.').waitFor();
    await save().getByLabel('Reason').fill('evacuation plan');
    await save().getByRole('button', { name: 'Save as revision 1' }).click();
    await version(1).waitFor();
    await page.getByRole('link', { name: /HOT/ }).waitFor();
  });

  it('an enterprise has its cause-and-effect table; who may not change looks on, on a phone too', async () => {
    const { page: phone } = await openWindow(browser, 'en', PHONE);
    await signInOn(phone, platform.httpBase, 'looker', ADMIN_PASSWORD);
    await phone.goto(`${platform.httpBase}/rules?scope=enterprise&at=haida&limit=lel/L1`);
    await phone.getByRole('heading', { name: 'Cause-and-effect table' }).waitFor();
    await phone.getByText('You may look at rules here, not change them.').waitFor();
    expect(await phone.getByRole('spinbutton').count()).toBe(0);
    await phone.getByRole('link', { name: 'rule for Device, revision 3' }).first().click();
    await phone.getByText('Reason: wind has gone').waitFor();
    await expect.poll(() => phone.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
    for (const one of [phone, page]) {
      await one.evaluate(axe.source);
      const { violations } = (await one.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as axe.AxeResults;
      expect(
        violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html]),
      ).toEqual([]);
    }
  });

  it('the table of an enterprise hides by design what its lines name', async () => {
    expect((await chief.request('PATCH', '/enterprises/haida', { name: 'Haida' })).status).toBe(200);
    const { page: desk } = await openWindow(browser, 'en', DESK);
    await signInOn(desk, platform.httpBase, 'admin', ADMIN_PASSWORD);
    await desk.goto(`${platform.httpBase}/rules?scope=enterprise&at=haida`);
    await desk.getByRole('button', { name: 'Add a line' }).click();
    const add = desk.getByRole('form', { name: 'Add a line' });
    await add.getByLabel('Line').fill('trip');
    await add.getByLabel('Cause (device)').fill('GD-07');
    await add.getByLabel('Hides (device)').fill('GD-07');
    await add.getByLabel('Limit: hi, lo or its code; empty = any').first().fill('hi');
    await add.getByLabel('Limit: hi, lo or its code; empty = any').last().fill('F12');
    await add.getByLabel('Reason').fill('trip isolates');
    await add.getByRole('button', { name: 'Add a line' }).click();
    await desk.getByRole('cell', { name: 'trip isolates' }).waitFor();
    await eventually('the line stands', 30_000, async () =>
      (await chief.get<{ causes?: readonly { id: string }[] }>('/enterprises/haida')).causes?.find(({ id }) => id === 'trip'),
    );
  });

  it('what somebody else has saved in between is not written over: told, loaded again, and changed from there', async () => {
    const rule = async (): Promise<RuleItem | undefined> =>
      (await chief.get<ListBody<RuleItem>>('/rules')).items.find(({ measurement, code }) => measurement === 'lel' && code === 'L1');
    const before = await rule();
    if (before === undefined) throw new Error('no rule');
    await page.goto(`${platform.httpBase}/rules?scope=device&at=GD-07&limit=lel/L1`);
    await part('Off-delay').getByRole('spinbutton').fill('75');
    await save().getByLabel('Reason').fill('draught');
    await page.getByText('Devices in service that it reaches: 1.').waitFor();
    const theirs = { parts: { ...before.parts, offDelayMs: 45_000 }, reason: 'roof open' };
    expect((await chief.request('PATCH', `/rules/${before.id}`, theirs)).status).toBe(200);
    await save()
      .getByRole('button', { name: `Save as revision ${before.revision + 1}` })
      .click();
    await page.getByText(CHANGED_MEANWHILE).waitFor();
    expect(await part('Off-delay').getByRole('spinbutton').inputValue()).toBe('75');
    expect(await rule()).toMatchObject({ revision: before.revision + 1, parts: { offDelayMs: 45_000 } });
    await page.getByRole('button', { name: 'Try again' }).click();
    await version(before.revision + 1)
      .getByText('Reason: roof open')
      .waitFor();
    await expect.poll(() => part('Off-delay').getByRole('spinbutton').inputValue()).toBe('45');
    await part('Off-delay').getByRole('spinbutton').fill('75');
    await save().getByLabel('Reason').fill('draught');
    await save()
      .getByRole('button', { name: `Save as revision ${before.revision + 2}` })
      .click();
    await version(before.revision + 2)
      .getByText('Off-delay: 45 s → 75 s')
      .waitFor();
    expect(await rule()).toMatchObject({ revision: before.revision + 2, parts: { offDelayMs: 75_000 } });
  });
});
