import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../model/asset.ts';
import type { Publisher } from '../model/ports/message-source.ts';
import type { MeasurementDef, Profile } from '../model/profile.ts';
import { exampleDevice } from '../model/testing/example-assets.ts';
import { MAX_PAYLOAD_BYTES, MAX_REFUSALS, MAX_VALUES } from './bounds.ts';
import { type Ingested, ingest, type Registry } from './ingest.ts';

const NOW = 1_763_900_000_000;
const DAY = 86_400_000;

const measurement = (key: string, part: Partial<MeasurementDef> = {}): MeasurementDef => ({
  key,
  zh: key,
  en: key,
  ucum: '1',
  range: [0, 100],
  resolution: 1,
  valueType: 'number',
  limits: [],
  ...part,
});
const profile: Profile = {
  id: 'test.device',
  zh: '',
  en: '',
  sector: ['test'],
  alarmKind: 'process',
  reportMs: 1000,
  heartbeatMs: 60_000,
  faults: ['F02', 'F03', 'F22'],
  measurements: [
    measurement('lel'),
    measurement('temp', { ucum: 'Cel', range: [-20, 160] }),
    measurement('open', { valueType: 'boolean', range: [0, 1] }),
    measurement('word', { valueType: 'bitmask', range: [0, 65_535] }),
    measurement('cable_temp', { channels: 4, ucum: 'Cel', range: [-20, 150] }),
    measurement('label', { valueType: 'string' }),
  ],
};
const device = (id: string, part: Partial<Device> = {}): Device => exampleDevice(id, profile.id, { enterpriseId: 'e1', ...part });
const devices = new Map(
  [
    device('d1'),
    device('d2'),
    device('gone', { retiredAt: 5 }),
    device('foreign', { enterpriseId: 'e2' }),
    device('us', { units: { temp: '[degF]' } }),
    device('wrong', { units: { temp: 'Pa' } }),
  ].map((d) => [d.id, d]),
);
const registry: Registry = {
  device(id) {
    const found = devices.get(id);
    return found === undefined ? undefined : { device: found, profile };
  },
};
const speaker = (id: string): Publisher => ({
  credential: id,
  kind: 'device',
  enterprise: 'e1',
  device: id,
  client: `${id}/c`,
  connection: 1,
  address: '127.0.0.1',
});
const gatewayOfE1: Publisher = { ...speaker('g1'), kind: 'gateway', device: null };
const utf8 = new TextEncoder();

function send(payload: unknown, options: { id?: string; topic?: string; publisher?: Publisher; clockBelieved?: boolean } = {}): Ingested {
  const bytes = payload instanceof Uint8Array ? payload : utf8.encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
  const id = options.id ?? 'd1';
  const topic = options.topic ?? `beacon/v1/e1/${id}/telemetry`;
  return ingest(
    { topic, payload: bytes, publisher: options.publisher ?? speaker(id), receivedAt: NOW, clockBelieved: options.clockBelieved ?? true },
    registry,
  );
}
const codes = (result: Ingested): string[] => result.refused.map((r) => (r.at === undefined ? r.code : `${r.code} ${r.at}`));
const values = (result: Ingested): unknown[] =>
  result.samples.flatMap((s) =>
    s.values.map((v) => [v.channel === null ? v.measurement : `${v.measurement}.${v.channel}`, v.value, v.quality, ...v.flags]),
  );

