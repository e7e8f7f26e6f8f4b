import { type Guest, guestKeyOf, guestLabel, HeraldError } from '@nic-herald/core';

/** How one names a guest: by UUID, name or key (`uuid:...`, `name:...`), or by the instance that runs it. */
type Named = Pick<Guest, 'identity' | 'instance'>;

/** Whether `ref` names this guest. */
export const isNamed = ({ identity, instance }: Named, ref: string): boolean =>
  ref === instance ||
  ref === identity.name ||
  ref.toLowerCase() === identity.uuid ||
  ref === guestKeyOf(identity);

/**
 * The one guest that `ref` names. Throws HERALD_GUEST_UNKNOWN, or HERALD_GUEST_AMBIGUOUS where one host has
 * the guest twice (a local migration).
 */
export const findGuest = <G extends Named>(guests: readonly G[], ref: string): G => {
  const found = guests.filter((guest) => isNamed(guest, ref));
  const [only] = found;
  if (only === undefined) {
    const known = guests.slice(0, 20).map((guest) => guestLabel(guest.identity));
    throw new HeraldError(
      'HERALD_GUEST_UNKNOWN',
      `no guest '${ref}' is here; ${known.length === 0 ? 'there are no guests' : `here are ${known.join(', ')}`}`,
      { details: { guest: ref } },
    );
  }
  if (found.length > 1) {
    const instances = found.map((guest) => guest.instance).join(', ');
    throw new HeraldError(
      'HERALD_GUEST_AMBIGUOUS',
      `'${ref}' is here ${found.length} times; name one by its instance: ${instances}`,
      { details: { guest: ref, found: found.length } },
    );
  }
  return only;
};
