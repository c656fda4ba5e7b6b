/**
 * What an operator does to an alarm, and how far it got. A row changes only when the server's event comes; until then it says
 * "sending", and after 3 s without one it says that no receipt came.
 */
import { shallowReactive } from 'vue';
import type { Alarm } from '../../../../model/alarm.ts';
import type { Approval } from '../../../../model/approval.ts';
import type { Problem } from '../../../protocol/http.ts';
import type { Api } from '../api/client.ts';
import type { Live } from '../live/live.ts';
import type { Session } from '../session/session.ts';

export type Progress =
  | { readonly kind: 'sending' }
  | { readonly kind: 'no-receipt' }
  /** Somebody else had already acknowledged. */
  | { readonly kind: 'done-by'; readonly by: string; readonly at: number }
  /** It rose or came again since it was looked at. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'blind' }
  | { readonly kind: 'problem'; readonly code: string; readonly status: number; readonly requestId: string | undefined };

export interface Commands {
  readonly progress: ReadonlyMap<string, Progress>;
  acknowledge(alarm: Alarm, comment?: string): Promise<void>;
  /** All of them in one request, each as it was seen. */
  acknowledgeAll(alarms: readonly Alarm[]): Promise<void>;
  withdraw(alarm: Alarm): Promise<void>;
  reset(alarm: Alarm): Promise<void>;
  comment(alarm: Alarm, comment: string): Promise<boolean>;
  /** Silences what sounds now, on every desk. */
  silence(alarms: readonly Alarm[]): Promise<void>;
  /** Shelving, suppression, out of service, verification, and their ends. */
  change(alarm: Alarm, what: Change, body: Readonly<Record<string, unknown>>): Promise<Changed>;
  /** May the signed-in account take alarms out of service, or suppress them by hand? */
  readonly mayTakeOut: () => boolean;
  /** May the signed-in account do this at all? */
  readonly allowed: () => boolean;
  close(): void;
}

export type Change = 'shelve' | 'unshelve' | 'suppress' | 'unsuppress' | 'out-of-service' | 'return-to-service' | 'verify';
/** `waits`: the request that a second person has to agree to first. */
export type Changed = 'done' | { readonly waits: Approval } | Problem;

export const RECEIPT_WITHIN_MS = 3_000;
const NOTE_FOR_MS = 8_000;
/** As many as one request takes. */
const AT_ONCE = 500;
/** An acknowledgement can be withdrawn this long. */
export const WITHDRAW_WITHIN_MS = 10_000;

export function mayWithdraw(alarm: Alarm, user: string | null, now: number): boolean {
  return (
    user !== null &&
    alarm.acknowledgedBy === user &&
    alarm.acknowledgedAt !== null &&
    now - alarm.acknowledgedAt < WITHDRAW_WITHIN_MS &&
    (alarm.state === 'ACKED' || alarm.state === 'LACK')
  );
}

