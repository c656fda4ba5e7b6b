/**
 * The ledger's details are written by the platform in English, from a fixed stock of phrases around names and numbers of the message.
 * Here the phrases are put into the language shown; what came from the device itself (keys, topics, bytes) stays as it was sent. Pure.
 */
import { shownUnit } from '../format/unit.ts';

type Translate = (key: string, slots: Readonly<Record<string, string>>) => string;

/** Things a phrase speaks of, as the platform writes them. */
const THINGS: Readonly<Record<string, string>> = {
  'a number': 'number',
  'true, false, 1 or 0': 'switch',
  'a whole number ≥ 0': 'counter',
  'a text': 'text',
  'a string': 'text',
  'a boolean': 'boolean',
  'an object': 'object',
  'a list': 'list',
  'an object of devices': 'devices',
  'an object of payload keys': 'payloadKeys',
  'a list of codes': 'codes',
  'a code F01 … F22': 'code',
  'online or offline': 'status',
  '{"id": text, "ok": true or false}': 'result',
};

const ANY_THING = Object.keys(THINGS)
  .map((thing) => thing.replaceAll(/[{}()|?*+.]/g, '\\$&'))
  .join('|');

interface Phrase {
  readonly form: RegExp;
  readonly key: string;
  readonly slots: readonly string[];
}

function phrase(form: RegExp, key: string, ...slots: string[]): Phrase {
  return { form: new RegExp(`^(?:${form.source})$`, 'u'), key, slots };
}

/** Most telling first; each must fit a whole part of the detail. */
const PHRASES: readonly Phrase[] = [
  phrase(/judged by arrival; milliseconds since 1970 UTC or ISO 8601 with offset/, 'badStamp'),
  phrase(/declared unit (.+) cannot be turned into (.+)/, 'unit', 'from', 'to'),
  { form: new RegExp(`^(${ANY_THING}) is expected, not (${ANY_THING}|null)$`, 'u'), key: 'expectedNot', slots: ['wanted', 'found'] },
  { form: new RegExp(`^(${ANY_THING}) is expected$`, 'u'), key: 'expected', slots: ['wanted'] },
  phrase(/a list of codes, or an object of such lists/, 'codesOrLists'),
  phrase(/the same point twice/, 'twice'),
  phrase(/kept as uncertain/, 'uncertain'),
  phrase(/(\d+) times/, 'times', 'n'),
  phrase(/and (\d+) more refused/, 'moreRefused', 'n'),
  phrase(/(\d+) bytes, at most (\d+)/, 'bytes', 'n', 'max'),
  phrase(/(\d+) bytes, allowed are (\d+)/, 'bytes', 'n', 'max'),
  phrase(/a WebSocket message of more than (\d+) bytes/, 'webSocket', 'max'),
  phrase(/at most (\d+) levels/, 'levels', 'max'),
  phrase(/at most (\d+) characters of well-formed text/, 'characters', 'max'),
  phrase(/byte order mark/, 'bom'),
  phrase(/a gateway publishes to (\S+)/, 'gatewayTopic', 'topic'),
  phrase(/for gateways/, 'forGateways'),
  phrase(/for the platform/, 'forPlatform'),
  phrase(/subscription/, 'subscription'),
  phrase(/publish/, 'publish'),
  phrase(/no username/, 'noUsername'),
  phrase(/keepalive (\d+) s, allowed are (\d+) s/, 'keepalive', 'n', 'max'),
  phrase(/client id longer than (\d+) characters or with control characters/, 'clientId', 'max'),
  phrase(/client (\S+)/, 'client', 'name'),
  phrase(/the first packet is not a CONNECT/, 'notConnect'),
  phrase(/remaining length of more than four bytes/, 'badLength'),
  phrase(/control characters, not UTF-8 or too many levels/, 'badTopic'),
  phrase(/the reading store refused it/, 'storeRefused'),
  phrase(/(\S+) is outside (\S+) to (\S+)/, 'outside', 'value', 'low', 'high'),
  phrase(/(\S+) replaced by the arrival/, 'replaced', 'stamp'),
  phrase(/and (\d+) more doubted/, 'moreDoubted', 'n'),
  phrase(/resend/, 'resend'),
  phrase(/retained/, 'retained'),
  phrase(/the counter began anew/, 'restarted'),
  phrase(/(\d+) before it never came/, 'lost', 'n'),
  phrase(/(\d+) kept as history, older than what was judged/, 'older', 'n'),
  phrase(/quality ([^:;]+)/, 'qualityOf', 'name'),
  phrase(/faults ([^:;]+)/, 'faultsOf', 'name'),
  phrase(/Unexpected end of JSON input/, 'json.end'),
  phrase(/Unexpected token (.+?), .*/, 'json.token', 'found'),
  phrase(/Unexpected non-whitespace character after JSON.*?/, 'json.after'),
  phrase(/Unterminated string in JSON.*?/, 'json.string'),
  phrase(/Bad control character in string literal in JSON.*?/, 'json.control'),
  phrase(/Bad escaped character in JSON.*?/, 'json.escape'),
  phrase(/Expected .*property name.*?/, 'json.name'),
  phrase(/Expected .*(?:property value|array element).*?/, 'json.next'),
  phrase(/No number after minus sign.*?/, 'json.number'),
  phrase(/(?:Exponent part is missing|Unterminated fractional).*?/, 'json.number'),
];
/** Where two parts meet, as the platform joins them. */
const JOINT = /^(.*?)(: |; |, (?=the counter|\d+ before|\d+ kept|retained))(.*)$/su;

/**
 * @param detail as the ledger has it; @param t translates keys under `said.`
 * A part that is no phrase of ours stands as it is.
 */
export function said(detail: string, t: Translate): string {
  for (const { form, key, slots } of PHRASES) {
    const found = form.exec(detail);
    if (found !== null) return t(`said.${key}`, Object.fromEntries(slots.map((slot, i) => [slot, filled(slot, found[i + 1] ?? '', t)])));
  }
  const parts = JOINT.exec(detail);
  if (parts === null) return detail;
  const [, left = '', joint = '', right = ''] = parts;
  return `${said(left, t)}${t(joint === ': ' ? 'said.of' : 'said.and', {})}${said(right, t)}`;
}

function filled(slot: string, text: string, t: Translate): string {
  if (slot === 'from' || slot === 'to') return shownUnit(text);
  const thing = slot === 'wanted' || slot === 'found' ? THINGS[text] : undefined;
  return thing === undefined ? text : t(`said.thing.${thing}`, {});
}
