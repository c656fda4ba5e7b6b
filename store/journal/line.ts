/**
 * How an entry is written: one line of JSON. Messages, nearly everything there is, are an array of their facts by position (a third of
 * the bytes, a quarter of the time to read); every other kind is a plain object. The commit's row holds the lines as one JSON array.
 */
import { ENTRY_VERSIONS, type Entry, type EntryDraft, type MessageBody } from '../../model/entry.ts';
import type { Flag, Quality, Sample, SampleValue, Value } from '../../model/reading.ts';
import type { Refusal } from '../../model/rejection.ts';
import type { EpochMs } from '../../model/time.ts';

type MessageDraft = Extract<EntryDraft, { kind: 'message' }>;
/** measurement, channel, value, quality (0 = good), flags (0 = none), and so on for each value. */
type Values = readonly (string | number | null | 0 | readonly Flag[])[];
type SampleLine = readonly [string, number, number | null, Values, Sample['faults']?, Sample['pointFaults']?];

/**
 * Every field of a message and of a sample must be named here and written below: one that is added to the model and forgotten here is a
 * compile error, not a fact that is gone after a restart.
 */
const WRITTEN: Readonly<Record<keyof MessageDraft | keyof Sample | keyof SampleValue, true>> = {
  v: true,
  at: true,
  boot: true,
  mono: true,
  kind: true,
  credential: true,
  enterprise: true,
  client: true,
  connection: true,
  nth: true,
  qos: true,
  packetId: true,
  digest: true,
  topic: true,
  stamped: true,
  counter: true,
  retain: true,
  samples: true,
  refused: true,
  device: true,
  sampleAt: true,
  stampedAt: true,
  values: true,
  faults: true,
  pointFaults: true,
  measurement: true,
  channel: true,
  value: true,
  quality: true,
  flags: true,
};
/** How many facts a line of a message has. */
const MESSAGE_FIELDS = 18;
/** How many places each value of a sample takes. */
const VALUE_FIELDS = 5;

/** One entry without its number, as what JSON makes a line of. */
function lineOf(draft: EntryDraft): unknown {
  return draft.kind === 'message' ? messageLineOf(draft) : draft;
}

/** The row of a commit. All its entries at once: a text of each and then their sum cost half as much again. */
export function encodeCommit(drafts: readonly EntryDraft[]): string {
  return JSON.stringify(drafts.map(lineOf));
}

/** Of a message: its facts besides texts, and those of a value besides its name. */
const MESSAGE_CHARS = 160;
const VALUE_CHARS = 32;

/**
 * About how many characters an entry takes in its commit, without writing it: for bounds of what waits. Texts are counted as they are;
 * one full of quotes or control characters is written longer.
 */
export function charsOf(draft: EntryDraft): number {
  if (draft.kind !== 'message') return JSON.stringify(draft).length;
  let chars = MESSAGE_CHARS + draft.credential.length + draft.enterprise.length + draft.client.length + draft.topic.length;
  for (const sample of draft.samples) {
    chars += MESSAGE_CHARS / 4 + sample.device.length;
    for (const one of sample.values) {
      chars += VALUE_CHARS + one.measurement.length;
      if (typeof one.value === 'string') chars += one.value.length;
      if (one.flags.length > 0) chars += VALUE_CHARS;
    }
    if (sample.faults !== undefined || sample.pointFaults !== undefined)
      chars += JSON.stringify([sample.faults, sample.pointFaults]).length;
  }
  for (const refusal of draft.refused)
    chars += MESSAGE_CHARS / 2 + (refusal.device?.length ?? 0) + (refusal.at?.length ?? 0) + (refusal.detail?.length ?? 0);
  return chars;
}

function messageLineOf(draft: MessageDraft): unknown[] {
  return [
    draft.v,
    draft.at,
    draft.boot,
    draft.mono,
    draft.credential,
    draft.enterprise,
    draft.client,
    draft.connection,
    draft.nth,
    draft.qos,
    draft.packetId,
    draft.digest,
    draft.topic,
    draft.stamped ? 1 : 0,
    draft.counter,
    draft.retain ? 1 : 0,
    draft.samples.map(encodeSample),
    draft.refused.length === 0 ? 0 : draft.refused,
  ];
}

function encodeSample(sample: Sample): unknown[] {
  const values: unknown[] = [];
  for (const one of sample.values) {
    values.push(one.measurement, one.channel, one.value, one.quality === 'good' ? 0 : one.quality, one.flags.length === 0 ? 0 : one.flags);
  }
  const line: unknown[] = [sample.device, sample.sampleAt, sample.stampedAt, values];
  if (sample.faults !== undefined || sample.pointFaults !== undefined) line.push(sample.faults ?? null, sample.pointFaults ?? null);
  return line;
}

/** An entry whose format this version does not know. Starting would mean to forget it. */
export class EntryFormatError extends Error {
  override readonly name = 'EntryFormatError';
  readonly code = 'unknown-version';
}

/** The entries of one commit's row, the first of which has the number `firstSeq`. @throws EntryFormatError */
export function decodeCommit(text: string, firstSeq: number): Entry[] {
  const lines = JSON.parse(text) as unknown[];
  return lines.map((line, i) => decodeEntry(line, firstSeq + i));
}

