/** A shopping centre: a fast t-squared fire in the store room behind the food court, seen by smoke and heat detectors in turn, answered by the sprinkler pump. */
import { ceilingJetRise, FIRE_GROWTH, type Fire, heatReleaseKw, obscurationDbPerM } from '../physics/fire.ts';
import { drift, type Member, measured, member } from './member.ts';
import { cycleTime, TIMETABLE } from './story.ts';

export const MALL_ID = 'starlight-mall';
export const MALL_SITE_ID = 'starlight-mall-main';

const PLACE = { enterpriseId: MALL_ID, siteId: MALL_SITE_ID } as const;
const REPORT_MS = 2_000;
const SLOW_REPORT_MS = 5_000;

export const STORE_ROOM_FIRE: Fire = {
  fromS: TIMETABLE.fireFrom,
  alphaKwPerS2: FIRE_GROWTH.fast,
  peakKw: 2_500,
  suppressedAtS: TIMETABLE.fireSuppressed,
  decayS: 25,
};
const FOOD_COURT_AIR = { heatOfCombustionKjPerG: 20, massOpticalDensityM2PerG: 0.22, volumeM3: 900 } as const;
/** Smoke is drawn out once the fire is down, s. */
const SMOKE_CLEARS_S = 30;
/** A point smoke detector answers near 0.15 dB/m in smouldering and flaming test fires. */
const SMOKE_ALARM_DB_PER_M = 0.15;

/** Heat detectors and how far each hangs from the fire, m; infinity = another storey. */
const HEAT: readonly { readonly id: string; readonly name: string; readonly radiusM: number }[] = [
  { id: 'heat-foodcourt-store', name: '美食广场库房 感温', radiusM: 1.5 },
  { id: 'heat-foodcourt-kitchen', name: '美食广场后厨 感温', radiusM: 6 },
  { id: 'heat-garage-b1', name: '地下车库 B1 感温', radiusM: Number.POSITIVE_INFINITY },
  { id: 'heat-boiler-room', name: '锅炉房 感温', radiusM: Number.POSITIVE_INFINITY },
];
const CEILING_M = 3.6;

const SMOKE_POINTS: readonly { readonly id: string; readonly name: string; readonly inFire: boolean }[] = [
  { id: 'smoke-foodcourt', name: '美食广场 感烟', inFire: true },
  { id: 'smoke-atrium', name: '中庭 感烟', inFire: false },
  { id: 'smoke-cinema', name: '影院走廊 感烟', inFire: false },
];

/** Bits of a GB/T 26875.3 component status: 0 working, 1 fire. */
const STATUS_WORKING = 0b1;
const STATUS_FIRE = 0b10;

/** Smoke in the food court, dB/m. */
export function foodCourtSmoke(t: number): number {
  const built = obscurationDbPerM(STORE_ROOM_FIRE, FOOD_COURT_AIR, t);
  return t <= TIMETABLE.fireSuppressed ? built : built * Math.exp(-(t - TIMETABLE.fireSuppressed) / SMOKE_CLEARS_S);
}

/** The sprinkler opens half a minute before the fire is down; the pump follows the fall of pressure and runs until the fire service stops it. */
const PUMP_FROM = TIMETABLE.fireSuppressed - 5;
const PUMP_TO = TIMETABLE.fireSuppressed + 60;
const pumping = (t: number): boolean => t >= PUMP_FROM && t < PUMP_TO;

