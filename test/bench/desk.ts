import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Alarm } from '../../model/alarm.ts';
import { type Api, signIn } from '../harness/api.ts';
import { openBrowser, openWindow, signInOn } from '../harness/browser.ts';
import { ADMIN_PASSWORD, repositoryRoot, startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { howItLoaded, leaveFolding, type Loaded, longTasks, OBSERVE, pageNow, wholeList } from './desk-page.ts';
import { pause } from './probes.ts';
import { cpuSeconds, generate } from './processes.ts';
import { registerVessels } from './throughput.ts';
import { openViewer } from './viewer.ts';

export interface DeskSize {
  readonly devices: number;
  /** Of them with an open alarm each. */
  readonly alarms: number;
  /** Alarms that return or ring again, a second. */
  readonly updatesPerS: number;
  readonly seconds: number;
  /** First loads, each in a profile of its own without a cache. */
  readonly loads: number;
}

export interface DeskRun {
  readonly loads: readonly Loaded[];
  /** Alarm events at a Socket.IO client beside the browser, a second over the measured stretch. */
  readonly eventsPerS: number;
  /** Tasks of 50 ms and more of the page in the measured stretch, ms. */
  readonly longTasks: readonly number[];
  readonly longShare: number;
  /** CPU of the platform over the measured stretch, share of one core. */
  readonly platformCores: number;
  /** Rows on the desk at the end, and those that the API has otherwise or not at all. */
  readonly rows: number;
  readonly different: readonly string[];
  readonly unanswered: number;
  /** What the page complained about. */
  readonly complaints: readonly string[];
}

/** How the page says a state, by the state's name. */
function stateWords(): Readonly<Record<string, string>> {
  const locale = JSON.parse(readFileSync(join(repositoryRoot, 'dist/alert-ui/protocol/locales/en.json'), 'utf8')) as {
    readonly state: Readonly<Record<string, string>>;
  };
  return locale.state;
}

async function openAlarms(api: Api): Promise<readonly Alarm[]> {
  const alarms: Alarm[] = [];
  let cursor: string | undefined;
  do {
    const page: { readonly items: readonly Alarm[]; readonly next?: string } = await api.get(
      `/alarms?state=open&limit=500${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    alarms.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return alarms;
}

/** How long a page may take for what was sent to it: how long that is is the machine's, not a figure of this bench. */
const CATCH_UP_MS = 60_000;

/** Rows of the desk, and those that it and the API have apart, once nothing moves any more; what still differs after a minute stays so. */
async function comparedInTheEnd(page: Page, api: Api): Promise<Pick<DeskRun, 'rows' | 'different'>> {
  const words = stateWords();
  for (const until = performance.now() + CATCH_UP_MS; ; await pause(500)) {
    const wanted = (await openAlarms(api)).map((alarm) => `${alarm.id} ${words[alarm.state] ?? alarm.state}`);
    const shown = await wholeList(page);
    const [inApi, onDesk] = [new Set(wanted), new Set(shown)];
    const different = [...wanted.filter((row) => !onDesk.has(row)), ...shown.filter((row) => !inApi.has(row))];
    if (different.length === 0 || performance.now() > until) return { rows: shown.length, different };
  }
}
/** A valve that closes slowly rings at once; quickly, it returns. */
const SLOW = '{"close_feedback_s":50}';
const QUICK = '{"close_feedback_s":1}';

/** The web app, if it is built; what is missing otherwise. */
export function webMissing(): string | null {
  return existsSync(join(repositoryRoot, 'dist/alert-ui/web/index.html')) ? null : 'the web app is not built: npm run build';
}

/**
 * A desk in Chromium on which every update is the heaviest there is: an alarm event. `alarms` valves ring, then each of them returns and
 * rings again in turn, `updatesPerS` altogether. The folding that a flood brings is left, so that every row has its place.
 */
export async function deskRun(size: DeskSize): Promise<DeskRun> {
  const folder = temporaryFolder('bench-desk');
  const platform = await startPlatform({ dataDir: folder.path });
  const browser = await openBrowser();
  try {
    const valve = { profileId: 'gas.valve.shutoff', attributes: {}, payloads: [SLOW] };
    const valves = await registerVessels(platform.httpBase, size.alarms, 'S', valve);
    await registerVessels(platform.httpBase, size.devices - size.alarms);
    const api = await signIn(platform.httpBase);
    const mqtt = { host: '127.0.0.1', port: Number(new URL(platform.mqttUrl).port), window: 8, ratePerS: size.updatesPerS };
    const raised = await generate({ ...mqtt, connections: valves, seconds: size.alarms / size.updatesPerS });

    const window = await openWindow(browser, 'en', { width: 1920, height: 1080 });
    await signInOn(window.page, platform.httpBase, 'admin', ADMIN_PASSWORD);
    const signedIn = await window.context.storageState();
    await window.context.close();
    const loads: Loaded[] = [];
    for (let i = 0; i < size.loads; i += 1) {
      const context = await browser.newContext({ locale: 'en', viewport: { width: 1920, height: 1080 }, storageState: signedIn });
      const fresh = await context.newPage();
      await fresh.addInitScript({ content: OBSERVE });
      await fresh.goto(`${platform.httpBase}/desk`);
      loads.push(await howItLoaded(fresh));
      await context.close();
    }

    const { page, context, complaints } = await openWindow(browser, 'en', { width: 1920, height: 1080 });
    await context.addCookies(signedIn.cookies);
    await page.addInitScript({ content: OBSERVE });
    await page.goto(`${platform.httpBase}/desk`);
    await howItLoaded(page);
    await leaveFolding(page);
    let events = 0;
    const viewer = await openViewer(platform.httpBase, api.token, (text) => {
      if (text.startsWith('42["alarm"')) events += 1;
    });
    const measured = { from: 0, to: 0, events: 0, cpu: 0 };
    const marks: Promise<void>[] = [];
    const swinging = valves.map((connection) => ({ ...connection, payloads: [QUICK, SLOW] }));
    const swung = await generate({ ...mqtt, connections: swinging, warmUpSeconds: 5, seconds: size.seconds }, (phase) => {
      const sign = phase === 'measuring' ? -1 : 1;
      measured.events += sign * events;
      measured.cpu += sign * cpuSeconds(platform.pid).all;
      marks.push(
        pageNow(page).then((now) => {
          measured[phase === 'measuring' ? 'from' : 'to'] = now;
        }),
      );
    });
    await Promise.all(marks);
    viewer.terminate();
    const { rows, different } = await comparedInTheEnd(page, api);
    const long = (await longTasks(page)).filter(({ startMs }) => startMs >= measured.from && startMs < measured.to).map(({ ms }) => ms);
    return {
      loads,
      eventsPerS: measured.events / size.seconds,
      longTasks: long,
      longShare: long.reduce((sum, ms) => sum + ms, 0) / Math.max(1, measured.to - measured.from),
      platformCores: measured.cpu / size.seconds,
      rows,
      different,
      unanswered: raised.lost + raised.broken + swung.lost + swung.broken,
      complaints,
    };
  } finally {
    await browser.close();
    await platform.kill();
    folder.remove();
  }
}