describe('what is understood', () => {
  it('a flat object is taken at its arrival', () => {
    expect(send({ lel: 12.5 })).toMatchObject({
      samples: [
        {
          device: 'd1',
          sampleAt: NOW,
          stampedAt: null,
          values: [{ measurement: 'lel', channel: null, value: 12.5, quality: 'good', flags: [] }],
        },
      ],
      refused: [],
      stamped: false,
      counter: null,
      status: null,
    });
  });

  it('a `ts` of 0 comes from a device without a clock: it does not tell one message from another', () => {
    expect(send({ ts: 0, values: { lel: 60 } })).toMatchObject({
      stamped: false,
      samples: [{ sampleAt: NOW, values: [{ value: 60, flags: ['clock'] }] }],
    });
    expect(send({ ts: 0, seq: 4, values: { lel: 60 } }).stamped).toBe(true);
    expect(send({ ts: 1000, values: { lel: 60 } }).stamped).toBe(true);
  });

  it('a stamped sample keeps its time; a batch comes out oldest first even when it was sent the other way round', () => {
    const batch = send([
      { ts: NOW - 1000, values: { lel: 2 } },
      { ts: NOW - 2000, values: { lel: 1 } },
    ]);
    expect(batch.samples.map((s) => [s.sampleAt, s.values[0]?.value])).toEqual([
      [NOW - 2000, 1],
      [NOW - 1000, 2],
    ]);
    expect(batch.stamped).toBe(true);
  });

  it.each([
    ['2025-11-23T12:13:20Z', NOW],
    ['2025-11-23T20:13:20+08:00', NOW],
    ['2025-11-23T20:13:20+0800', NOW],
    ['2025-11-23 20:13:20,000+08', NOW],
    ['2025-11-23T12:13:19.250Z', NOW - 750],
  ])('ISO time %s', (ts, at) => {
    expect(send({ ts, values: { lel: 1 } }).samples[0]).toMatchObject({ sampleAt: at, stampedAt: at });
  });

  it('channels, booleans, status words, texts and the counter', () => {
    const result = send({ seq: 7, values: { cable_temp: 20, 'cable_temp.2': 21, open: true, word: 6, label: 'abc' } });
    expect(values(result)).toEqual([
      ['cable_temp.1', 20, 'good'],
      ['cable_temp.2', 21, 'good'],
      ['open', 1, 'good'],
      ['word', 6, 'good'],
      ['label', 'abc', 'good'],
    ]);
    expect(result).toMatchObject({ counter: 7, stamped: true, refused: [] });
  });

  it('a declared unit is converted: 135.5 °F is 57.5 °C', () => {
    expect(values(send({ temp: 135.5 }, { id: 'us' }))).toEqual([['temp', 57.5, 'good']]);
    expect(codes(send({ temp: 1, lel: 3 }, { id: 'wrong' }))).toEqual(['WRONG_TYPE temp']);
  });

  it('status as a word, quoted or in an object, also as last will', () => {
    const status = (payload: string) => send(payload, { topic: 'beacon/v1/e1/d1/status' });
    for (const payload of ['offline', '"offline"', '{"status":"offline"}'])
      expect(status(payload).status).toEqual({ device: 'd1', what: 'offline' });
    for (const payload of ['', 'OFFLINE', '{"status":1}', '{}', '[]', '{"status":"online","status":"offline"}', '\u0000'])
      expect([payload, status(payload).status, codes(status(payload))]).toEqual([payload, null, ['BAD_STATUS']]);
  });

  it('the status of a gateway itself is no unknown device: its connection has said it already', () => {
    const own = (payload: string) => send(payload, { topic: 'beacon/v1/e1/g1/status', publisher: gatewayOfE1 });
    expect(own('offline')).toMatchObject({ status: null, samples: [], refused: [] });
    expect(codes(own('hello'))).toEqual(['BAD_STATUS']);
    expect(codes(send('offline', { topic: 'beacon/v1/e1/g2/status', publisher: gatewayOfE1 }))).toEqual(['UNKNOWN_DEVICE']);
  });

  it('ThingsBoard: own telemetry, and several devices through a gateway', () => {
    expect(values(send({ lel: 4 }, { topic: 'v1/devices/me/telemetry' }))).toEqual([['lel', 4, 'good']]);
    const result = send(
      {
        d1: [{ ts: NOW, values: { lel: 1 } }],
        d2: [{ ts: NOW, values: { lel: 2 } }],
        nobody: [{ values: { lel: 3 } }],
        foreign: [{ lel: 4 }],
      },
      { topic: 'v1/gateway/telemetry', publisher: gatewayOfE1 },
    );
    expect(result.samples.map((s) => [s.device, s.values[0]?.value])).toEqual([
      ['d1', 1],
      ['d2', 2],
    ]);
    expect(result.refused.map((r) => [r.code, r.device])).toEqual([
      ['UNKNOWN_DEVICE', 'nobody'],
      ['FOREIGN_DEVICE', 'foreign'],
    ]);
  });
});

