import type { BatteryCell, CalmDay, ChannelResult, Compartments, SmokeAlarms } from './fires.ts';

const show = (value: number | null, digits = 0): string => (value === null ? '–' : value.toFixed(digits));

export const missedChannel = ({ reachedS, fireS }: Pick<ChannelResult, 'reachedS' | 'fireS'>): boolean =>
  reachedS !== null && fireS === null;
/** Rang for the fire limit, and the recording never reached it, or before ignition. */
export const falseChannel = ({ reachedS, fireS, early }: ChannelResult): boolean => early > 0 || (fireS !== null && reachedS === null);

function cell(channel: ChannelResult): string {
  const wrong = missedChannel(channel) ? ' **MISSED**' : falseChannel(channel) ? ' **FALSE**' : '';
  return `${show(channel.fireS)}${wrong}`;
}

/** Upholstered furniture burns as a fire in a home does; the others are gas burners. */
const FURNITURE = /^(Overstuffed|RedAccent)/;

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const [low, high] = [sorted[sorted.length % 2 === 0 ? half - 1 : half], sorted[half]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

function first(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** When each room first rang, by the fixed temperature and by whichever of the two came first. */
export function firstOfRoom(fires: Compartments['fires']): {
  readonly rows: readonly { readonly fire: string; readonly fixed: number | null; readonly both: number | null }[];
  readonly fixed: number | null;
  readonly both: number | null;
  readonly earlier: number;
  readonly later: number;
} {
  const rows = fires.map(({ fire, channels }) => ({
    fire,
    fixed: first(channels.map(({ fireS }) => fireS)),
    both: first(channels.flatMap(({ fireS, riseS }) => [fireS, riseS])),
  }));
  return {
    rows,
    fixed: median(rows.flatMap(({ fixed }) => fixed ?? [])),
    both: median(rows.flatMap(({ both }) => both ?? [])),
    earlier: rows.filter(({ fixed, both }) => both !== null && (fixed === null || both < fixed)).length,
    later: rows.filter(({ fixed, both }) => fixed !== null && (both === null || both > fixed)).length,
  };
}

function compartments({ sent, acknowledged, fires }: Compartments): readonly string[] {
  const all = fires.flatMap(({ channels }) => channels);
  const reached = all.filter(({ reachedS }) => reachedS !== null);
  const late = reached.map(({ reachedS, fireS }) => (fireS ?? Number.NaN) - (reachedS ?? Number.NaN));
  const places = fires[0]?.channels.map(({ place }) => place) ?? [];
  const furniture = firstOfRoom(fires.filter(({ fire }) => FURNITURE.test(fire)));
  const every = firstOfRoom(fires);
  return [
    '## 44 compartment fires',
    '',
    `${fires.length} fires, ${all.length} thermocouples; ${sent} readings sent, ${acknowledged} acknowledged. ${reached.length} thermocouples reach 57 °C. Misses: **${all.filter(missedChannel).length}**. False alarms (before ignition, or where 57 °C was never reached): **${all.filter(falseChannel).length}**. From the reading that reaches 57 °C to the fire alarm: at most ${Math.max(...late).toFixed(3)} s.`,
    '',
    '### With the rate of rise',
    '',
    `The first orange alarm of a room, seconds from ignition, by the fixed temperature (57 °C) alone and with the rate of rise beside it (10 K within 60 s: the least rise that the lower response times of class A1R of EN 54-5 allow at 10, 20 and 30 K/min; these times are from memory, confidence C). Medians over the ${furniture.rows.length} furniture fires: **${show(furniture.fixed)} s** by the fixed temperature, **${show(furniture.both)} s** with the rate; over all ${every.rows.length} fires ${show(every.fixed)} and ${show(every.both)} s. Earlier in ${furniture.earlier} of ${furniture.rows.length} furniture fires and in ${every.earlier} of ${every.rows.length}, later in ${every.later}. Rate alarms before ignition: **${all.filter(({ riseS }) => riseS !== null && riseS < 0).length}**.`,
    '',
    '| furniture fire | fixed temperature | with the rate of rise | gain |',
    '|---|---|---|---|',
    ...furniture.rows.map(
      ({ fire, fixed, both }) =>
        `| ${fire} | ${show(fixed)} | ${show(both)} | ${fixed === null || both === null ? '–' : show(fixed - both)} |`,
    ),
    '',
    '### Every thermocouple, by the fixed temperature',
    '',
    'Seconds from ignition to the fire alarm; – = the recording stays below 57 °C.',
    '',
    `| fire | ${places.join(' | ')} |`,
    `|---|${places.map(() => '---|').join('')}`,
    ...fires.map(({ fire, channels }) => `| ${fire} | ${channels.map(cell).join(' | ')} |`),
    '',
    'Recordings: UL FSRI, *2018 Compartment Fire Experimental Data* (Willi, Madrzykowski, McKinnon, Dow), [doi 10.5281/zenodo.5703475](https://doi.org/10.5281/zenodo.5703475), MIT licence; the first replicate of each configuration, 1 Hz. A gas burner is at full power within seconds; the furniture fires (Overstuffed, RedAccent) are the honest test. A thermocouple has almost no thermal lag: a real heat detector answers later.',
    '',
  ];
}

function smokeAlarms({ sent, acknowledged, places }: SmokeAlarms): readonly string[] {
  const earlier = places.filter(({ smokeS, ionizationS, photoelectricS }) => {
    const real = Math.min(ionizationS ?? Infinity, photoelectricS ?? Infinity);
    return smokeS !== null && Number.isFinite(real) && smokeS < real;
  });
  const both = places.filter(({ smokeS, ionizationS, photoelectricS }) => smokeS !== null && (ionizationS ?? photoelectricS) !== null);
  const misses = places.filter(({ reachedS, heatS }) => reachedS !== null && heatS === null);
  return [
    '## Four fires with real smoke alarms beside',
    '',
    `${sent} readings sent, ${acknowledged} acknowledged. Seconds from the fire's begin: when the first real ionization and photoelectric alarm of a place answered, when our pre-alarm came (obscuration of 0.05 dB/m held for 60 s, level blue), and when our heat alarm did (57 °C). Heat alarms missed: **${misses.length}**. Of ${both.length} places with both, our pre-alarm was earlier than the first real one in ${earlier.length}: its minute of delay costs what its low limit gains.`,
    '',
    '| test | place | ionization | photoelectric | our smoke pre-alarm | our heat alarm | recording reaches 57 °C |',
    '|---|---|---|---|---|---|---|',
    ...places.map(
      (one) =>
        `| ${one.test} | ${one.location} | ${show(one.ionizationS)} | ${show(one.photoelectricS)} | ${show(one.smokeS)} | ${show(one.heatS)}${one.reachedS !== null && one.heatS === null ? ' **MISSED**' : ''} | ${show(one.reachedS)} |`,
    ),
    '',
    'Recordings: NIST Home Smoke Alarm tests (TN 1455), as kept for the validation of FDS; highest thermocouple and highest optical meter of each place, taken as optical density per metre (that definition is not in the files). The files end after about 200 s: – = not within the record, or none there. Each is a fire from the beginning, so they show delay, not false alarms.',
    '',
  ];
}

function batteryCell({ sent, acknowledged, runawayS, flamingS, cells }: BatteryCell): readonly string[] {
  const told = cells.filter(({ reached: [first] }) => first !== null);
  return [
    '## A lithium-ion cell in thermal runaway',
    '',
    `${sent} readings sent, ${acknowledged} acknowledged. Each probe is a cable temperature of \`fire.electrical\` (70 and 90 °C, each held for 40 s). Labelled runaway at ${runawayS} s, flames at ${flamingS} s. Of the nine probes ${told.length} reach 70 °C:`,
    '',
    '| probe | reaches 70 °C | alarm L1 | reaches 90 °C | alarm L2 | lead of the first alarm before runaway |',
    '|---|---|---|---|---|---|',
    ...told.map(
      ({ cell: probe, reached, alarms }) =>
        `| ${probe} | ${show(reached[0])} | ${show(alarms[0], 1)} | ${show(reached[1])} | ${show(alarms[1], 1)} | ${show(alarms[0] === null ? null : runawayS - alarms[0])} s |`,
    ),
    '',
    'Recording: UL FSRI, lithium-ion cell-level experiment, MIT licence. One run, and a heater brings the cell to its runaway (probe 5): the lead is partly the heater itself. The delay of a cable, 40 s, is too long for a cell: a probe that shoots up for less passes unheard (probe 3 does, to 236 °C at 1958 s), and no profile of the catalogue is made for cells.',
    '',
  ];
}

/** What the wrong class for a place costs. */
function riseLines({ name, withRise }: CalmDay): readonly string[] {
  if (withRise === null) return [];
  const rang = withRise.filter(({ kind }) => kind !== 'instrument');
  const told = rang.map(({ device, code, level, atS }) => `${device ?? ''} ${code} (${level}) at ${show(atS)} s`).join(', ');
  return [
    rang.length === 0
      ? `The day \`${name}\` with its heat detectors of class A1R: no process or fire alarm.`
      : `The day \`${name}\` with its heat detectors of class A1R instead, which is the wrong class for that place, is **not calm**: ${told}. The alarm latches, so that it counts once for all the times. More than 10 K within seconds is what a rate of rise stands for, and the simulated detector has no thermal lag that would soften it. The cure is the class: suffix S does not answer below the static response temperature whatever the rate (variant \`A1S\`), and loses the gain told above.`,
    '',
  ];
}

function calmDayLines(days: readonly CalmDay[]): readonly string[] {
  return [
    '## Calm days',
    '',
    'Days of 24 hours from the simulators in which nothing happens that a person must hear of (`test/evidence/nuisance`). Heat detectors are of class A1R (fixed temperature and rate of rise), but for the furnace hall, where the air warms fast without a fire: there the class is A1S, as EN 54-5 has it for such places. Process or fire alarms of any level, blue included:',
    '',
    '| day | messages | process and fire alarms | instrument alarms | as expected |',
    '|---|---|---|---|---|',
    ...days.map(({ name, messages, heard, verdict }) => {
      const instrument = heard.filter(({ kind }) => kind === 'instrument');
      const told = instrument.map(({ device, code }) => `${device ?? ''} ${code}`).join(', ');
      return `| ${name} | ${messages} | ${heard.length - instrument.length} | ${instrument.length === 0 ? '0' : told} | ${verdict.ok ? 'yes' : '**NO**'} |`;
    }),
    '',
    ...days.map(({ name, about }) => `- **${name}**: ${about}`),
    '',
    ...days.flatMap(riseLines),
  ];
}

export function everyFirePage(
  date: string,
  parts: {
    readonly compartments: Compartments;
    readonly smokeAlarms: SmokeAlarms;
    readonly cell: BatteryCell;
    readonly days: readonly CalmDay[];
  },
): string {
  return [
    '# Every recorded fire, and calm days, on virtual time',
    '',
    `Made on ${date} by \`npm run evidence -- fires --recordings FOLDER --write\`. The whole platform in one process on virtual time: its own journal, engine, alarm history and live events, each thermocouple a device of its own with \`fire.heat.point\` (57 °C; pre-alarm 50 °C held for 30 s). That virtual time gives the same alarms as 1 × over TCP is shown for the four fires of [first-fires.md](first-fires.md) by \`test/e2e/virtual-fires.test.ts\`. Without a variant the profile is of class A1R: its rate-of-rise limit (10 K within 60 s) is judged beside the fixed ones. The recordings are not part of this repository.`,
    '',
    ...compartments(parts.compartments),
    ...smokeAlarms(parts.smokeAlarms),
    ...batteryCell(parts.cell),
    ...calmDayLines(parts.days),
  ].join('\n');
}
