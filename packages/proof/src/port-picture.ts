import type { StationKey } from '@nic-herald/core';

/** What a host says of a guest's port and of the bridge that it is in, at one moment. */
export type PortPicture =
  /** There is no such port. */
  | { readonly in: 'gone' }
  /** It is in no bridge. */
  | { readonly in: 'nothing' }
  /** It is in something of which the host knows no more. */
  | {
      readonly in: 'switch';
      readonly uplinks: readonly Uplink[];
    }
  | {
      readonly in: 'bridge';
      /** Whether what comes in at the port is passed on. */
      readonly forwards: boolean;
      readonly learns: boolean;
      /** Where the bridge does not look at VLANs, stations are MACs alone. */
      readonly vlanAware: boolean;
      /** What it has at the port, of what was looked for. */
      readonly here: ReadonlySet<StationKey>;
      /** Where else it has one of the others: the name of the port. */
      readonly elsewhere: ReadonlyMap<StationKey, string>;
      readonly uplinks: readonly Uplink[];
    };

/** Another port of the bridge that leads away from the guests of this host. */
export interface Uplink {
  readonly name: string;
  readonly isUp: boolean;
}
