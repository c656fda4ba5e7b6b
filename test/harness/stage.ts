import type { Browser } from 'playwright-core';
import type { Role } from '../../model/actor.ts';
import { createAccount } from '../../alert-ui/server/accounts.ts';
import { systemClock } from '../../app/clock.ts';
import { openRecords } from '../../store/records/open-records.ts';
import { signIn, type Api } from './api.ts';
import { openBrowser } from './browser.ts';
import { ADMIN_PASSWORD, startPlatform, temporaryFolder, type PlatformProcess } from './platform-process.ts';

/** Name, role and, for one of some alone, the enterprises of an account. */
export type Somebody = readonly [name: string, role: Role, enterprises?: readonly string[]];

/** For devices that say something once: their silence is not what the test is about, however long it takes. */
export const SELDOM_HEARD = { heartbeatMs: 3 * 3_600_000 } as const;

/** What a test of the page needs: a platform, a browser, and the administrator's way past the page. */
export interface Stage {
  readonly platform: PlatformProcess;
  readonly browser: Browser;
  readonly api: Api;
  close(): Promise<void>;
}

/** @param people all with ADMIN_PASSWORD, there before the start; none = `admin` alone, as a first start makes it */
export async function openStage(name: string, people: readonly Somebody[] = []): Promise<Stage> {
  const folder = temporaryFolder(name);
  if (people.length > 0) {
    const records = await openRecords(folder.path);
    for (const [account, role, enterprises] of people)
      await createAccount(records, { name: account, password: ADMIN_PASSWORD, role, enterprises: enterprises ?? null }, systemClock());
    await records.close();
  }
  const platform = await startPlatform({ dataDir: folder.path });
  const browser = await openBrowser();
  return {
    platform,
    browser,
    api: await signIn(platform.httpBase),
    async close() {
      await browser.close();
      await platform.stop();
      folder.remove();
    },
  };
}
