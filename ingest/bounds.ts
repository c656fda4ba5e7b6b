/** Bounds of one message at the door. Past them a part is refused by name, never cut silently. */

/** Bytes of a payload; the broker closes longer frames before they get here. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;
/** Nesting of arrays and objects; the deepest understood message (gateway, faults per key) has 5. */
export const MAX_DEPTH = 8;
/** Values of one message; more would hold up everybody else's alarms. */
export const MAX_VALUES = 10_000;
/** Characters of a string value. */
export const MAX_STRING = 128;
/** Different refusals listed for one message; the rest are counted in the last one. */
export const MAX_REFUSALS = 32;
/** Stamps before 2000-01-01T00:00:00Z come from a device that has lost its clock. */
export const EARLIEST_STAMP = 946_684_800_000;
