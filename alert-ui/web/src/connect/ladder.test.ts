import { describe, expect, it } from 'vitest';
import { climb, type Line } from './ladder.ts';
import { examplePayload, mosquittoSnippet } from './snippets.ts';

const states = (lines: readonly Line[], hasReading = false): string =>
  climb(lines, hasReading)
    .map((s) => s.state)
    .join(' ');
const connected: Line = { at: 10, verdict: 'connect-accepted', reason: null };

describe('how far a new device got', () => {
  it('waits on every rung at first', () => expect(states([])).toBe('waiting waiting waiting waiting waiting'));
  it('a wrong secret reached the door and was refused there', () =>
    expect(states([{ at: 1, verdict: 'connect-refused', reason: 'CONNECT_WRONG_SECRET' }])).toBe('ok refused waiting waiting waiting'));
  it('a later right secret outdates the refusal', () =>
    expect(states([{ at: 1, verdict: 'connect-refused', reason: 'CONNECT_WRONG_SECRET' }, connected])).toBe(
      'ok ok waiting waiting waiting',
    ));
  it('a forbidden topic is refused on the third rung', () =>
    expect(states([connected, { at: 11, verdict: 'refused', reason: 'FORBIDDEN_TOPIC' }])).toBe('ok ok refused waiting waiting'));
  it('an unknown measurement got past the topic', () =>
    expect(states([connected, { at: 11, verdict: 'refused', reason: 'UNKNOWN_MEASUREMENT' }])).toBe('ok ok ok refused waiting'));
  it('an accepted message passes every rung', () =>
    expect(
      states([connected, { at: 11, verdict: 'refused', reason: 'NOT_JSON' }, { at: 12, verdict: 'accepted', reason: null }], true),
    ).toBe('ok ok ok ok ok'));
});

describe('examples', () => {
  it('quote what a shell would read as something else', () => {
    expect(mosquittoSnippet({ host: 'h', port: 1883, enterprise: 'e', device: 'd', secret: "a'b$(x)" }, '{}')).toContain(
      "-P 'a'\\''b$(x)'",
    );
  });
  it('send a value below the lowest high limit', () => {
    const limit = {
      code: 'L1',
      dir: 'hi',
      setPoint: 20,
      level: 'yellow',
      deadband: 1,
      onDelayMs: 0,
      offDelayMs: 0,
      latching: false,
      basis: 'b',
      confidence: 'D',
    } as const;
    const profile = {
      id: 'p',
      zh: '',
      en: '',
      sector: [],
      alarmKind: 'process',
      reportMs: null,
      heartbeatMs: 1,
      faults: [],
      measurements: [{ key: 'lel', zh: '', en: '', ucum: '%{LEL}', range: [0, 100], resolution: 1, valueType: 'number', limits: [limit] }],
    } as const;
    expect(examplePayload(profile)).toBe('{"lel":10}');
  });
});
