/** What is drawn on a trend besides its line: gaps, limits, alarms. Canvas only. */
import type uPlot from 'uplot';
import type { Alarm } from '../../../../model/alarm.ts';
import type { EffectiveLimit } from '../../../../model/engine.ts';
import type { Level } from '../../../../model/level.ts';
import { placeLabels } from './limit-labels.ts';

const FONT = '"Noto Sans SC Variable", sans-serif';
const TEXT = '#14181D';
const FILL: Readonly<Record<Level, string>> = { red: '#C8102E', orange: '#F58A1F', yellow: '#FFE14A', blue: '#1A3F8B' };

function ratio(): number {
  return globalThis.devicePixelRatio;
}

/** Narrowest mark of a span of bad quality, px: one bad sample must be seen too. */
const BAD_MIN_PX = 5;

/** Spans of bad quality: hatched the other way, named, with a foot on the time axis, so that they are not taken for silence. @param now ms */
export function drawBad(u: uPlot, spans: readonly (readonly [number, number])[], name: string, now: number): void {
  const { ctx, bbox } = u;
  const px = ratio();
  for (const [from, to] of spans) {
    const left = Math.max(bbox.left, u.valToPos(from, 'x', true));
    const end = u.valToPos(Math.min(to, Math.max(now / 1000, from)), 'x', true);
    const right = Math.min(bbox.left + bbox.width, Math.max(end, left + BAD_MIN_PX * px));
    if (right <= bbox.left || left >= bbox.left + bbox.width) continue;
    hatch(u, left, right, -1);
    ctx.save();
    ctx.fillStyle = TEXT;
    ctx.fillRect(left, bbox.top + bbox.height - 3 * px, right - left, 3 * px);
    ctx.restore();
    if (right - left > 60 * px) label(u, name, (left + right) / 2, 'middle');
  }
}

/** Spans without data are hatched and named: a line across them would be a claim. Returns what writes the names, to be called after the lines are drawn. */
export function drawGaps(u: uPlot, gaps: readonly (readonly [number, number])[], name: string): () => void {
  const { bbox } = u;
  const names: [string, number][] = [];
  for (const [from, to] of gaps) {
    const left = Math.max(bbox.left, u.valToPos(from, 'x', true));
    const right = Math.min(bbox.left + bbox.width, u.valToPos(to, 'x', true));
    if (right - left < 2) continue;
    hatch(u, left, right, 1);
    // Under the line of a limit nobody could read it.
    if (right - left > 60 * ratio()) names.push([name, right - 8 * ratio()]);
  }
  return () => {
    for (const [text, x] of names) label(u, text, x, 'end');
  };
}

/** @param lean 1 leans right, −1 left. */
function hatch(u: uPlot, left: number, right: number, lean: 1 | -1): void {
  const { ctx, bbox } = u;
  const px = ratio();
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.strokeStyle = 'rgba(67, 75, 85, 0.35)';
  ctx.lineWidth = px;
  ctx.beginPath();
  const [foot, head] = lean === 1 ? [bbox.top + bbox.height, bbox.top] : [bbox.top, bbox.top + bbox.height];
  for (let x = left - bbox.height; x < right; x += 9 * px) {
    ctx.moveTo(x, foot);
    ctx.lineTo(x + bbox.height, head);
  }
  ctx.stroke();
  ctx.restore();
}

function label(u: uPlot, text: string, x: number, at: 'middle' | 'end'): void {
  const { ctx, bbox } = u;
  const px = ratio();
  ctx.save();
  ctx.font = `${14 * px}px ${FONT}`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'bottom';
  const y = at === 'end' ? bbox.top + bbox.height - 4 * px : bbox.top + bbox.height / 2;
  const width = ctx.measureText(text).width + 8 * px;
  // At the end of its span: the names of the limits stand at the left.
  const middle = at === 'end' ? x - width / 2 : x;
  ctx.fillStyle = 'rgba(255, 255, 255, 0.85)';
  ctx.fillRect(middle - width / 2, y - 17 * px, width, 18 * px);
  ctx.fillStyle = '#434B55';
  ctx.fillText(text, middle, y);
  ctx.restore();
}

