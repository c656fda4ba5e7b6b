import type { AlarmSelector, CauseLine } from '../../model/asset.ts';
import type { Core } from '../core.ts';
import type { Registry } from '../registry.ts';
import { same } from '../same.ts';
import { isSuppressed } from './life.ts';
import type { AlarmRecord } from './record.ts';

/**
 * Suppression by design: the cause-and-effect tables of enterprises and hazard sources. A tripped cause hides its consequences; one that
 * nobody is shown (shelved, out of service, hidden itself) hides nothing, so that there is always something that rings.
 */
interface Line {
  /** `<enterprise or hazard source>/<line>`. */
  readonly name: string;
  readonly enterprise: string;
  readonly cause: AlarmSelector;
  readonly hides: readonly AlarmSelector[];
  /** Lines that share an alarm are one group; the first of their names. */
  group: string;
}

const NONE: readonly string[] = Object.freeze([]);

/** All tables, by the devices they name. Made from the registry, so no part of the state. */
export class CauseTables {
  private readonly byCause = new Map<string, Line[]>();
  private readonly byEffect = new Map<string, Line[]>();

  get empty(): boolean {
    return this.byCause.size === 0;
  }

  ofCause(device: string): readonly Line[] {
    return this.byCause.get(device) ?? [];
  }

  ofEffect(device: string): readonly Line[] | undefined {
    return this.byEffect.get(device);
  }

  rebuild(registry: Registry): void {
    this.byCause.clear();
    this.byEffect.clear();
    for (const enterprise of registry.maps.enterprise.values())
      for (const line of grouped(linesOf(registry, enterprise.id))) this.add(line);
  }

  private add(line: Line): void {
    put(this.byCause, line.cause.device, line);
    for (const device of new Set(line.hides.map((one) => one.device))) put(this.byEffect, device, line);
  }
}

function put(map: Map<string, Line[]>, key: string, line: Line): void {
  const lines = map.get(key);
  if (lines === undefined) map.set(key, [line]);
  else lines.push(line);
}

/** The lines of one enterprise: its own, then those of its hazard sources. `instead`: a table that is about to replace its owner's. */
function linesOf(
  registry: Registry,
  enterprise: string,
  instead?: { readonly owner: string; readonly lines: readonly CauseLine[] },
): Line[] {
  const owners = [
    registry.maps.enterprise.get(enterprise),
    ...[...registry.maps['hazard-source'].values()].filter((source) => source.enterpriseId === enterprise),
  ];
  const lines: Line[] = [];
  const take = (owner: string, table: readonly CauseLine[]): void => {
    for (const { id, cause, hides } of table) {
      const name = `${owner}/${id}`;
      lines.push({ name, enterprise, cause, hides, group: name });
    }
  };
  for (const owner of owners) {
    if (owner === undefined || owner.retiredAt !== null || owner.id === instead?.owner) continue;
    if (owner.causes !== undefined) take(owner.id, owner.causes);
  }
  if (instead !== undefined) take(instead.owner, instead.lines);
  return lines;
}

function selects(selector: AlarmSelector, record: AlarmRecord): boolean {
  return (
    selector.device === record.place.deviceId &&
    (selector.measurement === undefined || selector.measurement === record.measurement) &&
    (selector.channel === undefined || selector.channel === record.channel) &&
    (selector.ladder === undefined || selector.ladder === record.ladder)
  );
}

/** Gives all lines that hang together by an alarm that both name, however many lines lie between them, one group. */
function grouped(lines: readonly Line[]): readonly Line[] {
  const neighbours = new Map<Line, Line[]>(lines.map((line) => [line, []]));
  const byDevice = new Map<string, (readonly [AlarmSelector, Line])[]>();
  for (const line of lines) {
    for (const selector of [line.cause, ...line.hides]) {
      const others = byDevice.get(selector.device) ?? [];
      for (const [other, of] of others) {
        if (of === line || !overlaps(selector, other)) continue;
        neighbours.get(line)?.push(of);
        neighbours.get(of)?.push(line);
      }
      others.push([selector, line]);
      byDevice.set(selector.device, others);
    }
  }
  const done = new Set<Line>();
  for (const start of [...lines].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (done.has(start)) continue;
    done.add(start);
    for (const reached of reachedFrom(start, neighbours, done)) reached.group = start.name;
  }
  return lines;
}

function reachedFrom(start: Line, neighbours: ReadonlyMap<Line, readonly Line[]>, done: Set<Line>): readonly Line[] {
  const reached = [start];
  for (const line of reached) {
    for (const next of neighbours.get(line) ?? []) {
      if (done.has(next)) continue;
      done.add(next);
      reached.push(next);
    }
  }
  return reached;
}

/**
 * The group in which an alarm may be first-out: that of the cause-and-effect table that names it, else its hazard source. What an
 * instrument or the system says of itself is in none: it may stand for weeks, and nothing of the process would be first meanwhile.
 */
export function groupOf(core: Core, record: AlarmRecord): string | null {
  const { deviceId, enterpriseId, hazardSourceId } = record.place;
  if (record.kind === 'instrument' || record.kind === 'system') return null;
  const ofSource = hazardSourceId === null ? null : `hazard-source:${hazardSourceId}`;
  // A rule over several points of a hazard source: no cause-and-effect table can name it.
  if (deviceId === null) return ofSource;
  const names = (line: Line): boolean =>
    line.enterprise === enterpriseId && [line.cause, ...line.hides].some((selector) => selects(selector, record));
  const line = core.causes.ofCause(deviceId).find(names) ?? core.causes.ofEffect(deviceId)?.find(names);
  return line === undefined ? ofSource : `cause:${line.group}`;
}

