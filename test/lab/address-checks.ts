import { IpAddress } from '@nic-herald/wire';
import { type AddressClaim, type ClaimKind, claimKey } from './address-claim.js';
import type { AddressedGuest, OwnAddress } from './addressed-guest.js';
import type { Station } from './station.js';

/** A claim, and when after RESUME the peer heard it: below 0 before the guest ran at the destination. */
export interface HeardClaim extends AddressClaim {
  readonly afterMs: number;
}

/** What decides which addresses must be heard. */
export interface AddressTruth {
  readonly guest: AddressedGuest;
  /** The station at which the guest said that it is a router: what is advertised for it must say so, too. */
  readonly router?: Station;
  /** A herald.yaml for both agents. */
  readonly policy?: AddressPolicy;
}

/** What the agents are told of addresses. */
interface AddressPolicy {
  readonly yaml: string;
  /** How each address must be heard, IPv4 and IPv6. */
  readonly kinds: Readonly<Record<'ipv4' | 'ipv6', readonly ClaimKind[]>>;
  /** Whether an address must not be heard, though it is the guest's own. */
  withholds(own: OwnAddress): boolean;
}

const defaultKinds: AddressPolicy['kinds'] = { ipv4: ['garp'], ipv6: ['na'] };

/**
 * What the peer must hear of. A link-local address is announced only where the guest said whether it is a router: a host
 * does by its router solicitations, a router only where it was asked.
 */
export function expectedAddresses({ guest, router, policy }: AddressTruth): readonly OwnAddress[] {
  const sayable = router === undefined ? [...guest.own, ...guest.linkLocal] : guest.own;
  return sayable.filter((each) => !policy?.withholds(each));
}

/** Addresses that were not claimed by a kind that must. */
export function unheardAddresses(truth: AddressTruth, claims: readonly HeardClaim[]): string[] {
  const kinds = truth.policy?.kinds ?? defaultKinds;
  const heard = new Set(claims.map((claim) => `${claim.kind} ${claimKey(claim)}`));
  return expectedAddresses(truth).flatMap((own) =>
    kinds[IpAddress.family(own.address)]
      .filter((kind) => !heard.has(`${kind} ${keyOf(own)}`))
      .map((kind) => `the peer heard by no ${kind} that ${keyOf(own)}`),
  );
}

/** What was claimed too early, is not so, or was to be withheld. */
export function claimFaults(
  { guest, router, policy }: AddressTruth,
  claims: readonly HeardClaim[],
): string[] {
  const so = new Map([...guest.own, ...guest.linkLocal].map((own) => [keyOf(own), own]));
  const faults = new Set<string>();
  for (const claim of claims) {
    const key = claimKey(claim);
    const own = so.get(key);
    if (claim.afterMs < 0) faults.add(`${key} was announced ${-claim.afterMs} ms before the guest ran here`);
    if (own === undefined) faults.add(`${key} was announced, and it is not so`);
    else if (policy?.withholds(own)) faults.add(`${key} was announced, and the policy withholds it`);
    const isRouter = router !== undefined && claim.mac === router.mac && claim.vlan === router.vlan;
    if (isRouter && claim.kind === 'na' && !claim.router) faults.add(`${key} was announced as no router`);
  }
  return [...faults];
}

/** As {@link claimKey}. */
export const keyOf = ({ station, address }: OwnAddress): string => claimKey({ ...station, address });
