import { describe, expect, it } from 'vitest';
import { tellStoreTrouble, withoutSecrets } from './store-trouble.ts';

const NO_SECRETS = { influxToken: null, influxPassword: null };
const failing = (detail: string, attempts = 1) => ({ backoff: { attempts, delayMs: 250 }, detail });
const WELL = { backoff: null, detail: null };
const REFUSED = 'InfluxDB: A 401 Unauthorized error occurred: {"error":"authorization failed"}';

function told(secrets: Parameters<typeof tellStoreTrouble>[2] = NO_SECRETS) {
  const lines: string[] = [];
  const say = (_detail: object, line: string): void => void lines.push(line);
  let now = 0;
  const trouble = tellStoreTrouble({ warn: say, info: say }, () => now, secrets);
  return { lines, trouble, pass: (ms: number) => (now += ms) };
}

describe('the reading store in the log', () => {
  it('is told once in its own words, with what to look at, however often it fails; then that it is over', () => {
    const { lines, trouble } = told();
    for (let attempts = 1; attempts <= 9; attempts += 1) trouble.note(failing(`${REFUSED}\n`, attempts));
    expect(lines).toEqual([
      `the reading store takes nothing: ${REFUSED}; BEACON_INFLUX_USERNAME and _PASSWORD, or _TOKEN, say who we are; alarms are not affected, readings wait in the journal`,
    ]);
    expect(trouble.now()).toBe(REFUSED);
    trouble.note(WELL);
    trouble.note(WELL);
    expect(lines.slice(1)).toEqual(['the reading store takes readings again']);
    expect(trouble.now()).toBeNull();
  });

  it('tells another kind, and not the same one with another time in it', () => {
    const { lines, trouble } = told();
    trouble.note(failing('timeout of 10000ms'));
    trouble.note(failing('timeout of 10250ms'));
    trouble.note(failing('InfluxDB: connect ECONNREFUSED 127.0.0.1:8086'));
    trouble.note(failing('InfluxDB: 503 shard 17 is away'));
    expect(lines.map((line) => line.split(': ').slice(1, 3).join(': ').split(';')[0])).toEqual([
      'timeout of 10000ms',
      'InfluxDB: connect ECONNREFUSED 127.0.0.1:8086',
      'InfluxDB: 503 shard 17 is away',
    ]);
  });

  it('does not fill the log with one that comes and goes, and tells it again after a minute without', () => {
    const { lines, trouble, pass } = told();
    for (let i = 0; i < 50; i += 1) {
      trouble.note(failing(REFUSED));
      trouble.note(WELL);
      pass(1_000);
    }
    expect(lines).toHaveLength(2);
    pass(60_000);
    trouble.note(failing(REFUSED));
    expect(lines).toHaveLength(3);
  });

  it('tells so many kinds at most while it lasts, and the latest in the alarm', () => {
    const { lines, trouble } = told();
    for (let i = 0; i < 100; i += 1) trouble.note(failing(`InfluxDB: shard ${i} is away`));
    expect(lines).toHaveLength(20);
    expect(trouble.now()).toBe('InfluxDB: shard 99 is away');
  });

  it('says nothing while all is well', () => {
    const { lines, trouble } = told();
    trouble.note(WELL);
    expect(lines).toEqual([]);
  });

  it('never tells a credential, whoever repeats one', () => {
    const secrets = { influxToken: 'tok-abcdef', influxPassword: 'pass word' };
    const words = 'http://beacon:pass%20word@influx:8086 refused "pass word" and Token tok-abcdef';
    expect(withoutSecrets(words, secrets)).toBe('http://influx:8086 refused "(hidden)" and Token (hidden)');
    const { lines, trouble } = told(secrets);
    trouble.note(failing(words));
    expect(`${lines.join()} ${trouble.now()}`).not.toMatch(/pass|tok-/);
  });
});
