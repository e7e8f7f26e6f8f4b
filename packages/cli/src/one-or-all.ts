/** What to throw where several things may be wrong: one as itself, more in an AggregateError with this message. */
export const oneOrAll = (errors: readonly Error[], message: string): Error => {
  const [first, ...others] = errors;
  return first !== undefined && others.length === 0 ? first : new AggregateError(errors, message);
};