describe('doubt is kept, marked and judged', () => {
  it('105 %LEL and 400 °C pass the door', () => {
    expect(values(send({ lel: 105, temp: 400 }))).toEqual([
      ['lel', 105, 'uncertain', 'out-of-range'],
      ['temp', 400, 'uncertain', 'out-of-range'],
    ]);
  });

  it('null and "NaN" are bad samples, not silence', () => {
    expect(values(send('{"lel":null,"temp":"NaN"}'))).toEqual([
      ['lel', null, 'bad'],
      ['temp', null, 'bad'],
    ]);
  });

  it('quality by key; a key said to be bad without a value is a bad sample', () => {
    const result = send({ values: { lel: 60 }, quality: { lel: 'uncertain', temp: 'bad', 'cable_temp.2': 'nonsense' } });
    expect(values(result)).toEqual([
      ['lel', 60, 'uncertain'],
      ['temp', null, 'bad'],
    ]);
    expect(codes(result)).toEqual(['BAD_QUALITY quality cable_temp.2']);
  });

  it('a quality word that is not understood leaves the value, as uncertain', () => {
    expect(values(send({ values: { lel: 60 }, quality: { lel: 'fine' } }))).toEqual([['lel', 60, 'uncertain']]);
  });

  it('a word alone is the quality of every value beside it; one that is not understood leaves them all uncertain', () => {
    expect(values(send({ values: { lel: 0, temp: 20 }, quality: 'bad' }))).toEqual([
      ['lel', 0, 'bad'],
      ['temp', 20, 'bad'],
    ]);
    expect(values(send({ values: { lel: 0 }, quality: 'good' }))).toEqual([['lel', 0, 'good']]);
    for (const quality of ['fine', 3, null, ['bad']]) {
      const doubted = send({ values: { lel: 60 }, quality });
      expect(values(doubted)).toEqual([['lel', 60, 'uncertain']]);
      expect(codes(doubted)).toEqual(['BAD_QUALITY quality']);
    }
  });

  it('a short circuit of one point makes that value bad; of the whole device it does not blind the other gases', () => {
    const point = send({ values: { lel: 60, temp: 20 }, faults: { lel: ['F03'] } });
    expect(values(point)).toEqual([
      ['lel', 60, 'bad', 'sensor'],
      ['temp', 20, 'good'],
    ]);
    expect(point.samples[0]?.pointFaults).toEqual({ lel: ['F03'] });
    const whole = send({ values: { lel: 60 }, faults: ['F03', 'F99'] });
    expect(values(whole)).toEqual([['lel', 60, 'good']]);
    expect(whole.samples[0]?.faults).toEqual(['F03']);
    expect(codes(whole)).toEqual(['BAD_QUALITY faults']);
  });

  it('a fault of a device that measures one thing alone is about that thing', () => {
    const single: Profile = { ...profile, id: 'test.single', measurements: [measurement('lel')] };
    const one = { device: device('d9', { profileId: single.id }), profile: single };
    const said = (faults: readonly string[]): unknown[] =>
      values(
        ingest(
          {
            topic: 'v1/devices/me/telemetry',
            payload: utf8.encode(JSON.stringify({ values: { lel: 60 }, faults })),
            publisher: speaker('d9'),
            receivedAt: NOW,
            clockBelieved: true,
          },
          { device: () => one },
        ),
      );
    expect(said(['F03'])).toEqual([['lel', 60, 'bad', 'sensor']]);
    expect(said(['F04'])).toEqual([['lel', 60, 'uncertain', 'out-of-range']]);
    expect(said(['F09', 'F22'])).toEqual([['lel', 60, 'uncertain', 'warm-up']]);
    expect(said([])).toEqual([['lel', 60, 'good']]);
  });

  it('a contact beside the one quantity has no sensor: a dead cell does not clear the gas alarm of a detector with a linked valve', () => {
    const said = (others: Profile['measurements'], values: Record<string, number | boolean>, faults: readonly string[]): unknown[] => {
      const detector: Profile = { ...profile, id: 'test.detector', measurements: [measurement('lel'), ...others] };
      const one = { device: device('d9', { profileId: detector.id }), profile: detector };
      const payload = utf8.encode(JSON.stringify({ values, faults }));
      const message = { topic: 'v1/devices/me/telemetry', payload, publisher: speaker('d9'), receivedAt: NOW, clockBelieved: true };
      const result = ingest(message, { device: () => one });
      return (result.samples[0]?.values ?? []).map(({ measurement: key, quality }) => [key, quality]);
    };
    const contact = { ...measurement('valve_open'), valueType: 'boolean' as const, ucum: '{bool}' };
    expect(said([contact], { lel: 0, valve_open: true }, ['F03'])).toEqual([
      ['lel', 'bad'],
      ['valve_open', 'good'],
    ]);
    expect(said([contact], { lel: 0, valve_open: true }, ['F22'])).toEqual([
      ['lel', 'uncertain'],
      ['valve_open', 'uncertain'],
    ]);
    // Another quantity, or a status word, may be what is meant: none is blinded by a guess.
    expect(said([contact, measurement('temp')], { lel: 60, temp: 20 }, ['F03'])).toEqual([
      ['lel', 'good'],
      ['temp', 'good'],
    ]);
    expect(said([{ ...contact, valueType: 'bitmask' }], { lel: 60 }, ['F03'])).toEqual([['lel', 'good']]);
  });

  it('warm-up marks every value and still lets it be judged; an empty fault list ends the faults', () => {
    expect(values(send({ values: { lel: 60 }, faults: ['F22'] }))).toEqual([['lel', 60, 'uncertain', 'warm-up']]);
    expect(send({ values: {}, faults: [] })).toMatchObject({ samples: [{ values: [], faults: [] }], refused: [] });
    // A device that writes its faults by point has an empty object left when all is well.
    expect(send({ values: {}, faults: {} })).toMatchObject({ samples: [{ values: [], faults: [] }], refused: [] });
  });
});

