/**
 * The live side of the board: one Socket.IO connection, folded into one picture; the age of the link; subscriptions to readings.
 * Messages are folded at once and shown with the next frame, while many come ten times a second. Losing the link keeps the picture and
 * tells its age.
 */
import { io, type Socket } from 'socket.io-client';
import { shallowReactive } from 'vue';
import type { Alarm } from '../../../../model/alarm.ts';
import type {
  AlarmMessage,
  ClientToServer,
  PresenceItem,
  ReadingsMessage,
  ServerToClient,
  WarningMessage,
} from '../../../protocol/live.ts';
import type { Api } from '../api/client.ts';
import type { Session } from '../session/session.ts';
import { applyAlarm, applyDevice, applySnapshot, checkHeartbeat, emptyPicture, type Folded, mergePage, type Picture } from './fold.ts';
import { noWarnings, takePicture, takeWarning, type Warned } from './warned.ts';
import { type LinkState, linkAge, linkState, type Seen } from './link.ts';

export interface Live {
  readonly picture: Picture;
  /** What is issued; `state.version` counts its changes too. */
  readonly warned: Warned;
  readonly state: {
    /** Counted up with the next frame after the picture changed, at most ten times a second: what shows the picture depends on it. */
    readonly version: number;
    readonly link: LinkState;
    readonly ageMs: number;
    readonly connected: boolean;
    /** Server time, ms, ticking once a second; null before the first heartbeat. */
    readonly serverNow: number | null;
    /** Server time of the last sign of life. */
    readonly lastBeatAt: number | null;
    readonly health: readonly string[];
    /** A gap in the numbers is being filled. */
    readonly catchingUp: boolean;
    /** Who is there, as far as one may know; oneself included. */
    readonly present: readonly PresenceItem[];
  };
  /** Says which alarm is on this screen, and whether it can be heard here; what is not said stays. */
  say(presence: { readonly looking?: string | null; readonly audible?: boolean }): void;
  /** Server time now, ms: falls back to the browser's clock before the first heartbeat. */
  now(): number;
  open(): void;
  close(): void;
  /** Readings of these devices while the returned function has not been called. */
  watch(devices: readonly string[], listener: (message: ReadingsMessage) => void): () => void;
  /** Every alarm event as it is applied. */
  onAlarm(listener: (message: AlarmMessage) => void): () => void;
  /** Every event of a warning as it is applied. */
  onWarning(listener: (message: WarningMessage) => void): () => void;
}

const TICK_MS = 1_000;
/** To show the picture costs the order and the sound of the whole list: in a flood of events not with every frame. */
const SHOW_EVERY_MS = 100;
const RECONNECT_MS = 3_000;
/** A `resume` that brought nothing is asked again with a heartbeat, not with every event. */
const RESUME_PATIENCE_MS = 4_000;

