import { type Silence, SILENCES } from '../../../../model/engine.ts';

/** What a request that waits would keep from coming; of one that says nothing of it, or nothing this page knows, nothing. Pure. */
export function silencesIn(request: Readonly<Record<string, unknown>>): readonly Silence[] {
  const { silences } = request;
  return Array.isArray(silences) ? silences.filter(isSilence) : [];
}

function isSilence(one: unknown): one is Silence {
  if (typeof one !== 'object' || one === null || !('how' in one && 'device' in one && 'red' in one)) return false;
  return SILENCES.some((how) => how === one.how) && typeof one.device === 'string' && Array.isArray(one.red);
}
