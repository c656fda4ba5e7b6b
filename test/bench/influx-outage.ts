import { join } from 'node:path';
import type { StoredReading } from '../../model/reading.ts';
import { openReader } from '../../store/journal/reader.ts';
import { readingsOf } from '../../store/projector/readings-of.ts';
import { digestOf } from '../../store/readings/digest.ts';
import { openReadingStore } from '../../store/readings/open.ts';
import { eventually, signIn } from '../harness/api.ts';
import { startPlatform, temporaryFolder } from '../harness/platform-process.ts';
import { startInfluxd } from '../parts/influxd.ts';
import { metric } from './metric.ts';
import { type Figures, figures, pause, startProbes } from './probes.ts';
import { generate } from './processes.ts';
import { registerVessels } from './throughput.ts';

export interface OutageRun {
  readonly before: Figures;
  readonly during: Figures;
  readonly after: Figures;
  readonly perSecond: number;
  readonly missingAlarms: number;
  /** From the start of InfluxDB until nothing was left to project, s. */
  readonly caughtUpSeconds: number;
  readonly position: number;
  readonly journalSeq: number;
  readonly readings: { readonly journal: number; readonly stored: number };
  /** Devices whose count and checksum in InfluxDB are those of the journal, of how many. */
  readonly equal: number;
  readonly devices: number;
}

const DATABASE = 'beacon';

/** What the journal holds, by device; resends (named in later commits) left out. */
function journalled(folder: string): Map<string, StoredReading[]> {
  const reader = openReader(folder);
  const entries = new Map<number, readonly StoredReading[]>();
  try {
    for (let after = 0; ; ) {
      const chunk = reader.next(after, 5_000);
      if (chunk === null) break;
      if (chunk.kind === 'trimmed') throw new Error(`the journal was trimmed up to ${chunk.firstSeq}: too long a run to compare`);
      for (const entry of chunk.entries) if (entry.kind === 'message') entries.set(entry.seq, readingsOf(entry));
      for (const seq of chunk.verdicts?.resends ?? []) entries.delete(seq);
      after = chunk.lastSeq;
    }
  } finally {
    reader.close();
  }
  const byDevice = new Map<string, StoredReading[]>();
  for (const readings of entries.values()) {
    for (const reading of readings) {
      const own = byDevice.get(reading.device) ?? [];
      byDevice.set(reading.device, own);
      own.push(reading);
    }
  }
  return byDevice;
}

/** InfluxDB is killed under load, stays away, and comes back: alarms must not notice, and afterwards nothing may be missing. */
export async function outageRun(ratePerSecond: number, beforeSeconds: number, downSeconds: number): Promise<OutageRun> {
  const folder = temporaryFolder('bench-influx');
  const influx = await startInfluxd();
  const platform = await startPlatform({
    dataDir: folder.path,
    env: { BEACON_INFLUX_URL: influx.url, BEACON_INFLUX_DATABASE: DATABASE },
  });
  try {
    const vessels = await registerVessels(platform.httpBase, 200);
    const probes = await startProbes(await signIn(platform.httpBase), platform.mqttUrl);
    const warmUpSeconds = 3;
    const load = generate({
      host: '127.0.0.1',
      port: Number(new URL(platform.mqttUrl).port),
      connections: vessels,
      window: 60,
      ratePerS: ratePerSecond,
      warmUpSeconds,
      seconds: beforeSeconds * 2 + downSeconds,
    });
    await pause((warmUpSeconds + 1) * 1_000);
    const begun = performance.now();
    await pause(beforeSeconds * 1_000);
    await influx.kill();
    const down = performance.now();
    await pause(downSeconds * 1_000);
    const back = performance.now();
    await influx.restart();
    const result = await load;
    const ended = performance.now();
    await probes.stop();
    await eventually(
      'everything is projected',
      180_000,
      async () => (await metric(platform.httpBase, 'beacon_projector_lag_entries')) === 0,
    );
    const caughtUpSeconds = (performance.now() - back) / 1_000;
    const journalSeq = await metric(platform.httpBase, 'beacon_journal_seq');
    const code = await platform.stop();
    if (code !== 0) throw new Error(`the platform ended with ${code}`);
    const store = await openReadingStore({ kind: 'influx', folder: join(folder.path, 'readings'), url: influx.url, database: DATABASE });
    const position = await store.position();
    let equal = 0;
    let stored = 0;
    let inJournal = 0;
    const byDevice = journalled(join(folder.path, 'journal'));
    for (const [device, readings] of byDevice) {
      const expected = digestOf(readings);
      const times = readings.map((one) => one.sampleAt);
      const from = times.reduce((a, b) => Math.min(a, b));
      const to = times.reduce((a, b) => Math.max(a, b)) + 1;
      const found = await store.digest({ enterprise: 'bench', device }, from, to);
      inJournal += expected.count;
      stored += found.count;
      if (found.count === expected.count && found.checksum === expected.checksum) equal += 1;
    }
    await store.close();
    return {
      before: figures(probes.alarms, begun, down),
      during: figures(probes.alarms, down, back),
      after: figures(probes.alarms, back, ended),
      perSecond: result.ackedPerS,
      missingAlarms: probes.missing().alarms,
      caughtUpSeconds,
      position,
      journalSeq,
      readings: { journal: inJournal, stored },
      equal,
      devices: byDevice.size,
    };
  } finally {
    await platform.kill();
    await influx.stop();
    folder.remove();
  }
}
