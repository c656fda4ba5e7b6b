import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Chromium on the PATH, or null. */
export function chromiumPath(): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin']) {
    for (const name of NAMES) {
      const file = join(folder, name);
      if (folder !== '' && existsSync(file)) return file;
    }
  }
  return null;
}

export async function openBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('chromium is not on the PATH: apt-get install chromium');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
    ],
  });
}

export type Language = 'zh-CN' | 'en';

/** What is waited for comes within seconds, on a slow machine a few more: a wait that ends a test says that it never came. */
const PATIENCE_MS = 60_000;
/** BEACON_TEST_SLOWER: how many times slower than this machine every page is to run; for looking whether a test leans on its speed. */
const SLOWER = Number(process.env['BEACON_TEST_SLOWER'] ?? 1);

/** A browser window of one language, with everything the page complains about kept. */
export async function openWindow(
  browser: Browser,
  language: Language,
  size: { readonly width: number; readonly height: number },
): Promise<{ readonly context: BrowserContext; readonly page: Page; readonly complaints: string[] }> {
  const context = await browser.newContext({
    locale: language,
    viewport: size,
    timezoneId: 'Asia/Shanghai',
    ...(size.width < 500 ? { hasTouch: true, isMobile: true } : {}),
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  if (SLOWER > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { context, page, complaints };
}

export async function signInOn(page: Page, httpBase: string, username: string, password: string): Promise<void> {
  await page.goto(`${httpBase}/`);
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.waitForURL('**/desk');
}
