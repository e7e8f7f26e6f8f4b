/** Lets the clock of a learner go on: a bridge's own has 10 ms steps. */
export const tick = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, 30);
  });
