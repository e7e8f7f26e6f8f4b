// Control, format and separator characters: names of guests come from outside and must not drive a terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with everything that could move a cursor or change a colour shown as `\x1b`. */
export const printable = (text: string): string =>
  text.replace(
    UNPRINTABLE,
    (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
