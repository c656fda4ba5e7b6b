const REPLACEMENT = 0xfffd;

/**
 * Whether a text from the wire may be used as topic, filter or client id: no NUL (MQTT 3.1.1 clause 1.5.3), no control characters,
 * no non-character and nothing that was not UTF-8 (the codec leaves U+FFFD, which no name of ours contains, or a lone surrogate).
 */
export function isCleanText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return false;
    if (code >= 0xd800 && (code >= REPLACEMENT || (code >= 0xfdd0 && code <= 0xfdef))) return false;
    if (code >= 0xd800 && code <= 0xdfff) {
      const next = text.charCodeAt(i + 1);
      if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
      i += 1;
    }
  }
  return true;
}

/** Levels of a topic or filter: `a/b` has two. */
export function topicLevels(topic: string): number {
  let levels = 1;
  for (let i = 0; i < topic.length; i++) if (topic.charCodeAt(i) === 0x2f) levels += 1;
  return levels;
}
