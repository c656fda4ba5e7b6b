import { type ProcessRun, type ProcessRuns, SIGMAS } from './process.ts';

/** What each run of the recording is, as its authors describe it. */
const ABOUT: Readonly<Record<string, string>> = {
  d00_te: 'normal operation',
  d01_te: 'step of the A/C feed ratio',
  d02_te: 'step of the composition B',
  d04_te: 'step of the reactor cooling water inlet temperature',
  d05_te: 'step of the condenser cooling water inlet temperature',
  d06_te: 'loss of feed A',
  d07_te: 'loss of pressure of header C',
  d08_te: 'random feed composition',
  d11_te: 'random reactor cooling water inlet temperature',
  d12_te: 'random condenser cooling water inlet temperature',
};
const MEASUREMENTS = ['pressure', 'temp', 'level'] as const;

function shown(run: ProcessRun, measurement: string): string {
  const first = run.first[measurement] ?? null;
  return first === null ? '–' : `${first.minutes.toFixed(0)} (${first.code})`;
}

function earliest(run: ProcessRun): number | null {
  const minutes = MEASUREMENTS.flatMap((one) => run.first[one]?.minutes ?? []);
  return minutes.length === 0 ? null : Math.min(...minutes);
}

export function processPage(date: string, { sent, acknowledged, limits, runs }: ProcessRuns): string {
  const faults = runs.filter(({ name }) => !name.startsWith('d00'));
  const told = faults.map(earliest).filter((minutes) => minutes !== null);
  const falseAlarms = runs.reduce((sum, run) => sum + run.falseAlarms, 0);
  const number = (name: string): string => String(limits[name] ?? '–');
  return [
    '# A chemical reactor as a process example, on virtual time',
    '',
    `Made on ${date} by \`npm run evidence -- process --recordings FOLDER --write\`. The whole platform in one process on virtual time; ${sent} messages sent, ${acknowledged} acknowledged. Reactor pressure and temperature are a device of \`hazchem.reactor\`, its level one of \`hazchem.tank.atmospheric\` (100 % as 10 m).`,
    '',
    `The first limits are the limits of normal operation, mean ± ${SIGMAS} standard deviations of the training run that is nothing but normal: pressure ${number('pressure_h')} MPa, temperature ${number('temp_h')} °C, level ${number('level_l')} to ${number('level_h')} m. The second ones are those of the process's description (from memory): pressure ${number('pressure_hh')} MPa, temperature ${number('temp_hh')} °C. Delays and deadbands are the profiles' own.`,
    '',
    `Faults told of: **${told.length} of ${faults.length}**. False alarms, on the normal run and before the faults (${runs.length} runs, ${((8 * faults.length + 48 * (runs.length - faults.length)) / 24).toFixed(1)} days in all): **${falseAlarms}**.`,
    '',
    'Minutes from the fault to the first alarm of each measurement, and which limit it was; – = none came in the 40 hours that follow. A sample comes every three minutes.',
    '',
    '| run | what it is | pressure | temperature | level | first alarm | false alarms |',
    '|---|---|---|---|---|---|---|',
    ...runs.map((run) => {
      const first = earliest(run);
      const cells = MEASUREMENTS.map((measurement) => shown(run, measurement)).join(' | ');
      return `| ${run.name} | ${ABOUT[run.name] ?? ''} | ${cells} | ${first === null ? '–' : `${first.toFixed(0)} min`} | ${run.falseAlarms} |`;
    }),
    '',
    'The control of this process fights every fault, and mostly wins: a limit on one value tells late of what the control hides, and the delay is that of the process more than of the alarm. The rate-of-rise limit of the reactor (2 K within 60 s) says nothing here: samples three minutes apart fill no window of one, and the device page says so.',
    '',
    'Recording: Tennessee Eastman process, the simulated runs of Braatz (University of Illinois licence); a Fortran model with noise, no plant. It is not part of this repository.',
    '',
  ].join('\n');
}
