interface Closable {
  close(): void;
}

/**
 * Makes something of several parts that have to be closed; where one cannot be made, those before it are closed and the error is
 * thrown. `make` names each part to `own`, which gives it back.
 */
export const allOrNothing = <T>(make: (own: <Part extends Closable>(part: Part) => Part) => T): T => {
  const made: Closable[] = [];
  try {
    return make((part) => {
      made.push(part);
      return part;
    });
  } catch (error) {
    for (const part of made) part.close();
    throw error;
  }
};
