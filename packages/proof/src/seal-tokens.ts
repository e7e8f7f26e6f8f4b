/** Of a seal so many bytes stand in a note: enough to know it again, and not enough to make it. */
const TOKEN_BYTES = 3;
/** In base64. */
const TOKEN_LENGTH = 4;

/** Most stations that one note names by tokens; it may hold 1024 bytes, the name of its host with them. */
export const MOST_PER_NOTE = 160;
/** So long is the text of as many. */
export const MOST_TOKENS_LENGTH = MOST_PER_NOTE * TOKEN_LENGTH;

/** The tokens of seals, one after another: who knows the seal of a station finds it there. */
export const sealTokens = (seals: readonly Uint8Array[]): string =>
  seals.map((seal) => Buffer.from(seal.subarray(0, TOKEN_BYTES)).toString('base64')).join('');

/** The tokens of such a text. */
export const tokensIn = (text: string): readonly string[] => text.match(/.{4}/g) ?? [];
