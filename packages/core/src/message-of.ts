/** What was thrown, in words: an Error's message, without its stack; anything else as JavaScript writes it. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
