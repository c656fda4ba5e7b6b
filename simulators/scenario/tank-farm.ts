/** A chemical tank farm: one receiving tank is overfilled, one detector falls silent, the weather station loses its network for a while. */
import { bodyTemperature, type Tank, tankLevel } from '../physics/tank.ts';
import { drift, type Member, measured, member } from './member.ts';
import { between, cycleTime, TIMETABLE } from './story.ts';

export const FARM_ID = 'linhai-tank-farm';
export const FARM_SITE_ID = 'linhai-tank-farm-south';
export const FARM_HAZARD_SOURCE_ID = 'linhai-methanol-tanks';
export const OVERFILLED_TANK = 'tank-103';
export const DEAD_SENSOR = 'gas-nh3-compressor';
export const ROAMING_STATION = 'weather-linhai';

const PLACE = { enterpriseId: FARM_ID, siteId: FARM_SITE_ID } as const;
const TANK_REPORT_MS = 2_000;
const GAS_REPORT_MS = 5_000;

/** Level alarms of the atmospheric tanks, m, and temperatures, °C: methanol, flash point 11 °C is no limit for a stored liquid at 25 °C, so the boiling side counts. */
const TANK_LIMITS = { level_ll: 0.8, level_l: 1.5, level_h: 10.8, level_hh: 11.4, temp_normal_max: 38, flash_point: 60 } as const;

/** A slim receiving tank (2.5 m): 0.15 m³/s is 3 cm a second, so that the story fits into minutes. */
export const RECEIVING_TANK: Tank = {
  diameterM: 2.5,
  heightM: 12.5,
  startLevelM: 8.2,
  flows: [
    { fromS: TIMETABLE.overfillFrom, toS: TIMETABLE.overfillTo, m3PerS: 0.15 },
    {
      fromS: TIMETABLE.pumpOutFrom,
      toS: TIMETABLE.pumpOutTo,
      m3PerS: (-0.15 * (TIMETABLE.overfillTo - TIMETABLE.overfillFrom)) / (TIMETABLE.pumpOutTo - TIMETABLE.pumpOutFrom),
    },
  ],
};

const ATMOSPHERIC: readonly { readonly id: string; readonly name: string; readonly levelM: number }[] = [
  { id: 'tank-101', name: '101# 甲醇储罐', levelM: 7.4 },
  { id: 'tank-102', name: '102# 甲醇储罐', levelM: 5.1 },
  { id: 'tank-103', name: '103# 甲醇收料罐', levelM: 8.2 },
  { id: 'tank-104', name: '104# 乙二醇储罐', levelM: 6.6 },
];

const GAS_POINTS: readonly { readonly id: string; readonly name: string }[] = [
  { id: 'gas-farm-pump-house', name: '泵房可燃气体' },
  { id: 'gas-farm-loading-1', name: '1# 装卸台可燃气体' },
  { id: 'gas-farm-loading-2', name: '2# 装卸台可燃气体' },
  { id: 'gas-farm-dike-south', name: '南围堰可燃气体' },
  { id: 'gas-farm-valve-group', name: '阀组区可燃气体' },
];

export function tankFarm(seed: number): readonly Member[] {
  const atmospheric = ATMOSPHERIC.map(({ levelM, ...place }) =>
    member({
      ...PLACE,
      ...place,
      profileId: 'hazchem.tank.atmospheric',
      hazardSourceId: FARM_HAZARD_SOURCE_ID,
      attributes: TANK_LIMITS,
      reportEveryMs: TANK_REPORT_MS,
      at: (elapsedS) => {
        const level =
          place.id === OVERFILLED_TANK
            ? tankLevel(RECEIVING_TANK, cycleTime(elapsedS))
            : levelM + 0.02 * drift(seed, place.id, elapsedS, 900);
        const temp = 26 + 2 * drift(seed, `${place.id}/temp`, elapsedS, 1_800);
        return {
          link: 'up',
          values: {
            level: measured(seed, `${place.id}/level`, elapsedS, level, 0.004, 0.001),
            temp: measured(seed, `${place.id}/t`, elapsedS, temp, 0.05, 0.1),
          },
        };
      },
    }),
  );

  const sphere = (id: string, name: string, levelPct: number): Member =>
    member({
      ...PLACE,
      id,
      name,
      profileId: 'hazchem.tank.pressurized',
      hazardSourceId: FARM_HAZARD_SOURCE_ID,
      attributes: { pressure_normal_max: 1.2, design_pressure: 1.77, psv_set: 1.6 },
      reportEveryMs: TANK_REPORT_MS,
      at: (elapsedS) => {
        const shell =
          bodyTemperature({ startC: 24, ambientC: 27, timeConstantS: 3_600 }, elapsedS) + 0.5 * drift(seed, id, elapsedS, 1_200);
        // Vapour pressure of LPG near 25 °C: about 0.8 MPa, 0.02 MPa a kelvin.
        const pressure = 0.8 + 0.02 * (shell - 25);
        return {
          link: 'up',
          values: {
            pressure: measured(seed, `${id}/p`, elapsedS, pressure, 0.001, 0.001),
            level_pct: measured(seed, `${id}/l`, elapsedS, levelPct, 0.05, 0.1),
            temp: measured(seed, `${id}/t`, elapsedS, shell, 0.05, 0.1),
          },
        };
      },
    });

  const gas = GAS_POINTS.map((place) =>
    member({
      ...PLACE,
      ...place,
      profileId: 'gas.combustible.point.industrial',
      hazardSourceId: FARM_HAZARD_SOURCE_ID,
      reportEveryMs: GAS_REPORT_MS,
      at: (elapsedS) => ({
        link: 'up',
        values: { lel: Math.max(0, measured(seed, place.id, elapsedS, 0.6 + 0.3 * drift(seed, place.id, elapsedS, 400), 0.12, 0.1)) },
      }),
    }),
  );

  const ammonia = member({
    ...PLACE,
    id: DEAD_SENSOR,
    name: '制冷压缩机房 氨',
    profileId: 'gas.toxic.nh3',
    reportEveryMs: GAS_REPORT_MS,
    at: (elapsedS) => ({
      link: between(elapsedS, TIMETABLE.deadSensorFrom, TIMETABLE.deadSensorTo) ? 'mute' : 'up',
      values: { nh3: Math.max(0, measured(seed, DEAD_SENSOR, elapsedS, 2, 0.4, 0.1)) },
    }),
  });

  const weather = member({
    ...PLACE,
    id: ROAMING_STATION,
    name: '罐区气象站',
    profileId: 'hazchem.weather',
    reportEveryMs: GAS_REPORT_MS,
    at: (elapsedS) => ({
      link: between(elapsedS, TIMETABLE.networkDownFrom, TIMETABLE.networkDownTo) ? 'down' : 'up',
      values: {
        wind_speed: Math.max(0, measured(seed, 'wind', elapsedS, 4 + 1.5 * drift(seed, 'wind', elapsedS, 300), 0.6, 0.1)),
        wind_dir: (measured(seed, 'wind-dir', elapsedS, 140 + 25 * drift(seed, 'wind-dir', elapsedS, 700), 4, 1) + 360) % 360,
        lightning: false,
      },
    }),
  });

  return [
    ...atmospheric,
    sphere('sphere-201', '201# 液化气球罐', 62),
    sphere('sphere-202', '202# 液化气球罐', 48),
    ...gas,
    ammonia,
    weather,
  ];
}