describe('device clocks', () => {
  it('a stamp a day ahead is replaced by the arrival, the original kept', () => {
    expect(send({ ts: NOW + DAY, values: { lel: 60 } }).samples[0]).toMatchObject({
      sampleAt: NOW,
      stampedAt: NOW + DAY,
      values: [{ value: 60, quality: 'good', flags: ['clock'] }],
    });
  });

  it('a batch from the future keeps its spacing: the newest is the arrival', () => {
    const result = send([1, 2, 3].map((n) => ({ ts: NOW + DAY + n * 1000, values: { lel: n } })));
    expect(result.samples.map((s) => s.sampleAt)).toEqual([NOW - 2000, NOW - 1000, NOW]);
  });

  it('a device in 1970 is taken at its arrival', () => {
    expect(send({ ts: 12_000, values: { lel: 60 } }).samples[0]).toMatchObject({
      sampleAt: NOW,
      stampedAt: 12_000,
      values: [{ flags: ['clock'] }],
    });
  });

  it('5 s ahead is tolerated, 5 s and a millisecond not', () => {
    expect(send({ ts: NOW + 5000, values: { lel: 1 } }).samples[0]?.sampleAt).toBe(NOW + 5000);
    expect(send({ ts: NOW + 5001, values: { lel: 1 } }).samples[0]?.sampleAt).toBe(NOW);
  });

  it('a server that does not believe its own clock keeps every stamp', () => {
    expect(send({ ts: NOW + DAY, values: { lel: 1 } }, { clockBelieved: false }).samples[0]).toMatchObject({
      sampleAt: NOW + DAY,
      values: [{ flags: [] }],
    });
  });

  it.each(['yesterday', '2025-11-23T12:13:20', null, true, {}, [], '', '2025-13-40T00:00:00Z', 1e300])(
    'a time that is none (%j) does not take the values with it',
    (ts) => {
      const result = send({ ts, values: { lel: 60 } });
      expect(codes(result)).toEqual(['BAD_TIMESTAMP ts']);
      expect(result.samples[0]).toMatchObject({ sampleAt: NOW, stampedAt: null, values: [{ value: 60, flags: ['clock'] }] });
    },
  );

  it('whatever the stamps, every sample lies between a week before the arrival and its tolerance, or keeps its own sound stamp', () => {
    const stamp = fc.oneof(fc.integer({ min: NOW - 3 * DAY, max: NOW + 3 * DAY }), fc.integer({ min: -1e12, max: 1e12 }), fc.double());
    fc.assert(
      fc.property(fc.array(stamp, { minLength: 1, maxLength: 8 }), (stamps) => {
        for (const sample of send(JSON.stringify(stamps.map((ts) => ({ ts, values: { lel: 1 } })))).samples) {
          expect(sample.sampleAt).toBeLessThanOrEqual(NOW + 5000);
          if (sample.sampleAt !== sample.stampedAt) expect(sample.sampleAt).toBeGreaterThanOrEqual(NOW - 7 * DAY);
        }
      }),
    );
  });
});

