import type { Applied, MessageNotes } from '../model/engine.ts';
import type { MessageBody } from '../model/entry.ts';
import type { Inbound, PresenceChange, RefusedAtDoor } from '../model/ports/message-source.ts';
import type { LedgerLine } from '../model/ports/records.ts';
import type { Refusal } from '../model/rejection.ts';
import type { Doubt } from './doubts.ts';

/** How much of a payload the ledger shows, bytes (at most 255: one byte counts them in `accepted-book.ts`). */
export const HEAD_BYTES = 120;
/** How much of a topic. */
export const TOPIC_CHARS = 200;
const decoder = new TextDecoder('utf-8', { fatal: false });

/** First bytes as text; what does not print becomes `\xNN`. Payload is text for people, never rendered as markup. */
export function printableHead(payload: Uint8Array): string {
  let shown = '';
  for (const char of decoder.decode(payload.subarray(0, HEAD_BYTES))) {
    const code = char.codePointAt(0) ?? 0;
    const hidden = code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029 || code === 0xfffd;
    shown += hidden ? `\\x${code.toString(16).padStart(2, '0')}` : char;
  }
  return shown;
}

function base(inbound: Inbound): Pick<LedgerLine, 'at' | 'enterprise' | 'topic' | 'size' | 'address' | 'more'> {
  return {
    at: inbound.receivedAt,
    enterprise: inbound.publisher.enterprise,
    topic: inbound.topic.slice(0, TOPIC_CHARS),
    size: inbound.payload.byteLength,
    address: inbound.publisher.address,
    more: 0,
  };
}

/** The device an accepted message is entered under; a gateway's message goes under its first device. */
export function acceptedUnder(inbound: Inbound, body: MessageBody): string {
  return inbound.publisher.device ?? body.samples[0]?.device ?? inbound.publisher.credential;
}

const NO_NOTES: MessageNotes = { retained: false, restarted: false, lost: 0, older: 0 };

/** What an accepted message's line says beside the message itself; null = nothing. */
export function acceptedDetail(applied: Applied, doubt: Doubt | null = null): string | null {
  if (applied.notes === undefined && doubt === null) return applied.resend ? 'resend' : null;
  const { retained, restarted, lost, older } = applied.notes ?? NO_NOTES;
  const said = [
    applied.resend ? 'resend' : '',
    retained ? 'retained' : '',
    restarted ? 'the counter began anew' : '',
    lost > 0 ? `${lost} before it never came` : '',
    older > 0 ? `${older} kept as history, older than what was judged` : '',
  ].filter((part) => part !== '');
  const whole = [...(doubt === null ? [] : [doubt.detail]), ...(said.length === 0 ? [] : [said.join(', ')])];
  return whole.length === 0 ? null : whole.join('; ');
}

/** The device a refused part is entered under. */
export function refusedUnder(inbound: Inbound, refusal: Refusal): string {
  return refusal.device ?? inbound.publisher.device ?? inbound.publisher.credential;
}

/** @param head of the payload, as `printableHead` shows it */
export function refusalLine(inbound: Inbound, refusal: Refusal, head: string): LedgerLine {
  const detail = [refusal.at, refusal.detail].filter((part) => part !== undefined).join(': ');
  return {
    ...base(inbound),
    device: refusedUnder(inbound, refusal),
    verdict: 'refused',
    reason: refusal.code,
    head,
    detail: detail.slice(0, 300) || null,
  };
}

export function connectionLine(change: PresenceChange): LedgerLine {
  const { publisher } = change;
  return {
    at: change.at,
    device: publisher.device ?? publisher.credential,
    enterprise: publisher.enterprise,
    verdict: 'connect-accepted',
    reason: null,
    topic: null,
    head: '',
    size: 0,
    detail: change.what === 'connected' ? 'connected' : change.clean ? 'disconnected' : 'connection lost',
    address: publisher.address,
    more: 0,
  };
}

/** A user name that looks like one of our secrets (an old one, sent alone) is not shown whole. */
function shownUsername(username: string | null): string | null {
  if (username === null) return null;
  return /^[A-Za-z0-9_-]{28,}$/.test(username) ? `${username.slice(0, 4)}…` : username;
}

/** @param enterprise of the device or gateway it is about, so that its own people see the line too */
export function refusedAtDoorLine(refused: RefusedAtDoor, enterprise: string | null = null): LedgerLine {
  const connect = refused.code.startsWith('CONNECT_');
  const detail = [
    refused.at,
    refused.detail,
    refused.clientId === null || refused.clientId === '' ? undefined : `client ${refused.clientId.slice(0, 64)}`,
  ].filter((part) => part !== undefined && part !== '');
  return {
    at: refused.refusedAt,
    device: refused.device ?? shownUsername(refused.username),
    enterprise,
    verdict: connect ? 'connect-refused' : 'refused',
    reason: refused.code,
    topic: connect ? null : (refused.at ?? null),
    head: '',
    size: 0,
    detail: detail.join(': ').slice(0, 300) || null,
    address: refused.address,
    more: 0,
  };
}
