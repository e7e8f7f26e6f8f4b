/** Two NICs that take turns within this time both use the MAC, ms. */
const TURNS_MS = 10_000;
/** Turns remembered of one station. */
const MOST_TURNS = 8;

/** When a guest was heard at which of its NICs, by `Clock.elapsed`. */
export interface Turn {
  readonly nic: string;
  readonly at: number;
}

/** Adds turns to those that are known, each once; the latest are kept, the latest first. */
export const withTurns = (known: readonly Turn[], more: readonly Turn[]): readonly Turn[] => {
  const all = [...known, ...more].sort((a, b) => b.at - a.at || (a.nic < b.nic ? -1 : 1));
  return all
    .filter((turn, index) => all.findIndex((each) => each.nic === turn.nic && each.at === turn.at) === index)
    .slice(0, MOST_TURNS);
};

/**
 * Whether two NICs of a guest use a MAC by turns: one spoke, then the other, then the first again, within `TURNS_MS`. So
 * does a bond that sends on both; one that changed its active card does not.
 */
export const takeTurns = (turns: readonly Turn[], one: string, other: string): boolean => {
  const both = turns.filter(({ nic }) => nic === one || nic === other).sort((a, b) => a.at - b.at);
  const runs = both.filter(({ nic }, index) => nic !== both[index - 1]?.nic); // where the turn passes on
  return runs.some((turn, index) => {
    const back = runs[index + 2];
    if (back === undefined) return false;
    const last = both.filter(({ nic, at }) => nic === turn.nic && at < (runs[index + 1]?.at ?? 0)).at(-1);
    return back.at - (last?.at ?? turn.at) <= TURNS_MS;
  });
};
