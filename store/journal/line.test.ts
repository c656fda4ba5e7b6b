import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENTRY_VERSION, type Entry, type EntryBody, type EntryDraft } from '../../model/entry.ts';
import { FLAGS, QUALITIES, type Sample, type SampleValue, type StoredReading } from '../../model/reading.ts';
import { readingsOf } from '../projector/readings-of.ts';
import { charsOf, decodeCommit, EntryFormatError, encodeCommit, type ReadingListener, tellReadings, WRITTEN_FIELDS } from './line.ts';

/** Any text: every code unit, so that lone surrogates, line ends, NUL and quotes are among them. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.constantFrom('', '\n', '],[', '"', '\\', '\u0000', '\u2028', '\ud83d', '\ude00', '可燃气体', '🔥', '__proto__', 'null', '0'),
);
const time = fc.integer({ min: 0, max: 8_640_000_000_000_000 });
/** JSON has no negative zero; nothing in the engine tells it from zero. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));
const or = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });

const value: fc.Arbitrary<SampleValue> = fc.record({
  measurement: text,
  channel: or(fc.nat()),
  value: fc.oneof(number, text, fc.constant(null)),
  quality: fc.constantFrom(...QUALITIES),
  flags: fc.subarray([...FLAGS]),
});
const faults = fc.array(text, { maxLength: 3 });
const sample: fc.Arbitrary<Sample> = fc.record(
  {
    device: text,
    sampleAt: time,
    stampedAt: or(time),
    values: fc.array(value, { maxLength: 5 }),
    faults,
    pointFaults: fc.dictionary(text, faults, { maxKeys: 3, noNullPrototype: true }),
  },
  { requiredKeys: ['device', 'sampleAt', 'stampedAt', 'values'] },
);
const refusal = fc.record(
  { code: fc.constantFrom('NOT_JSON' as const, 'UNKNOWN_DEVICE' as const), device: or(text), at: text, detail: text },
  { requiredKeys: ['code', 'device'] },
);

/** One generator for each kind there is: a kind that is added to the model and forgotten here is a compile error. */
const bodies: { readonly [K in EntryBody['kind']]: fc.Arbitrary<Extract<EntryBody, { kind: K }>> } = {
  start: fc.record({ kind: fc.constant('start' as const), build: text, clockBelieved: fc.boolean() }),
  message: fc.record({
    kind: fc.constant('message' as const),
    credential: text,
    enterprise: text,
    client: text,
    connection: fc.nat(),
    nth: fc.nat(),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    packetId: or(fc.integer({ min: 1, max: 65_535 })),
    digest: fc.maxSafeNat(),
    topic: text,
    stamped: fc.boolean(),
    counter: or(fc.oneof(fc.maxSafeInteger(), number)),
    retain: fc.boolean(),
    samples: fc.array(sample, { maxLength: 4 }),
    refused: fc.array(refusal, { maxLength: 3 }),
  }),
  presence: fc.record(
    {
      kind: fc.constant('presence' as const),
      credential: text,
      device: or(text),
      client: text,
      connection: fc.nat(),
      what: fc.constantFrom('connected' as const, 'disconnected' as const, 'online' as const, 'offline' as const),
      clean: fc.boolean(),
    },
    { requiredKeys: ['kind', 'credential', 'device', 'client', 'connection', 'what'] },
  ),
  command: fc.record({
    kind: fc.constant('command' as const),
    by: text,
    requestId: text,
    command: fc.oneof(
      fc.record(
        { op: fc.constant('acknowledge' as const), alarmId: text, seen: fc.nat(), comment: text },
        { requiredKeys: ['op', 'alarmId'] },
      ),
      fc.record({ op: fc.constant('withdraw' as const), alarmId: text }),
      fc.record({ op: fc.constant('reset' as const), alarmId: text, comment: text }, { requiredKeys: ['op', 'alarmId'] }),
      fc.record({ op: fc.constant('comment' as const), alarmId: text, comment: text }),
    ),
  }),
  config: fc.record({
    kind: fc.constant('config' as const),
    by: text,
    requestId: text,
    changes: fc.array(
      fc.oneof(
        fc.record({ op: fc.constant('retire' as const), asset: fc.constant('device' as const), id: text, base: or(fc.nat()) }),
        fc.record({
          op: fc.constant('put' as const),
          asset: fc.constant('hazard-source' as const),
          base: fc.nat(),
          value: fc.record({
            id: text,
            name: text,
            revision: fc.nat(),
            createdAt: time,
            updatedAt: time,
            retiredAt: or(time),
            enterpriseId: text,
            siteId: or(text),
            attributes: fc.dictionary(text, fc.oneof(number, text, fc.boolean()), { maxKeys: 3, noNullPrototype: true }),
          }),
        }),
      ),
      { maxLength: 3 },
    ),
  }),
  system: fc.record(
    {
      kind: fc.constant('system' as const),
      code: text,
      active: fc.boolean(),
      level: fc.constantFrom('red' as const, 'blue' as const),
      detail: text,
    },
    { requiredKeys: ['kind', 'code', 'active', 'level'] },
  ),
  tick: fc.record({ kind: fc.constant('tick' as const) }),
  stop: fc.record({ kind: fc.constant('stop' as const) }),
};
const head = fc.record({ v: fc.constant(ENTRY_VERSION), at: time, boot: text, mono: number });
const draft: fc.Arbitrary<EntryDraft> = fc
  .tuple(head, fc.oneof({ weight: 4, arbitrary: bodies.message }, ...Object.values(bodies)))
  // Cloned for ordinary prototypes: what the decoder and the platform make.
  .map(([facts, body]) => structuredClone({ ...facts, ...body }));

