import { median, percentile } from '../bench/statistics.ts';
import type { FiresRun, ThermocoupleResult } from './first-fires.ts';

const show = (value: number | null, digits: number): string => (value === null ? '–' : value.toFixed(digits));

/** A channel that crosses its limit and does not alarm. */
export function missed(result: ThermocoupleResult): boolean {
  return result.reachedS !== null && result.fireAlarmS === null;
}

function table(run: FiresRun): string[] {
  const shares = run.results.flatMap((r) => (r.shareMs === null ? [] : [r.shareMs]));
  return [
    `## ${run.store === 'embedded' ? 'Embedded store' : 'InfluxDB'}, ${run.speed} ×`,
    '',
    `${run.sent} readings sent, ${run.acknowledged} acknowledged, ${run.stored} in the store afterwards; ${(run.seconds / 60).toFixed(1)} minutes.`,
    `Misses: **${run.results.filter(missed).length}** of ${run.results.filter((r) => r.reachedS !== null).length} channels that reach 57 °C. Alarm events before ignition: **${run.results.reduce((sum, r) => sum + r.early, 0)}**.`,
    `The platform's own share of the delay (sample handed to its MQTT connection → \`alarm\` event on the Socket.IO client): median ${median(shares).toFixed(0)} ms, p99 ${percentile(shares, 0.99).toFixed(0)} ms, largest ${Math.max(...shares).toFixed(0)} ms.`,
    '',
    '| fire | thermocouple | recording reaches 57 °C, s | first alarm of any level, s | fire alarm, s | platform, ms | before ignition |',
    '|---|---|---|---|---|---|---|',
    ...run.results.map(
      (r) =>
        `| ${r.fire} | ${r.place} | ${show(r.reachedS, 0)} | ${show(r.firstAlarmS, 1)} | ${show(r.fireAlarmS, 1)}${missed(r) ? ' **MISSED**' : ''} | ${show(r.shareMs, 0)} | ${r.early} |`,
    ),
    '',
  ];
}

export function firesPage(runs: readonly FiresRun[], date: string): string {
  return [
    '# Four real fires, played through the platform',
    '',
    `Made on ${date} by \`npm run evidence -- first-fires --recordings FOLDER --write\`. Every thermocouple is a device of its own with the profile \`fire.heat.point\` (EN 54-5 / GB 4716 class A1, static limit 57 °C, pre-alarm 50 °C held for 30 s), its own credential and MQTT connection; the recordings are played at 1 × over TCP, four rooms side by side. Times are seconds from ignition. The rate-of-rise limit of the profile is not armed in this version.`,
    '',
    'Recordings: UL FSRI, *2018 Compartment Fire Experimental Data* (Willi, Madrzykowski, McKinnon, Dow), [doi 10.5281/zenodo.5703475](https://doi.org/10.5281/zenodo.5703475), github.com/ulfsri/fsri-compartments-2018 at b7d3929, MIT licence; 1 Hz, thermocouples 25 mm and 1.5 m below the ceiling in four quadrants. They are not part of this repository.',
    '',
    ...runs.flatMap(table),
    'A thermocouple is not a detector: it has almost no thermal lag, so a real heat detector answers later than these times.',
    '',
  ].join('\n');
}
