/** Two languages, chosen by the browser and kept once switched. Texts are loaded for the chosen language only. */
import { createI18n } from 'vue-i18n';

export type Locale = 'zh-CN' | 'en';
const KEY = 'beacon.locale';

const loaders: Readonly<Record<Locale, () => Promise<{ default: object }>>> = {
  'zh-CN': () => import('../../protocol/locales/zh-CN.json'),
  en: () => import('../../protocol/locales/en.json'),
};

/** Local storage may be closed to us; a choice is then kept for this page only. */
function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch (error) {
    console.warn('the choice of language cannot be read', error);
    return null;
  }
}

export function firstLocale(stored: string | null, browser: readonly string[]): Locale {
  if (stored === 'zh-CN' || stored === 'en') return stored;
  const first = browser.find((tag) => /^(zh|en)\b/i.test(tag));
  return first !== undefined && /^en/i.test(first) ? 'en' : 'zh-CN';
}

function makeI18n(locale: Locale) {
  return createI18n({ legacy: false, locale, fallbackLocale: false, messages: {}, missingWarn: false, fallbackWarn: false });
}

export interface Language {
  readonly i18n: ReturnType<typeof makeI18n>;
  set(locale: Locale): Promise<void>;
}

export async function createLanguage(): Promise<Language> {
  const i18n = makeI18n(firstLocale(kept(), navigator.languages));
  const { global } = i18n;
  async function load(locale: Locale): Promise<void> {
    const texts = await loaders[locale]();
    global.setLocaleMessage(locale, texts.default as Parameters<typeof global.setLocaleMessage>[1]);
    global.locale.value = locale;
    document.documentElement.lang = locale;
  }
  await load(global.locale.value as Locale);
  return {
    i18n,
    async set(locale) {
      await load(locale);
      try {
        localStorage.setItem(KEY, locale);
      } catch (error) {
        console.warn('the choice of language cannot be kept', error);
      }
    },
  };
}
