/** Whether two sets have the same members; none at all is no set of none. */
export const isSameSet = <T>(before: ReadonlySet<T> | undefined, now: ReadonlySet<T>): boolean =>
  before === now || (before?.size === now.size && [...now].every((each) => before.has(each)));
