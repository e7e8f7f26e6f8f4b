import {
  type DeviceInspector,
  type Guest,
  type GuestIdentity,
  type GuestOrigin,
  guestLabel,
  HeraldError,
  type NicDescriptor,
  type ProcessIncarnation,
} from '@nic-herald/core';

/** What a guest is that may only be looked at. */
export type ReadOnlyParticulars = Pick<Guest, 'instance' | 'identity' | 'hypervisor'> & {
  readonly process?: ProcessIncarnation | undefined;
  readonly startedAt?: number | undefined;
  readonly origin?: GuestOrigin | undefined;
};

/** A domain behind libvirt's read-only socket: its NICs are known, its cards cannot be read. */
export class ReadOnlyGuest implements Guest {
  readonly instance: string;
  readonly identity: GuestIdentity;
  readonly hypervisor: { readonly name: string; readonly version: string };
  declare readonly process?: ProcessIncarnation;
  declare readonly startedAt?: number;
  declare readonly origin?: GuestOrigin;

  constructor(
    { instance, identity, hypervisor, process, startedAt, origin }: ReadOnlyParticulars,
    private readonly list: (options: { readonly signal: AbortSignal }) => Promise<readonly NicDescriptor[]>,
  ) {
    this.instance = instance;
    this.identity = identity;
    this.hypervisor = hypervisor;
    if (process !== undefined) this.process = process;
    if (startedAt !== undefined) this.startedAt = startedAt;
    if (origin !== undefined) this.origin = origin;
  }

  nics(options: { readonly signal: AbortSignal }): Promise<readonly NicDescriptor[]> {
    return this.list(options);
  }

  inspect(nic: NicDescriptor): DeviceInspector {
    const guest = guestLabel(this.identity);
    const refuse = async (): Promise<never> => {
      throw new HeraldError(
        'HERALD_LIBVIRT_READ_ONLY',
        `${guest}, NIC ${nic.id} (${nic.type}): its card cannot be read through libvirt's read-only socket; what the guest uses is learned at its port alone`,
        { details: { guest, nic: nic.id } },
      );
    };
    const { hypervisor } = this;
    return { nic, hypervisor, receiveFilter: refuse, regions: refuse, readWords: refuse, property: refuse };
  }
}