export function createLive(api: Api, session: Session): Live {
  const picture = emptyPicture();
  const warned = noWarnings();
  const warningListeners = new Set<(message: WarningMessage) => void>();
  const state = shallowReactive<{
    version: number;
    link: LinkState;
    ageMs: number;
    connected: boolean;
    serverNow: number | null;
    lastBeatAt: number | null;
    health: readonly string[];
    catchingUp: boolean;
    present: readonly PresenceItem[];
  }>({
    version: 0,
    link: 'connecting',
    ageMs: 0,
    connected: false,
    serverNow: null,
    lastBeatAt: null,
    health: [],
    catchingUp: false,
    present: [],
  });
  let said: { looking: string | null; audible: boolean } = { looking: null, audible: false };
  let socket: Socket<ServerToClient, ClientToServer> | null = null;
  let timer: ReturnType<typeof setInterval> | null = null;
  let retry: ReturnType<typeof setTimeout> | null = null;
  let lastSeen: Seen = seen();
  /** Server time minus this browser's monotonic time. */
  let serverOffset: number | null = null;
  let resumedAt = Number.NEGATIVE_INFINITY;
  let frame = 0;
  let later: ReturnType<typeof setTimeout> | null = null;
  let shownAt = Number.NEGATIVE_INFINITY;
  let paging = 0;
  const watched = new Map<string, number>();
  const readingListeners = new Set<(message: ReadingsMessage) => void>();
  /** What was last heard of each point of a watched device, for those who begin to watch it later. */
  const heard = new Map<string, Map<string, ReadingsMessage['items'][number]>>();
  const alarmListeners = new Set<(message: AlarmMessage) => void>();

  function seen(): Seen {
    return { mono: performance.now(), wall: Date.now() };
  }
  function now(): number {
    return serverOffset === null ? Date.now() : performance.now() + serverOffset;
  }

  function changed(): void {
    const wait = shownAt + SHOW_EVERY_MS - performance.now();
    // A hidden page gets no frames, but its sound and title must follow; its timers are slow, so that every event looks by itself.
    if (document.hidden && wait <= 0) publish();
    else if (frame === 0 && later === null) {
      if (wait <= 0) frame = requestAnimationFrame(publish);
      else later = setTimeout(inTime, wait);
    }
  }
  function inTime(): void {
    later = null;
    changed();
  }
  function onVisibility(): void {
    if (document.hidden && frame !== 0) publish();
  }
  function publish(): void {
    cancelAnimationFrame(frame);
    if (later !== null) clearTimeout(later);
    frame = 0;
    later = null;
    shownAt = performance.now();
    state.version += 1;
  }

  function alive(at: number | null): void {
    lastSeen = seen();
    if (at !== null) {
      serverOffset = at - performance.now();
      state.lastBeatAt = at;
    }
    tick();
  }
  function tick(): void {
    state.ageMs = linkAge(lastSeen, seen());
    // Whose session is over sees nothing more, whatever the connection says.
    state.link = session.state.ended ? 'blind' : linkState(picture.epoch !== null, state.ageMs);
    if (serverOffset !== null) state.serverNow = now();
  }

  function resume(): void {
    if (socket === null || !socket.connected || picture.epoch === null) return;
    const at = performance.now();
    if (at - resumedAt < RESUME_PATIENCE_MS) return;
    resumedAt = at;
    state.catchingUp = true;
    socket.emit('resume', { epoch: picture.epoch, seq: picture.seq });
  }
  function settle(folded: Folded): void {
    if (folded === 'resume') resume();
    if (folded !== 'applied') return;
    resumedAt = Number.NEGATIVE_INFINITY;
    changed();
  }

  /** The snapshot holds the most urgent alarms; the rest comes page by page. */
  async function loadRest(): Promise<void> {
    paging += 1;
    const mine = paging;
    for (;;) {
      if (picture.next === null) return;
      const answer = await api.get<{ items: readonly Alarm[]; next?: string | null }>('/alarms', {
        state: 'open',
        cursor: picture.next,
        limit: 500,
      });
      if (mine !== paging) return;
      if (!answer.ok) {
        setTimeout(() => void (mine === paging ? loadRest() : undefined), RECONNECT_MS);
        return;
      }
      mergePage(picture, answer.body.items, answer.body.next ?? null);
      changed();
    }
  }

  function subscribeAll(): void {
    if (watched.size > 0) socket?.emit('subscribe', { devices: [...watched.keys()] });
  }

  /** The server ended this connection: a session may be over. */
  function askAgain(): void {
    if (retry !== null) return;
    retry = setTimeout(() => {
      retry = null;
      void session.restore().then(() => {
        if (socket !== null && !socket.connected && !session.state.ended) socket.connect();
        else if (session.state.ended) askAgain();
      });
    }, RECONNECT_MS);
  }

  return {
    picture,
    warned,
    state,
    now,
    say(presence) {
      const next = { ...said, ...presence };
      if (next.looking === said.looking && next.audible === said.audible) return;
      said = next;
      if (socket?.connected === true) socket.emit('presence', said);
    },
    open() {
      if (socket !== null) {
        if (!socket.connected) socket.connect();
        return;
      }
      lastSeen = seen();
      timer = setInterval(tick, TICK_MS);
      document.addEventListener('visibilitychange', onVisibility);
      const opened: Socket<ServerToClient, ClientToServer> = io({
        transports: ['websocket', 'polling'],
        reconnectionDelay: 500,
        reconnectionDelayMax: 3_000,
        timeout: 8_000,
      });
      socket = opened;
      opened.on('connect', () => {
        state.connected = true;
        resumedAt = Number.NEGATIVE_INFINITY;
        resume();
        subscribeAll();
        if (said.looking !== null || said.audible) opened.emit('presence', said);
      });
      opened.on('presence', (message) => {
        state.present = message.items;
      });
      opened.on('disconnect', (reason) => {
        state.connected = false;
        state.present = [];
        if (reason === 'io server disconnect') askAgain();
      });
      opened.on('connect_error', () => {
        state.connected = false;
        // Refused by the server, not merely unreachable: Socket.IO does not try again by itself.
        if (!opened.active) askAgain();
      });
      opened.on('snapshot', (body) => {
        applySnapshot(picture, body);
        state.catchingUp = false;
        alive(null);
        changed();
        void loadRest();
      });
      opened.on('alarm', (message) => {
        const folded = applyAlarm(picture, message);
        settle(folded);
        if (folded === 'applied') for (const listener of alarmListeners) listener(message);
      });
      opened.on('warnings', (body) => {
        takePicture(warned, body);
        changed();
      });
      opened.on('warning', (message) => {
        const folded = takeWarning(warned, message);
        if (folded === 'resume') opened.emit('resume-warnings');
        if (folded !== 'applied') return;
        changed();
        for (const listener of warningListeners) listener(message);
      });
      opened.on('device', (message) => settle(applyDevice(picture, message)));
      opened.on('heartbeat', (beat) => {
        state.health = beat.health;
        if (beat.devices !== undefined) picture.devices = { ...beat.devices };
        if (beat.flood !== undefined) picture.flood = beat.flood;
        const whole = checkHeartbeat(picture, beat);
        if (whole === 'whole') {
          state.catchingUp = false;
          alive(beat.at);
          changed();
        } else {
          // The link lives, but the picture lacks something: its age goes on counting until the gap is filled.
          serverOffset = beat.at - performance.now();
          resume();
        }
      });
      opened.on('readings', (message) => {
        for (const item of message.items) {
          const [device, measurement, channel] = item;
          if (!watched.has(device)) continue;
          const points = heard.get(device) ?? new Map<string, ReadingsMessage['items'][number]>();
          heard.set(device, points.set(`${measurement} ${channel ?? ''}`, item));
        }
        for (const listener of readingListeners) listener(message);
      });
    },
    close() {
      if (timer !== null) clearInterval(timer);
      if (retry !== null) clearTimeout(retry);
      timer = null;
      retry = null;
      paging += 1;
      document.removeEventListener('visibilitychange', onVisibility);
      socket?.removeAllListeners();
      socket?.disconnect();
      socket = null;
      heard.clear();
      Object.assign(picture, emptyPicture());
      Object.assign(warned, noWarnings());
      Object.assign(state, {
        link: 'connecting',
        ageMs: 0,
        connected: false,
        serverNow: null,
        lastBeatAt: null,
        health: [],
        catchingUp: false,
      });
      changed();
    },
    watch(devices, listener) {
      const fresh = devices.filter((id) => !watched.has(id));
      for (const id of devices) watched.set(id, (watched.get(id) ?? 0) + 1);
      // Each watch is its own: one that ends must not take away another's listener, though both are the same function.
      const hear = (message: ReadingsMessage): void => listener(message);
      readingListeners.add(hear);
      // The platform sends the present values once, to the first who asks; the next one is told what is known here.
      const known = devices.filter((id) => !fresh.includes(id)).flatMap((id) => [...(heard.get(id)?.values() ?? [])]);
      if (known.length > 0) listener({ at: now(), items: known });
      if (fresh.length > 0 && socket?.connected === true) socket.emit('subscribe', { devices: fresh });
      return () => {
        readingListeners.delete(hear);
        const gone: string[] = [];
        for (const id of devices) {
          const left = (watched.get(id) ?? 1) - 1;
          if (left > 0) watched.set(id, left);
          else if (watched.delete(id)) {
            gone.push(id);
            heard.delete(id);
          }
        }
        if (gone.length > 0 && socket?.connected === true) socket.emit('unsubscribe', { devices: gone });
      };
    },
    onWarning(listener) {
      warningListeners.add(listener);
      return () => warningListeners.delete(listener);
    },
    onAlarm(listener) {
      alarmListeners.add(listener);
      return () => alarmListeners.delete(listener);
    },
  };
}
