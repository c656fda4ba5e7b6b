import { type Silence, SILENCES, type SoftenedLimit } from '../../../../model/engine.ts';

/** What a request that waits would keep from coming; of one that says nothing of it, or nothing this page knows, nothing. Pure. */
export function silencesIn(request: Readonly<Record<string, unknown>>): readonly Silence[] {
  const { silences } = request;
  return Array.isArray(silences) ? silences.filter(isSilence) : [];
}

function isSilence(one: unknown): one is Silence {
  if (typeof one !== 'object' || one === null || !('how' in one && 'device' in one && 'red' in one)) return false;
  return SILENCES.some((how) => how === one.how) && typeof one.device === 'string' && Array.isArray(one.red);
}

/** Which limits it would make less strict, by the same reading; nothing where that is one limit, the one that the rule asked for is about: it shows itself. */
export function softensIn(request: Readonly<Record<string, unknown>>): readonly SoftenedLimit[] {
  const { softens, rule } = request;
  const found = Array.isArray(softens) ? softens.filter(isSoftened) : [];
  const [only] = found;
  return found.length === 1 && only !== undefined && isAbout(rule, only) ? [] : found;
}

function isAbout(rule: unknown, { measurement, code }: SoftenedLimit): boolean {
  if (typeof rule !== 'object' || rule === null || !('measurement' in rule && 'code' in rule)) return false;
  return rule.measurement === measurement && rule.code === code;
}

function isSoftened(one: unknown): one is SoftenedLimit {
  return typeof one === 'object' && one !== null && 'code' in one && 'measurement' in one && 'parts' in one && Array.isArray(one.parts);
}
