/**
 * The watch at this desk: which alarms ring, what sounds, the local mute, the page's title and icon, desktop notices.
 * Works on every page, from sign-in to sign-out.
 */
import { computed, type ComputedRef, effectScope, ref, type ShallowRef, shallowRef, watch as follow } from 'vue';
import type { Alarm } from '../../../../model/alarm.ts';
import type { Level } from '../../../../model/level.ts';
import type { Warning } from '../../../../model/warning.ts';
import type { Live } from '../live/live.ts';
import { risenWarning } from '../live/warned.ts';
import { createHorn, type HornState } from '../sound/horn.ts';
import { beginMute, isMuted, type Mute, ringKey, soundPlan } from '../sound/plan.ts';
import { compareAlarms, isRinging } from './order.ts';

/** How the sound stands, truthfully, for the strip. */
export type SoundState = HornState | 'muted';

export interface Watch {
  readonly ringing: ComputedRef<readonly Alarm[]>;
  readonly sound: ComputedRef<SoundState>;
  /** Server time at which the first of the silenced alarms sounds again; null while none is. */
  readonly silencedUntil: ComputedRef<number | null>;
  /** ms until the local mute ends. */
  readonly muteLeftMs: ComputedRef<number>;
  /** The last warning that was issued or rose while this page was open; null = none did. */
  readonly risen: Readonly<ShallowRef<Warning | null>>;
  /** "Heard it?" is being asked. */
  readonly asking: { value: boolean };
  /** What was last answered at this desk; null = nothing yet. Goes into the shift record of whoever takes over here. */
  readonly heard: { value: boolean | null };
  /** To be called in a click: turns the sound on, and where nothing rings lets it be heard and asks for it. */
  start(): Promise<void>;
  /** After a reload: a watch that was started in this tab goes on as soon as the browser lets it sound, at the latest with the next key or touch. */
  goOn(): void;
  /** The watch ends with the sign-out: nothing sounds, nothing is kept. */
  end(): void;
  testSound(): void;
  toggleMute(): void;
  close(): void;
}

const KEPT = 'beacon.watch';
/** What a browser takes as the user's own act. */
const GESTURES = ['pointerup', 'keydown'] as const;
/** The tab's storage may be closed to us; the watch is then not kept over a reload. */
function keep(started: boolean): void {
  try {
    if (started) sessionStorage.setItem(KEPT, '1');
    else sessionStorage.removeItem(KEPT);
  } catch (error) {
    console.warn('the watch cannot be kept over a reload', error);
  }
}
function isKept(): boolean {
  try {
    return sessionStorage.getItem(KEPT) !== null;
  } catch (error) {
    console.warn('whether a watch was kept cannot be read', error);
    return false;
  }
}

