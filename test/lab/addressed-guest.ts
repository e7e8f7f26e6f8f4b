import { type IpAddress, Ipv6Address } from '@nic-herald/wire';
import type { GuestRecipe } from './guest-recipe.js';
import type { QemuProcess } from './qemu-process.js';
import type { Station } from './station.js';

/** An IP address that the guest truly has, at the station where it has it. */
export interface OwnAddress {
  readonly station: Station;
  readonly address: IpAddress;
}

/** A guest whose stations have an IPv6 address each besides the IPv4 address. */
export interface AddressedGuest {
  readonly recipe: GuestRecipe;
  /** Those that were given to it. */
  readonly own: readonly OwnAddress[];
  /** Those that its kernel makes. */
  readonly linkLocal: readonly OwnAddress[];
}

/** Gives every station of a guest 2001:db8:0:N::2, with duplicate address detection as Linux does it. */
export function withIpv6(recipe: GuestRecipe): AddressedGuest {
  const { stations, setUp } = recipe;
  const ipv6 = stations.map((station) => ({ station, address: ipv6Of(station) }));
  return {
    recipe: {
      ...recipe,
      setUp: [
        'for s in eth0 default; do echo 0 > /proc/sys/net/ipv6/conf/$s/disable_ipv6; done',
        ...setUp,
        ...ipv6.map(({ station, address }) => `ip -6 addr add ${address}/64 dev ${station.device}`),
      ],
    },
    own: [...stations.map((station) => ({ station, address: station.address })), ...ipv6],
    linkLocal: stations.map((station) => ({ station, address: linkLocalOf(station) })),
  };
}

/** The peer's address towards a station. */
export const ipv6PeerOf = ({ flow }: Station): Ipv6Address => Ipv6Address.of(`2001:db8:0:${flow + 1}::1`);

const ipv6Of = ({ flow }: Station): Ipv6Address => Ipv6Address.of(`2001:db8:0:${flow + 1}::2`);

/** The link-local address that Linux makes of a MAC (RFC 4291 appendix A). */
function linkLocalOf({ mac }: Station): Ipv6Address {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...rest] = bytes;
  const id = [first ^ 0x02, ...rest.slice(0, 2), 0xff, 0xfe, ...rest.slice(2)];
  const hex = id.map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return Ipv6Address.of(`fe80::${hex.match(/.{4}/g)?.join(':')}`);
}

/** Waits until the guest has proved all its IPv6 addresses to be nobody else's. */
export async function addressesSettled(guest: QemuProcess): Promise<void> {
  await guest.console.run(
    'while ip -6 addr show tentative | grep -q inet6; do usleep 100000; done; ! ip -6 addr | grep dadfailed',
  );
}

/** The line that makes the guest ask for its neighbour once from each IPv6 address; nobody need answer. */
export function askNeighbours(stations: readonly Station[]): string {
  const lines = stations.flatMap((station) =>
    [ipv6PeerOf(station), 'fe80::fe'].map(
      (neighbour) => `ping6 -c 1 -W 1 -I ${station.device} ${neighbour} >/dev/null 2>&1 &`,
    ),
  );
  return `${lines.join(' ')} wait`;
}