/** Limits dashed, named at the left end on a light ground, with their level's shape as a hollow mark: a limit is no alarm. */
export function drawLimits(u: uPlot, limits: readonly EffectiveLimit[], label: (limit: EffectiveLimit) => string): void {
  const { ctx, bbox } = u;
  const px = ratio();
  ctx.save();
  ctx.font = `${14 * px}px ${FONT}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  const seen = limits
    .map((limit) => ({ limit, y: u.valToPos(Number(limit.setPoint), 'y', true), text: label(limit) }))
    .filter(({ y }) => y >= bbox.top - 1 && y <= bbox.top + bbox.height + 1)
    .map((one) => {
      const shaped = one.limit.level === 'none' ? 0 : 16 * px;
      return { ...one, shaped, width: ctx.measureText(one.text).width + shaped + 8 * px };
    });
  for (const { y } of seen) {
    ctx.strokeStyle = TEXT;
    ctx.lineWidth = 1.5 * px;
    ctx.setLineDash([8 * px, 5 * px]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.setLineDash([]);
  }
  // Names after all lines: the line of a neighbour must not strike one through.
  const places = placeLabels(seen, bbox.width - 8 * px, px);
  for (const [i, { limit, y, text, shaped, width }] of seen.entries()) {
    const left = bbox.left + (places[i] ?? 0);
    ctx.fillStyle = 'rgba(255, 255, 255, 0.92)';
    ctx.fillRect(left + 4 * px, y - 19 * px, width, 17 * px);
    if (limit.level !== 'none') mark(ctx, limit.level, left + 14 * px, y - 10.5 * px, 5 * px, '#FFFFFF');
    ctx.fillStyle = TEXT;
    ctx.fillText(text, left + 8 * px + shaped, y - 2 * px);
  }
  ctx.restore();
}

function mark(ctx: CanvasRenderingContext2D, level: Level, x: number, y: number, r: number, fill: string): void {
  ctx.beginPath();
  if (level === 'red') ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else if (level === 'orange') {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r * 1.15, y + r);
    ctx.lineTo(x - r * 1.15, y + r);
    ctx.closePath();
  } else if (level === 'yellow') {
    ctx.moveTo(x, y - r * 1.2);
    ctx.lineTo(x + r * 1.2, y);
    ctx.lineTo(x, y + r * 1.2);
    ctx.lineTo(x - r * 1.2, y);
    ctx.closePath();
  } else ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.strokeStyle = TEXT;
  ctx.lineWidth = ratio();
  ctx.stroke();
}

/** Alarms on the top edge: the level's mark where it was raised, a bar until it returned, a tick where it was acknowledged. */
export function drawAlarms(u: uPlot, alarms: readonly Alarm[], now: number): void {
  const { ctx, bbox } = u;
  const px = ratio();
  const y = bbox.top - 8 * px;
  ctx.save();
  for (const alarm of alarms) {
    const from = u.valToPos(alarm.raisedAt / 1000, 'x', true);
    const to = u.valToPos((alarm.returnedAt ?? (alarm.active ? now : alarm.raisedAt)) / 1000, 'x', true);
    const right = bbox.left + bbox.width;
    if (to < bbox.left || from > right) continue;
    const left = Math.max(bbox.left, from);
    ctx.fillStyle = FILL[alarm.level];
    ctx.fillRect(left, y - 2 * px, Math.max(2 * px, Math.min(right, to) - left), 4 * px);
    ctx.strokeStyle = TEXT;
    ctx.lineWidth = px;
    ctx.strokeRect(left, y - 2 * px, Math.max(2 * px, Math.min(right, to) - left), 4 * px);
    if (from >= bbox.left) {
      ctx.setLineDash([2 * px, 3 * px]);
      ctx.beginPath();
      ctx.moveTo(from, bbox.top);
      ctx.lineTo(from, bbox.top + bbox.height);
      ctx.stroke();
      ctx.setLineDash([]);
      mark(ctx, alarm.level, from, y, 6 * px, FILL[alarm.level]);
    }
    if (alarm.acknowledgedAt !== null) {
      const at = u.valToPos(alarm.acknowledgedAt / 1000, 'x', true);
      if (at >= bbox.left && at <= right) {
        ctx.lineWidth = 2 * px;
        ctx.beginPath();
        ctx.moveTo(at - 5 * px, y);
        ctx.lineTo(at - 1 * px, y + 4 * px);
        ctx.lineTo(at + 5 * px, y - 5 * px);
        ctx.stroke();
      }
    }
  }
  ctx.restore();
}