const deep = (n: number): string => `${'['.repeat(n)}${']'.repeat(n)}`;

describe('hostile payloads', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', '', ['EMPTY_MESSAGE']],
    ['binary', new Uint8Array([0xff, 0xfe, 0x00, 0x81]), ['NOT_UTF8']],
    ['surrogates written as UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), ['NOT_UTF8']],
    ['truncated', '{"lel": 12.', ['NOT_JSON']],
    ['NUL bytes', '\u0000\u0000', ['NOT_JSON']],
    ['a byte order mark', '\u{feff}{"lel":1}', ['NOT_JSON']],
    ['a bare NaN', '{"lel":NaN}', ['NOT_JSON']],
    ['two documents', '{"lel":1}{"lel":2}', ['NOT_JSON']],
    ['huge', `{"lel":1,"x":"${'x'.repeat(MAX_PAYLOAD_BYTES)}"}`, ['TOO_LARGE']],
    ['deep lists', deep(60_000), ['TOO_DEEP']],
    ['deep objects', `${'{"lel":'.repeat(20_000)}1${'}'.repeat(20_000)}`, ['TOO_DEEP']],
    ['a number alone', '5', ['BAD_SHAPE']],
    ['null alone', 'null', ['BAD_SHAPE']],
    ['an empty object', '{}', ['EMPTY_MESSAGE']],
    ['an empty list', '[]', ['EMPTY_MESSAGE']],
    ['values that are none', '{"values":[1]}', ['BAD_SHAPE values']],
    ['the prototype', '{"__proto__":{"lel":5}}', ['UNKNOWN_MEASUREMENT __proto__']],
    ['a method of every object', '{"constructor":1,"toString":2}', ['UNKNOWN_MEASUREMENT constructor', 'UNKNOWN_MEASUREMENT toString']],
    ['infinity by exponent', '{"lel":1e999}', ['NOT_FINITE lel']],
    ['a number as text', '{"lel":"12.5"}', ['WRONG_TYPE lel']],
    ['a switch for a number', '{"lel":true}', ['WRONG_TYPE lel']],
    ['an object for a number', '{"lel":{"a":1}}', ['WRONG_TYPE lel']],
    ['half a bit', '{"word":1.5}', ['WRONG_TYPE word']],
    ['a lone surrogate by escape', '{"\\ud800":1,"label":"\\udc00"}', ['UNKNOWN_MEASUREMENT \u{fffd}', 'STRING_TOO_LONG label']],
    ['a long text', { label: 'x'.repeat(1000) }, ['STRING_TOO_LONG label']],
    ['a key twice', '{"lel":5,"lel":99}', ['DUPLICATE_KEY lel']],
    ['a key twice, once escaped', '{"lel":5,"l\\u0065l":99}', ['DUPLICATE_KEY lel']],
    ['two envelopes', '{"values":{"lel":5},"values":{"lel":99}}', ['DUPLICATE_KEY values']],
    ['one channel by two names', '{"cable_temp":1,"cable_temp.1":2}', ['DUPLICATE_KEY cable_temp.1']],
    ['a channel too many', '{"cable_temp.5":1,"lel.1":2}', ['UNKNOWN_CHANNEL cable_temp.5', 'UNKNOWN_CHANNEL lel.1']],
  ])('%s', (_what, payload, expected) => {
    const result = send(payload);
    expect(codes(result)).toEqual(expected);
    for (const sample of result.samples) for (const v of sample.values) expect(v.measurement).toBe('cable_temp');
  });

  it('the same key in different samples, and a colon inside a text, are no duplicates', () => {
    const result = send(
      '[{"ts":"2025-11-23T12:13:19Z","values":{"lel":1}},{"ts":"2025-11-23T12:13:20Z","values":{"lel":2,"label":"a\\":{\\"lel\\":1,"}}]',
    );
    expect(result.refused).toEqual([]);
    expect(result.samples).toHaveLength(2);
  });

  it('a duplicate in one sample of a batch leaves the others', () => {
    const result = send('[{"ts":1763899999000,"values":{"lel":1,"lel":2,"temp":20}},{"ts":1763900000000,"values":{"lel":3}}]');
    expect(values(result)).toEqual([
      ['temp', 20, 'good'],
      ['lel', 3, 'good'],
    ]);
    expect(codes(result)).toEqual(['DUPLICATE_KEY lel']);
  });

  it('like refusals are one with a count, and different ones are bounded', () => {
    expect(send(Array.from({ length: 50 }, () => ({ nope: 1 }))).refused).toEqual([
      { code: 'UNKNOWN_MEASUREMENT', device: 'd1', at: 'nope', detail: '50 times' },
    ]);
    const many = send(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 1]))).refused;
    expect(many).toHaveLength(MAX_REFUSALS);
    expect(many.at(-1)?.detail).toBe(`and ${500 - MAX_REFUSALS} more refused`);
  });

  it('more values than a message may have are refused by name, not silently', () => {
    const result = send(`[${Array.from({ length: MAX_VALUES + 5 }, () => '{"lel":1}').join()}]`);
    expect(result.samples).toHaveLength(MAX_VALUES);
    expect(codes(result)).toEqual(['TOO_MANY_VALUES']);
  });

  it.each<[string, Publisher | undefined, string]>([
    ['nothing/of/ours', undefined, 'UNKNOWN_TOPIC'],
    ['$SYS/broker', undefined, 'UNKNOWN_TOPIC'],
    ['a/'.repeat(200), undefined, 'UNKNOWN_TOPIC'],
    ['beacon/v1/e1/d1', undefined, 'BAD_TOPIC'],
    ['beacon/v1/e1/d1/telemetry/x', undefined, 'BAD_TOPIC'],
    ['beacon/v1/e1//telemetry', undefined, 'BAD_TOPIC'],
    ['beacon/v1/e1/d 1/telemetry', undefined, 'BAD_TOPIC'],
    [`beacon/v1/${'e/'.repeat(200)}`, undefined, 'BAD_TOPIC'],
    ['beacon/v1/e1/d2/telemetry', undefined, 'FOREIGN_DEVICE'],
    ['beacon/v1/e2/d1/telemetry', undefined, 'FOREIGN_DEVICE'],
    ['beacon/v1/e1/d1/command', undefined, 'FORBIDDEN_TOPIC'],
    ['v1/gateway/telemetry', undefined, 'FORBIDDEN_TOPIC'],
    ['v1/devices/me/telemetry', gatewayOfE1, 'BAD_TOPIC'],
    ['beacon/v1/e1/nobody/telemetry', gatewayOfE1, 'UNKNOWN_DEVICE'],
    ['beacon/v1/e1/foreign/telemetry', gatewayOfE1, 'FOREIGN_DEVICE'],
    ['beacon/v1/e1/gone/telemetry', gatewayOfE1, 'RETIRED_DEVICE'],
    ['beacon/v1/e1/gone/status', gatewayOfE1, 'RETIRED_DEVICE'],
  ])('topic %s', (topic, publisher, code) => {
    const result = send('{"lel":60}', { topic, ...(publisher === undefined ? {} : { publisher }) });
    expect(result.refused.map((r) => r.code)).toEqual([code]);
    expect(result.samples).toEqual([]);
  });
});