/** @param words gives the one line of an alarm for a desktop notice; @param title gives the page's title for the ringing alarms. */
export function createWatch(
  live: Live,
  words: (alarm: Alarm) => string,
  title: (ringing: readonly Alarm[], blind: boolean) => string,
): Watch {
  const horn = createHorn();
  const scope = effectScope(true);
  const mute = shallowRef<Mute | null>(null);
  const asking = ref(false);
  const heard = ref<boolean | null>(null);
  const notices = new Map<string, Notification>();
  const noticed = new Set<string>();

  function notify(ringing: readonly Alarm[]): void {
    const keys = new Set(ringing.map(ringKey));
    for (const [key, notice] of notices) {
      if (keys.has(key)) continue;
      notice.close();
      notices.delete(key);
    }
    for (const key of noticed) if (!keys.has(key)) noticed.delete(key);
    if (horn.status.state === 'off' || typeof Notification === 'undefined' || Notification.permission !== 'granted') return;
    for (const alarm of ringing) {
      const key = ringKey(alarm);
      if (noticed.has(key) || (alarm.level !== 'red' && alarm.level !== 'orange')) continue;
      noticed.add(key);
      notices.set(key, new Notification(words(alarm), { tag: alarm.id, requireInteraction: true, silent: true }));
    }
  }

  const result = scope.run(() => {
    const ringing = computed<readonly Alarm[]>(() => {
      void live.state.version;
      void live.state.serverNow;
      const now = live.now();
      return [...live.picture.alarms.values()].filter((a) => isRinging(a, now)).sort(compareAlarms);
    });
    const silencedUntil = computed<number | null>(() => {
      void live.state.version;
      void live.state.serverNow;
      const now = live.now();
      const ends = [...live.picture.alarms.values()].flatMap(({ silencedUntil: end }) => (end !== null && end > now ? [end] : []));
      return ends.length === 0 ? null : Math.min(...ends);
    });
    const blind = computed(() => live.state.link === 'blind');
    const muted = computed(() => {
      void live.state.serverNow;
      void live.state.ageMs;
      return isMuted(mute.value, ringing.value, Date.now());
    });
    const muteLeftMs = computed(() => {
      void live.state.serverNow;
      void live.state.ageMs;
      return muted.value && mute.value !== null ? Math.max(0, mute.value.until - Date.now()) : 0;
    });
    const plan = computed(() => soundPlan(ringing.value, blind.value, muted.value));
    follow(plan, (next) => horn.play(next), { immediate: true });
    // A broken mute is over: it does not come back when the new alarm is acknowledged.
    follow(muted, (is) => {
      if (!is) mute.value = null;
    });
    follow(
      [ringing, blind],
      ([now, isBlind]) => {
        document.title = title(now, isBlind);
        const icon = document.querySelector<HTMLLinkElement>('#favicon');
        if (icon !== null) icon.href = `/icons/${isBlind ? 'blind' : (now[0]?.level ?? 'calm')}.svg`;
        notify(now);
      },
      { immediate: true },
    );
    const risen = shallowRef<Warning | null>(null);
    let knownAt: number | null = null;
    let known: ReadonlyMap<string, Level> | null = null;
    follow(
      () => live.state.version,
      () => {
        const { seq, issued } = live.warned;
        if (seq === knownAt) return;
        const worst = risenWarning(known, issued);
        knownAt = seq;
        known = seq === null ? null : new Map([...issued.values()].map((one) => [one.id, one.level]));
        if (worst === null) return;
        risen.value = worst;
        if (!muted.value) horn.chime();
      },
    );
    const sound = computed<SoundState>(() => (muted.value ? 'muted' : horn.status.state));
    return { ringing, silencedUntil, sound, muteLeftMs, muted, risen };
  });
  if (result === undefined) throw new Error('the scope of the watch did not run');

  return {
    ringing: result.ringing,
    silencedUntil: result.silencedUntil,
    sound: result.sound,
    muteLeftMs: result.muteLeftMs,
    risen: result.risen,
    asking,
    heard,
    async start() {
      keep(true);
      await horn.start();
      // What rings is its own test; a question would only stand before it.
      if (result.ringing.value.length === 0) {
        horn.test();
        asking.value = true;
      }
      if (typeof Notification !== 'undefined' && Notification.permission === 'default') await Notification.requestPermission();
    },
    goOn() {
      if (!isKept()) return;
      void horn.start();
      const gesture = (): void => {
        if (horn.status.state === 'blocked') void horn.start();
        for (const kind of GESTURES) window.removeEventListener(kind, gesture, true);
      };
      for (const kind of GESTURES) window.addEventListener(kind, gesture, true);
    },
    end() {
      keep(false);
      heard.value = null;
      horn.close();
    },
    testSound: () => horn.test(),
    toggleMute() {
      mute.value = result.muted.value ? null : beginMute(result.ringing.value, Date.now());
    },
    close() {
      scope.stop();
      horn.close();
      for (const notice of notices.values()) notice.close();
      notices.clear();
    },
  };
}
