/** The known word that was most likely meant, within two edits (one in short words); `undefined` for none. */
export const nearestWord = (word: string, known: readonly string[]): string | undefined => {
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const each of known) {
    const distance = editDistance(word.toLowerCase(), each.toLowerCase());
    if (distance <= (each.length < 4 ? 1 : 2) && distance < (best?.distance ?? Infinity)) {
      best = { word: each, distance };
    }
  }
  return best?.word;
};

/** Levenshtein's: insertions, deletions and substitutions from one to the other. */
const editDistance = (from: string, to: string): number => {
  if (Math.abs(from.length - to.length) > 2) return Infinity;
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? Infinity;
};
