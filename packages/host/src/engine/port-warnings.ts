import type { Refusal } from '@nic-herald/core';
import type { ReportWarning } from '@nic-herald/core/internal';
import type { PreparedNic } from './prepared-nic.js';

/** Most VLANs that a warning names. */
const MOST_NAMED = 8;

/** What is odd about the port that a NIC is announced through. */
export const portWarnings = (
  nic: Pick<PreparedNic, 'plan' | 'sink' | 'announced' | 'refused'>,
): readonly ReportWarning[] => [...aloneWarning(nic), ...vlanWarning(nic)];

/** What was sent through a port that is in no network is no success that goes without saying. */
const aloneWarning = ({
  plan: { nic },
  sink,
}: Pick<PreparedNic, 'plan' | 'sink'>): readonly ReportWarning[] =>
  sink === undefined || nic.port?.attachment?.alone !== true
    ? []
    : [
        {
          code: 'HERALD_PORT_ALONE',
          message: `${nic.id}: ${nic.port.name} is in no bridge or switch, so its frames reach this host alone: put it into its bridge, unless this host routes for the guest`,
        },
      ];

/**
 * A guest with tagged interfaces says something untagged now and then, which its port may well drop, and cards list more VLANs than
 * are used: neither is worth a word. That the guest was heard on a VLAN that the port does not carry is, and that the port
 * carries nothing of it at all.
 */
const vlanWarning = ({
  plan: { nic },
  announced,
  refused,
}: Pick<PreparedNic, 'plan' | 'announced' | 'refused'>): readonly ReportWarning[] => {
  const uncarried = refused.filter(({ reason }) => reason === 'port-vlan');
  const odd = announced.length === 0 ? uncarried : uncarried.filter(wasHeardTagged);
  if (odd.length === 0) return [];
  const vlans = [...new Set(odd.map(({ vlan }) => vlan ?? 0))].sort((a, b) => a - b);
  const named = vlans.slice(0, MOST_NAMED).map((vlan) => (vlan === 0 ? 'untagged' : `VLAN ${vlan}`));
  const more = vlans.length - named.length;
  const which = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const { name, attachment } = nic.port ?? {};
  return [
    {
      code: 'HERALD_PORT_VLANS',
      message: `${nic.id}: ${attachment?.network ?? attachment?.switch ?? 'the switch'} drops what the guest sends at ${name} (${which}), so that is not announced: give ${name} its VLANs, unless the guest is not to have them`,
    },
  ];
};

const wasHeardTagged = ({ evidence, vlan }: Refusal): boolean => evidence === 'learned' && vlan !== undefined;
