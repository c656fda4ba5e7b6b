/**
 * Ids of assets are chosen by people, appear in MQTT topics and line protocol, and never change.
 * 1–64 of letters, digits, `_ - .` and `:`, beginning with a letter or digit; no `/ + # $` and no space.
 */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;

export function isId(text: unknown): text is string {
  return typeof text === 'string' && ID_PATTERN.test(text);
}
