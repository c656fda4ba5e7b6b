/** Who is signed in here. */
import { shallowReactive } from 'vue';
import type { Problem, PublicInfo, SessionBody, User } from '../../../protocol/http.ts';
import type { Api } from '../api/client.ts';

export interface Session {
  readonly state: {
    readonly user: User | null;
    /** The server ended the session while the board was open: the picture stays, told as blind. */
    readonly ended: boolean;
    readonly info: PublicInfo | null;
  };
  /** Who am I? Null when nobody; a problem when the platform did not answer. */
  restore(): Promise<Problem | null>;
  signIn(username: string, password: string): Promise<Problem | null>;
  signOut(): Promise<void>;
  changePassword(current: string, next: string): Promise<Problem | null>;
}

export function createSession(api: Api): Session {
  const state = shallowReactive<{ user: User | null; ended: boolean; info: PublicInfo | null }>({ user: null, ended: false, info: null });
  api.onSignedOut(() => {
    if (state.user !== null) state.ended = true;
  });

  function take(body: SessionBody): void {
    api.setCsrf(body.csrfToken);
    state.user = body.user;
    state.ended = false;
  }

  return {
    state,
    async restore() {
      const info = await api.get<PublicInfo>('/info');
      if (info.ok) {
        state.info = info.body;
        if (!info.body.signedIn) {
          if (state.user !== null) state.ended = true;
          return null;
        }
      }
      const answer = await api.get<SessionBody>('/session');
      if (answer.ok) take(answer.body);
      else if (answer.problem.status === 401) {
        if (state.user !== null) state.ended = true;
      } else return answer.problem;
      return null;
    },
    async signIn(username, password) {
      const answer = await api.post<SessionBody>('/session', { username, password });
      if (!answer.ok) return answer.problem;
      take(answer.body);
      return null;
    },
    async signOut() {
      await api.remove('/session');
      api.setCsrf(null);
      state.user = null;
      state.ended = false;
    },
    async changePassword(current, next) {
      const answer = await api.post<SessionBody | null>('/session/password', { currentPassword: current, newPassword: next });
      if (!answer.ok) return answer.problem;
      if (answer.body !== null && 'csrfToken' in answer.body) take(answer.body);
      else if (state.user !== null) state.user = { ...state.user, mustChangePassword: false };
      return null;
    },
  };
}
