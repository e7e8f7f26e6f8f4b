/** A QMP error as QEMU words it. */
export interface QmpError {
  readonly class: 'CommandNotFound' | 'DeviceNotFound' | 'GenericError';
  readonly desc: string;
}

/** How a command ends. */
export type QmpReply = { readonly return: unknown } | { readonly error: QmpError };

/** The arguments of a command, unchecked. */
export type QmpArguments = Readonly<Record<string, unknown>>;

/** Says no. */
export const refuse = (kind: QmpError['class'], desc: string): QmpReply => ({ error: { class: kind, desc } });

/** The named arguments as text, or the error that QEMU 7.2 has for the first that is missing or no text. */
export const textArguments = (
  given: QmpArguments,
  names: readonly string[],
): { readonly texts: readonly string[] } | { readonly error: QmpError } => {
  const texts: string[] = [];
  for (const name of names) {
    const value = given[name];
    if (typeof value === 'string') texts.push(value);
    else {
      const desc =
        value === undefined
          ? `Parameter '${name}' is missing`
          : `Invalid parameter type for '${name}', expected: string`;
      return { error: { class: 'GenericError', desc } };
    }
  }
  return { texts };
};
