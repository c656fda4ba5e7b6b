import { describe, expect, it } from 'vitest';
import en from '../../../protocol/locales/en.json' with { type: 'json' };
import zh from '../../../protocol/locales/zh-CN.json' with { type: 'json' };
import { said } from './said.ts';

function translate(texts: object): (key: string, slots: Readonly<Record<string, string>>) => string {
  return (key, slots) => {
    let at: unknown = texts;
    for (const part of key.split('.')) at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[part] : undefined;
    if (typeof at !== 'string') throw new Error(`no text ${key}`);
    return at.replaceAll(/\{(\w+)\}/g, (_whole, slot: string) => slots[slot] ?? `?${slot}?`);
  };
}
const inChinese = (detail: string): string => said(detail, translate(zh));
const inEnglish = (detail: string): string => said(detail, translate(en));

/** Details as the platform writes them, and what of them came from the device and stays. */
const DETAILS: readonly (readonly [detail: string, stays: string])[] = [
  ['lel: a number is expected, not a text', 'lel'],
  ['lel: a number is expected, not a string', 'lel'],
  ['lel: 105 is outside 0 to 100', '105'],
  ['ts: 2026-11-29T12:00:00.000Z replaced by the arrival', '2026-11-29T12:00:00.000Z'],
  ['a: -5 is outside 0 to 100; and 2 more doubted; resend', '-5'],
  ['lel: true, false, 1 or 0 is expected, not an object', 'lel'],
  ['seq: a whole number ≥ 0 is expected', 'seq'],
  ['ts: judged by arrival; milliseconds since 1970 UTC or ISO 8601 with offset', 'ts'],
  ['temp: declared unit Cel cannot be turned into %{LEL}', 'temp'],
  ['lel: the same point twice; 3 times', 'lel'],
  ['x9: 7 times; and 12 more refused', 'x9'],
  ['300000 bytes, at most 262144', '262144'],
  ['300000 bytes, allowed are 262144', '262144'],
  ['at most 8 levels', '8'],
  ['name: at most 128 characters of well-formed text', 'name'],
  ['byte order mark', 'BOM'],
  ['quality lel: kept as uncertain', 'lel'],
  ['quality: an object of payload keys is expected', 'quality'],
  ['faults lel: a list of codes is expected', 'lel'],
  ['faults: a list of codes, or an object of such lists', 'faults'],
  ['an object of devices is expected, not a list', ''],
  ['{"id": text, "ok": true or false} is expected', 'ok'],
  ['v1/gateway/telemetry: for gateways', 'v1/gateway/telemetry'],
  ['beacon/v1/x/y/command: publish: client GD-1', 'GD-1'],
  ['#: subscription: client GD-1', 'GD-1'],
  ['no username: client c1', 'c1'],
  ['keepalive 7200 s, allowed are 3600 s: client c1', '7200'],
  ['the first packet is not a CONNECT', 'CONNECT'],
  ['retained, the counter began anew, 3 before it never came', '3'],
  ['the counter began anew, 12 kept as history, older than what was judged', '12'],
  ['41 kept as history, older than what was judged', '41'],
  ['resend, retained', ''],
  ['Unexpected end of JSON input', 'JSON'],
  [`Unexpected token 'N', "{"lel": NaN}" is not valid JSON`, "'N'"],
  ["Expected ',' or '}' after property value in JSON at position 12 (line 1 column 13)", 'JSON'],
  ["Expected property name or '}' in JSON at position 1 (line 1 column 2)", 'JSON'],
];

describe('what the ledger says of a message', () => {
  it.each(DETAILS)('%s: in Chinese, with what the device sent kept', (detail, stays) => {
    const chinese = inChinese(detail);
    expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(chinese).toContain(stays);
    // No English phrase is left: no two Latin words stand side by side.
    expect(chinese).not.toMatch(/[A-Za-z]{2,} [a-z]{2,}/);
  });
  it('in English reads as it was written, but for unit codes and the JSON reader', () => {
    expect(inEnglish('lel: a number is expected, not a text')).toBe('lel: a number is expected, not a text');
    expect(inEnglish('temp: declared unit Cel cannot be turned into %{LEL}')).toBe('temp: declared unit °C cannot be turned into %LEL');
    expect(inEnglish('retained, the counter began anew')).toBe('retained; the counter began anew');
  });
  it('leaves what is no phrase of ours alone, whatever a device calls its keys', () => {
    for (const text of ['', 'lel', 'my key', '气体: ??', 'constructor']) expect(inChinese(text)).toBe(text.replace(': ', '：'));
  });
});
