import { Ipv4Address, MacAddress } from '@nic-herald/wire';
import { type GuestImage, withPrograms } from './guest-image.js';
import { GuestBuilder, type GuestRecipe } from './guest-recipe.js';
import type { QemuProcess } from './qemu-process.js';
import type { Station } from './station.js';
import { waitUntil } from './wait-until.js';

const routerId = 51;
const device = `vrrp.${routerId}`;
const configFile = '/tmp/keepalived.conf';
const logFile = '/tmp/keepalived.log';
/** As installed, the programs and libraries of keepalived fill 26 MB, and the kernel holds the archive and its content. */
const memoryMib = 192;

/** Keepalived advertises from its virtual MAC, or from the card's own: then the virtual MAC is quiet (`vmac_xmit_base`). */
export type AdvertFrom = 'virtual-mac' | 'card-mac';
export type RouterRole = 'master' | 'backup';

/** A guest that runs keepalived, one of a pair of routers with a virtual MAC (RFC 5798, `use_vmac`). */
export interface VirtualRouter {
  readonly recipe: GuestRecipe;
  readonly role: RouterRole;
  readonly adverts: AdvertFrom;
}

/** Where the pair is reached: by the router that is the master. The first guest's second flow. */
export const virtualStation: Station = {
  flow: 1,
  name: 'virtual router',
  // RFC 5798 section 7.3.
  mac: MacAddress.of('00:00:5e:00:01:33'),
  address: Ipv4Address.of('10.50.1.2'),
  peerAddress: Ipv4Address.of('10.50.1.1'),
  device,
};

/** The guest with Debian's keepalived, as it is on this machine. */
export const routerImage = (image: GuestImage): Promise<GuestImage> =>
  withPrograms(image, { '/usr/sbin/keepalived': '/usr/sbin/keepalived' });

/** `guest` as in {@link GuestBuilder}. */
export function virtualRouter(guest: number, role: RouterRole, adverts: AdvertFrom): VirtualRouter {
  const recipe = new GuestBuilder(guest).card('virtio').build(`router-${role}`);
  return { recipe: { ...recipe, guest: { ...recipe.guest, memoryMib } }, role, adverts };
}

/** Starts keepalived in a booted guest and waits until it is what it is meant to be; the master first. */
export async function startRouting({ role, adverts }: VirtualRouter, guest: QemuProcess): Promise<void> {
  const config = [
    'vrrp_instance lab {',
    'state BACKUP',
    'interface eth0',
    `virtual_router_id ${routerId}`,
    `priority ${role === 'master' ? 150 : 100}`,
    'advert_int 1',
    'use_vmac',
    ...(adverts === 'card-mac' ? ['vmac_xmit_base'] : []),
    `virtual_ipaddress { ${virtualStation.address}/24 }`,
    '}',
  ];
  // With nf_tables keepalived keeps the guest from reporting groups from the virtual MAC, as it does where it is installed.
  await guest.console.run(
    `modprobe crc32c_generic && modprobe nf_tables && modprobe macvlan && mkdir -p /run /etc && printf '%s\\n' ${config.map((line) => `'${line}'`).join(' ')} > ${configFile}`,
  );
  await guest.console.run(
    `keepalived -P -n -l -f ${configFile} -p /tmp/keepalived.pid -r /tmp/vrrp.pid > ${logFile} 2>&1 &`,
  );
  await waitUntil(`a router to be ${role}`, { timeoutMs: 20_000, everyMs: 200 }, async () => {
    return (await roleOf(guest)) === role || undefined;
  });
}

/** What a router is now, by its own word; undefined while keepalived starts. */
export async function roleOf(guest: QemuProcess): Promise<RouterRole | undefined> {
  const shown = await guest.console.run(`ip -br addr show dev ${device} 2>/dev/null; true`);
  if (shown.includes(virtualStation.address)) return 'master';
  return shown.includes(device) ? 'backup' : undefined;
}

/** Whether a router ever was the master. */
export async function wasMaster(guest: QemuProcess): Promise<boolean> {
  return (await guest.console.run(`grep -c 'Entering MASTER' ${logFile}; true`)) !== '0';
}
