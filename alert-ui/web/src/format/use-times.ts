/** Times in the installation's zone, for components. */
import { computed, type ComputedRef } from 'vue';
import type { Session } from '../session/session.ts';
import { createTimes, type Times } from './time.ts';

const DEFAULT_ZONE = 'Asia/Shanghai';

export function useTimes(session: Session): ComputedRef<Times> {
  const zone = computed(() => session.state.info?.timeZone ?? DEFAULT_ZONE);
  return computed(() => createTimes(zone.value));
}