describe('what a device says about a command', () => {
  const result = (payload: string, topic = 'beacon/v1/e1/d1/command/result', publisher?: Publisher) =>
    send(payload, { topic, ...(publisher === undefined ? {} : { publisher }) });

  it.each([
    ['{"id":"c1","ok":true}', { device: 'd1', id: 'c1', ok: true, detail: null }],
    ['{"id":"c1","ok":false,"detail":"lamp 3 is dark","more":1}', { device: 'd1', id: 'c1', ok: false, detail: 'lamp 3 is dark' }],
    ['{"id":"c1","ok":true,"detail":7}', { device: 'd1', id: 'c1', ok: true, detail: null }],
    ['{"id":"c1","ok":true,"detail":""}', { device: 'd1', id: 'c1', ok: true, detail: null }],
    ['{"id":"c1","ok":true,"detail":"一\\n\\u202e<b>\\ud800"}', { device: 'd1', id: 'c1', ok: true, detail: '一\\u000a\\u202e<b>\\ud800' }],
  ])('%s', (payload, answer) => {
    const taken = result(payload);
    expect([taken.answer, taken.refused, taken.samples]).toEqual([answer, [], []]);
  });

  it('is cut: 200 characters of its words, 64 of an id', () => {
    const { answer } = result(JSON.stringify({ id: 'i'.repeat(100), ok: true, detail: `${'x'.repeat(197)}\n\n` }));
    expect([answer?.id.length, answer?.detail]).toEqual([64, 'x'.repeat(197)]);
  });

  it.each([
    ['{"id":1,"ok":true}', 'BAD_SHAPE'],
    ['{"id":"c1"}', 'BAD_SHAPE'],
    ['{"id":"c1","ok":"true"}', 'BAD_SHAPE'],
    ['[]', 'BAD_SHAPE'],
    ['ok', 'NOT_JSON'],
  ])('%s is none: %s', (payload, code) => {
    const taken = result(payload);
    expect([taken.answer, taken.refused.map((one) => one.code)]).toEqual([null, [code]]);
  });

  it('is about its own commands alone; a gateway speaks for the devices of its enterprise', () => {
    const foreign = result('{"id":"c1","ok":true}', 'beacon/v1/e1/d2/command/result');
    expect([foreign.answer, foreign.refused.map((one) => one.code)]).toEqual([null, ['FOREIGN_DEVICE']]);
    expect(result('{"id":"c1","ok":true}', 'beacon/v1/e1/d2/command/result', gatewayOfE1).answer?.device).toBe('d2');
    expect(result('{"id":"c1","ok":true}', 'beacon/v1/e2/d2/command/result', gatewayOfE1).answer).toBeNull();
  });

  it.each([
    ['foreign', 'FOREIGN_DEVICE'],
    ['nobody', 'UNKNOWN_DEVICE'],
    ['gone', 'RETIRED_DEVICE'],
  ])('a gateway does not answer for %s under the topic of its own enterprise', (id, code) => {
    const taken = result('{"id":"c1","ok":true}', `beacon/v1/e1/${id}/command/result`, gatewayOfE1);
    expect([taken.answer, taken.refused.map((one) => one.code)]).toEqual([null, [code]]);
  });
});

