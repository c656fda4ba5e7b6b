import type { Namespace, Socket } from 'socket.io';
import type { EngineView } from '../../../model/engine.ts';
import { pointKey, type Sample } from '../../../model/reading.ts';
import type { ReadingsMessage } from '../../protocol/live.ts';
import type { Audience } from './audience.ts';

/** `readings` go out at most four times a second. */
export const FLUSH_EVERY_MS = 250;
/** What one viewer may subscribe to by name, and how many points one message of latest values holds at most. */
export const SUBSCRIBE_MAX = 10_000;
const INITIAL_ITEMS_MAX = 50_000;

type Item = ReadingsMessage['items'][number];

/** What a viewer asked for; `group` once it is served together with others who asked for the same. */
interface Wish {
  readonly devices: Set<string>;
  readonly enterprises: Set<string>;
  group: Group | null;
  /** The latest values have not been sent yet. */
  fresh: boolean;
}

/** Viewers of one audience with the same wishes: gathered and serialised once. */
interface Group {
  readonly key: string;
  readonly room: string;
  readonly audience: Audience;
  readonly devices: ReadonlySet<string>;
  readonly enterprises: ReadonlySet<string>;
  readonly pending: Map<string, Item>;
  members: number;
}

/** Latest values to those who look, gathered per point, four times a second. */
export class ReadingFeed {
  private readonly namespace: Namespace;
  private readonly view: EngineView;
  private readonly wishes = new Map<string, Wish>();
  private readonly groups = new Map<string, Group>();

  constructor(namespace: Namespace, view: EngineView) {
    this.namespace = namespace;
    this.view = view;
  }

  subscribe(socket: Socket, audience: Audience, devices: readonly string[], enterprises: readonly string[]): void {
    const wish = this.wishes.get(socket.id) ?? { devices: new Set(), enterprises: new Set(), group: null, fresh: false };
    for (const enterprise of enterprises)
      if (audience.sees(enterprise) && wish.enterprises.size < SUBSCRIBE_MAX) wish.enterprises.add(enterprise);
    for (const id of devices) {
      const device = this.view.assets('device').get(id);
      if (device !== undefined && audience.sees(device.enterpriseId) && wish.devices.size < SUBSCRIBE_MAX) wish.devices.add(id);
    }
    this.change(socket, wish);
  }

  /** How many names a viewer is subscribed to. */
  wishesOf(socket: Socket): number {
    const wish = this.wishes.get(socket.id);
    return wish === undefined ? 0 : wish.devices.size + wish.enterprises.size;
  }

  unsubscribe(socket: Socket, devices: readonly string[], enterprises: readonly string[]): void {
    const wish = this.wishes.get(socket.id);
    if (wish === undefined) return;
    for (const id of devices) wish.devices.delete(id);
    for (const id of enterprises) wish.enterprises.delete(id);
    this.leaveGroup(socket, wish);
    if (wish.devices.size + wish.enterprises.size === 0) this.wishes.delete(socket.id);
    else wish.fresh = true;
  }

  /** The viewer reads again: it gets the latest of everything once more. */
  again(socket: Socket): void {
    const wish = this.wishes.get(socket.id);
    if (wish !== undefined) this.change(socket, wish);
  }

  /** The viewer does not read: nothing is sent to it. */
  pause(socket: Socket): void {
    const wish = this.wishes.get(socket.id);
    if (wish === undefined) return;
    wish.fresh = false;
    this.leaveGroup(socket, wish);
  }

  forget(socket: Socket): void {
    this.pause(socket);
    this.wishes.delete(socket.id);
  }

  samples(enterprise: string, samples: readonly Sample[]): void {
    for (const group of this.groups.values()) {
      if (!group.audience.sees(enterprise)) continue;
      const all = group.enterprises.has(enterprise);
      for (const sample of samples) {
        if (!all && !group.devices.has(sample.device)) continue;
        for (const { measurement, channel, value, quality } of sample.values) {
          const key = `${sample.device} ${pointKey(measurement, channel)}`;
          const held = group.pending.get(key);
          // A backlog does not push a newer value aside.
          if (held !== undefined && held[3] > sample.sampleAt) continue;
          group.pending.set(key, [sample.device, measurement, channel, sample.sampleAt, value, quality]);
        }
      }
    }
  }

  /** Sends what has gathered; then those who are new get everything, and are served with the others from then on. */
  flush(at: number, audienceOf: (socket: Socket) => Audience | null): void {
    for (const group of this.groups.values()) {
      if (group.pending.size === 0) continue;
      this.namespace.to(group.room).emit('readings', { at, items: [...group.pending.values()] } satisfies ReadingsMessage);
      group.pending.clear();
    }
    for (const [id, wish] of this.wishes) {
      if (!wish.fresh) continue;
      const socket = this.namespace.sockets.get(id);
      const audience = socket === undefined ? null : audienceOf(socket);
      if (socket === undefined || audience === null) continue;
      wish.fresh = false;
      const items = this.latest(wish);
      if (items.length > 0) socket.emit('readings', { at, items } satisfies ReadingsMessage);
      this.joinGroup(socket, audience, wish);
    }
  }

  private change(socket: Socket, wish: Wish): void {
    this.leaveGroup(socket, wish);
    this.wishes.set(socket.id, wish);
    wish.fresh = true;
  }

  private latest(wish: Wish): Item[] {
    const ids = new Set(wish.devices);
    if (wish.enterprises.size > 0) {
      for (const device of this.view.assets('device').values())
        if (device.retiredAt === null && wish.enterprises.has(device.enterpriseId)) ids.add(device.id);
    }
    const items: Item[] = [];
    for (const id of ids) {
      if (items.length >= INITIAL_ITEMS_MAX) break;
      for (const point of this.view.latest(id))
        items.push([id, point.measurement, point.channel, point.sampleAt, point.value, point.quality]);
    }
    return items;
  }

  private joinGroup(socket: Socket, audience: Audience, wish: Wish): void {
    const key = JSON.stringify([audience.key, [...wish.devices].sort(), [...wish.enterprises].sort()]);
    let group = this.groups.get(key);
    if (group === undefined) {
      group = {
        key,
        room: `readings ${key}`,
        audience,
        devices: new Set(wish.devices),
        enterprises: new Set(wish.enterprises),
        pending: new Map(),
        members: 0,
      };
      this.groups.set(key, group);
    }
    group.members += 1;
    wish.group = group;
    void socket.join(group.room);
  }

  private leaveGroup(socket: Socket, wish: Wish): void {
    const group = wish.group;
    if (group === null) return;
    wish.group = null;
    group.members -= 1;
    if (group.members === 0) this.groups.delete(group.key);
    void socket.leave(group.room);
  }
}