export function shoppingCentre(seed: number): readonly Member[] {
  const heat = HEAT.map(({ radiusM, ...place }) =>
    member({
      ...PLACE,
      ...place,
      profileId: 'fire.heat.point',
      reportEveryMs: REPORT_MS,
      at: (elapsedS) => {
        const t = cycleTime(elapsedS);
        const rise = Number.isFinite(radiusM) ? ceilingJetRise(heatReleaseKw(STORE_ROOM_FIRE, t), { heightM: CEILING_M, radiusM }) : 0;
        return {
          link: 'up',
          values: { temp: measured(seed, place.id, elapsedS, 23 + drift(seed, place.id, elapsedS, 1_500) + rise, 0.1, 0.1) },
        };
      },
    }),
  );
  const smoke = SMOKE_POINTS.map(({ inFire, ...place }) =>
    member({
      ...PLACE,
      ...place,
      profileId: 'fire.smoke.point',
      reportEveryMs: REPORT_MS,
      at: (elapsedS) => {
        const fire = inFire && foodCourtSmoke(cycleTime(elapsedS)) >= SMOKE_ALARM_DB_PER_M;
        return { link: 'up', values: { status: fire ? STATUS_WORKING | STATUS_FIRE : STATUS_WORKING } };
      },
    }),
  );
  const standalone = member({
    ...PLACE,
    id: 'smoke-guard-room',
    name: '值班室 独立感烟',
    profileId: 'fire.smoke.standalone',
    reportEveryMs: SLOW_REPORT_MS,
    at: (elapsedS) => ({
      link: 'up',
      values: {
        smoke_alarm: false,
        obscuration: Math.max(0, measured(seed, 'guard', elapsedS, 0.008, 0.002, 0.001)),
        battery: 87,
        rsrp: measured(seed, 'guard-rsrp', elapsedS, -92, 1.5, 1),
      },
    }),
  });
  const electrical = [
    { id: 'elec-main-1', name: '1# 总配电柜', residual: 60, amps: 310 },
    { id: 'elec-foodcourt', name: '美食广场配电箱', residual: 85, amps: 120 },
  ].map(({ residual, amps, ...place }) =>
    member({
      ...PLACE,
      ...place,
      profileId: 'fire.electrical',
      attributes: { rated_current: 400 },
      reportEveryMs: SLOW_REPORT_MS,
      at: (elapsedS) => {
        const load = 1 + 0.06 * drift(seed, place.id, elapsedS, 900);
        const value = (name: string, true_: number, deviation: number, resolution: number): number =>
          measured(seed, `${place.id}/${name}`, elapsedS, true_, deviation, resolution);
        return {
          link: 'up',
          values: {
            residual: value('residual', residual, 2, 1),
            'cable_temp.1': value('t1', 41 * load, 0.2, 0.1),
            'cable_temp.2': value('t2', 42 * load, 0.2, 0.1),
            'cable_temp.3': value('t3', 40 * load, 0.2, 0.1),
            'cable_temp.4': value('t4', 35 * load, 0.2, 0.1),
            'current.1': value('i1', amps * load, 2, 0.1),
            'current.2': value('i2', amps * load * 1.02, 2, 0.1),
            'current.3': value('i3', amps * load * 0.98, 2, 0.1),
            arc: 0,
          },
        };
      },
    }),
  );
  const pipe = (id: string, name: string, calmMPa: number, flowingMPa: number): Member =>
    member({
      ...PLACE,
      id,
      name,
      profileId: 'fire.water.pressure',
      reportEveryMs: REPORT_MS,
      at: (elapsedS) => ({
        link: 'up',
        values: { pressure: measured(seed, id, elapsedS, pumping(cycleTime(elapsedS)) ? flowingMPa : calmMPa, 0.003, 0.001) },
      }),
    });
  const tank = member({
    ...PLACE,
    id: 'fire-water-tank',
    name: '屋顶消防水箱',
    profileId: 'fire.water.tank_level',
    attributes: { design_level: 3, overflow_level: 3.4 },
    reportEveryMs: SLOW_REPORT_MS,
    at: (elapsedS) => ({ link: 'up', values: { level: measured(seed, 'fire-water-tank', elapsedS, 3.1, 0.005, 0.01) } }),
  });
  const pump = member({
    ...PLACE,
    id: 'fire-pump-spray',
    name: '喷淋泵控制柜',
    profileId: 'fire.pump',
    reportEveryMs: REPORT_MS,
    at: (elapsedS) => ({ link: 'up', values: { mode_auto: true, running: pumping(cycleTime(elapsedS)), power_ok: true } }),
  });
  return [
    ...heat,
    ...smoke,
    standalone,
    ...electrical,
    pipe('pipe-sprinkler-end', '喷淋末端试水压力', 0.42, 0.3),
    pipe('pipe-hydrant-f3', '三层消火栓压力', 0.38, 0.35),
    tank,
    pump,
  ];
}
