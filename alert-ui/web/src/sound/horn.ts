/**
 * Plays a `SoundPlan` with Web Audio. Tones are scheduled 60 s ahead on the audio clock, because background timers are throttled.
 * Says truthfully whether the browser lets it sound.
 */
import { shallowReactive } from 'vue';
import { beginnings, CHIME, CHIME_MS, chimeAt, PATTERNS, type SoundPlan, startsAnew, type Tone } from './plan.ts';

/** `off`: the watch has not been started here. `blocked`: started, but the browser does not let it sound. */
export type HornState = 'off' | 'blocked' | 'ready' | 'unsupported';

export interface Horn {
  readonly status: { readonly state: HornState };
  /** To be called in a click: asks the browser for sound. */
  start(): Promise<void>;
  play(plan: SoundPlan): void;
  /** Sounds the chime of a warning once, in the next gap; one for all that come while it waits or sounds. */
  chime(): void;
  /** Sounds one pattern now, for "heard it?". */
  test(): void;
  close(): void;
}

const AHEAD_MS = 60_000;
const REFILL_MS = 20_000;
const RAMP_S = 0.02;
const HARMONICS = new Float32Array([0, 1, 0.5, 0.33, 0.25, 0.2]);
const VOLUME = 0.35;
/** What is left of a stroke of the bell at its end. */
const BELL_END = 0.15;

export function createHorn(): Horn {
  const status = shallowReactive<{ state: HornState }>({ state: typeof AudioContext === 'undefined' ? 'unsupported' : 'off' });
  let context: AudioContext | null = null;
  let wave: PeriodicWave | null = null;
  let bus: GainNode | null = null;
  let plan: SoundPlan = { voices: [], members: [] };
  let beganAt = 0;
  let filledToMs = 0;
  let timer: ReturnType<typeof setInterval> | null = null;

  let bell: GainNode | null = null;
  /** Audio time at which the last chime is over. */
  let bellEndsAt = Number.NEGATIVE_INFINITY;

  function sound(at: AudioContext, into: AudioNode, tone: Tone, startS: number, dies = false): void {
    const oscillator = at.createOscillator();
    const gain = at.createGain();
    if (wave !== null) oscillator.setPeriodicWave(wave);
    const endS = startS + tone.lengthMs / 1000;
    oscillator.frequency.setValueAtTime(tone.fromHz, startS);
    if (tone.toHz !== tone.fromHz) oscillator.frequency.linearRampToValueAtTime(tone.toHz, endS);
    gain.gain.setValueAtTime(0, startS);
    gain.gain.linearRampToValueAtTime(VOLUME, startS + RAMP_S);
    if (dies) gain.gain.exponentialRampToValueAtTime(VOLUME * BELL_END, endS - RAMP_S);
    else gain.gain.setValueAtTime(VOLUME, endS - RAMP_S);
    gain.gain.linearRampToValueAtTime(0, endS);
    oscillator.connect(gain).connect(into);
    oscillator.start(startS);
    oscillator.stop(endS + 0.01);
  }

  function fill(): void {
    if (context === null || bus === null || context.state !== 'running') return;
    const nowMs = (context.currentTime - beganAt) * 1000;
    const toMs = nowMs + AHEAD_MS;
    for (const voice of plan.voices) {
      for (const begin of beginnings(voice, Math.max(filledToMs, nowMs), toMs)) {
        for (const tone of PATTERNS[voice.sound]) sound(context, bus, tone, beganAt + (begin + tone.atMs) / 1000);
      }
    }
    filledToMs = toMs;
  }

  /** Drops what was scheduled and begins the present plan from now. */
  function restart(): void {
    if (context === null) return;
    bus?.disconnect();
    bus = context.createGain();
    bus.connect(context.destination);
    beganAt = context.currentTime + 0.05;
    filledToMs = 0;
    fill();
    // A chime that had not begun looks for a gap of the new plan.
    if (bell !== null && context.currentTime < bellEndsAt - CHIME_MS / 1000) ring();
  }

  function ring(): void {
    if (context === null) return;
    bell?.disconnect();
    bell = context.createGain();
    bell.connect(context.destination);
    const nowMs = (context.currentTime + 0.05 - beganAt) * 1000;
    const startS = beganAt + chimeAt(plan, Math.max(0, nowMs)) / 1000;
    for (const tone of CHIME) sound(context, bell, tone, startS + tone.atMs / 1000, true);
    bellEndsAt = startS + CHIME_MS / 1000;
  }

  function follow(): void {
    if (context === null) return;
    const before = status.state;
    status.state = context.state === 'running' ? 'ready' : 'blocked';
    if (before !== 'ready' && status.state === 'ready') restart();
  }

  return {
    status,
    async start() {
      if (status.state === 'unsupported') return;
      if (context === null) {
        context = new AudioContext();
        wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), HARMONICS);
        context.addEventListener('statechange', follow);
        timer = setInterval(fill, REFILL_MS);
      }
      status.state = 'blocked';
      await context.resume();
      follow();
    },
    play(next) {
      const anew = startsAnew(plan, next);
      plan = next;
      if (anew) restart();
    },
    chime() {
      if (context === null || context.state !== 'running' || context.currentTime < bellEndsAt) return;
      ring();
    },
    test() {
      if (context === null || context.state !== 'running') return;
      for (const tone of PATTERNS.orange) sound(context, context.destination, tone, context.currentTime + 0.05 + tone.atMs / 1000);
    },
    close() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      bus?.disconnect();
      bell?.disconnect();
      bell = null;
      bellEndsAt = Number.NEGATIVE_INFINITY;
      const closing = context;
      context = null;
      void closing?.close();
      status.state = 'off';
    },
  };
}
