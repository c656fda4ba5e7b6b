/** A street of restaurants, each with two gas detectors. In one kitchen a hose comes off; later there is a smaller leak in another. */
import { METHANE_LEL, percentLel, type Room, shutOff } from '../physics/ventilated-room.ts';
import { type Member, measured, member } from './member.ts';
import { between, CYCLE_S, cycleTime, TIMETABLE } from './story.ts';

export const STREET_ID = 'hebin-food-street';
export const STREET_SITE_ID = 'hebin-food-street-a';

/** The kitchen where the story plays; its detector is the first to ring. */
export const LEAKING_DETECTOR = 'gas-sichuan-kitchen';
export const SMALL_LEAK_DETECTOR = 'gas-hotpot-cylinder-room';

const PLACES: readonly { readonly id: string; readonly name: string }[] = [
  { id: 'gas-sichuan-kitchen', name: '蜀香川菜馆 后厨灶台' },
  { id: 'gas-sichuan-cylinder-room', name: '蜀香川菜馆 气瓶间' },
  { id: 'gas-hotpot-kitchen', name: '老灶火锅 后厨' },
  { id: 'gas-hotpot-cylinder-room', name: '老灶火锅 气瓶间' },
  { id: 'gas-noodle-kitchen', name: '兰州牛肉面 煮面间' },
  { id: 'gas-noodle-meter', name: '兰州牛肉面 表间' },
  { id: 'gas-dimsum-kitchen', name: '粤点茶楼 蒸点间' },
  { id: 'gas-dimsum-meter', name: '粤点茶楼 表间' },
  { id: 'gas-barbecue-kitchen', name: '大漠烧烤 烤炉区' },
  { id: 'gas-barbecue-cylinder-room', name: '大漠烧烤 气瓶间' },
  { id: 'gas-bakery-oven', name: '麦香面包房 烤箱间' },
  { id: 'gas-bakery-meter', name: '麦香面包房 表间' },
  { id: 'gas-dumpling-kitchen', name: '东北饺子馆 后厨' },
  { id: 'gas-canteen-kitchen', name: '街道食堂 后厨' },
];

const REPORT_MS = 2_000;

/** Gas gathers in a layer below the ceiling around the detector; 2.5 L/s is a low-pressure hose (9 m³/h). Then the cook shuts the valve and the fans run. */
export const KITCHEN: Room = {
  volumeM3: 4,
  lel: METHANE_LEL,
  phases: [
    { seconds: TIMETABLE.gasLeakFrom, leakM3PerS: 0, ventilationM3PerS: 0.02 },
    { seconds: TIMETABLE.gasLeakTo - TIMETABLE.gasLeakFrom, leakM3PerS: 0.0025, ventilationM3PerS: 0.02 },
    { seconds: Number.POSITIVE_INFINITY, leakM3PerS: 0, ventilationM3PerS: 0.06 },
  ],
};
const CYLINDER_ROOM: Room = {
  volumeM3: 6,
  lel: METHANE_LEL,
  phases: [
    { seconds: TIMETABLE.smallLeakFrom, leakM3PerS: 0, ventilationM3PerS: 0.05 },
    { seconds: TIMETABLE.smallLeakTo - TIMETABLE.smallLeakFrom, leakM3PerS: 0.0025, ventilationM3PerS: 0.05 },
    { seconds: Number.POSITIVE_INFINITY, leakM3PerS: 0, ventilationM3PerS: 0.1 },
  ],
};

/** When the valves are opened again, s of the cycle. */
const VALVE_OPENED_S = 560;

/** Second of the cycle at which the leak of a place is shut off; past the cycle's end where none is. */
function leakEnd(id: string): number {
  if (id === LEAKING_DETECTOR) return TIMETABLE.gasLeakTo;
  return id === SMALL_LEAK_DETECTOR ? TIMETABLE.smallLeakTo : CYCLE_S;
}

/** From when to when somebody at the desk has had the valve of a place shut, s since the start; it is opened again on site, with the others. */
interface Shut {
  readonly from: number;
  readonly to: number;
}

function shutNow(elapsedS: number): Shut {
  const opened = elapsedS - cycleTime(elapsedS) + VALVE_OPENED_S;
  return { from: elapsedS, to: opened > elapsedS ? opened : opened + CYCLE_S };
}

/** %LEL without noise; a kitchen in use shows a little. */
function trueLel(id: string, elapsedS: number, shut: Shut | null): number {
  const room = id === LEAKING_DETECTOR ? KITCHEN : id === SMALL_LEAK_DETECTOR ? CYLINDER_ROOM : null;
  if (room === null) return 0;
  const t = cycleTime(elapsedS);
  const began = elapsedS - t;
  // Once the valve is open again no hose leaks any more in that cycle.
  const felt = shut !== null && shut.from <= elapsedS && shut.to > began;
  return percentLel(felt ? shutOff(room, Math.max(0, shut.from - began)) : room, t);
}

export function restaurants(seed: number): readonly Member[] {
  return PLACES.map((place) => {
    let shut: Shut | null = null;
    const standsOpen = (elapsedS: number): boolean =>
      // The detectors do not shut their valves by themselves. The cook does, which ends the leak, and opens them again once the air is clean.
      !between(elapsedS, leakEnd(place.id), VALVE_OPENED_S) && (shut === null || elapsedS < shut.from || elapsedS >= shut.to);
    return member({
      ...place,
      enterpriseId: STREET_ID,
      siteId: STREET_SITE_ID,
      profileId: 'gas.combustible.commercial',
      reportEveryMs: REPORT_MS,
      at: (elapsedS) => {
        const lel = trueLel(place.id, elapsedS, shut);
        const background = place.id.endsWith('kitchen') ? 0.8 : 0.3;
        const shown = Math.min(100, Math.max(0, measured(seed, place.id, elapsedS, lel + background, 0.15 + lel * 0.005, 0.1)));
        return { link: 'up', values: { lel: shown, valve_open: standsOpen(elapsedS) } };
      },
      obey: (command, elapsedS) => {
        if (command !== 'close-valve') return null;
        if (!standsOpen(elapsedS)) return { ok: true, detail: 'closed before' };
        shut = shutNow(elapsedS);
        return { ok: true };
      },
    });
  });
}