describe('what must never happen', () => {
  const topics = fc.constantFrom(
    'beacon/v1/e1/d1/telemetry',
    'beacon/v1/e1/d1/status',
    'beacon/v1/e1/d1/command/result',
    'v1/devices/me/telemetry',
    'v1/gateway/telemetry',
  );

  it('bytes of any kind on any topic make it throw', () => {
    fc.assert(
      fc.property(fc.oneof(topics, fc.string()), fc.uint8Array({ maxLength: 300 }), fc.boolean(), (topic, payload, asGateway) => {
        const result = send(payload, { topic, ...(asGateway ? { publisher: gatewayOfE1 } : {}) });
        expect(Number.isSafeInteger(result.digest)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('JSON of any kind makes it throw, lets a value pass that is not finite, or leaves a message without any trace', () => {
    const key = fc.oneof(
      fc.constantFrom('ts', 'values', 'quality', 'faults', 'seq', 'lel', 'temp', 'cable_temp', 'cable_temp.2', 'd1', '__proto__'),
      fc.string(),
    );
    const { json } = fc.letrec((tie) => ({
      json: fc.oneof(
        { maxDepth: 6 },
        fc.double(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.constant('NaN'),
        fc.array(tie('json')),
        fc.dictionary(key, tie('json')),
      ),
    }));
    fc.assert(
      fc.property(topics, json, fc.boolean(), (topic, value, asGateway) => {
        const result = send(JSON.stringify(value), { topic, ...(asGateway ? { publisher: gatewayOfE1 } : {}) });
        for (const sample of result.samples) {
          expect(Number.isSafeInteger(sample.sampleAt)).toBe(true);
          for (const v of sample.values)
            expect(v.value === null ? v.quality === 'bad' : typeof v.value === 'string' || Number.isFinite(v.value)).toBe(true);
        }
        if (topic.endsWith('telemetry')) expect(result.samples.length + result.refused.length).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('a bad value takes the good ones of its message with it', () => {
    const junk = fc.constantFrom('1e999', '"12"', 'true', '{}', '[1,[2]]', '{"lel":1}', '""');
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.uniqueArray(fc.constantFrom('temp', 'word', 'nope', '__proto__', 'cable_temp.9', 'constructor'), { minLength: 1 }),
        junk,
        fc.boolean(),
        (lel, bad, raw, last) => {
          const good = `"lel":${JSON.stringify(lel)}`;
          const others = bad.map((key) => `"${key}":${raw}`);
          const result = send(`{"values":{${(last ? [...others, good] : [good, ...others]).join()}}}`);
          expect(values(result)).toEqual([['lel', lel === 0 ? 0 : lel, 'good']]);
          expect(result.refused.length).toBe(bad.length);
        },
      ),
    );
  });

  it('one message has two digests, or two messages of one credential share one', () => {
    expect(send({ lel: 1 }).digest).toBe(send({ lel: 1 }).digest);
    const seen = new Set<number>();
    for (let n = 0; n < 20_000; n++) seen.add(send({ lel: n / 1000 }).digest);
    expect(seen.size).toBe(20_000);
  });
});
