/** Makes every part once, in order, and hands them to the components. */
import '@fontsource-variable/noto-sans-sc';
import './styles/tokens.css';
import './styles/base.css';
import './styles/alarm-columns.css';
import { createApp } from 'vue';
import App from './App.vue';
import { createApi } from './api/client.ts';
import { DEPS } from './deps.ts';
import { createCommands } from './desk/commands.ts';
import { createWatch } from './desk/watch.ts';
import { createDirectory } from './directory/directory.ts';
import { createLanguage } from './i18n.ts';
import { createLive } from './live/live.ts';
import { createPages } from './router.ts';
import { createSession } from './session/session.ts';
import { createWords } from './words.ts';

const language = await createLanguage();
const { t, te, locale } = language.i18n.global;
const api = createApi();
const session = createSession(api);
const live = createLive(api, session);
const directory = createDirectory(api);
const commands = createCommands(api, live, session);
const words = createWords(
  directory,
  (key, slots) => t(key, slots ?? {}),
  (key) => te(key),
  () => locale.value === 'zh-CN',
);
api.onStale(() => void session.restore());
const watch = createWatch(live, words.spoken, (ringing, blind) => {
  if (blind) return `(?) ${t('blind.title')} · ${t('app.name')}`;
  const worst = ringing[0];
  return worst === undefined ? t('app.name') : `(${ringing.length}) ${t(`letter.${worst.level}`)} ${words.what(worst)} · ${t('app.name')}`;
});
await session.restore();
const router = createPages(session, () => watch.ringing.value.length === 0);

/** Whose picture and names are held here. */
let holder: string | null = null;
/** A platform that could not answer is asked for the names again: until they are here forms have nothing to choose from. */
const NAMES_AGAIN_MS = 5_000;
async function readNames(): Promise<void> {
  const mine = holder;
  const problem = await directory.load();
  const mayPass = problem !== null && (problem.status === 0 || problem.status === 429 || problem.status >= 500);
  if (mayPass)
    setTimeout(() => {
      if (mine === holder && session.state.user !== null) void readNames();
    }, NAMES_AGAIN_MS);
}
function begin(): void {
  const name = session.state.user?.name ?? null;
  if (holder !== null && holder !== name) {
    live.close();
    directory.clear();
  }
  holder = name;
  live.open();
  void readNames();
}

createApp(App)
  .provide(DEPS, {
    api,
    session,
    live,
    directory,
    commands,
    watch,
    begin,
    async signOut() {
      await session.signOut();
      watch.end();
      live.close();
      directory.clear();
    },
    setLocale: (next) => language.set(next),
  })
  .use(language.i18n)
  .use(router)
  .mount('#app');
if (session.state.user !== null && !session.state.user.mustChangePassword) {
  begin();
  watch.goOn();
}