/** Lines that hide the alarm now. */
export function causesOf(core: Core, record: AlarmRecord): readonly string[] {
  const { deviceId } = record.place;
  const lines = deviceId === null ? undefined : core.causes.ofEffect(deviceId);
  if (lines === undefined) return NONE;
  return lines.filter((line) => hides(core, line, record)).map((line) => line.name);
}

function hides(core: Core, line: Line, record: AlarmRecord): boolean {
  if (line.enterprise !== record.place.enterpriseId || selects(line.cause, record)) return false;
  if (!line.hides.some((one) => selects(one, record))) return false;
  const device = core.devices.get(line.cause.device);
  if (device === undefined || device.asset.enterpriseId !== line.enterprise) return false;
  for (const cause of device.alarms.values()) {
    const tripped = cause.facts.on !== null || cause.facts.latch !== null;
    // What is tried out hides nothing that is real.
    const counts = !cause.place.test || record.place.test;
    if (tripped && counts && selects(line.cause, cause) && !isSuppressed(cause.life)) return true;
  }
  return false;
}

/** After an entry: what it told of may have begun or ended to hide others. The checks of the tables keep this from going in circles. */
export function settleCauses(core: Core): void {
  const { book } = core;
  if (core.causes.empty) {
    book.touched.length = 0;
    return;
  }
  for (let round = book.touched.splice(0); round.length > 0; round = book.touched.splice(0)) {
    const settled = new Set<AlarmRecord>();
    for (const record of new Set(round)) {
      settle(core, record, settled);
      const device = record.place.deviceId;
      if (device === null) continue;
      for (const line of core.causes.ofCause(device)) {
        if (!selects(line.cause, record)) continue;
        for (const effect of line.hides) {
          const other = core.devices.get(effect.device);
          if (other === undefined) continue;
          for (const one of other.alarms.values()) if (selects(effect, one)) settle(core, one, settled);
        }
      }
    }
  }
}

/** The tables themselves changed. */
export function followCauses(core: Core): void {
  core.causes.rebuild(core.registry);
  const settled = new Set<AlarmRecord>();
  for (const device of core.devices.values()) for (const record of device.alarms.values()) settle(core, record, settled);
}

/**
 * What may hide an alarm is settled before it: where one cause ends and another, which the first had hidden, goes on hiding it, nothing
 * was to be heard between the two.
 */
function settle(core: Core, record: AlarmRecord, settled: Set<AlarmRecord>): void {
  if (settled.has(record)) return;
  settled.add(record);
  const { deviceId } = record.place;
  for (const line of deviceId === null ? [] : (core.causes.ofEffect(deviceId) ?? [])) {
    if (!line.hides.some((one) => selects(one, record))) continue;
    for (const cause of core.devices.get(line.cause.device)?.alarms.values() ?? [])
      if (selects(line.cause, cause)) settle(core, cause, settled);
  }
  rehide(core, record);
}

function rehide(core: Core, record: AlarmRecord): void {
  if (!core.book.open.has(record.id) || record.place.deviceId === null) return;
  const device = core.devices.get(record.place.deviceId);
  if (device === undefined) return;
  core.touch(device);
  core.book.hide(device, record, causesOf(core, record));
}

/**
 * What is wrong with a table, or null: a line twice, a device that is not of the enterprise, or a circle, in which everything would
 * hide everything else. A line that stands already may name a device that has gone meanwhile: it does nothing, and whoever changes
 * something else must not have to mend it first.
 * @param standing lines of the same owner as they are now
 */
export function wrongTable(
  registry: Registry,
  owner: string,
  enterprise: string,
  lines: readonly CauseLine[],
  standing: readonly CauseLine[],
): { readonly code: 'invalid' | 'unknown-reference'; readonly detail: string } | null {
  if (new Set(lines.map((line) => line.id)).size !== lines.length) return { code: 'invalid', detail: 'causes: two lines have one id' };
  for (const line of lines) {
    const { id, cause, hides: effects } = line;
    if (standing.some((one) => one.id === id && same(one, line))) continue;
    for (const { device } of [cause, ...effects]) {
      const asset = registry.maps.device.get(device);
      if (asset === undefined || asset.retiredAt !== null || asset.enterpriseId !== enterprise)
        return { code: 'unknown-reference', detail: `causes: line ${id} names the device ${device}` };
    }
  }
  const circle = circleOf(linesOf(registry, enterprise, { owner, lines }));
  return circle === null ? null : { code: 'invalid', detail: `causes: the line ${circle} is part of a circle` };
}

function overlaps(a: AlarmSelector, b: AlarmSelector): boolean {
  const same = (x: string | number | undefined, y: string | number | undefined): boolean => x === undefined || y === undefined || x === y;
  return a.device === b.device && same(a.measurement, b.measurement) && same(a.channel, b.channel) && same(a.ladder, b.ladder);
}

/** Name of a line from which one comes back to it, or null. */
function circleOf(lines: readonly Line[]): string | null {
  const done = new Set<Line>();
  const onWay = new Set<Line>();
  const visit = (line: Line): string | null => {
    if (onWay.has(line)) return line.name;
    if (done.has(line)) return null;
    onWay.add(line);
    for (const next of lines) {
      if (next === line || !line.hides.some((effect) => overlaps(effect, next.cause))) continue;
      const found = visit(next);
      if (found !== null) return found;
    }
    onWay.delete(line);
    done.add(line);
    return null;
  };
  for (const line of lines) {
    const found = visit(line);
    if (found !== null) return found;
  }
  return null;
}
