import { z } from 'zod';

const region = z.object({
  bar: z.int().min(0).max(6),
  type: z.enum(['memory', 'io']),
  size: z.number().nonnegative(),
  address: z.number(),
});
const MAX_DEVICES = 4096;

/** One region of a PCI function as `query-pci` reports it; `address` is -1 where it is not mapped. */
export type PciRegion = z.infer<typeof region>;

/** One PCI function of `query-pci`. */
export interface PciDevice {
  readonly qdev_id: string;
  readonly slot: number;
  readonly function: number;
  readonly regions: readonly PciRegion[];
  /** Behind a bridge; QEMU leaves it out until the guest's firmware has numbered the bus. */
  readonly pci_bridge?: { readonly devices?: readonly PciDevice[] | undefined } | undefined;
}

const device: z.ZodType<PciDevice> = z.object({
  qdev_id: z.string(),
  slot: z.int(),
  function: z.int(),
  regions: z.array(region).max(16),
  get pci_bridge() {
    return z.object({ devices: z.array(device).max(MAX_DEVICES).optional() }).optional();
  },
});

/** The reply of `query-pci`: one entry per root bus. */
export const pciBuses = z.array(z.object({ devices: z.array(device).max(MAX_DEVICES) })).max(256);

/** The function with that device id, wherever it is. */
export const findById = (devices: readonly PciDevice[], id: string): PciDevice | undefined => {
  for (const candidate of devices) {
    if (candidate.qdev_id === id) return candidate;
    const behind = findById(candidate.pci_bridge?.devices ?? [], id);
    if (behind) return behind;
  }
  return undefined;
};

/** The function at the end of a way from the root bus: slot * 8 + function of each bridge, then its own. */
export const findByAddress = (
  devices: readonly PciDevice[],
  [next, ...rest]: readonly number[],
): PciDevice | undefined => {
  const found = devices.find((candidate) => candidate.slot * 8 + candidate.function === next);
  return rest.length === 0 ? found : findByAddress(found?.pci_bridge?.devices ?? [], rest);
};
