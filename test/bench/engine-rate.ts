import { ENTRY_VERSION, type Entry, type EntryBody } from '../../model/entry.ts';
import type { HazardSource } from '../../model/asset.ts';
import { exampleDevice, exampleEnterprise } from '../../model/testing/example-assets.ts';
import type { Flag } from '../../model/reading.ts';
import { builtInCatalogue } from '../../rules/catalogue/built-in.ts';
import { createEngine } from '../../rules/engine.ts';

export interface EngineRate {
  readonly valuesPerSecond: number;
  readonly applyNanosPerValue: number;
}

/** How large the plant is: devices, and the hazard sources they are spread over (0 = they belong to the enterprise alone). */
export interface PlantSize {
  readonly devices: number;
  readonly sources: number;
}
const USUAL: PlantSize = { devices: 1_000, sources: 0 };
const AT = Date.UTC(2026, 10, 23);

function entry(seq: number, mono: number, body: EntryBody): Entry {
  return { seq, v: ENTRY_VERSION, at: AT + mono, boot: 'bench', mono, ...body };
}

/** The plant comes into being. */
export function plantEntries(size: PlantSize): Entry[] {
  const asset = { revision: 1, createdAt: AT, updatedAt: AT, retiredAt: null };
  const enterprise = exampleEnterprise('bench', asset);
  const devices = Array.from({ length: size.devices }, (_, i) =>
    exampleDevice(`B-${i}`, 'hazchem.tank.pressurized', {
      ...asset,
      enterpriseId: 'bench',
      hazardSourceId: size.sources === 0 ? null : `S-${i % size.sources}`,
      attributes: { pressure_normal_max: 1.6, design_pressure: 2.2, psv_set: 2 },
    }),
  );
  const sources = Array.from(
    { length: size.sources },
    (_, i): HazardSource => ({ ...asset, id: `S-${i}`, name: `S-${i}`, enterpriseId: 'bench', siteId: null, attributes: {} }),
  );
  return [
    entry(1, 0, { kind: 'start', build: 'bench', clockBelieved: true }),
    entry(2, 1, { kind: 'config', by: 'bench', requestId: '1', changes: [{ op: 'catalogue', catalogue: builtInCatalogue }] }),
    entry(3, 2, {
      kind: 'config',
      by: 'bench',
      requestId: '2',
      changes: [
        { op: 'put', asset: 'enterprise', base: 0, value: enterprise },
        ...sources.map((value) => ({ op: 'put' as const, asset: 'hazard-source' as const, base: 0, value })),
        ...devices.map((value) => ({ op: 'put' as const, asset: 'device' as const, base: 0, value })),
      ],
    }),
  ];
}

const NO_FLAGS: readonly Flag[] = [];

/** The message of three values that a device sends in its turn. @param i its number, from 0 */
export function messageEntry(seq: number, i: number, mono: number, device: number): Entry {
  const id = `B-${device}`;
  const good = { channel: null, quality: 'good' as const, flags: NO_FLAGS };
  return entry(seq, mono, {
    kind: 'message',
    credential: id,
    enterprise: 'bench',
    client: `${id}/c`,
    connection: device,
    nth: i,
    qos: 1,
    packetId: (i % 65_535) + 1,
    digest: i,
    topic: `beacon/v1/bench/${id}/telemetry`,
    stamped: false,
    counter: null,
    retain: false,
    refused: [],
    samples: [
      {
        device: id,
        sampleAt: AT + mono,
        stampedAt: null,
        values: [
          { ...good, measurement: 'pressure', value: 1.1 + (i % 10) / 100 },
          { ...good, measurement: 'level_pct', value: 50 + (i % 7) },
          { ...good, measurement: 'temp', value: 21 + (i % 5) },
        ],
      },
    ],
  });
}

/** Messages of three values as text, parsed and applied, as a restart does. */
export function engineRate(messages: number, size: PlantSize = USUAL): EngineRate {
  const engine = createEngine();
  const first = plantEntries(size);
  for (const e of first) engine.apply(e);
  const texts = Array.from({ length: messages }, (_, i) =>
    JSON.stringify(messageEntry(first.length + 1 + i, i, 10 + Math.floor(i / 20), i % size.devices)),
  );
  const begun = performance.now();
  const entries = texts.map((text) => JSON.parse(text) as Entry);
  const parsed = performance.now();
  for (const e of entries) engine.apply(e);
  const done = performance.now();
  return { valuesPerSecond: (messages * 3) / ((done - begun) / 1_000), applyNanosPerValue: ((done - parsed) * 1e6) / (messages * 3) };
}