/** What the journal's thread puts into a row, through bytes and back. */
function throughBytes(drafts: readonly EntryDraft[], firstSeq: number): Entry[] {
  const blob = new TextEncoder().encode(encodeCommit(drafts));
  return decodeCommit(Buffer.from(blob).toString('utf8'), firstSeq);
}

function valuesOf(one: EntryDraft): number {
  return one.kind === 'message' ? one.samples.reduce((sum, each) => sum + each.values.length, 0) : 0;
}

/** What a listener hears of the entries from `fromSeq` on. */
function heard(text: string, firstSeq: number, fromSeq: number) {
  const entries: { seq: number; at: number }[] = [];
  const readings: StoredReading[] = [];
  let at = 0;
  let of = { enterprise: '', device: '', sampleAt: 0 };
  const listener: ReadingListener = {
    entry(seq, entryAt) {
      entries.push({ seq, at: entryAt });
      at = entryAt;
    },
    sample(enterprise, device, sampleAt) {
      of = { enterprise, device, sampleAt };
    },
    value(measurement, channel, one, quality, flags) {
      readings.push({ ...of, measurement, channel, receivedAt: at, value: one, quality, flags });
    },
  };
  const count = tellReadings(text, firstSeq, fromSeq, listener);
  return { count, entries, readings };
}

describe('an entry as a line of the journal', () => {
  it('comes back as it went in, whatever is in it, numbered in order', () => {
    fc.assert(
      fc.property(fc.array(draft, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 2 ** 50 }), (drafts, firstSeq) => {
        expect(encodeCommit(drafts)).not.toContain('\n');
        expect(throughBytes(drafts, firstSeq)).toStrictEqual(drafts.map((one, i) => ({ seq: firstSeq + i, ...one })));
      }),
      { numRuns: 1000 },
    );
  });

  it('tells of its readings what the whole entry says, from any entry of the commit on', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 2 ** 50 }),
        fc.nat({ max: 7 }),
        (all, first, skip) => {
          const text = encodeCommit(all);
          const whole = decodeCommit(text, first).slice(skip);
          const { count, entries, readings } = heard(text, first, first + skip);
          expect(count).toBe(all.length);
          expect(entries).toEqual(whole.map(({ seq, at }) => ({ seq, at })));
          expect(readings).toStrictEqual(whole.flatMap(readingsOf));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is about as long as is reckoned before it is written', () => {
    fc.assert(
      fc.property(draft, (one) => {
        // Escapes make one code unit six characters at most.
        const written = encodeCommit([one]).length;
        expect(charsOf(one)).toBeGreaterThan(written / 7);
        expect(charsOf(one)).toBeLessThan(
          written + 400 + 80 * (one.kind === 'message' ? one.samples.length + one.refused.length : 0) + 40 * valuesOf(one),
        );
      }),
    );
  });

  it('carries every fact a message can have', () => {
    const whole: EntryDraft = {
      v: ENTRY_VERSION,
      at: 1,
      boot: 'b',
      mono: 2,
      kind: 'message',
      credential: 'gas-1',
      enterprise: 'e',
      client: 'gas-1/c',
      connection: 3,
      nth: 4,
      qos: 1,
      packetId: 5,
      digest: 6,
      topic: 't',
      stamped: true,
      counter: 7,
      retain: true,
      samples: [
        {
          device: 'gas-1',
          sampleAt: 8,
          stampedAt: 9,
          values: [{ measurement: 'lel', channel: 0, value: 0, quality: 'bad', flags: ['sensor'] }],
          faults: ['F02'],
          pointFaults: { lel: ['F03'] },
        },
      ],
      refused: [{ code: 'NOT_FINITE', device: null }],
    };
    const [back] = throughBytes([whole], 1);
    if (back?.kind !== 'message') throw new Error('no message');
    const [one] = back.samples;
    const [read] = one?.values ?? [];
    const { seq, ...facts } = back;
    expect(seq).toBe(1);
    // The compiler holds the list to the model; this holds the reader to the list.
    expect(new Set([...Object.keys(facts), ...Object.keys(one ?? {}), ...Object.keys(read ?? {})])).toEqual(new Set(WRITTEN_FIELDS));
  });

  it('refuses an entry of another format, and a message with a fact too many, by number', () => {
    const tick = encodeCommit([{ v: 9, at: 0, boot: 'b', mono: 0, kind: 'tick' }]);
    expect(() => decodeCommit(tick, 12)).toThrow(EntryFormatError);
    expect(() => decodeCommit(tick, 12)).toThrow('entry 12 has format 9');
    expect(() => decodeCommit(`[[${ENTRY_VERSION},0,"b"]]`, 13)).toThrow('entry 13: a message has 18 facts, this one 3');
    expect(() => heard(tick, 12, 12)).toThrow('entry 12 has format 9');
    expect(() => heard(`[[${ENTRY_VERSION},0,"b"]]`, 13, 13)).toThrow('entry 13: a message has 18 facts, this one 3');
  });
});
