// A failing world made small: acts are taken out, half of them, then a quarter, down to single ones, for as long as the same rule
// stays broken; then times are made round and devices that do nothing any more go (delta debugging).
import type { Act, Script } from './acts.ts';

/**
 * @param brokenBy the rule that a script breaks, or null when all is well
 * @param tries runs at most: a shrunk history is wanted soon, not the smallest there is
 */
export function shrink(script: Script, brokenBy: (script: Script) => string | null, tries = 600): Script {
  const rule = brokenBy(script);
  if (rule === null) return script;
  let left = tries;
  const still = (candidate: Script): boolean => {
    if (left <= 0) return false;
    left -= 1;
    return brokenBy(candidate) === rule;
  };
  let best = script;
  for (let size = Math.ceil(best.acts.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    let removed = true;
    while (removed) {
      removed = false;
      // From the end: what came after the failure goes at once.
      for (let from = best.acts.length - size; from > -size; from -= size) {
        const acts = [...best.acts.slice(0, Math.max(0, from)), ...best.acts.slice(Math.max(0, from) + size)];
        if (acts.length === best.acts.length || !still({ ...best, acts })) continue;
        best = { ...best, acts };
        removed = true;
      }
      if (size > 1) break;
    }
  }
  for (const device of best.devices) {
    const devices = best.devices.filter((other) => other !== device);
    const quiet = best.acts.every((act) => !mentions(act, device.id));
    if (quiet && devices.length > 0 && still({ ...best, devices })) best = { ...best, devices };
  }
  const last = best.acts.at(-1)?.at ?? 0;
  if (still({ ...best, endMs: last + 1 })) best = { ...best, endMs: last + 1 };
  return best;
}

function mentions(act: Act, id: string): boolean {
  if (act.does === 'table') return act.lines.some(({ cause, hides }) => [cause, ...hides].some(({ device }) => device === id));
  if ('device' in act) return act.device === id;
  return 'target' in act && act.target.device === id;
}
