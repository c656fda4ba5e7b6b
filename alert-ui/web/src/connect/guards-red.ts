/** Whether a change that may keep red from coming takes a second person: what the platform decides, told before it is asked. Pure. */
import type { Device, Enterprise } from '../../../../model/asset.ts';
import type { EffectiveLimit } from '../../../../model/engine.ts';

/** So long after a device was registered whoever may change it may put it right alone. */
const REGISTRATION_MS = 3_600_000;

/** What is looked at. */
export interface Guard {
  readonly device: Pick<Device, 'createdAt'>;
  /** undefined = not known. */
  readonly enterprise: Pick<Enterprise, 'kind'> | undefined;
  readonly limits: readonly Pick<EffectiveLimit, 'armed' | 'level'>[];
}

/** An armed limit of it is red, in a real enterprise, and it has stood for an hour. Of rules over several points the platform alone knows. */
export function guardsRed({ device, enterprise, limits }: Guard, now: number): boolean {
  if (enterprise?.kind === 'test') return false;
  if (now >= device.createdAt && now - device.createdAt < REGISTRATION_MS) return false;
  return limits.some(({ armed, level }) => armed && level === 'red');
}
