/**
 * What a sink or a learner opened, as far as it has the methods it must have: what is called later, on a hot path perhaps, is
 * looked for now, while another may still open the port. Throws where one is missing.
 */
export const havingMethods = <T extends object>(given: T, methods: readonly (keyof T & string)[]): T => {
  const what: unknown = given;
  if (typeof what !== 'object' || what === null) {
    throw new TypeError(`it opened ${what === null ? 'null' : `a value of type ${typeof what}`}`);
  }
  const missing = methods.filter((name) => typeof given[name] !== 'function');
  if (missing.length > 0) throw new TypeError(`what it opened has no ${missing.join(', no ')}`);
  return given;
};
