import { type Guest, guestLabel, type HeraldError } from '@nic-herald/core';
import { parseGuestKey } from '@nic-herald/core/internal';

/** The fields that say which guest: its name for people, and the process where a name may not be enough. */
export const guestFields = (guest: Guest): { readonly guest: string; readonly instance: string } => ({
  guest: guestLabel(guest.identity),
  instance: guest.instance,
});

/** Fields of a line that mean one thing whatever the line is about; a detail of that name gets another. */
const TAKEN = new Set(['level', 'time', 'msg', 'event', 'host', 'guest', 'instance', 'code', 'err']);

/**
 * The fields of a line about a warning. `guest` is a guest's name for people in every line; a detail that names one by its key
 * stands as `guestKey`, and what else has a name that is taken as `aboutHost` and the like.
 */
export const warningFields = (
  { code, details }: HeraldError,
  guest: Guest | undefined,
): Record<string, unknown> => {
  const fields: Record<string, unknown> = { ...(guest === undefined ? {} : guestFields(guest)), code };
  for (const [name, value] of Object.entries(details)) {
    if (value === undefined || value === fields[name]) continue;
    if (!TAKEN.has(name)) fields[name] = value;
    else if (name === 'guest' && typeof value === 'string' && parseGuestKey(value) !== undefined) {
      fields['guestKey'] = value;
    } else if (name === 'guest' && guest === undefined) fields['guest'] = value;
    else fields[`about${name.charAt(0).toUpperCase()}${name.slice(1)}`] = value;
  }
  return fields;
};
