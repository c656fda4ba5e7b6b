/** Whether the alarms of the desk stand as cards, whose red ones are held to be acknowledged, or as rows. Pure. */

/** Below it a window is a phone's, or a corner of a screen. */
const NARROW_WINDOW_PX = 900;
/** Below it a row draws together, and its button is no longer for a finger. */
const NARROW_LIST_PX = 1_130;

export interface Room {
  /** CSS pixels. */
  readonly window: number;
  /** The list alone: beside the details it is narrower than the window. */
  readonly list: number;
  /** The pointer is a finger. */
  readonly coarse: boolean;
}

/** A wide window with a mouse keeps its rows, also beside the details of an alarm. */
export function asCards({ window, list, coarse }: Room): boolean {
  return window < NARROW_WINDOW_PX || (coarse && list < NARROW_LIST_PX);
}
