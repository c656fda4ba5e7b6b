/** A first password that is told over the telephone: no two characters that are heard or read alike. Pure. */

/** 32 of them, so that every byte gives each with the same chance. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz023456789';
const PER_GROUP = 4;

/** @param bytes random ones, one a character; 16 of them are 80 bits. Groups of four, parted by a hyphen: nobody leaves out what is seen and heard, as blanks are. */
export function firstPassword(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length] ?? '');
  return letters.map((letter, i) => (i > 0 && i % PER_GROUP === 0 ? `-${letter}` : letter)).join('');
}
