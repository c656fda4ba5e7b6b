/** What `main.ts` makes once and every component is given. */
import { type InjectionKey, inject } from 'vue';
import type { Api } from './api/client.ts';
import type { Commands } from './desk/commands.ts';
import type { Watch } from './desk/watch.ts';
import type { Directory } from './directory/directory.ts';
import type { Locale } from './i18n.ts';
import type { Live } from './live/live.ts';
import type { Session } from './session/session.ts';

export interface Deps {
  readonly api: Api;
  readonly session: Session;
  readonly live: Live;
  readonly directory: Directory;
  readonly commands: Commands;
  readonly watch: Watch;
  /** Opens the live link and reads the names: after sign-in. */
  begin(): void;
  /** Ends the session, the link and what is known here. */
  signOut(): Promise<void>;
  setLocale(locale: Locale): Promise<void>;
}

export const DEPS: InjectionKey<Deps> = Symbol('deps');

export function useDeps(): Deps {
  const deps = inject(DEPS);
  if (deps === undefined) throw new Error('components are mounted by main.ts, which provides their parts');
  return deps;
}
