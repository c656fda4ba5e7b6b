import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { signIn } from './api.ts';
import { hearOnly, type Hears } from './hear-only.ts';
import { openBrowser, openWindow, signInOn, type Language } from './browser.ts';

/**
 * `node dist/test/harness/screens.js <base> <user> <password> <folder> [device] [screen,screen…]`: a picture of every screen, to be looked at.
 * `calm` shows the board without alarms: they are kept from the page, not from the platform.
 */
const [base = '', user = '', password = '', folder = '', device = '', wanted = ''] = process.argv.slice(2);
if (folder === '') throw new Error('usage: screens.js <base> <user> <password> <folder> [device] [screen,screen…]');
mkdirSync(folder, { recursive: true });
const only = wanted === '' ? null : new Set(wanted.split(','));
const SETTLE_MS = 1_500;
/** A board that has heard nothing for so long says that it is blind. */
const BLIND_MS = 17_000;
const api = await signIn(base, user, password);
const [source] = (await api.get<{ items: readonly { id: string }[] }>('/hazard-sources')).items;
const [limit] =
  device === '' ? [] : (await api.get<{ limits: readonly { measurement: string; code: string }[] }>(`/devices/${device}/limits`)).limits;
const browser = await openBrowser();

async function openAlarm(): Promise<string | null> {
  const open = await api.get<{ items: readonly { id: string; deviceId: string | null }[] }>('/alarms?state=open&limit=50');
  return (open.items.find((alarm) => device === '' || alarm.deviceId === device) ?? open.items[0])?.id ?? null;
}

for (const language of ['zh-CN', 'en'] satisfies Language[]) {
  for (const size of [
    { name: 'desk', width: 1920, height: 1080 },
    { name: 'phone', width: 390, height: 844 },
  ]) {
    const { context, page, complaints } = await openWindow(browser, language, size);
    const shot = async (name: string, fullPage = false, of: Page = page): Promise<void> => {
      await of.waitForTimeout(SETTLE_MS);
      await of.screenshot({ path: join(folder, `${name}.${size.name}.${language}.png`), fullPage });
    };
    const wants = (name: string): boolean => only === null || only.has(name);

    await page.goto(`${base}/`);
    await page.waitForSelector('input[name=username]');
    if (wants('sign-in')) await shot('sign-in');
    await signInOn(page, base, user, password);
    if (wants('ringing')) await shot('ringing');
    const alarm = await openAlarm();
    if (wants('detail') && alarm !== null) {
      await page.goto(
        `${base}${size.name === 'desk' ? `/desk?alarm=${encodeURIComponent(alarm)}` : `/alarms/${encodeURIComponent(alarm)}`}`,
      );
      await shot('detail');
    }
    for (const [name, path] of [
      ['devices', '/devices'],
      ['warnings', '/warnings'],
      ['approvals', '/approvals'],
      ['history', '/history'],
      ['reports', '/reports'],
      ['shift', '/shift'],
      ['accounts', '/accounts'],
      ['sessions', '/accounts?view=sessions'],
      ['audit', '/accounts?view=audit'],
      ...(source === undefined ? [] : ([['source', `/sources/${source.id}`]] as const)),
      ['connect', '/connect'],
      ['password', '/password'],
      ...(device === '' ? [] : ([['device', `/devices/${device}`]] as const)),
      ...(limit === undefined ? [] : ([['rules', `/rules?scope=device&at=${device}&limit=${limit.measurement}/${limit.code}`]] as const)),
      ...(source === undefined ? [] : ([['rules-source', `/rules?scope=hazard-source&at=${source.id}`]] as const)),
    ] as const) {
      if (!wants(name)) continue;
      await page.goto(`${base}${path}`);
      await shot(name);
      if (name === 'device' || name === 'rules') await shot(`${name}-full`, true);
    }
    if (wants('calm')) {
      const calm = await context.newPage();
      await hearOnly(calm, () => 'calm');
      await calm.goto(`${base}/desk`);
      await shot('calm', false, calm);
      await calm.close();
    }
    if (complaints.length > 0) process.stdout.write(`${language} ${size.name}: ${complaints.join('\n')}\n`);
    if (wants('blind')) {
      const lost = await context.newPage();
      let hears: Hears = 'all';
      await hearOnly(lost, () => hears);
      await lost.goto(`${base}/desk`);
      await lost.waitForTimeout(SETTLE_MS);
      hears = 'nothing';
      await lost.waitForTimeout(BLIND_MS);
      await shot('blind', false, lost);
    }
    await context.close();
  }
}
await browser.close();