export function createCommands(api: Api, live: Live, session: Session): Commands {
  const progress = shallowReactive(new Map<string, Progress>());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  function later(id: string, ms: number, what: () => void): void {
    clearTimeout(timers.get(id));
    timers.set(id, setTimeout(what, ms));
  }
  function clear(id: string): void {
    clearTimeout(timers.get(id));
    timers.delete(id);
    progress.delete(id);
  }
  function note(id: string, what: Progress): void {
    progress.set(id, what);
    later(id, NOTE_FOR_MS, () => clear(id));
  }

  const stop = live.onAlarm(({ alarm, event }) => {
    const kind = progress.get(alarm.id)?.kind;
    if (
      (kind === 'sending' || kind === 'no-receipt') &&
      (event.type === 'acknowledged' || event.type === 'withdrawn' || event.type === 'reset' || event.type === 'closed')
    )
      clear(alarm.id);
  });

  async function send(alarm: Alarm, act: 'acknowledge' | 'withdraw' | 'reset', body: unknown): Promise<void> {
    if (live.state.link === 'blind' || live.state.link === 'connecting') {
      note(alarm.id, { kind: 'blind' });
      return;
    }
    if (progress.get(alarm.id)?.kind === 'sending') return;
    progress.set(alarm.id, { kind: 'sending' });
    later(alarm.id, RECEIPT_WITHIN_MS, () => progress.set(alarm.id, { kind: 'no-receipt' }));
    const answer = await api.post<Alarm>(`/alarms/${encodeURIComponent(alarm.id)}/${act}`, body);
    if (!answer.ok) {
      const { problem } = answer;
      const theirs = problem.alarm;
      if (
        act === 'acknowledge' &&
        theirs !== undefined &&
        theirs.acknowledgedBy !== null &&
        theirs.acknowledgedAt !== null &&
        (theirs.state === 'ACKED' || theirs.state === 'LACK')
      ) {
        note(alarm.id, { kind: 'done-by', by: theirs.acknowledgedBy, at: theirs.acknowledgedAt });
      } else if (problem.code === 'alarm-changed') note(alarm.id, { kind: 'changed' });
      else note(alarm.id, { kind: 'problem', code: problem.code, status: problem.status, requestId: problem.requestId });
      return;
    }
    const after = answer.body;
    if (act === 'acknowledge' && after.acknowledgedBy !== null && after.acknowledgedBy !== session.state.user?.name) {
      note(alarm.id, { kind: 'done-by', by: after.acknowledgedBy, at: after.acknowledgedAt ?? live.now() });
      return;
    }
    // The event may have come before the answer.
    const known = live.picture.alarms.get(alarm.id) ?? live.picture.closed.get(alarm.id);
    if (known !== undefined && known.seq >= after.seq) clear(alarm.id);
  }

  return {
    progress,
    acknowledge: (alarm, comment) =>
      send(alarm, 'acknowledge', { seen: alarm.seq, ...(comment === undefined || comment === '' ? {} : { comment }) }),
    async acknowledgeAll(alarms) {
      if (live.state.link === 'blind' || live.state.link === 'connecting') {
        for (const { id } of alarms) note(id, { kind: 'blind' });
        return;
      }
      const asked = alarms.filter(({ id }) => progress.get(id)?.kind !== 'sending').slice(0, AT_ONCE);
      if (asked.length === 0) return;
      for (const { id } of asked) {
        progress.set(id, { kind: 'sending' });
        later(id, RECEIPT_WITHIN_MS, () => progress.set(id, { kind: 'no-receipt' }));
      }
      const items = asked.map(({ id, seq }) => ({ id, seen: seq }));
      const answer = await api.post<{ items: readonly { id: string; status: number; code?: string }[] }>('/alarms/acknowledge', { items });
      if (!answer.ok) {
        const { code, status, requestId } = answer.problem;
        for (const { id } of asked) note(id, { kind: 'problem', code, status, requestId });
        return;
      }
      for (const { id, status, code } of answer.body.items) {
        if (code === 'alarm-changed') note(id, { kind: 'changed' });
        else if (code !== undefined) note(id, { kind: 'problem', code, status, requestId: undefined });
        else clear(id);
      }
    },
    withdraw: (alarm) => send(alarm, 'withdraw', {}),
    reset: (alarm) => send(alarm, 'reset', {}),
    async comment(alarm, comment) {
      const answer = await api.post<Alarm>(`/alarms/${encodeURIComponent(alarm.id)}/comment`, { comment });
      if (!answer.ok)
        note(alarm.id, { kind: 'problem', code: answer.problem.code, status: answer.problem.status, requestId: answer.problem.requestId });
      return answer.ok;
    },
    async silence(alarms) {
      if (alarms.length === 0 || live.state.link === 'blind' || live.state.link === 'connecting') return;
      const answer = await api.post('/alarms/silence', { items: alarms.slice(0, AT_ONCE).map(({ id }) => ({ id })) });
      if (answer.ok) return;
      const { code, status, requestId } = answer.problem;
      for (const { id } of alarms) note(id, { kind: 'problem', code, status, requestId });
    },
    async change(alarm, what, body) {
      const answer = await api.post<Alarm | Approval>(`/alarms/${encodeURIComponent(alarm.id)}/${what}`, body);
      if (!answer.ok) return answer.problem;
      return 'requestedBy' in answer.body ? { waits: answer.body } : 'done';
    },
    mayTakeOut: () => {
      const { user } = session.state;
      return user !== null && (user.role === 'admin' || (user.role === 'operator' && user.enterprises !== null));
    },
    allowed: () => session.state.user !== null && session.state.user.role !== 'viewer',
    close() {
      stop();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
      progress.clear();
    },
  };
}
