import type { GuestImage } from '../lab/guest-image.js';
import { cardModules, type DomainNic, type SilentGuest } from './silent-guest.js';

/** How a card is attached. */
export interface Attachment {
  /** Further elements of the interface: `<port isolated='yes'/>`. */
  readonly more?: string;
}

/** The path of the guest's serial line, as its host sees it: each host has its own there. */
const consoleInside = (domain: string): string => `/var/lib/libvirt/console/${domain}.sock`;

/**
 * A domain as virt-install writes it: nothing of QEMU's own, no names of taps. The kernel is booted directly (without one it
 * idles in its BIOS), and the serial line is a socket.
 */
export function domainXml(
  guest: SilentGuest,
  image: Pick<GuestImage, 'kernel' | 'initrd'> | undefined,
  attachment: Attachment = {},
): string {
  const append = `console=ttyS0 quiet loglevel=0 panic=-1 mitigations=off lab.modules=${cardModules.join(',')}`;
  const boot = image
    ? `
    <kernel>${image.kernel}</kernel>
    <initrd>${image.initrd}</initrd>
    <cmdline>${append}</cmdline>`
    : '';
  return `<domain type='qemu'>
  <name>${guest.name}</name>
  <uuid>${guest.uuid}</uuid>
  <memory unit='MiB'>${guest.memoryMib}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>${boot}
  </os>
  <features><acpi/><apic/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
${guest.nics.map((nic) => interfaceXml(nic, attachment)).join('\n')}
    <serial type='unix'>
      <source mode='bind' path='${consoleInside(guest.name)}'/>
      <target type='isa-serial' port='0'/>
    </serial>
    <console type='unix'>
      <source mode='bind' path='${consoleInside(guest.name)}'/>
      <target type='serial' port='0'/>
    </console>
    <controller type='usb' model='none'/>
    <memballoon model='none'/>
  </devices>
</domain>
`;
}

/** One card, as it also is when it is plugged in. */
export function interfaceXml({ model, mac }: DomainNic, { more = '' }: Attachment = {}): string {
  return `    <interface type='bridge'>
      <mac address='${mac}'/>
      <source bridge='br0'/>
      <model type='${model}'/>${more}
    </interface>`;
}
