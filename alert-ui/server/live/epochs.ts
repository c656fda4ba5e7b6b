import { z } from 'zod';
import type { Platform } from '../../../model/ports/platform.ts';

/** Where the ids of this installation's process starts are kept. */
const EPOCHS_SETTING = 'live.epochs';
const EPOCHS_KEPT = 50;

/**
 * Keeps this start among the last ones and gives them all. Event numbers go on across restarts of one installation; an epoch of another
 * installation means other events.
 */
export async function rememberEpoch({ epoch, records }: Pick<Platform, 'epoch' | 'records'>): Promise<ReadonlySet<string>> {
  const text = await records.settings.get(EPOCHS_SETTING);
  const earlier = z.array(z.string()).safeParse(text === null ? [] : JSON.parse(text));
  const epochs = [...(earlier.success ? earlier.data : []).filter((one) => one !== epoch), epoch].slice(-EPOCHS_KEPT);
  await records.settings.put(EPOCHS_SETTING, JSON.stringify(epochs));
  return new Set(epochs);
}
