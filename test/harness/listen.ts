import type { Page } from 'playwright-core';

/** What came out of a page's loudspeaker so far. */
export interface Heard {
  /** Loudest fundamental of every moment that was not silent, Hz, each kind once, rounded to 20 Hz. */
  readonly hz: readonly number[];
  /** Beginnings of tones that were scheduled, on the audio clock, s, ascending. */
  readonly tones: readonly number[];
  /** How long it has been silent, on the audio clock, s; Infinity where nothing was heard at all. */
  readonly quietS: number;
}

/** Runs in the page, before its own scripts. */
const TAP = String.raw`
(() => {
  const heard = { hz: new Set(), tones: [], lastAt: -Infinity, now: 0 };
  globalThis.beaconHeard = heard;
  const taps = new WeakMap();
  const connect = AudioNode.prototype.connect;
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) {
    heard.tones.push(when ?? this.context.currentTime);
    start.call(this, when);
  };
  function tap(context) {
    const known = taps.get(context);
    if (known !== undefined) return known;
    const analyser = context.createAnalyser();
    analyser.fftSize = 4096;
    analyser.smoothingTimeConstant = 0;
    taps.set(context, analyser);
    const wave = new Float32Array(analyser.fftSize);
    const spectrum = new Float32Array(analyser.frequencyBinCount);
    setInterval(() => {
      heard.now = context.currentTime;
      analyser.getFloatTimeDomainData(wave);
      const quarter = wave.length / 4;
      const loud = [0, 1, 2, 3].map((n) => wave.subarray(n * quarter, (n + 1) * quarter).some((v) => Math.abs(v) > 0.05));
      if (loud.includes(true)) heard.lastAt = context.currentTime;
      // A tone that begins or ends within the window smears its pitch.
      if (loud.includes(false)) return;
      analyser.getFloatFrequencyData(spectrum);
      let peak = 1;
      for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > spectrum[peak]) peak = i;
      heard.hz.add(Math.round((peak * context.sampleRate) / analyser.fftSize / 20) * 20);
    }, 15);
    return analyser;
  }
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) connect.call(this, tap(this.context));
    return connect.call(this, to, ...rest);
  };
})();
`;

/** What a browser does to a page that nobody has touched: an audio context begins suspended and does not resume before a key or a touch. */
const HOLD = String.raw`
(() => {
  let touched = false;
  for (const kind of ['keydown', 'pointerup']) addEventListener(kind, () => (touched = true), true);
  const resume = AudioContext.prototype.resume;
  AudioContext.prototype.resume = function () {
    return touched ? resume.call(this) : new Promise(() => undefined);
  };
  globalThis.AudioContext = class extends AudioContext {
    constructor(...args) {
      super(...args);
      void this.suspend();
    }
  };
})();
`;

/**
 * Holds the sound back until a key or a touch; to be called before the page is opened. The browser's own rule cannot be used: whatever a test
 * asks of a page counts there as a touch.
 */
export async function holdSound(page: Page): Promise<void> {
  await page.addInitScript(HOLD);
}

/**
 * Puts an analyser beside the loudspeaker of every audio context of the page; to be called before the page is opened. What is read there is
 * signal: an oscillator that is connected to nothing, stopped or muted does not show.
 */
export async function listen(page: Page): Promise<void> {
  await page.addInitScript(TAP);
}

export async function heardOn(page: Page): Promise<Heard> {
  return (await page.evaluate(
    '({ hz: [...beaconHeard.hz].sort((a, b) => a - b), tones: [...beaconHeard.tones].sort((a, b) => a - b), quietS: beaconHeard.now - beaconHeard.lastAt })',
  )) as Heard;
}

/** Forgets what was heard. */
export async function forget(page: Page): Promise<void> {
  await page.evaluate('beaconHeard.hz.clear(), (beaconHeard.tones.length = 0), (beaconHeard.lastAt = -Infinity), undefined');
}
