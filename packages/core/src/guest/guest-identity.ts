declare const guestKey: unique symbol;
/**
 * What names a guest on every host: `uuid:<lower-case UUID>`, or `name:<name>` where the UUID is nil
 * (QEMU's default). At most 300 characters.
 */
export type GuestKey = string & { readonly [guestKey]: true };

/** Who a guest says it is. Untrusted: a UUID or a name is whatever its operator gave QEMU. */
export interface GuestIdentity {
  /** Lower-case UUID, absent where it is nil or not a UUID. */
  readonly uuid?: string;
  /** The name given with `-name`, absent where there is none. */
  readonly name?: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NIL = '00000000-0000-0000-0000-000000000000';
/** Most characters of a guest's name; a longer one counts as none. */
export const MAX_GUEST_NAME = 256;

/** Builds an identity from what a monitor reported; what is nil, empty, too long or malformed is left out. */
export const guestIdentity = (reported: {
  uuid?: string | undefined;
  name?: string | undefined;
}): GuestIdentity => {
  const uuid = reported.uuid?.toLowerCase();
  const { name } = reported;
  return {
    ...(uuid !== undefined && UUID.test(uuid) && uuid !== NIL ? { uuid } : {}),
    ...(name !== undefined && name !== '' && name.length <= MAX_GUEST_NAME ? { name } : {}),
  };
};

/** The key of a guest, or `undefined` for one with neither UUID nor name: it cannot be handed over. */
export const guestKeyOf = (identity: GuestIdentity): GuestKey | undefined => {
  if (identity.uuid !== undefined) return `uuid:${identity.uuid}` as GuestKey;
  if (identity.name !== undefined) return `name:${identity.name}` as GuestKey;
  return undefined;
};

/** Reads a key that came from outside; `undefined` unless it is one that `guestKeyOf` could have made. */
export const parseGuestKey = (text: string): GuestKey | undefined => {
  const uuid = text.startsWith('uuid:') ? text.slice(5) : undefined;
  const name = text.startsWith('name:') ? text.slice(5) : undefined;
  return guestKeyOf(guestIdentity({ uuid, name })) === text ? (text as GuestKey) : undefined;
};

/** The name of a guest for people: its name, else its UUID, else `unnamed guest`. */
export const guestLabel = (identity: GuestIdentity): string =>
  identity.name ?? identity.uuid ?? 'unnamed guest';
