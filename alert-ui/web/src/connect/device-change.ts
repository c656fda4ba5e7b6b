/** A change of a device as its forms make it: against the device as it was looked at, by one person or two, and what became of it. */
import { computed, type ComputedRef, type Ref, ref, type ShallowRef, shallowRef } from 'vue';
import type { Approval } from '../../../../model/approval.ts';
import type { Device } from '../../../../model/asset.ts';
import type { LimitsBody, Problem } from '../../../protocol/http.ts';
import type { Answer } from '../api/client.ts';
import { useDeps } from '../deps.ts';
import { userMay } from '../session/may.ts';
import { guardsRed } from './guards-red.ts';

/** What is refused, a second time: with what stands now. */
type Retry = (() => void) | undefined;

export interface DeviceChange {
  /** The form is open. */
  readonly asked: Ref<boolean>;
  /** The device as it was looked at: the change is made against it. */
  readonly base: ShallowRef<Device>;
  readonly why: Ref<string>;
  readonly problem: ShallowRef<Problem | null>;
  readonly retry: ComputedRef<Retry>;
  /** A second person has been asked. */
  readonly waits: Ref<boolean>;
  /** Who is signed in may not keep red from coming alone, and an armed limit of it is red; what is not known is asked again by the platform. */
  readonly guarded: Ref<boolean>;
  /** Nothing can be sent just now. */
  readonly off: ComputedRef<boolean>;
  open(): void;
  close(): void;
  change(fields: Partial<Device>): Promise<void>;
  retire(): Promise<void>;
}

interface Asking {
  readonly device: () => Device;
  /** Fills the form in. */
  readonly look: (device: Device) => void;
  /** It stands otherwise than it was given here. */
  readonly changed: () => void;
}

export function useDeviceChange({ device, look, changed }: Asking): DeviceChange {
  const { api, directory, live, session } = useDeps();
  const path = computed(() => `/devices/${encodeURIComponent(device().id)}`);
  const asked = ref(false);
  const base = shallowRef(device());
  const why = ref('');
  const problem = shallowRef<Problem | null>(null);
  const sending = ref(false);
  const waits = ref(false);
  const guarded = ref(false);

  function fill(now: Device): void {
    base.value = now;
    problem.value = null;
    waits.value = false;
    look(now);
  }
  async function readLimits(): Promise<void> {
    const { enterpriseId } = device();
    guarded.value = false;
    if (userMay(session.state.user, 'red.silence', enterpriseId)) return;
    const answer = await api.get<LimitsBody>(`${path.value}/limits`);
    const enterprise = directory.enterprises.get(enterpriseId);
    guarded.value = answer.ok && guardsRed({ device: device(), enterprise, limits: answer.body.limits }, live.now());
  }
  async function readAgain(): Promise<void> {
    const answer = await api.get<Device>(path.value);
    if (answer.ok) fill(answer.body);
    else problem.value = answer.problem;
    if (answer.ok) changed();
  }
  /** What a second person is asked for answers with the request; what is gone, with nothing. */
  async function send(request: () => Promise<Answer<Device | Approval | null>>): Promise<void> {
    sending.value = true;
    const answer = await request();
    sending.value = false;
    problem.value = answer.ok ? null : answer.problem;
    if (!answer.ok) return;
    if (answer.body !== null && 'requestedBy' in answer.body) {
      waits.value = true;
      return;
    }
    asked.value = false;
    changed();
  }

  return {
    asked,
    base,
    why,
    problem,
    retry: computed(() => (problem.value?.code === 'revision-conflict' ? () => void readAgain() : undefined)),
    waits,
    guarded,
    off: computed(() => sending.value || waits.value || live.state.link === 'blind'),
    open() {
      why.value = '';
      fill(device());
      asked.value = true;
      void readLimits();
    },
    close() {
      asked.value = false;
    },
    change(fields) {
      const reason = why.value.trim();
      return send(() => api.patch(path.value, { ...fields, ...(reason === '' ? {} : { reason }) }, base.value.revision));
    },
    retire() {
      const reason = why.value.trim();
      const query = reason === '' ? '' : `?reason=${encodeURIComponent(reason)}`;
      return send(() => api.remove(`${path.value}${query}`, base.value.revision));
    },
  };
}