/** What a commit's lines say to one who wants nothing but the readings: each entry, then the values of its samples in order. */
export interface ReadingListener {
  entry(seq: number, at: EpochMs): void;
  sample(enterprise: string, device: string, sampleAt: EpochMs): void;
  value(measurement: string, channel: number | null, value: Value, quality: Quality, flags: readonly Flag[]): void;
}

/**
 * Tells of the entries from `fromSeq` on in one commit's row, without making an `Entry` of each.
 * @returns how many entries the row holds.
 * @throws EntryFormatError
 */
export function tellReadings(text: string, firstSeq: number, fromSeq: number, listener: ReadingListener): number {
  const lines = JSON.parse(text) as unknown[];
  for (let i = Math.max(0, fromSeq - firstSeq); i < lines.length; i++) tellEntry(lines[i], firstSeq + i, listener);
  return lines.length;
}

function tellEntry(line: unknown, seq: number, listener: ReadingListener): void {
  if (!Array.isArray(line)) {
    const draft = line as EntryDraft;
    refuseUnknown(draft.v, seq);
    listener.entry(seq, draft.at);
    return;
  }
  const m = messageLine(line, seq);
  listener.entry(seq, m[1]);
  for (const sample of m[16]) {
    listener.sample(m[5], sample[0], sample[1]);
    const flat = sample[3];
    for (let i = 0; i < flat.length; i += VALUE_FIELDS) {
      const flags = flagsAt(flat, i);
      // Of unknown age, see `readingsOf` in `store/projector`.
      if (flags.includes('stale-retained')) continue;
      listener.value(flat[i] as string, flat[i + 1] as number | null, flat[i + 2] as Value, qualityAt(flat, i), flags);
    }
  }
}

function decodeEntry(line: unknown, seq: number): Entry {
  if (Array.isArray(line)) return decodeMessage(line, seq);
  const draft = line as EntryDraft;
  refuseUnknown(draft.v, seq);
  return { seq, ...draft };
}

function refuseUnknown(v: unknown, seq: number): void {
  if (typeof v === 'number' && ENTRY_VERSIONS.includes(v)) return;
  throw new EntryFormatError(`entry ${seq} has format ${String(v)}; this version reads format ${ENTRY_VERSIONS.join(' and ')}`);
}

type MessageLine = [
  v: number,
  at: number,
  boot: string,
  mono: number,
  credential: string,
  enterprise: string,
  client: string,
  connection: number,
  nth: number,
  qos: MessageBody['qos'],
  packetId: number | null,
  digest: number,
  topic: string,
  stamped: 0 | 1,
  counter: number | null,
  retain: 0 | 1,
  samples: SampleLine[],
  refused: 0 | Refusal[],
];

function messageLine(line: unknown[], seq: number): MessageLine {
  refuseUnknown(line[0], seq);
  if (line.length !== MESSAGE_FIELDS)
    throw new EntryFormatError(`entry ${seq}: a message has ${MESSAGE_FIELDS} facts, this one ${line.length}`);
  return line as MessageLine;
}

function decodeMessage(line: unknown[], seq: number): Entry {
  const m = messageLine(line, seq);
  return {
    seq,
    v: m[0],
    at: m[1],
    boot: m[2],
    mono: m[3],
    kind: 'message',
    credential: m[4],
    enterprise: m[5],
    client: m[6],
    connection: m[7],
    nth: m[8],
    qos: m[9],
    packetId: m[10],
    digest: m[11],
    topic: m[12],
    stamped: m[13] === 1,
    counter: m[14],
    retain: m[15] === 1,
    samples: m[16].map(decodeSample),
    refused: m[17] === 0 ? [] : m[17],
  };
}

function qualityAt(flat: Values, i: number): Quality {
  const quality = flat[i + 3];
  return quality === 0 ? 'good' : (quality as Quality);
}

function flagsAt(flat: Values, i: number): readonly Flag[] {
  const flags = flat[i + 4];
  return flags === 0 ? NO_FLAGS : (flags as readonly Flag[]);
}

const NO_FLAGS: readonly Flag[] = Object.freeze([]);

function decodeSample(line: SampleLine): Sample {
  const flat = line[3];
  const values: SampleValue[] = [];
  for (let i = 0; i < flat.length; i += VALUE_FIELDS) {
    values.push({
      measurement: flat[i] as string,
      channel: flat[i + 1] as number | null,
      value: flat[i + 2] as Value,
      quality: qualityAt(flat, i),
      flags: flagsAt(flat, i),
    });
  }
  const sample = { device: line[0], sampleAt: line[1], stampedAt: line[2], values };
  const faults = line[4];
  const pointFaults = line[5];
  if (faults && pointFaults) return { ...sample, faults, pointFaults };
  if (faults) return { ...sample, faults };
  return pointFaults ? { ...sample, pointFaults } : sample;
}

/** Names of the facts that a line carries; for the test that holds it to the model. */
export const WRITTEN_FIELDS: readonly string[] = Object.keys(WRITTEN);
