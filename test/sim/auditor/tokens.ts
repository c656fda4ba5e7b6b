/**
 * Cuts a text into what the pattern takes as one token.
 * @param pattern sticky, its first group the token
 * @param what names the text in the error
 * @throws where the pattern takes nothing
 */
export function tokensOf(pattern: RegExp, what: string, text: string): readonly string[] {
  const tokens: string[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const from = pattern.lastIndex;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw new Error(`${what} ${text}: not understood from "${text.slice(from)}" on`);
    tokens.push(token);
  }
  return tokens;
}
