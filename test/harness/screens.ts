import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openBrowser, openWindow, signInOn, type Language } from './browser.ts';

/** `node dist/test/harness/screens.js <base> <user> <password> <folder> [device]`: a picture of every screen, to be looked at. */
const [base = '', user = '', password = '', folder = '', device = ''] = process.argv.slice(2);
if (folder === '') throw new Error('usage: screens.js <base> <user> <password> <folder> [device]');
mkdirSync(folder, { recursive: true });
const browser = await openBrowser();
for (const language of ['zh-CN', 'en'] satisfies Language[]) {
  for (const size of [
    { name: 'desk', width: 1920, height: 1080 },
    { name: 'phone', width: 390, height: 844 },
  ]) {
    const { context, page, complaints } = await openWindow(browser, language, size);
    const shot = async (name: string): Promise<void> => {
      await page.waitForTimeout(1_500);
      await page.screenshot({ path: join(folder, `${name}.${size.name}.${language}.png`) });
    };
    await page.goto(`${base}/`);
    await page.waitForSelector('input[name=username]');
    await shot('sign-in');
    await signInOn(page, base, user, password);
    await shot('alarm-desk');
    for (const [name, path] of [
      ['devices', '/devices'],
      ['connect', '/connect'],
      ...(device === '' ? [] : ([['device', `/devices/${device}`]] as const)),
    ] as const) {
      await page.goto(`${base}${path}`);
      await shot(name);
      if (name === 'device') await page.screenshot({ path: join(folder, `${name}-full.${size.name}.${language}.png`), fullPage: true });
    }
    if (complaints.length > 0) process.stdout.write(`${language} ${size.name}: ${complaints.join('\n')}\n`);
    await context.close();
  }
}
await browser.close();
