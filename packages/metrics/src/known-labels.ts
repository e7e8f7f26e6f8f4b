import type { MigrationReport, Refusal } from '@nic-herald/core';

type Reason = Refusal['reason'];
type FiredBy = NonNullable<MigrationReport['nics'][number]['firedBy']>;

/** The keys of a record: all of a closed list, as the compiler sees to. */
const all = <Label extends string>(labels: Readonly<Record<Label, true>>): readonly Label[] =>
  Object.keys(labels) as Label[];

// Every series starts at 0; otherwise Prometheus would see no increase at the first event.

export const FIRED_BY: readonly FiredBy[] = all<FiredBy>({ kernel: true, agent: true });

export const REASONS: readonly Reason[] = all<Reason>({
  'not-a-station-address': true,
  'not-in-use': true,
  'not-trusted': true,
  denied: true,
  'owned-by-other-guest': true,
  'moved-away': true,
  'seen-elsewhere': true,
  'on-other-nic': true,
  shared: true,
  'host-address': true,
  'model-limit': true,
  'pairing-limit': true,
  'station-limit': true,
  'host-filter': true,
  'port-vlan': true,
  'port-mac': true,
  'no-kind': true,
  'stale-address': true,
  'address-limit': true,
  'ambiguous-address': true,
  'moved-address': true,
  'router-unknown': true,
  'bad-announcement': true,
});

/** Where a guest may stand, see `HostStats.guests`. */
export const RESIDENCES: readonly string[] = [
  'awaited',
  'armed',
  'arrived',
  'resident',
  'paused',
  'leaving',
  'left',
  'failed',
];

export const SIDES = ['source', 'destination'] as const;
export const STATUSES = ['completed', 'failed'] as const;
