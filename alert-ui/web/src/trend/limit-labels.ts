/** Where the names of limits stand on a trend: each directly above its own line, and beside those it would cover. Pure. */

export interface LabelBox {
  /** Of its line, px from the top. */
  readonly y: number;
  readonly width: number;
}

/** Height of a label with its clearance, px at ratio 1. */
const HEIGHT = 19;
const APART = 6;

/**
 * How far right of the left edge each label begins, in the order given. Two whose lines are closer than a label is high stand side by
 * side; where a row is full the last one stands at the left again, since there is no better place.
 * @param room width of the plot, px @param ratio px of the canvas per px of the page
 */
export function placeLabels(labels: readonly LabelBox[], room: number, ratio: number): readonly number[] {
  const placed: { readonly y: number; readonly from: number; readonly to: number }[] = [];
  return labels.map(({ y, width }) => {
    const near = placed.filter((other) => Math.abs(other.y - y) < HEIGHT * ratio).sort((a, b) => a.from - b.from);
    let from = 0;
    for (const other of near) if (from < other.to && from + width + APART * ratio > other.from) from = other.to + APART * ratio;
    if (from + width > room) from = 0;
    placed.push({ y, from, to: from + width });
    return from;
  });
}
