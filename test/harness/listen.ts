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

/**
 * Runs in the page, before its own scripts. The page's thread may be busy while a tone sounds that comes once: what the loudspeaker was
 * given in the last 0.7 s is read whole each time, and every piece of it that is new is looked at.
 */
const TAP = String.raw`
(() => {
  const heard = { hz: new Set(), tones: [], lastAt: -Infinity, now: 0 };
  globalThis.beaconHeard = heard;
  const taps = new WeakMap();
  const connect = AudioNode.prototype.connect;
  const start = OscillatorNode.prototype.start;
  const PIECE = 4096;
  const STEP = 1024;
  const PART = 256;
  const LOUD = 0.05;
  OscillatorNode.prototype.start = function (when) {
    heard.tones.push(when ?? this.context.currentTime);
    start.call(this, when);
  };
  const silentIn = (wave, from) => !wave.subarray(from, from + PART).some((v) => Math.abs(v) > LOUD);
  // Goertzel: how much of one pitch is in a piece.
  function share(wave, from, hz, rate) {
    const c = 2 * Math.cos((2 * Math.PI * hz) / rate);
    let before = 0;
    let last = 0;
    for (let i = from; i < from + PIECE; i++) {
      const next = wave[i] + c * last - before;
      before = last;
      last = next;
    }
    return last * last + before * before - c * last * before;
  }
  function loudest(wave, from, rate) {
    let best = 0;
    let most = -1;
    for (let hz = 200; hz <= 3000; hz += 20) {
      const now = share(wave, from, hz, rate);
      if (now > most) [best, most] = [hz, now];
    }
    return best;
  }
  function tap(context) {
    const known = taps.get(context);
    if (known !== undefined) return known;
    const analyser = context.createAnalyser();
    analyser.fftSize = 32768;
    taps.set(context, analyser);
    const wave = new Float32Array(analyser.fftSize);
    const rate = context.sampleRate;
    let done = 0;
    setInterval(() => {
      const end = Math.round(context.currentTime * rate);
      heard.now = context.currentTime;
      analyser.getFloatTimeDomainData(wave);
      for (let i = wave.length - 1; i >= Math.max(0, wave.length - (end - done)); i--)
        if (Math.abs(wave[i]) > LOUD) {
          heard.lastAt = Math.max(heard.lastAt, (end - (wave.length - 1 - i)) / rate);
          break;
        }
      for (let to = (Math.floor(done / STEP) + 1) * STEP; to <= end; to += STEP) {
        const from = wave.length - (end - to) - PIECE;
        if (from < 0) continue;
        // A tone that begins or ends within the piece smears its pitch.
        let whole = true;
        for (let at = from; whole && at < from + PIECE; at += PART) whole = !silentIn(wave, at);
        if (whole) heard.hz.add(loudest(wave, from, rate));
      }
      done = end;
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
